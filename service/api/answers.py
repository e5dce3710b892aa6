"""marshmallow schemas of decisions in answers: as the core gives them, a finding for every criterion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from service.http.fields import Day, Free, Strict, TextSchema

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
