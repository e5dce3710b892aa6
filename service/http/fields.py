"""The shapes of requests and answers, as marshmallow schemas: what is read by them and what is documented by them.

Those of facts are generated from the fact dictionary of an edition. They describe; what judges whether a fact can be
used is rules.cases.checker, and a test holds the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from rules.model import Edition, Fact
from rules.values.exact import decimal_text, read_date
from rules.values.ids import CARD, ID, LONGEST, WANTED
from rules.values.limits import HUGE, MOST_RECORDS, PLACES

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
    """Nothing unknown, and keys in the order written here."""

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
    """Anything that JSON can say; `json_schema` says what."""

    def __init__(self, json_schema: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.json_schema = json_schema or {}


def text(most: int, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Length(1, most, error=WRONG_LENGTH), **kwargs)


def name(most: int, **kwargs: Any) -> fields.String:
    """A word that names something of ours: a plan, a decision, an edition."""
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


VALUE: Mapping[str, Any] = {
    "description": "a whole number, an exact decimal or fraction as text, true or false, a code, a date, or null",
    "type": ["string", "integer", "boolean", "null"],
}
LIMIT: Mapping[str, Any] = {"anyOf": [VALUE, {"type": "array", "items": VALUE}]}
VALUES: Mapping[str, Any] = {"type": "object", "additionalProperties": VALUE}
VERDICT = validate.OneOf(["met", "not_met", "unknown"])


class TestSchema(Strict):
    operator = fields.String(required=True)
    limit = Free(LIMIT, required=True)


class ComparisonSchema(Strict):
    fact = fields.String(required=True)
    title = fields.Nested(TextSchema, required=True)
    observed = Free(VALUE, required=True)
    unit = fields.String(required=True)
    tests = fields.List(fields.Nested(TestSchema), required=True)
    verdict = fields.String(required=True, validate=VERDICT)


class FindingSchema(Strict):
    criterion = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(["criterion", "row", "veto", "ceiling", "item"]))
    title = fields.Nested(TextSchema, required=True)
    verdict = fields.String(required=True, validate=VERDICT)
    clause = fields.String(required=True)
    set_by = fields.String(required=True)
    group = fields.String()
    group_title = fields.Nested(TextSchema)
    applies = fields.Boolean(required=True)
    rejects = fields.Boolean(required=True)
    points = Free(VALUE)
    outcome = fields.String()
    comparisons = fields.List(fields.Nested(ComparisonSchema), required=True)


class MeasureSchema(Strict):
    id = fields.String(required=True)
    outputs = Free(VALUES, required=True)


class PlacedSchema(Strict):
    id = fields.String(required=True)
    place = fields.Integer(required=True, allow_none=True)
    chosen = fields.Boolean(required=True)
    why = fields.String(required=True, allow_none=True)


class MissingSchema(Strict):
    fact = fields.String(required=True)
    title = fields.Nested(TextSchema, required=True)
    why = fields.String(required=True)


class DecidedSubjectSchema(Strict):
    kind = fields.String(required=True)
    id = fields.String(required=True)


class DecisionSchema(Strict):
    """A decision with a finding for every criterion, exactly as the core gives it."""

    id = fields.String(required=True, metadata={"description": "the same for the same question, facts and edition"})
    decision = fields.String(required=True)
    title = fields.Nested(TextSchema, required=True)
    subject = fields.Nested(DecidedSubjectSchema, required=True)
    on = Day(required=True)
    outcome = fields.String(required=True)
    outcome_title = fields.Nested(TextSchema, required=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)
    outputs = Free(VALUES, required=True)
    measures = fields.List(fields.Nested(MeasureSchema), required=True)
    ranking = fields.List(fields.Nested(PlacedSchema), required=True)
    missing = fields.List(fields.Nested(MissingSchema), required=True)
    chained = Free(
        {"type": "object", "additionalProperties": {
            "type": "object", "required": ["outcome", "id"],
            "properties": {"outcome": {"type": "string"}, "id": {"type": "string"}}}},
        required=True,
    )  # fmt: skip
    plan = fields.String(required=True)
    edition = Day(required=True)
    edition_sha256 = fields.String(required=True)


class LoggedDecisionSchema(DecisionSchema):
    """A decision, and the id under which it stands in the log."""

    log_id = fields.String(required=True)


# --- facts


RECORD_ID: Mapping[str, Any] = {**ID_SCHEMA, "type": ["string", "null"]}
PERCENT = rf"^[+-]?[0-9]{{1,15}}(\.[0-9]{{1,{PLACES - 2}}}0*)?\s*%$"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


class FactSchemas:
    """The facts of an edition's subjects as schemas. They may lie in one another without end: each is made once."""

    def __init__(self, edition: Edition, prefix: str = "") -> None:
        """`prefix` tells the names of one plan from those of another."""
        self.edition, self.prefix = edition, prefix
        self._made: dict[str, type[Schema]] = {}

    def facts(self, subject: str) -> type[Schema]:
        """What a case about a subject gives: its facts, the records around it, conclusions that come along."""
        return self._schema(subject, "Facts", around=True)

    def _schema(self, subject: str, kind: str, *, around: bool) -> type[Schema]:
        name = f"{self.prefix}{_camel(subject)}{kind}"
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
        if fact.type.kind != "list":
            return Free({**_json_schema(fact), "description": _about(fact)}, allow_none=True)
        about = {"description": _about(fact), "maxItems": MOST_RECORDS}
        return fields.List(self._nested(fact.type.of, "Record", around=True), allow_none=True, metadata=about)

    def _nested(self, subject: str, kind: str, *, around: bool, allow_none: bool = False) -> fields.Nested:
        title = self.edition.subjects[subject].title
        about = {"description": f"{title.zh} / {title.en}"}

        def later() -> Schema:
            return self._schema(subject, kind, around=around)()

        return fields.Nested(later, allow_none=allow_none, metadata=about)


def _json_schema(fact: Fact) -> dict[str, Any]:
    """What a given fact may be; null stands for not known."""
    match fact.type.kind:
        case "boolean":
            return {"type": ["boolean", "null"]}
        case "choice":
            return {"type": ["string", "null"], "enum": [*fact.choices, None]}
        case "date":
            return {"type": ["string", "null"], "format": "date", "pattern": DAY}
    least = {"exclusiveMinimum": -HUGE} if fact.minimum is None else {"minimum": _plain(fact.minimum)}
    most = {"exclusiveMaximum": HUGE} if fact.maximum is None else {"maximum": _plain(fact.maximum)}
    if fact.type.kind == "count" and not fact.decimals:
        return {"type": ["integer", "null"], **least, **most}
    number = {"type": ["number", "null"], **least, **most, "multipleOf": Decimal(1).scaleb(-PLACES)}
    if fact.type.kind != "rate":
        return number
    return {"anyOf": [number, {"type": "string", "pattern": PERCENT}]}


def _plain(value: Any) -> int | Decimal:
    return value if isinstance(value, int) else Decimal(decimal_text(value, 20))


def _about(fact: Fact) -> str:
    unit = (
        f" ({fact.type.unit})"
        if fact.type.unit
        else f" (at most {PLACES} decimal places)"
        if fact.type.kind == "rate"
        else ""
    )
    lines = [f"{fact.title.zh} / {fact.title.en}{unit}"]
    lines += [f"{text.zh} / {text.en}" for text in (fact.about, fact.supplied_by) if text is not None]
    lines += [f"{code}: {title.zh} / {title.en}" for code, title in fact.choices.items()]
    return "\n\n".join(lines)


def _camel(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))
