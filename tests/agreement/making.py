"""Makes small editions at random, as the files a policy officer would write."""

import json
from pathlib import Path
from random import Random
from typing import Any

Content = dict[str, Any]

TITLE = {"zh": "名", "en": "name"}
COLOURS, RANKS = ("red", "green", "blue"), ("AAA", "AA", "A", "B")
KINDS = ("count", "amount", "rate", "points", "boolean", "colour", "rank", "date")
NUMBERS = ("count", "amount", "rate", "points")
JOINS = ("all", "any", "none")
ORDERED = ("at_least", "above", "at_most", "below", "equals")
WITHIN = {"area": "", "thing": "area", "part": "thing"}


def write(folder: Path, files: dict[str, Content]) -> None:
    """JSON is YAML, and quotes what has to be quoted."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


class Maker:
    """Makes one edition. Names are known by kind, so that whatever it writes is well typed."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.names: dict[str, dict[str, list[str]]] = {subject: {kind: [] for kind in KINDS} for subject in WITHIN}
        self.facts: dict[str, Content] = {subject: {} for subject in WITHIN}

    def edition(self) -> dict[str, Content]:
        for subject in ("area", "part", "thing"):
            self._given(subject)
        self.facts["thing"]["parts"] = {"type": "list", "of": "part", "title": TITLE}
        self._derived("part", 3)
        decisions = {"first": self._decision("first", "part")}
        self._outcomes("part", "first", decisions["first"])
        self._derived("thing", 6)
        for name in ("second", "third", "fourth"):
            decisions[name] = self._decision(name, "thing")
            self._outcomes("thing", name, decisions[name])
        decisions["last"] = self._ranking("last")
        subjects = {
            name: {"title": TITLE, "facts": facts} | ({"within": WITHIN[name]} if WITHIN[name] else {})
            for name, facts in self.facts.items()
        }
        plan = {"plan": "p", "title": TITLE, "issuer": TITLE, "effective": {"from": "2026-01-01"}}
        files = {"plan": plan, "facts": {"subjects": subjects}, "clauses": {"clauses": {"一": {"heading": "一"}}}}
        return {**files, "readings": {"readings": {}}, **decisions}

    # --- facts ---------------------------------------------------------------------------------------------------

    def _given(self, subject: str) -> None:
        for kind in KINDS:
            for number in range(2):
                fact: Content = {"type": {"colour": "choice", "rank": "choice"}.get(kind, kind), "title": TITLE}
                if kind == "count":
                    fact["unit"] = "part"
                if kind in ("colour", "rank"):
                    fact["choices"] = dict.fromkeys(COLOURS if kind == "colour" else RANKS, TITLE)
                if kind == "rank":
                    fact["ranked"] = True
                self._declare(subject, f"{kind}_{number}", kind, fact)

    def _declare(self, subject: str, name: str, kind: str, fact: Content) -> None:
        self.facts[subject][name] = fact
        self.names[subject][kind].append(name)

    def _derived(self, subject: str, many: int) -> None:
        for number in range(many):
            kind = self.random.choice(KINDS)
            formula = self.formula(kind, subject, 2)
            if formula is not None:
                self._declare(subject, f"{subject}_{kind}_{number}", kind, {**formula, "title": TITLE})

    def _outcomes(self, subject: str, name: str, decision: Content) -> None:
        """What a decision gives is known from now on."""
        for output, about in decision.get("outputs", {}).items():
            self.names[subject][about["type"]].append(f"{name}.{output}")
        if decision["kind"] == "scorecard":
            self.names[subject]["points"].append(f"{name}.total")
        codes = [code for code, about in decision["outcomes"].items() if about.get("if") != "unknown"]
        self.names[subject].setdefault("outcome", []).append(f"{name}|{'|'.join(codes)}")

    # --- expressions ---------------------------------------------------------------------------------------------

    def literal(self, kind: str) -> str:
        number = self.random.choice((0, 1, 2, 3, 5, 10, 20))
        return {
            "count": f"{number} parts",
            "amount": f"{number * 100} yuan",
            "rate": f"{number * 5}%",
            "points": f"{number} points",
            "boolean": self.random.choice(("true", "false")),
            "colour": self.random.choice(COLOURS),
            "rank": self.random.choice(RANKS),
            "date": self.random.choice(("2026-12-31", "2026-02-28", "2024-02-29")),
        }[kind]

    def name(self, kind: str, subject: str) -> str | None:
        """A fact, an outcome's output, or a fact of a record around."""
        known = list(self.names[subject][kind])
        level = WITHIN[subject]
        while level:
            known += [f"{level}.{name}" for name in self.names[level][kind] if "." not in name and "_" in name[:8]]
            level = WITHIN[level]
        return self.random.choice(known) if known else None

    def value(self, kind: str, subject: str, depth: int) -> Any:
        if self.random.random() < 0.3:
            return self.literal(kind)
        if depth and self.random.random() < 0.5 and (formula := self.formula(kind, subject, depth - 1)):
            return formula
        return self.name(kind, subject) or self.literal(kind)

    def formula(self, kind: str, subject: str, depth: int) -> Content | None:
        random = self.random

        def inner(of: str = kind) -> Any:
            return self.value(of, subject, depth)

        listed = [
            {"count": "parts", "where": self.condition("part", 1)} if kind == "count" else None,
            *({"total": self.value(kind, "part", 0), "over": "parts"} for _ in range(kind in NUMBERS)),
            *(
                {each: self.value(kind, "part", 0), "over": "parts", "where": self.condition("part", 1)}
                for each in ("mean", "median", "lowest", "highest")
                if kind in ("amount", "rate")
            ),
            *(
                {each: "parts", "satisfies": self.condition("part", 1)}
                for each in ("every", "some")
                if kind == "boolean"
            ),
        ]
        options = [
            {"when": self.condition(subject, 1), "then": inner(), "otherwise": inner()},
            {"first_known": [self.name(kind, subject) or self.literal(kind), inner()]},
        ]
        if kind == "boolean":
            options.append({"holds": self.condition(subject, 1)})
        if kind == "date":
            period = random.choice(("1 year", "7 days", "5 months"))
            options.append({"date": inner(), random.choice(("plus", "minus")): period})
        if kind == "rate":
            options += [{"ratio": [self.name(of, subject), inner(of)]} for of in ("count", "amount")] * 3
        if kind in NUMBERS:
            arithmetic = random.choice(("sum", "difference", "least", "greatest"))
            rounding = random.choice(("round_down", "round_up", "round_half_up"))
            step = {"count": "3 parts", "amount": "100 yuan", "rate": "1%", "points": "2 points"}[kind]
            options += [{arithmetic: [inner(), inner()]}, {rounding: inner(), "to": step}]
            options.append({"product": [inner(), inner("rate")]})
        if subject == "thing":
            options += [one for one in listed if one]
        chosen = random.choice(options)
        # bare literals do not say which choice they are of
        return None if kind in ("colour", "rank") and "when" in chosen else chosen

    # --- conditions ----------------------------------------------------------------------------------------------

    def condition(self, subject: str, depth: int) -> Content:
        if depth and self.random.random() < 0.4:
            parts = [self.condition(subject, depth - 1) for _ in range(self.random.randint(1, 3))]
            if self.random.random() < 0.25:
                return {"at_least": self.random.randint(1, len(parts)), "of": parts}
            return {self.random.choice(JOINS): parts}
        return dict(self._test(subject, depth) for _ in range(self.random.choice((1, 1, 2))))

    def _test(self, subject: str, depth: int) -> tuple[str, Any]:
        random = self.random
        outcomes = self.names[subject].get("outcome", [])
        if outcomes and random.random() < 0.2:
            name, *codes = random.choice(outcomes).split("|")
            return name, random.choice((random.choice(codes), random.sample(codes, random.randint(1, len(codes)))))
        kind = random.choice(KINDS)
        name = self.name(kind, subject) or "on"
        if name == "on" or (kind == "date" and random.random() < 0.2):
            return "on", {random.choice(ORDERED): self.value("date", subject, 0)}
        if kind in ("boolean", "colour"):
            few = [self.literal(kind) for _ in range(random.randint(1, 2))]
            return name, random.choice((self.literal(kind), few, {"equals": self.value(kind, subject, 0)}))
        shape = random.random()
        if shape < 0.15 and kind in NUMBERS:
            low, high = sorted((random.randint(0, 3), random.randint(4, 9)))
            unit = {"count": " parts", "amount": "00 yuan", "rate": "0%", "points": " points"}[kind]
            operators = random.choice((("at_least", "below"), ("above", "at_most"), ("at_least", "at_most")))
            return name, {operators[0]: f"{low}{unit}", operators[1]: f"{high}{unit}"}
        if shape < 0.3:
            return name, [self.literal(kind) for _ in range(2)]
        return name, {random.choice(ORDERED): self.value(kind, subject, depth)}

    # --- decisions -----------------------------------------------------------------------------------------------

    def _decision(self, name: str, subject: str) -> Content:
        make = self.random.choice((self._checklist, self._checklist, self._table, self._scorecard))
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
            if self.random.random() < 0.3:
                item["when"] = self.condition(subject, 1)
            if self.random.random() < 0.4 and outcomes:
                item["outcome"] = self.random.choice(outcomes)
            found.append(item)
        return found

    def _checklist(self, head: Content, subject: str) -> Content:
        group = {"group": "g", "criteria": self._criteria(subject, "g", ("worse", "bad"))}
        return {**head, "kind": "checklist", "criteria": [*self._criteria(subject, "c", ("worse", "bad")), group]}

    def _table(self, head: Content, subject: str) -> Content:
        hit = self.random.choice(("first", "all", "highest", "sum"))
        outputs = {"sum": {"type": "amount", "title": TITLE}}
        rows = [
            {
                "id": f"r{number}", "title": TITLE, "when": self.condition(subject, 2),
                "then": {"sum": self.value("amount", subject, 1)},
                "outcome": self.random.choice(("good", "worse")),
            }
            for number in range(self.random.randint(1, 5))
        ]  # fmt: skip
        by = {"by": "sum"} if hit == "highest" else {}
        otherwise = {"outcome": "bad", "then": {"sum": "0 yuan"}}
        return {**head, "kind": "table", "hit": hit, "outputs": outputs, "rows": rows, "otherwise": otherwise, **by}

    def _scorecard(self, head: Content, subject: str) -> Content:
        random = self.random
        cuts = sorted(random.sample(range(1, 15), 2))
        bands = [
            {"below": f"{cuts[0]} parts", "points": 1},
            {"at_least": f"{cuts[0]} parts", "at_most": f"{cuts[1]} parts", "points": random.randint(2, 9)},
            {"above": f"{cuts[1]} parts", "points": self.value("points", subject, 0)},
        ]
        colours = {code: random.randint(-3, 20) for code in COLOURS}
        missing = {"missing": 0} if random.random() < 0.5 else {}
        items: list[Content] = [
            {"id": "i0", "title": TITLE, "fact": self.name("count", subject), "bands": bands, **missing},
            {"id": "i1", "title": TITLE, "fact": self.name("colour", subject), "points": colours},
            {"id": "i2", "title": TITLE, "formula": self.value("points", subject, 1), "at_least": 0, "at_most": 10},
        ]
        low, high = sorted(random.sample(range(-5, 30), 2))
        grades = [{"grade": "good", "at_least": high}, {"grade": "worse", "at_least": low, "below": high},
                  {"grade": "bad", "below": low}]  # fmt: skip
        outcomes = {code: {"title": TITLE} for code in ("good", "worse", "bad")}
        outcomes["open"] = {"if": "unknown", "title": TITLE}
        more: Content = {"adjustments": [{"id": "a0", "title": TITLE, "when": self.condition(subject, 1), "points": 3}]}
        if random.random() < 0.6:
            vetoes = self._criteria(subject, "v", ())
            more["vetoes"] = [{**veto, "outcome": random.choice(("worse", "bad"))} for veto in vetoes]
        if random.random() < 0.6:
            ceiling = {"id": "x0", "title": TITLE, "when": self.condition(subject, 1), "at_most": "worse"}
            more["ceilings"] = [ceiling]
        if random.random() < 0.5:
            more["total"] = {"at_least": -10, "at_most": 40}
        return {**head, "kind": "scorecard", "outcomes": outcomes, "items": items, "grades": grades, **more}

    def _ranking(self, name: str) -> Content:
        keys = [self.name(kind, "part") for kind in self.random.sample(("count", "amount", "rank", "date"), 2)]
        order = [{"by": key, "first": self.random.choice(("highest", "lowest")), "title": TITLE} for key in keys]
        more = {"eligible": self._criteria("part", "e", ())} if self.random.random() < 0.7 else {}
        if self.random.random() < 0.7:
            more["take"] = self.random.randint(1, 4)
        ties = self.random.choice(("shared", "by_id"))
        return {**self._head(name, "thing"), "kind": "ranking", "list": "parts", "order": order, "ties": ties, **more}
