"""Fields of requests and problems for marshmallow: they validate and they document, with messages in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from rules.values.exact import read_date
from rules.values.ids import BLANK, CARD, LONGEST, SAYS, UNSEEN_BASIC, is_id

# rules.values.ids, in the dialect of JSON Schema. A range beyond the basic plane is a fault to JavaScript without its
# flag `u`, which some generated clients and linters leave out: what is unseen there is refused, too, but not by the
# pattern; the description says so. Its end is no `$`, before which Python lets a line end stand.
ID_SCHEMA: Mapping[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST,
    "pattern": rf"^(?![^{UNSEEN_BASIC}]*{CARD})(?!{BLANK}|.*{BLANK}$)[^{UNSEEN_BASIC}]*(?![\s\S])",
}

WRONG_LENGTH = "wrong_length|{min}|{max}"  # marshmallow fills it in


class Strict(Schema):
    """Refuses unknown keys; keeps the declared order of keys."""

    class Meta:
        """Options of marshmallow."""

        unknown = RAISE


class Day(fields.Field[date]):
    """A date as YYYY-MM-DD and in no other form."""

    json_schema: ClassVar = {"type": "string", "format": "date", "examples": ["2026-12-31"]}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day = read_date(value) if isinstance(value, str) else None
        if day is None:
            raise ValidationError("not_a_date")
        return day


class Period(Strict):
    """Two days of a search, both within: `start` and `end`, in that order."""

    start = Day(data_key="from", metadata={"description": "logged on this day or later"})
    end = Day(data_key="to", metadata={"description": "logged on this day or earlier"})

    @validates_schema(skip_on_field_errors=False)
    def _holds_a_day(self, said: Mapping[str, Any], **_: Any) -> None:
        start, end = said.get("start"), said.get("end")
        if start is not None and end is not None and start > end:
            raise ValidationError({"from": [f"after_to|{end}"], "to": [f"before_from|{start}"]})


class Flag(fields.Field[bool]):
    """`true` or `false` in a query string."""

    json_schema: ClassVar = {"type": "string", "enum": ["true", "false"], "default": "false"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value not in ("true", "false"):
            raise ValidationError("Not a valid boolean.")
        return bool(value == "true")


class Truth(fields.Field[bool]):
    """`true` or `false` in JSON, and nothing that stands for it elsewhere."""

    json_schema: ClassVar = {"type": "boolean"}  # with a default, some generators take it for required

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Not a valid boolean.")
        return value


class Whole(fields.Field[int]):
    """A whole number in a query string, in plain digits."""

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most
        self.json_schema = {"type": "integer", "minimum": least, "maximum": most}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if re.fullmatch("-?[0-9]{1,9}", str(value)) is None:
            raise ValidationError("not_whole")
        if not self.least <= int(value) <= self.most:
            raise ValidationError(f"out_of_range|{self.least}|{self.most}")
        return int(value)


class Identifier(fields.String):
    """The id of a subject."""

    json_schema: ClassVar = ID_SCHEMA

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        found: str = super()._deserialize(value, attr, data, **kwargs)
        if not is_id(found):
            raise ValidationError("not_an_id")
        return found


class Readings(fields.Dict):
    """Readings to be tried: the name of each and the choice."""

    json_schema: ClassVar = {"type": "object", "maxProperties": 20, "additionalProperties": {"type": "string"}}

    def __init__(self, **kwargs: Any) -> None:
        short = text(60, required=True)
        super().__init__(keys=short, values=short, validate=validate.Length(max=20, error=WRONG_LENGTH), **kwargs)


class Free(fields.Raw):
    """Any JSON value; `json_schema` documents it."""

    def __init__(self, json_schema: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.json_schema = json_schema or {}


def text(most: int, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Length(1, most, error=WRONG_LENGTH), **kwargs)


def words(most: int, **kwargs: Any) -> fields.String:
    """What a person says: more than blanks."""
    said = validate.Regexp(rf"\Z|{SAYS}", error="blank")  # of an empty one its length tells
    kwargs["metadata"] = {**kwargs.get("metadata", {}), "pattern": rf"^[\s\S]*[^{UNSEEN_BASIC}\s]"}
    return fields.String(validate=[validate.Length(1, most, error=WRONG_LENGTH), said], **kwargs)


def name(most: int, **kwargs: Any) -> fields.String:
    """The name of a plan, a decision or an edition."""
    printable = validate.Regexp(r"[^\x00-\x1f\x7f]*\Z", error="not_printable")
    kwargs["metadata"] = {**kwargs.get("metadata", {}), "pattern": r"^[^\x00-\x1f\x7f]*$"}
    return fields.String(validate=[validate.Length(1, most, error=WRONG_LENGTH), printable], **kwargs)


def digest(least: int, **kwargs: Any) -> fields.String:
    """A SHA-256, or its beginning of so many digits at least."""
    kwargs["metadata"] = {**kwargs.get("metadata", {}), "pattern": rf"^[0-9a-f]{{{least},64}}$"}
    return fields.String(validate=validate.Regexp(rf"[0-9a-f]{{{least},64}}\Z", error="not_a_hash"), **kwargs)


# --- requests


class SubjectSchema(Strict):
    id = Identifier(
        required=True,
        metadata={
            "description": "a pseudonymous id; no name, no identity card number, and nothing that cannot be seen"
        },
    )


class CaseSchema(Strict):
    plan = name(64, metadata={"description": "the plan; not needed where there is only one"})
    on = Day(metadata={"description": "the decision date; today where it is not given"})
    subject = fields.Nested(SubjectSchema, required=True)
    facts = Free({"type": "object"}, required=True)
    readings = Readings(
        metadata={"description": "readings to be tried instead of the plan's own: no decision of record"}
    )
    dry_run = Truth(metadata={"description": "only try: the answer is marked, nothing is decided or logged"})
