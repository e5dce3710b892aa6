"""One example of a feature: what is given, the question asked, and the answer to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from rules import Decision, FactChecker
from rules.editing.address import Data, Verbatim
from rules.judging.decider import Decider
from rules.judging.decision import Finding
from rules.values.exact import RANGES, plain
from service.examples import words


def as_written(value: Any) -> Data:
    """Exact values as the text of a case writes them; what is not known is left out."""
    if isinstance(value, Mapping):
        return {key: as_written(one) for key, one in value.items() if one is not None and key != RANGES}
    if isinstance(value, list | tuple):
        return [as_written(one) for one in value]
    if isinstance(value, str):
        return Verbatim(value)
    return str(value).lower() if isinstance(value, bool) else str(plain(value))


@lru_cache(maxsize=8)
def _checker(decider: Decider) -> FactChecker:
    return FactChecker(decider.edition)


@dataclass
class Case:
    decider: Decider
    root: Path  # the policies folder that the edition was read from
    on: date | None = None
    given: dict[str, str | list[list[str]]] = field(default_factory=dict)  # title -> cell, or the table of a list
    asked: str = ""  # a decision
    facts: dict[str, Any] = field(default_factory=dict)
    answer: Decision | None = None
    assigned: Any = None  # what tests.steps.assigning makes of it
    supposed: Callable[[Decider], Decider] | None = None  # what an example supposes of the edition

    def ask(self, title: str) -> None:
        """Read what is given in the light of the question, and decide it."""
        self.asked, self.facts = self.read(title, self.given)
        self.decide()

    def read(self, title: str, given: Mapping[str, str | list[list[str]]]) -> tuple[str, dict[str, Any]]:
        """The decision of a title, and the facts given for it; FactError where they cannot be."""
        edition = self.decider.edition
        rule = words.rule_titled(edition, title)
        facts: dict[str, Any] = {}
        for name, said in given.items():
            level, fact = words.fact_titled(edition, rule.subject, name)
            record = facts if level == rule.subject else facts.setdefault(level, {})
            key = fact.name if hasattr(fact, "name") else fact.id
            record[key] = self.records(fact.type.of, said) if isinstance(said, list) else words.value_of(fact, said)
        return rule.id, _checker(self.decider).check(rule.subject, facts, self.on)

    def decide(self) -> None:
        assert self.on is not None, "a case needs a day"
        decider = self.decider if self.supposed is None else self.supposed(self.decider)
        self.answer = decider.decide(self.asked, self.facts, self.on, "example")

    def again(self, decider: Decider) -> Case:
        """The same facts and question put to another decider."""
        case = replace(self, decider=decider)
        case.decide()
        return case

    @property
    def decision(self) -> Decision:
        assert self.answer is not None, "nothing has been decided yet"
        return self.answer

    def finding(self, title: str) -> Finding:
        found = [one for one in self.decision.findings if one.title.zh == title]
        assert len(found) == 1, f"“{title}” names {len(found)} findings of {self.asked}"
        return found[0]

    def records(self, subject: str, table: list[list[str]]) -> list[dict[str, Any]]:
        """The records of a table, a column for each fact; 编号 is the id, 个数 how many there are."""
        header, *rows = table
        return [record for row in rows for record in self._row(subject, dict(zip(header, row, strict=True)))]

    def _row(self, subject: str, cells: dict[str, str]) -> list[dict[str, Any]]:
        times = int(cells.pop("个数", "1"))
        record: dict[str, Any] = {"id": cells.pop("编号")} if "编号" in cells else {}
        for title, cell in cells.items():
            level, fact = words.fact_titled(self.decider.edition, subject, title)
            assert level == subject, f"“{title}” is no fact of a record"
            record[fact.name if hasattr(fact, "name") else fact.id] = words.value_of(fact, cell)
        return [dict(record) for _ in range(times)]
