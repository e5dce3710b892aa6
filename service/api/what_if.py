"""`/v1/what-if/{decision}`: the same case under other figures. Nothing is logged, because nothing is decided."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from flask import Response
from marshmallow import ValidationError, fields

from rules import Edition, FactError, PolicyError
from rules.variants.first_look import faults
from rules.variants.whatif import NoSuchFigure, Supposition, changed, in_force, suppose
from service.api.replaying import differences
from service.exact_json import dumps
from service.http.answering import answer
from service.http.bodies import JSON, body_json
from service.http.cases import COMPILING, field_errors
from service.http.context import case_reader, snapshot
from service.http.fields import CaseSchema, Strict
from service.http.problems import FieldError, Problem
from service.http.views import Blueprint
from service.policies.compiled import Compiled, compiled_of, kept, reread

blueprint = Blueprint("what-if", __name__, url_prefix="/v1/what-if", description="假设 / what if")
MOST = 20
Pairs = tuple[tuple[str, str], ...]
PATH = r"[A-Za-z][A-Za-z0-9_]{0,59}\.[^\x00-\x1f\x7f=]{1,60}"  # what comes first names a file of the edition
LIMIT = r"[^\x00-\x1f\x7f{}:#]+"  # one value or a list of them, and nothing that would go on to another key


class Overrides(fields.Field[Mapping[str, str]]):
    """New limits by path. The pattern of a path excludes file names."""

    json_schema: ClassVar = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": MOST,
        "propertyNames": {"pattern": f"^{PATH}$"},
        "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": f"^{LIMIT}$"},
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Mapping[str, str]:
        if not isinstance(value, Mapping):
            raise ValidationError("Not a valid mapping type.")
        if not 0 < len(value) <= MOST:
            raise ValidationError(f"wrong_number|1|{MOST}")
        wrong = {path: [said] for path, limit in value.items() if (said := _wrong(path, limit))}
        if wrong:
            raise ValidationError(wrong)
        return value


def _wrong(path: str, limit: Any) -> str:
    if re.fullmatch(PATH, path) is None:
        return "not_a_path"
    if not isinstance(limit, str):
        return "Not a valid string."
    return "" if re.fullmatch(LIMIT, limit) and len(limit) <= 100 else "not_a_limit"


class WhatIfSchema(CaseSchema):
    """A case, with overrides or readings or both."""

    overrides = Overrides(metadata={"description": "`decision.item` or `subject.fact`, and the limit it would have"})


class OverridesSchema(Strict):
    overrides = Overrides(required=True)


_OVERRIDES = OverridesSchema()


@blueprint.view("POST", "/<decision>", "Compared", permission="what_if", kinds=("conflict",))
@blueprint.doc(requestBody={"required": True, "content": {JSON: {"schema": WhatIfSchema}}})
def what_if(decision: str) -> Response:
    """若改掉某些数值，或换一种解读，结论会怎样 / what would come out under other figures or readings"""
    raw = body_json()
    overrides, errors = _overrides(raw)
    try:
        case = case_reader().case(decision, {key: value for key, value in raw.items() if key != "overrides"}
                            if isinstance(raw, dict) else raw)  # fmt: skip
    except Problem as problem:
        raise Problem.invalid([*errors, *problem.errors]) if problem.errors else problem from None
    if errors:
        raise Problem.invalid(errors)
    own, other = snapshot().edition(case.compiled.edition.id), case.compiled
    if overrides:
        readings = tuple(sorted(other.edition.under.items()))
        supposed = _suppositions(other.edition, overrides, case.on)
        with COMPILING.turn():
            other = _supposed(snapshot().digest, own.edition.id, readings, supposed)
    try:
        facts = own.checker.check_beside(other.checker, case.rule.subject, case.given, case.on)
    except FactError as error:
        raise Problem.invalid(FieldError.of_fact(one, "/facts") for one in error.problems) from None
    now = own.engine.decide(decision, facts, case.on, case.subject_id)
    then = other.engine.decide(decision, case.facts, case.on, case.subject_id)
    return answer(dumps({"now": now.as_dict(), "then": then.as_dict(), "changed": changed(now, then),
                         "differences": differences(now, then)}))  # fmt: skip


def _overrides(raw: Any) -> tuple[Mapping[str, str], list[FieldError]]:
    if isinstance(raw, dict) and raw.get("readings") and "overrides" not in raw:
        return {}, []
    given = {"overrides": raw["overrides"]} if isinstance(raw, dict) and "overrides" in raw else {}
    try:
        return _OVERRIDES.load(given)["overrides"], []
    except ValidationError as error:
        return {}, list(field_errors(error.messages))


def _suppositions(edition: Edition, overrides: Mapping[str, str], on: date) -> tuple[Supposition, ...]:
    """The overrides, of dated values those in force on the day; refused where one is seen to be wrong by itself."""
    found, errors = list[Supposition](), list[FieldError]()
    for path, limit in sorted(overrides.items()):
        try:
            found += in_force(edition, [Supposition.read(f"{path}={limit}")], on)
        except NoSuchFigure as error:
            errors.append(FieldError(f"/overrides/{path}", "no_such_figure", error.zh, error.en))
    errors += (FieldError(f"/overrides/{one.path}", told.code, told.zh, told.en)
               for one in found for told in faults(edition, one))  # fmt: skip
    if errors:
        raise Problem.invalid(errors)
    return tuple(found)


@kept
def _supposed(_digest: str, edition: str, readings: Pairs, suppositions: tuple[Supposition, ...]) -> Compiled:
    """The changed edition, cached by readings, suppositions and digest of the policies."""
    policies = snapshot()
    try:
        now = policies.edition(edition)
        supposed = suppose(policies.root, reread(now, readings).edition if readings else now.edition, suppositions)
    except NoSuchFigure as error:
        raise Problem.invalid([FieldError(f"/overrides/{error.path}", "no_such_figure", error.zh, error.en)]) from None
    except PolicyError as error:
        at = f"/overrides/{suppositions[0].path}" if len(suppositions) == 1 else "/overrides"
        raise Problem.invalid(
            FieldError(at, problem.code, problem.zh, problem.en)
            for problem in error.problems if problem.severity == "error"
        ) from None  # fmt: skip
    return compiled_of(policies.root, supposed)
