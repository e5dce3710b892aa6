"""Makes small editions at random, as the files a policy officer would write."""

import json
from pathlib import Path
from random import Random

from tests.agreement.making_values import (
    CODES,
    KINDS,
    NUMBERS,
    ORDERED,
    TITLE,
    UNITS,
    WITHIN,
    Content,
    Values,
)

HITS = ("first", "all", "highest", "lowest", "sum")
OUTPUTS = ("amount", "rate", "points", "boolean", "colour", "rank", "date")  # kinds; the first is a table's `by`
GRADES = ("good", "worse", "bad")


def write(folder: Path, files: dict[str, Content]) -> None:
    """JSON is YAML, and quotes what has to be quoted."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


class Maker(Values):
    """Makes one edition. Names are known by kind, so that whatever it writes is well typed."""

    about_things, derived = ("second", "third", "fourth"), 8  # decisions about things, and derived facts of theirs

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self.facts: dict[str, Content] = {subject: {} for subject in WITHIN}

    def edition(self) -> dict[str, Content]:
        for subject in ("area", "part", "thing"):
            self._given(subject)
        self._listed()
        self._derived("part", 3)
        decisions = {"first": self._decision("first", "part")}
        self._declared("part", "first", decisions["first"])
        self._derived("thing", self.derived)
        for name in self.about_things:
            decisions[name] = self._decision(name, "thing")
            self._declared("thing", name, decisions[name])
        decisions["last"] = self._ranking("last")
        decisions |= self._above()
        subjects = {
            name: {"title": TITLE, "facts": facts} | ({"within": WITHIN[name]} if WITHIN[name] else {})
            for name, facts in self.facts.items()
        }
        plan = {"plan": "p", "title": TITLE, "issuer": TITLE, "effective": {"from": "2026-01-01"}}
        files = {"plan": plan, "facts": {"subjects": subjects}, "clauses": {"clauses": {"一": {"heading": "一"}}}}
        return {**files, "readings": {"readings": {}}, **decisions}

    def _listed(self) -> None:
        for subject, lists in self.lists.items():
            for path, of in lists.items():
                level, _, name = path.rpartition(".")
                self.facts[level or subject][name] = {"type": "list", "of": of, "title": TITLE}

    def _above(self) -> dict[str, Content]:
        """Decisions that rest on all others: here none."""
        return {}

    # --- facts ---------------------------------------------------------------------------------------------------

    def _given(self, subject: str) -> None:
        for kind in KINDS:
            for number in range(2):
                name = f"{kind}_{number}"
                self._declare(subject, name, kind, self._typed(kind, number))
                self.given[subject][kind].append(name)
            if kind not in (*CODES, "boolean") and self.maybe(0.2):  # these say no unit of their own
                dated = {"2024-01-01": self.literal(kind), "2026-12-31": self.literal(kind)}
                set_by_plan = {"value": self.literal(kind)} if self.maybe(0.5) else {"dated": dated}
                self._declare(subject, f"{kind}_set", kind, {**set_by_plan, "title": TITLE})

    def _typed(self, kind: str, number: int) -> Content:
        fact: Content = {"type": "choice" if kind in CODES else "count" if kind in UNITS else kind, "title": TITLE}
        if kind in UNITS:
            fact["unit"] = UNITS[kind]
        if kind in CODES:
            fact["choices"] = dict.fromkeys(CODES[kind], TITLE)
        if kind == "rank":
            fact["ranked"] = True
        if kind == "count" and number:
            fact |= self.random.choice(({}, {"decimals": True}, {"part_of": "count_0"}, {"part_of": ["count_0"]}))
        return fact

    def _declare(self, subject: str, name: str, kind: str, fact: Content) -> None:
        self.facts[subject][name] = fact
        self.names[subject][kind].append(name)

    def _derived(self, subject: str, many: int) -> None:
        for number in range(many):
            kind = self.random.choice(KINDS)
            formula = self.formula(kind, subject, 2)
            if formula is not None:
                self._declare(subject, f"{subject}_{kind}_{number}", kind, {**formula, "title": TITLE})

    def _declared(self, subject: str, name: str, decision: Content) -> None:
        """What a decision gives is known from now on."""
        for output, about in decision.get("outputs", {}).items():
            kind = "rank" if about.get("ranked") else "colour" if about["type"] == "choice" else about["type"]
            self.names[subject][kind].append(f"{name}.{output}")
        if decision["kind"] == "scorecard":
            self.names[subject]["points"].append(f"{name}.total")
        codes = [code for code, about in decision["outcomes"].items() if about.get("if") != "unknown"]
        self.outcomes[subject][name] = codes
        if decision["kind"] == "scorecard" or decision.get("ranked"):
            self.ranked[subject].append(name)

    # --- decisions -----------------------------------------------------------------------------------------------

    def _decision(self, name: str, subject: str) -> Content:
        make = self.random.choice((self._checklist, self._table, self._scorecard))
        return make(self._head(name, subject), subject)

    def _head(self, name: str, subject: str) -> Content:
        outcomes = {
            "good": {"if": "met", "title": TITLE},
            "worse": {"title": TITLE},
            "bad": {"if": "not_met", "title": TITLE},
            "open": {"if": "unknown", "title": TITLE},
        }
        return {"decision": name, "subject": subject, "title": TITLE, "clause": "一", "outcomes": outcomes}

    def _criteria(self, subject: str, prefix: str, outcomes: tuple[str, ...]) -> list[Content]:
        found = []
        for number in range(self.random.randint(1, 5)):
            item: Content = {"id": f"{prefix}{number}", "title": TITLE}
            item[self.random.choice(("require", "reject"))] = self.condition(subject, 3)
            if self.maybe(0.3):
                item["when"] = self.condition(subject, 1)
            if self.maybe(0.4) and outcomes:
                item["outcome"] = self.random.choice(outcomes)
            found.append(item)
        return found

    def _checklist(self, head: Content, subject: str) -> Content:
        group = {"group": "g", "criteria": self._criteria(subject, "g", ("worse", "bad"))}
        return {**head, "kind": "checklist", "criteria": [*self._criteria(subject, "c", ("worse", "bad")), group]}

    def _table(self, head: Content, subject: str) -> Content:
        hit = self.random.choice(HITS)
        kinds = [kind for kind in OUTPUTS if hit != "sum" or kind in NUMBERS]
        by = self.random.choice([kind for kind in kinds if kind in ORDERED]) if hit in ("highest", "lowest") else ""
        outputs = {f"out_{kind}": kind for kind in kinds if kind == by or self.maybe(0.4)}
        declared = {name: self._output(kind) for name, kind in outputs.items()}
        rows = []
        for number in range(self.random.randint(1, 5)):
            row: Content = {"id": f"r{number}", "title": TITLE, "when": self.condition(subject, 2)}
            row["outcome"] = self.random.choice(("good", "worse"))
            rows.append(row | self._then(outputs, by, subject))
        otherwise: Content = {"outcome": "bad", **self._then(outputs, "", subject)}
        more: Content = {"outputs": declared} if declared else {}
        more |= {"by": f"out_{by}"} if by else {}
        more |= {"ranked": True} if self.maybe(0.5) else {}
        return {**head, "kind": "table", "hit": hit, "rows": rows, "otherwise": otherwise, **more}

    def _output(self, kind: str) -> Content:
        if kind not in CODES:
            return {"type": kind, "title": TITLE}
        return {
            "type": "choice",
            "title": TITLE,
            "choices": dict.fromkeys(CODES[kind], TITLE),
            "ranked": kind == "rank",
        }

    def _then(self, outputs: dict[str, str], by: str, subject: str) -> Content:
        then = {
            name: self.value(kind, subject, 1)
            for name, kind in outputs.items()
            if kind == by or self.maybe(0.8)
        }  # fmt: skip
        return {"then": then} if then else {}

    # --- scorecards ----------------------------------------------------------------------------------------------

    def _scorecard(self, head: Content, subject: str) -> Content:
        outcomes: Content = {code: {"title": TITLE} for code in GRADES}
        outcomes["open"] = {"if": "unknown", "title": TITLE}
        makes = (self._banded, self._by_choice, self._by_flag, self._by_formula)
        items = [
            {"id": f"i{number}", "title": TITLE, **self.random.choice(makes)(subject), **self._missing()}
            for number in range(self.random.randint(1, 4))
        ]
        more: Content = {}
        if self.maybe(0.6):
            points = self.value("points", subject, 1)
            adjustment = {"id": "a0", "title": TITLE, "when": self.condition(subject, 1), "points": points}
            more["adjustments"] = [{**adjustment, **self._missing()}]
        if self.maybe(0.6):
            vetoes = self._criteria(subject, "v", ())
            more["vetoes"] = [{**veto, "outcome": self.random.choice(GRADES[1:])} for veto in vetoes]
        if self.maybe(0.6):
            more["ceilings"] = [
                {
                    "id": f"x{n}",
                    "title": TITLE,
                    "when": self.condition(subject, 1),
                    "at_most": self.random.choice(GRADES),
                }
                for n in range(self.random.randint(1, 2))
            ]
        if self.maybe(0.5):
            more["total"] = self.random.choice(({"at_least": -10, "at_most": 40}, {"at_least": 0}, {"at_most": 20}))
        grades = self._cut(list(GRADES[: self.random.randint(1, 3)]), "grade", range(-5, 30), "")
        return {**head, "kind": "scorecard", "outcomes": outcomes, "items": items, "grades": grades, **more}

    def _missing(self) -> Content:
        return {"missing": self.random.choice((0, 5, -2))} if self.maybe(0.4) else {}

    def _cut(self, worths: list, key: str, cuts: range, unit: str) -> list[Content]:
        """Bands without gap or overlap, from the highest down, one for each worth; one band alone has no limits."""
        edges = sorted(self.random.sample(cuts, len(worths) - 1), reverse=True)
        over = [self.random.choice(("at_least", "above")) for _ in edges]
        under = [{"at_least": "below", "above": "at_most"}[one] for one in over]
        found = []
        for number, worth in enumerate(worths):
            low = {over[number]: f"{edges[number]}{unit}"} if number < len(edges) else {}
            high = {under[number - 1]: f"{edges[number - 1]}{unit}"} if number else {}
            found.append({key: worth, **low, **high})
        return found

    def _banded(self, subject: str) -> Content:
        kind = self.random.choice(("amount", "rate", "points", "count", "year"))
        unit = {"amount": "00 yuan", "rate": "0%", "points": " points"}.get(kind) or f" {UNITS[kind]}s"
        worths = [self.value("points", subject, 0) for _ in range(self.random.randint(1, 4))]
        return {"fact": self.name(kind, subject), "bands": self._cut(worths, "points", range(1, 15), unit)}

    def _by_choice(self, subject: str) -> Content:
        kind = self.random.choice(tuple(CODES))
        points = {code: self.value("points", subject, 0) for code in CODES[kind]}
        return {"fact": self.name(kind, subject), "points": points}

    def _by_flag(self, subject: str) -> Content:
        return {"fact": self.name("boolean", subject), "points": {"true": 7, "false": -1}}

    def _by_formula(self, subject: str) -> Content:
        bounds = self.random.choice(({"at_least": 0, "at_most": 10}, {"at_most": 4}, {"at_least": 1}, {}))
        return {"formula": self.value("points", subject, 1), **bounds}

    # --- rankings ------------------------------------------------------------------------------------------------

    def _ranking(self, name: str) -> Content:
        keys = [self.name(kind, "part") for kind in self.random.sample(ORDERED, self.random.randint(1, 2))]
        order = [{"by": key, "first": self.random.choice(("highest", "lowest")), "title": TITLE} for key in keys]
        more = {"eligible": self._criteria("part", "e", ())} if self.maybe(0.7) else {}
        if self.maybe(0.7):
            more["take"] = self.random.randint(1, 4)
        ties = self.random.choice(("shared", "by_id"))
        return {**self._head(name, "thing"), "kind": "ranking", "list": "parts", "order": order, "ties": ties, **more}
