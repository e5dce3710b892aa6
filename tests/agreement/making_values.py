"""Draws names, literals, formulas and conditions, as a policy officer would write them, of a wanted kind."""

from collections.abc import Callable
from random import Random
from typing import Any

from rules.operations import JOINS, KEYS, OPERATORS
from rules.values.exact import PERIODS

Content = dict[str, Any]

TITLE = {"zh": "名", "en": "name"}
COLOURS, RANKS = ("red", "green", "blue"), ("AAA", "AA", "A", "B")
CODES = {"colour": COLOURS, "rank": RANKS}
UNITS = {"count": "part", **{period: period for period in PERIODS}, "place": "place"}  # kinds that are counts
MONEY = ("amount", "rate", "points")
NUMBERS = (*UNITS, *MONEY)
KINDS = (*NUMBERS, "boolean", *CODES, "date")
ORDERED = (*NUMBERS, "rank", "date")
STEPS = {**{kind: f"3 {unit}s" for kind, unit in UNITS.items()}, "amount": "100 yuan", "rate": "1%", "points": "2"}
WITHIN = {"area": "", "thing": "area", "part": "thing"}
LISTS = {"thing": {"parts": "part", "peers": "thing", "area.things": "thing"}}  # what can be counted, from where
SINGLE = tuple(operator for operator in OPERATORS if operator not in ("one_of", "between"))

# formula key -> the kinds of its values; of whatever it has no entry for, it can be
GIVES: dict[str, tuple[str, ...]] = {
    "ratio": ("rate",),
    **dict.fromkeys(("sum", "difference", "product", "round_down", "round_up", "round_half_up", "total"), NUMBERS),
    **dict.fromkeys(("mean", "median"), ("amount", "rate")),
    **dict.fromkeys(("least", "greatest", "lowest", "highest"), ORDERED),
    "completed_years": ("year",),
    "completed_months": ("month",),
    "days": ("day",),
    "date": ("date",),
    "year_of": ("year",),
    "month_of": ("month",),
    **dict.fromkeys(("known", "holds", "every", "some"), ("boolean",)),
    **dict.fromkeys(("count", "streak"), ("count",)),
    "rank": ("place",),
}
OVER_LISTS = ("count", "total", "mean", "median", "lowest", "highest", "every", "some", "rank", "streak")


class Values:
    """Draws expressions and conditions over what has been declared so far: `names`, by subject and kind."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lists = LISTS
        self.names: dict[str, dict[str, list[str]]] = {subject: {kind: [] for kind in KINDS} for subject in WITHIN}
        self.given: dict[str, dict[str, list[str]]] = {subject: {kind: [] for kind in KINDS} for subject in WITHIN}
        self.ranked: dict[str, list[str]] = {subject: [] for subject in WITHIN}  # decisions whose outcomes compare
        self.outcomes: dict[str, dict[str, list[str]]] = {subject: {} for subject in WITHIN}

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    # --- values --------------------------------------------------------------------------------------------------

    def literal(self, kind: str) -> str:
        number = self.random.choice((0, 1, 2, 3, 5, 10, 20))
        if kind in UNITS:
            return f"{number} {UNITS[kind]}s"
        return {
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
            known += [f"{level}.{name}" for name in self.names[level][kind] if "." not in name]
            level = WITHIN[level]
        return self.random.choice(known) if known else None

    def value(self, kind: str, subject: str, depth: int) -> Any:
        if self.maybe(0.3):
            return self.literal(kind)
        if depth and self.maybe(0.5) and (formula := self.formula(kind, subject, depth - 1)):
            return formula
        return self.name(kind, subject) or self.literal(kind)

    # --- formulas ------------------------------------------------------------------------------------------------

    def formula(self, kind: str, subject: str, depth: int) -> Content | None:
        """A formula of a kind by any key of the grammar that can give it."""
        keys = [key for key in KEYS if kind in GIVES.get(key, KINDS)]
        if subject not in self.lists:
            keys = [key for key in keys if key not in OVER_LISTS]
        key = self.random.choice(keys)
        make: Callable[[str, str, str, int], Content | None] = self._over_list if key in OVER_LISTS else self._plain
        return make(key, kind, subject, depth)

    def _plain(self, key: str, kind: str, subject: str, depth: int) -> Content | None:
        def inner(of: str = kind) -> Any:
            return self.value(of, subject, depth)

        if key == "when":
            # codes written out do not say which choice they are of
            then, otherwise = (self.name(kind, subject) if kind in CODES else inner() for _ in range(2))
            bare = then is None or otherwise is None
            return None if bare else {"when": self.condition(subject, 1), "then": then, "otherwise": otherwise}
        if key == "first_known":
            return {key: [self.name(kind, subject) or self.literal(kind), *(inner() for _ in range(self._few()))]}
        if key in ("least", "greatest", "sum", "difference"):
            first = self.name(kind, subject) if kind in CODES else inner()
            return None if first is None else {key: [first, *(inner() for _ in range(self._few()))]}
        if key == "product":
            return {key: [inner(), self.random.choice(("0.5", "3", "-1")) if self.maybe(0.2) else inner("rate")]}
        if key == "ratio":
            of = self.random.choice(NUMBERS)
            return {key: [self.name(of, subject) or self.literal(of), inner(of)]}
        if key.startswith("round_"):
            return {key: inner(), "to": self.literal(kind) if self.maybe(0.1) else STEPS[kind]}
        if key == "date":
            unit = self.random.choice(PERIODS)
            period = self.name(unit, subject) if self.maybe(0.3) else None
            return {key: inner("date"), self.random.choice(("plus", "minus")): period or f"{self._few()} {unit}s"}
        if key == "known":
            of = self.random.choice(KINDS)
            return {key: self.name(of, subject) if of in CODES else inner(of)}
        if key == "holds":
            return {key: self.condition(subject, 1)}
        dates = [inner("date") for _ in range(2 if key in ("completed_years", "completed_months", "days") else 1)]
        return {key: dates if len(dates) == 2 else dates[0]}

    def _few(self) -> int:
        return self.random.choice((1, 1, 2))

    def _over_list(self, key: str, kind: str, subject: str, _depth: int) -> Content | None:
        counts_parts = key in ("count", "streak")  # a count is of the subject that the list is of
        lists = {name: of for name, of in self.lists[subject].items() if of == "part" or not counts_parts}
        name, of = self.random.choice(list(lists.items()))
        where = {"where": self.condition(of, 1)} if self.maybe(0.6) else {}
        if key == "count":
            return {key: name, **where}
        if key in ("every", "some"):
            return {key: name, "satisfies": self.condition(of, 1)}
        if key == "streak":
            by = self.name(self.random.choice(("year", "date", "count", "rate")), of)
            return None if by is None else {key: self.condition(of, 1), "over": name, "by": by}
        if key == "rank":
            each = self.random.choice(self.given[of][self.random.choice(ORDERED)])  # all subjects have these
            return {key: each, "over": name, "first": self.random.choice(("highest", "lowest")), **where}
        each = self.name(kind, of) if kind in CODES else self.value(kind, of, 0)
        return None if each is None else {key: each, "over": name, **where}

    # --- conditions ----------------------------------------------------------------------------------------------

    def condition(self, subject: str, depth: int) -> Content:
        if depth and self.maybe(0.4):
            parts = [self.condition(subject, depth - 1) for _ in range(self.random.randint(1, 3))]
            if self.maybe(0.25):
                return {"at_least": self.random.randint(1, len(parts)), "of": parts}
            return {self.random.choice(tuple(JOINS)): parts}
        return dict(self._test(subject, depth) for _ in range(self._few()))

    def _test(self, subject: str, depth: int) -> tuple[str, Any]:
        random = self.random
        if self.outcomes[subject] and self.maybe(0.2):
            return self._conclusion(subject)
        kind = random.choice(KINDS)
        name = self.name(kind, subject) or "on"
        if name == "on" or (kind == "date" and self.maybe(0.2)):
            return "on", {random.choice(SINGLE): self.value("date", subject, 0)}
        shape = random.random()
        if shape < 0.15:
            return name, random.choice((self.literal(kind), {"one_of": [self.literal(kind) for _ in range(2)]}))
        if shape < 0.3:
            return name, [self.literal(kind) for _ in range(self._few())]
        if kind not in ORDERED:
            return name, {"equals": self.value(kind, subject, 0)}
        if shape < 0.45 and kind in NUMBERS:
            return name, self._range(kind)
        if shape < 0.5:
            return name, {"between": [self.value(kind, subject, 0) for _ in range(2)]}
        return name, {random.choice(SINGLE): self.value(kind, subject, depth)}

    def _range(self, kind: str) -> Content:
        low, high = sorted((self.random.randint(0, 3), self.random.randint(4, 9)))
        unit = {"amount": "00 yuan", "rate": "0%", "points": " points"}.get(kind) or f" {UNITS[kind]}s"
        if self.maybe(0.2):
            return {"between": [f"{low}{unit}", f"{high}{unit}"]}
        first, second = self.random.choice((("at_least", "below"), ("above", "at_most"), ("at_least", "at_most")))
        return {first: f"{low}{unit}", second: f"{high}{unit}"}

    def _conclusion(self, subject: str) -> tuple[str, Any]:
        name, codes = self.random.choice(list(self.outcomes[subject].items()))
        if name in self.ranked[subject] and self.maybe(0.5):
            return name, {self.random.choice(SINGLE): self.random.choice(codes)}
        few = self.random.sample(codes, self.random.randint(1, len(codes)))
        return name, self.random.choice((self.random.choice(codes), few))
