"""An example case for any decision: every fact it depends on, with a value in its range."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rules.model import Edition, Fact, Rule
from rules.model.needs import Key, needed
from rules.values.exact import Value, plain
from rules.values.kinds import KINDS


def case(edition: Edition, rule: Rule) -> dict[str, Any]:
    """A case as a caller sends it."""
    example = _Example(edition, needed(edition, rule))
    return {
        "on": edition.effective_from.isoformat(),
        "subject": {"id": f"{rule.subject}-1"},
        "facts": example.record(rule.subject, around=True),
    }


class _Example:
    def __init__(self, edition: Edition, wanted: Mapping[Key, Fact]) -> None:
        self._edition, self._wanted = edition, wanted

    def record(self, subject: str, *, around: bool, inside: tuple[str, ...] = ()) -> dict[str, Any]:
        """The needed facts of a subject, one record of every list, and the records around it."""
        inside = (*inside, subject)
        found: dict[str, Any] = {}
        for fact in self._edition.subjects[subject].facts.values():
            if fact.given and (subject, fact.name) in self._wanted:
                found[fact.name] = self._shown(fact)
            if not fact.given or fact.type.kind != "list" or fact.type.of in inside:
                continue
            if record := self.record(fact.type.of, around=False, inside=inside):
                found[fact.name] = [{"id": f"{fact.type.of}-1", **record}]
        level = self._edition.subjects[subject].within if around else ""
        while level and level not in inside:
            if record := self.record(level, around=False, inside=inside):
                found[level] = record
            inside, level = (*inside, level), self._edition.subjects[level].within
        return found

    def _shown(self, fact: Fact) -> Any:
        value = self._value(fact)
        return float(value) if isinstance(value, Fraction) else plain(value)

    def _value(self, fact: Fact) -> Value:
        sample = KINDS[fact.type.kind].sample
        value = None if sample is None else sample(fact.type, self._edition.effective_from)
        if not fact.type.is_number:
            return value
        for whole in fact.part_of:  # half of the smallest whole
            value = min(value, self._value(self._edition.subjects[fact.subject].facts[whole]) // 2)
        if fact.minimum is not None:
            value = max(value, fact.minimum)
        return value if fact.maximum is None else min(value, fact.maximum)
