"""`/v1/drafts/{draft_id}/effect`: what would come of a draft once published."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response
from marshmallow import fields, validate

from rules.judging.decision import vars_of
from rules.values.text import TextError
from service.api.desk import CHECKING, desk, desk_problems, problems_of
from service.api.shadows import shadow_of
from service.days import day_of, midnight
from service.effect import Busy, Question, State, asking
from service.effect.asking import Asked, period_of
from service.effect.feeding import Feed
from service.effect.question import READINGS, REPLAY, SWEEP
from service.effect.tried import must_walk
from service.exact_json import dumps
from service.http.answering import DECISION, OPENED, Scribe, answer, scribe
from service.http.context import caller, service
from service.http.fields import Period, text
from service.http.problems import FieldError, Problem
from service.http.turns import busy
from service.http.views import Blueprint
from service.keys import PERMISSIONS
from service.log import DecisionLog
from service.publishing.checking import about

blueprint = Blueprint("effects", __name__, url_prefix="/v1/drafts", description="草稿的影响 / effects of drafts")


class AsksSchema(Period):
    what = fields.String(validate=validate.OneOf((READINGS,), error="not_a_choice|{choices}"),
                         metadata={"description": "what each other choice of its readings would move"})  # fmt: skip
    sweep = text(200, metadata={"description": "one figure at value after value: DECISION.ITEM=FROM..TO/STEP"})


def asked(draft_id: str, asks: str = "") -> Asked:
    """The effect to be told of a draft as it is saved now: other content is another question."""
    if period_of(asks) is not None:
        may_replay()
    with CHECKING.turn(), desk_problems():
        return asking.asked(desk(), service().settings, draft_id, asks)


def may_replay() -> None:
    """Refuse whoever may not have sealed inputs read."""
    if "replay_period" not in PERMISSIONS[caller().role]:
        raise Problem("forbidden", "重判一段时间里的判定要读封存的输入，须有权限 replay_period。",
                      "To judge the decisions of a period again, sealed inputs are read: that takes the permission "
                      "replay_period.")  # fmt: skip


def state_of(found: Asked) -> State:
    return State("none") if found.question is None else service().effects.state(found.question)


def asks_of(query: Mapping[str, Any]) -> str:
    """What a question asks about a draft; a Problem where it asks two things, or half a one."""
    said = [name for name in ("what", "sweep", "start") if query.get(name)]
    if len(said) > 1:
        last = "from" if "start" in said else said[-1]
        raise Problem.invalid([FieldError(f"/{last}", "not_wanted", "what、sweep、from/to 一次只问一样。",
                                          "Ask one thing at a time: what, sweep, or from and to.")])  # fmt: skip
    if query.get("what"):
        return READINGS
    if query.get("sweep"):
        return f"{SWEEP}{query['sweep']}"
    return replay_of(query.get("start"), query.get("end"))


def replay_of(start: date | None, end: date | None) -> str:
    """The question of a period, its last day in it; empty where there is none."""
    if start is None and end is None:
        return ""
    if start is None or end is None:
        raise Problem.invalid([FieldError("/from" if start is None else "/to", "required", "from 和 to 要一起写。",
                                          "Give both `from` and `to`.")])  # fmt: skip
    return f"{REPLAY}{start}..{end}"


def begin(found: Asked, *, again: bool = False) -> State:
    """Begin to work an effect out, where it is not yet; `again` where it failed or was stopped. Past decisions are read
    anew each time: there are more of them since."""
    effects = service().effects
    if found.question is None:
        raise Problem("conflict", "草稿有错误，或没有可对照的版本，无从测算。",
                      "The draft has errors, or there is no edition to hold it against.")  # fmt: skip
    if found.question.asks.startswith(SWEEP):
        try:
            must_walk(found.question.asks)
        except TextError as error:
            raise Problem.invalid([FieldError("/sweep", "not_a_sweep", error.zh, error.en)]) from None
    period = period_of(found.question.asks)
    fed = None if period is None else _feed(found.question, *period)
    try:
        if again:
            return effects.again(found.question, fed, anew=period is not None)
        return effects.begin(found.question, fed)
    except Busy:
        raise busy() from None


def _feed(question: Question, start: date, end: date) -> Feed:
    found = service()
    return feed_of(found.log, question, start, end, found.settings.time_zone, scribe())


def feed_of(log: DecisionLog, question: Question, start: date, end: date, zone: ZoneInfo, says: Scribe) -> Feed:
    """The decisions of a period, its last day in it; each reading of inputs is logged."""
    body = dumps({"why": "replay_period", "sha256": question.after.sha256})
    last = min(end, day_of(log.clock(), zone))
    return Feed(log, DECISION, question.before.edition.partition("/")[0], question.before.sha256,
                midnight(start, zone), midnight(last, zone, 1), lambda line: says.line(OPENED, body, line))  # fmt: skip


def told(found: Asked, state: State, shadow: Mapping[str, Any] | None, *, reads: bool) -> dict[str, Any]:
    """An effect as far as it is known, with the ids of lines for whoever `reads` everybody's."""
    question = found.question
    return {
        "revision": found.draft.saved.number,
        "sha256": question and question.after.sha256,
        "against": found.against and {"edition": found.against.edition, "sha256": found.against.sha256},
        "changes": [one.as_dict() for one in found.own],
        "warnings": problems_of(found.checked.warnings),
        "errors": problems_of(found.checked.errors),
        "status": state.status,
        "progress": {"done": state.done, "of": state.steps, "step": state.step},
        "failure": state.failure,
        **{name: state.parts.get(name) for name in ("cases", "county", "tried")},
        "moved": found.moved.names,
        "inherited": inherited_of(found),
        "heirs": heirs(found, state),
        "replay": replay_shown(state, reads=reads),
        "shadow": shadow,
    }


def inherited_of(found: Asked) -> dict[str, Any] | None:
    """What a submitted draft inherits otherwise than when it was submitted."""
    one = found.inherited
    if one is None:
        return None
    return {"editions": one.editions, "changes": [change.as_dict() for change in one.changes]}


def heirs(found: Asked, state: State) -> list[dict[str, Any]]:
    """The editions that change with a draft: in words, with their warnings, and by their examples once these are
    known."""
    cases = {one["edition"]: one for one in state.parts.get("heirs") or ()}
    return [{"edition": change.edition, "title": vars_of(found.checked.title(change.edition)),
             "sha256": change.sha256, "before": change.before, "amends": change.amends,
             "changes": [one.as_dict() for one in said or ()], "cases": cases.get(change.edition),
             "warnings": problems_of(one for one in found.checked.warnings if about(one) == change.edition)}
            for change, said in found.heirs]  # fmt: skip


def replay_shown(state: State, *, reads: bool) -> dict[str, Any] | None:
    """What came of past decisions; the ids of their lines for whoever `reads` everybody's."""
    found: dict[str, Any] | None = state.parts.get("replay")
    if found is None or reads:
        return found
    bare = [{**one, "turns": [{**turn, "lines": []} for turn in one["turns"]]} for one in found["decisions"]]
    return {**found, "decisions": bare}


def reads_all() -> bool:
    """Whether whoever asks may read everybody's decisions."""
    return "read_all" in PERMISSIONS[caller().role]


def _answer(found: Asked, state: State, status: int = 200) -> Response:
    with desk_problems():
        shadow = shadow_of(desk(), found.draft, reads=reads_all())
    return answer(dumps(told(found, state, shadow, reads=reads_all())), status)


@blueprint.view("GET", "/<draft_id>/effect", "Effect", permission="effect", kinds=("busy", "not-found"))
@blueprint.arguments(AsksSchema, location="query")
def read(query: Mapping[str, Any], draft_id: str) -> Response:
    """草稿的影响，算到哪里给到哪里 / the effect of a draft, as far as it is worked out"""
    found = asked(draft_id, asks_of(query))
    return _answer(found, state_of(found))


@blueprint.view("POST", "/<draft_id>/effect", "Effect", status=202, permission="effect",
                kinds=("busy", "conflict", "not-found"))  # fmt: skip
@blueprint.arguments(AsksSchema, location="query")
def work_out(query: Mapping[str, Any], draft_id: str) -> Response:
    """在后台测算草稿的影响；算过的不重算 / work the effect out in the background, unless it is known"""
    found = asked(draft_id, asks_of(query))
    return _answer(found, begin(found, again=True), 202)


@blueprint.view("DELETE", "/<draft_id>/effect", "Effect", permission="effect", kinds=("busy", "not-found"))
@blueprint.arguments(AsksSchema, location="query")
def stop(query: Mapping[str, Any], draft_id: str) -> Response:
    """停止测算 / stop working it out"""
    found = asked(draft_id, asks_of(query))
    if found.question is not None:
        with suppress(OSError):
            service().effects.stop(found.question)
    return _answer(found, state_of(found))
