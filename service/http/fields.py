"""Fields of requests and problems for marshmallow: they validate and they document, with messages in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from rules.values.exact import read_date
from rules.values.ids import CARD, ID, LONGEST, WANTED

ID_SCHEMA: Mapping[str, Any] = {  # rules.values.ids, in the dialect of JSON Schema
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST,
    "pattern": rf"^(?!{CARD}$)[^\x00-\x1f\x7f]*$",
}

# marshmallow's words, or `code|figure|figure` -> our code, and both languages
MESSAGES: Mapping[str, tuple[str, str, str]] = {
    "Missing data for required field.": ("required", "这一项必须写。", "This is required."),
    "Field may not be null.": ("null", "这一项不能为空。", "This may not be null."),
    "Unknown field.": ("unknown_field", "没有这一项。", "There is no such field."),
    "Not a valid string.": ("not_text", "请写文字。", "Write text."),
    "Not a valid boolean.": ("not_boolean", "请写 true 或 false。", "Write true or false."),
    "Invalid type.": ("not_a_mapping", "这里要写映射。", "A mapping is wanted here."),
    "Invalid input type.": ("not_a_mapping", "这里要写映射。", "A mapping is wanted here."),
    "Not a valid list.": ("not_a_list", "这里要写列表。", "A list is wanted here."),
    "Not a valid mapping type.": ("not_a_mapping", "这里要写映射。", "A mapping is wanted here."),
    "not_a_date": ("not_a_date", "请写日期，如 2026-12-31。", "Write a date, as in 2026-12-31."),
    "not_an_id": ("not_an_id", *WANTED),
    "not_a_choice": ("not_a_choice", "请写其中之一：{0}。", "Write one of: {0}."),
    "wrong_length": ("wrong_length", "要有 {0} 到 {1} 个字符。", "Write {0} to {1} characters."),
    "wrong_number": ("wrong_number", "要有 {0} 到 {1} 项。", "Give {0} to {1} of them."),
    "out_of_range": ("out_of_range", "要在 {0} 到 {1} 之间。", "It has to be between {0} and {1}."),
    "not_printable": ("not_printable", "含有控制字符。", "It holds control characters."),
    "not_whole": ("not_whole", "请写整数。", "Write a whole number."),
    "not_a_path": ("not_a_path", "请写“判定.条目”或“对象.事实”。", "Write decision.item or subject.fact."),
    "not_a_limit": ("not_a_limit", "请写一个限值，如 2026-12-31 或 5%。", "Write a limit, as in 2026-12-31 or 5%."),
    "not_a_cursor": ("not_a_cursor", "游标要原样取自上一页。", "A cursor is taken from the page before, as it stands."),
}  # fmt: skip


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


class Flag(fields.Field[bool]):
    """`true` or `false` in a query string."""

    json_schema: ClassVar = {"type": "string", "enum": ["true", "false"], "default": "false"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value not in ("true", "false"):
            raise ValidationError("Not a valid boolean.")
        return bool(value == "true")


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
        if ID.fullmatch(found) is None:
            raise ValidationError("not_an_id")
        return found


class Free(fields.Raw):
    """Any JSON value; `json_schema` documents it."""

    def __init__(self, json_schema: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.json_schema = json_schema or {}


def text(most: int, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Length(1, most, error=WRONG_LENGTH), **kwargs)


def name(most: int, **kwargs: Any) -> fields.String:
    """The name of a plan, a decision or an edition."""
    printable = validate.Regexp(r"[^\x00-\x1f\x7f]*\Z", error="not_printable")
    kwargs["metadata"] = {**kwargs.get("metadata", {}), "pattern": r"^[^\x00-\x1f\x7f]*$"}
    return fields.String(validate=[validate.Length(1, most, error=WRONG_LENGTH), printable], **kwargs)


# --- requests


class SubjectSchema(Strict):
    id = Identifier(required=True, metadata={"description": "a pseudonymous id; no name, no identity card number"})


class CaseSchema(Strict):
    plan = name(64, metadata={"description": "the plan; not needed where there is only one"})
    on = Day(metadata={"description": "the decision date; today where it is not given"})
    subject = fields.Nested(SubjectSchema, required=True)
    facts = Free({"type": "object"}, required=True)


# --- answers


class TextSchema(Strict):
    zh = fields.String(required=True)
    en = fields.String(required=True)


class ErrorSchema(Strict):
    pointer = fields.String(required=True, metadata={"description": "JSON Pointer into the request"})
    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class ProblemSchema(Schema):
    """A problem document, RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    request_id = fields.String()
    errors = fields.List(fields.Nested(ErrorSchema))
