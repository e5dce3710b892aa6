"""JSON Schemas of the facts of an edition, as marshmallow schemas that document a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from rules.model import Edition, Fact
from rules.values.exact import DATE, Range
from rules.values.kinds import KINDS
from rules.values.limits import MOST_RECORDS, PLACES
from service.http.fields import ID_SCHEMA, Free, Strict

DATES = ("不晚于判定日 / not after the day of the decision", "可晚于判定日 / may be after the day of the decision")
RECORD_ID: Mapping[str, Any] = {**ID_SCHEMA, "type": ["string", "null"]}


class FactSchemas:
    """JSON Schemas of the facts of an edition's subjects. Subjects may refer to one another, so each schema is built
    once and referenced."""

    def __init__(self, edition: Edition, prefix: str = "") -> None:
        """`prefix` separates the schema names of one plan from those of another."""
        self.edition, self.prefix = edition, prefix
        self._made: dict[str, type[Schema]] = {}

    def facts(self, subject: str) -> type[Schema]:
        """The schema of a case: the subject's facts, the records around it, and conclusions passed in."""
        return self._schema(subject, "Facts", around=True)

    def _schema(self, subject: str, kind: str, *, around: bool) -> type[Schema]:
        name = f"{self.prefix}{camel(subject)}{kind}"
        if name not in self._made:
            found = self._fields(subject, around=around)
            own = {} if kind == "Facts" else {"id": Free(RECORD_ID, allow_none=True)}
            self._made[name] = Strict.from_dict({**own, **found}, name=name)
        return self._made[name]

    def _fields(self, subject: str, *, around: bool) -> dict[str, fields.Field[Any]]:
        edition = self.edition
        found = {fact.name: self._field(fact) for fact in edition.subjects[subject].facts.values() if fact.given}
        for rule in edition.rules.values():
            if rule.subject == subject:
                about = f"{rule.title.zh} / {rule.title.en}"
                schema = {"type": ["string", "null"], "enum": [*rule.outcomes, None], "description": about}
                found[rule.id] = Free(schema, allow_none=True)
        level = edition.subjects[subject].within if around else ""
        while level and level not in found:
            found[level] = self._nested(level, "Around", around=False, allow_none=True)
            level = edition.subjects[level].within
        return found

    def _field(self, fact: Fact) -> fields.Field[Any]:
        if (schema := KINDS[fact.type.kind].schema) is not None:
            shape = schema(fact)
            if fact.type.is_number:
                shape = {"anyOf": [*shape.get("anyOf", [shape]), _range(shape)]}
            return Free({**shape, "description": _about(fact)}, allow_none=True)
        about = {"description": _about(fact), "maxItems": MOST_RECORDS}
        return fields.List(self._nested(fact.type.of, "Record", around=True), allow_none=True, metadata=about)

    def _nested(self, subject: str, kind: str, *, around: bool, allow_none: bool = False) -> fields.Nested:
        title = self.edition.subjects[subject].title
        about = {"description": f"{title.zh} / {title.en}"}

        def later() -> Schema:
            return self._schema(subject, kind, around=around)()

        return fields.Nested(later, allow_none=allow_none, metadata=about)


def _range(number: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a number that is known within bounds."""
    return {"type": "object", "properties": dict.fromkeys(Range._fields, number), "additionalProperties": False,
            "anyOf": [{"required": [end], "properties": {end: {"not": {"type": "null"}}}} for end in Range._fields],
            "description": "只知上下限 / known within bounds"}  # fmt: skip


def _about(fact: Fact) -> str:
    unit = (
        f" ({fact.type.unit})"
        if fact.type.unit
        else f" (at most {PLACES} decimal places)"
        if fact.type.kind == "rate"
        else ""
    )
    lines = [f"{fact.title.zh} / {fact.title.en}{unit}"]
    lines += [DATES[fact.future]] if fact.type == DATE else []
    lines += [f"{text.zh} / {text.en}" for text in (fact.about, fact.supplied_by) if text is not None]
    lines += [f"{code}: {title.zh} / {title.en}" for code, title in fact.choices.items()]
    return "\n\n".join(lines)


def camel(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))
