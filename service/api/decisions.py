"""`/v1/decisions`: decide a case, and find past decisions."""

from __future__ import annotations

import json
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple

from flask import Response, request
from marshmallow import ValidationError, fields, validate

from service.days import midnight
from service.exact_json import dumps
from service.http.amended import amended
from service.http.answering import ASKED, DECISION, REVIEWED, Idempotent, answer, log_problems, scribe
from service.http.bodies import body_json
from service.http.compact import Compact
from service.http.context import caller, case_reader, service
from service.http.fields import Identifier, Period, Whole, name
from service.http.problems import Problem
from service.http.shadowing import for_shadows
from service.http.turns import Turns
from service.http.views import Blueprint
from service.keys import PERMISSIONS
from service.log import Line, SealError

blueprint = Blueprint("decisions", __name__, url_prefix="/v1/decisions", description="判定 / decisions")
PAGE, MOST = 100, 1000
LOG_ID = re.compile("[0-9a-f]{32}")
TRACE_ID = re.compile(r"[0-9a-f]{32}\Z")
SEARCHING = Turns(2, waiting=12)  # a pull of 10,000 lines takes half a second of processor
CURSOR = "a cursor"  # in place of the id of an entry, which has no blank in it


@blueprint.view("POST", "/<decision>", "LoggedDecision", permission="decide", idempotent=True)
def decide(decision: str) -> Response:
    """判定一个案例 / decide a case"""
    once = Idempotent()
    if (before := once.before()) is not None:
        return answer(before)
    case = case_reader().case(decision, body_json())
    found = case.compiled.engine.decide(decision, case.facts, case.on, case.subject_id)
    shown = {**found.as_dict(), **amended(case.compiled.edition.sha256)}
    if case.dry_run or case.compiled.edition.under:  # nothing is decided, so nothing is logged
        tried = {"dry_run": True} if case.dry_run else {}
        return answer(dumps({"of_record": False, **tried, **shown}))
    short = Compact.of(found)
    line = scribe().decision(case, short)
    body = dumps({"log_id": line.id, **shown})
    return answer(once.write_soon([line], body, [short], for_shadows(case, short, line)))


# --- what was decided


class Cursor(fields.Field[int]):
    """The position where a page ends, sealed: a number would tell every caller how much is decided in all."""

    json_schema: ClassVar = {"type": "string"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            return int(service().sealer.open(CURSOR, b64decode(str(value).encode(), b"-_", validate=True)))
        except (ValueError, SealError):
            raise ValidationError("not_a_cursor") from None


def cursor_of(seq: int) -> str:
    """The cursor of a page that ends there."""
    return urlsafe_b64encode(service().sealer.seal(CURSOR, b"%d" % seq)).decode()


class QuerySchema(Period):
    subject = Identifier(metadata={"description": "id of the subject"})
    decision = name(100)
    outcome = name(100)
    trace_id = fields.String(
        validate=validate.Regexp(TRACE_ID, error="not_a_trace_id"),
        metadata={"description": "trace-id of the traceparent", "pattern": "^[0-9a-f]{32}$"},
    )
    cursor = Cursor(metadata={"description": "`next` of the page before"})
    limit = Whole(1, MOST, load_default=PAGE)


@blueprint.view("GET", "", "Page", permission="read")
@blueprint.arguments(QuerySchema, location="query")
def find(query: Mapping[str, Any]) -> Response:
    """查找判定记录，新的在前 / find decisions, the newest first"""
    found = search(query)
    refused = [{"log_id": line.id, "code": code} for line, code in found.refused]
    return answer(dumps({"decisions": [shown(line) for line in found.lines], "refused": refused, "next": found.next}))


class Page(NamedTuple):
    """Decisions that are believed, those that are not with why, and the cursor of the next page."""

    lines: Sequence[Line]
    refused: Sequence[tuple[Line, str]]
    next: str | None


def search(query: Mapping[str, Any]) -> Page:
    """A page of decisions that fit a query of QuerySchema, the newest first."""
    wanted = {name: query.get(name) for name in ("decision", "outcome", "trace_id")}
    if "subject" in query:
        wanted["subject"] = service().sealer.blind(query["subject"])
    with SEARCHING.turn(), log_problems():
        lines, doubts = service().log.search(
            **wanted,
            kind=DECISION,
            caller=only_caller(),
            start=_midnight(query.get("start")),
            end=_midnight(query.get("end"), days=1),
            before_seq=query.get("cursor"),
            newest_first=True,
            limit=query["limit"] + 1,
        )
    found, more = lines[: query["limit"]], len(lines) > query["limit"]
    following = cursor_of(found[-1].seq) if more else None
    genuine = [line for line in found if line.seq not in doubts]
    return Page(genuine, [(line, doubts[line.seq]) for line in found if line.seq in doubts], following)


@blueprint.view("GET", "/<log_id>", "WholeLine", permission="read", tagged=True)
def show(log_id: str) -> Response:
    """一条判定记录及其复核 / one decision, and the reviews of it"""
    line = line_of(log_id)
    with log_problems():
        about = service().log.about(line.id)
    reviews = [{"id": one.id, "kind": one.kind, "at": one.at.isoformat(), **json.loads(one.body)}
               for one in about if one.kind in (ASKED, REVIEWED)]  # fmt: skip
    body = dumps({**shown(line), "reviews": reviews})
    response = answer(body)
    response.add_etag()
    response.make_conditional(request)
    return response


def line_of(log_id: str) -> Line:
    """The line of this id if the caller may see it; otherwise 404, whether it exists or not."""
    line = find_line(log_id)
    if line is None or line.kind != DECISION or only_caller() not in (None, line.caller):
        raise Problem("not-found", f"没有判定记录 {log_id}。", f"There is no decision {log_id}.")
    return line


def find_line(id: str) -> Line | None:
    """The line of this id; malformed ids are not queried."""
    with log_problems():
        return service().log.get(id) if LOG_ID.fullmatch(id) else None


def only_caller() -> str | None:
    """The caller filter: the caller's own decisions, or everybody's."""
    return None if "read_all" in PERMISSIONS[caller().role] else caller().client


def shown(line: Line) -> dict[str, Any]:
    """What stands unsealed of a decision."""
    return {
        "log_id": line.id,
        "at": line.at.isoformat(),
        "caller": line.caller,
        "request_id": line.request_id,
        **({"traceparent": line.traceparent} if line.traceparent else {}),
        "decision": line.decision,
        "on": line.on,
        "outcome": line.outcome,
        "plan": line.plan,
        "edition_sha256": line.edition,
        **json.loads(line.body),
        "hash": line.hash.hex(),
    }


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    if day is None:
        return None
    try:
        return midnight(day, service().settings.time_zone, days)
    except OverflowError:
        return None
