"""Distances of random checklists, held against trying every change there is."""

from random import Random

import pytest

from rules import Reference
from rules.judging.distance import distances
from tests.unit.measuring import changed, cheapest, cost, moved
from tests.unit.small import ON, checklist, choice, count, derived, given, small

MOST = 6  # steps of a figure that are tried


class Made:
    """Facts, a checklist and records, drawn at random: parts of one or two wholes, figures that move along."""

    def __init__(self, seed):
        self.random = Random(seed)
        self.figures = ["w"]
        self.facts = {"w": count(), "colour": choice("red", "green", change="set"), "fixed": given("boolean")}
        for name in ("p", "q", "s"):
            self.facts[name] = self._figure()
            self.figures.append(name)
        for name in ("f", "g"):
            self.facts[name] = given("boolean", **self.random.choice(({"change": "set"}, {})))
        self.made = [f"e{number}" for number in range(3)]
        for name in self.made:
            how = self.random.choice(("ratio", "sum", "difference", "least", "greatest"))
            self.facts[name] = derived(**{how: [self.random.choice(self.figures), self.random.choice(self.figures)]})

    def _figure(self):
        wholes = self.random.sample(self.figures, self.random.randint(0, min(2, len(self.figures))))
        change = self.random.choice(("up", "down", "set", ""))
        moves = wholes[:1] if change == "down" and self.random.random() < 0.6 else []
        return count(**({"part_of": wholes} if wholes else {}), **({"change": change} if change else {}),
                     **({"moves": moves} if moves else {}))  # fmt: skip

    def comparison(self):
        name = self.random.choice((*self.figures, *self.made, "f", "g", "colour"))
        if name in ("f", "g"):
            return {name: self.random.random() < 0.8}
        if name == "colour":
            return {name: self.random.choice(("red", "green"))}
        share = "ratio" in self.facts[name]
        limit = f"{self.random.choice((33, 50, 75))}%" if share else f"{self.random.randint(0, 6)} houses"
        return {name: {self.random.choice(("at_least", "above", "at_most", "below")): limit}}

    def condition(self, depth=2):
        if not depth or self.random.random() < 0.5:
            return self.comparison()
        parts = [self.condition(depth - 1) for _ in range(self.random.randint(1, 3))]
        join = self.random.choice(("all", "any", "none", "of"))
        return {"at_least": self.random.randint(1, len(parts)), "of": parts} if join == "of" else {join: parts}

    def criterion(self):
        when = {"when": self.condition(1)} if self.random.random() < 0.2 else {}
        return {self.random.choice(("require", "reject")): self.condition(), **when}

    def record(self):
        while True:
            figures = {name: self.random.randint(0, 4) for name in self.figures} | {"w": self.random.randint(2, 6)}
            record = {**figures, "f": self.random.random() < 0.5, "g": self.random.random() < 0.5, "fixed": True,
                      "colour": self.random.choice(("red", "green"))}  # fmt: skip
            if changed(self.facts, record, {}) is not None:
                return record


@pytest.mark.parametrize("seed", range(40))
def test_no_change_is_smaller_and_none_is_overlooked(seed):
    made = Made(seed)
    rules = {"below": checklist(made.criterion()), "d": checklist(made.criterion(), made.criterion(), {
        "require": {"below": [made.random.choice(("good", "bad"))]}})}  # fmt: skip
    edition, record = small(made.facts, rules), made.record()
    reference = Reference(edition)
    found = distances(reference.decide("d", record, ON))

    for name, distance in {**found.criteria, "": found.outcome}.items():
        if distance is None or distance.why == "unknown":
            continue

        def good(after, name=name):
            decision = reference.decide("d", after, ON)
            return decision.outcome == "good" if not name else name not in decision.codes

        assert distance.why != "not_computed"
        least = cheapest(made.facts, record, good, MOST)
        if distance.why:
            assert least is None
        elif (said := cost(record, moved(distance))) <= MOST or least is not None:
            after = changed(made.facts, record, moved(distance))
            assert said == least
            assert good(after)
            assert {one.fact: one.to for one in distance.changes}.items() <= after.items()
