"""`/v1/decisions/{id}/…`: why, in plain words; the inputs; and the decision made again.

Each of these opens what was sealed, and leaves a line in the log that says who did.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response
from marshmallow import EXCLUDE

from rules.judging.decision import Decision
from rules.judging.search import Late
from rules.values.text import NotFound
from rules.words.explain import explain, whole
from rules.words.explanation import ALL, DEPTH
from rules.words.telling import Telling
from service.api.decisions import line_of
from service.api.replaying import again, differences, edition_of
from service.api.reviewing import may_review
from service.exact_json import dumps, loads
from service.http.amended import amended, amended_in_words
from service.http.answering import OPENED, answer, log_problems, scribe
from service.http.cases import reread_as
from service.http.context import caller, service, snapshot
from service.http.fields import Day, Readings, Strict, Whole, name
from service.http.formats import accepted
from service.http.language import LANGUAGES, language
from service.http.problems import FieldError, Problem
from service.http.turns import Turns, too_long
from service.http.views import Blueprint
from service.keys import PERMISSIONS
from service.log import Line
from service.pages.explaining import page_of
from service.pages.pages import page, page_language
from service.policies.compiled import Compiled

blueprint = Blueprint(
    "explanations", __name__, url_prefix="/v1/decisions", description="说明与重放 / explanations, replay"
)
FORMATS = ("application/json", "text/plain", "text/html")
TURNS = Turns(2, waiting=6)  # beside a long one a short one gets by


class DepthSchema(Strict):
    depth = Whole(
        0, ALL, metadata={"description": "levels of arithmetic: 0 for none, 1 by default; a page folds away more"}
    )


@blueprint.view(
    "GET", "/<log_id>/explanation", "Explanation", permission="explain", kinds=("not-acceptable", "gone", "conflict")
)
@blueprint.arguments(DepthSchema, location="query", unknown=EXCLUDE)
@blueprint.doc(responses={200: {"content": {name: {"schema": {"type": "string"}} for name in FORMATS[1:]}}})
def explanation(query: Mapping[str, Any], log_id: str) -> Response:
    """用平常话说明一个判定：JSON、文字或可打印的网页 / a decision in plain words: JSON, text or a page to print"""
    wanted = accepted(*FORMATS)
    line = _may_open(line_of(log_id))
    telling = _telling()
    with TURNS.turn():
        _, decision = again(line)
        response = _told(line, decision, wanted, query, telling)
    _opened(line, "explanation")
    response.headers["Content-Language"] = page_language() if wanted == "text/html" else language()
    response.vary.update(("Accept", "Accept-Language"))
    return response


def _told(line: Line, decision: Decision, wanted: str, query: Mapping[str, Any], telling: Telling) -> Response:
    if wanted == "text/plain":
        said = explain(decision, language(), depth=query.get("depth", DEPTH), telling=telling)
        if words := amended_in_words(line.edition):
            said += f"\n{words.get(language())}"
        return answer(f"{said}\n".encode(), mimetype=wanted)
    if wanted == "text/html":
        pages = {one: page_of(decision, one, query.get("depth", ALL), telling) for one in LANGUAGES}
        return page(
            "explanation.html", pages=pages, edition=decision.edition, line=line, amended=amended_in_words(line.edition)
        )
    return answer(dumps({"log_id": line.id, **whole(decision, query.get("depth", DEPTH), telling),
                         **amended(line.edition)}))  # fmt: skip


def _telling() -> Telling:
    """An explanation that leaves out what it would take where that takes long, and ends with the request's time."""
    settings, began = service().settings, time.monotonic()

    def search() -> None:
        if time.monotonic() - began >= settings.distance_seconds:
            raise Late

    def tell() -> None:
        if time.monotonic() - began >= settings.request_seconds:
            raise too_long(settings.request_seconds)

    return Telling(search, tell)


@blueprint.view("GET", "/<log_id>/inputs", "Inputs", permission="inputs", kinds=("gone",))
def inputs(log_id: str) -> Response:
    """封存的输入；每次查看都记入日志 / the sealed inputs; every look is logged"""
    line = line_of(log_id)
    return answer(dumps({"log_id": line.id, "on": line.on, **open_inputs(line)}))


def open_inputs(line: Line) -> dict[str, Any]:
    """The sealed inputs of a decision, for whoever may see them; the look is logged."""
    with log_problems():
        found: dict[str, Any] = loads(service().log.inputs(_may_open(line, own=False).id))
    _opened(line, "inputs")
    return found


class ReplaySchema(Strict):
    edition = name(100, metadata={"description": "`plan/date`; without it the edition of then"})
    on = Day(metadata={"description": "another decision date"})
    readings = Readings(metadata={"description": "other readings than the plan's own"})


@blueprint.view("POST", "/<log_id>/replay", "Replayed", permission="replay", kinds=("gone", "conflict"))
@blueprint.arguments(ReplaySchema, required=False)
def replay(wanted: Mapping[str, Any], log_id: str) -> Response:
    """用同样的输入再判一次 / decide again from the same inputs, under the same edition or another"""
    line = line_of(log_id)
    compiled = None
    if name := wanted.get("edition"):
        try:
            compiled = snapshot().edition(name)
        except NotFound as error:
            raise Problem.invalid([FieldError("/edition", "unknown_edition", error.zh, error.en)]) from None
    if readings := wanted.get("readings"):
        compiled = reread_as(compiled or edition_of(line), readings)
    return answer(dumps({"log_id": line.id, **replayed(line, compiled, wanted.get("on"))}))


def replayed(line: Line, compiled: Compiled | None = None, on: date | None = None) -> dict[str, Any]:
    """A decision made again as it was and, where asked, under another edition or day; the look is logged."""
    _, before = again(_may_open(line))
    _, after = again(line, compiled, on)
    _opened(line, "replay")
    found = differences(before, after)
    same = not found and before.outcome == line.outcome
    return {"same": same, "before": before.as_dict(), "after": after.as_dict(), "differences": found}


def open_case(line: Line, why: str) -> Decision:
    """The decision of a line made again from its sealed inputs, for whoever may see them; the look is logged."""
    _, decision = again(_may_open(line))
    _opened(line, why)
    return decision


def _may_open(line: Line, *, own: bool = True) -> Line:
    """A reviewer sees the facts of an open request; so does the client that decided, where `own`; any other needs the
    permission for all inputs."""
    if (own and line.caller == caller().client) or "inputs_all" in PERMISSIONS[caller().role] or may_review(line):
        return line
    raise Problem("forbidden", "别人的判定含有封存的输入，须有权限 inputs_all，或有待办的复核申请。",
                  "Another's decision shows sealed inputs: that takes the permission inputs_all, or an open request "
                  "for review.")  # fmt: skip


def _opened(line: Line, why: str) -> None:
    """Log that sealed inputs were opened, before anything of them is shown."""
    with log_problems():
        service().log.append([scribe().line(OPENED, dumps({"why": why}), line)])
