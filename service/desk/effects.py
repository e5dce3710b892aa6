"""The effect of a draft as a page: for whoever writes it, approves it, or takes it to a meeting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from rules.values.text import Text
from rules.words.diff import Change as Difference
from service import shadow
from service.api.desk import CHECKING, desk, desk_problems, doer
from service.api.effects import asked, begin, heirs, reads_all, replay_of, replay_shown, state_of
from service.api.shadows import ShadowEndSchema, ShadowStartSchema, shadow_of, take_up
from service.desk.curves import Curve, drawn
from service.desk.desk import held, shared, wanted
from service.desk.first_look import after_first_look
from service.desk.looking import cases_of
from service.desk.titles import CANNOT
from service.desk.views import go, person_view, tell_by_page
from service.desk.wording import Words
from service.effect.asking import Asked, period_of
from service.effect.question import READINGS, SWEEP
from service.exact_json import dumps
from service.http.answering import answer
from service.http.context import service
from service.http.fields import Period
from service.http.problems import Problem
from service.pages.pages import page
from service.publishing.acts import Change
from service.publishing.checking import about

blueprint = Blueprint("effects_page", __name__, url_prefix="/desk")
tell_by_page(blueprint)
KEY = re.compile("[0-9a-f]{64}")  # of a question
NUMBER = re.compile(r"(?<![0-9.-])[0-9]+(?:\.[0-9]+)?%?(?![0-9.-])")  # a figure; no part of a date is one
MOST = 60  # characters of a field
Changes = tuple[tuple[Change, list[Difference] | None], ...]
SHOWN = 200  # records of a decision on the page; the API has more


@person_view(blueprint, "/drafts/<draft_id>/effect", "effect")
@after_first_look
def show(draft_id: str) -> Response:
    """What a draft would do. To look begins to work it out, unless that was stopped or failed."""
    return _shown(draft_id)


def _shown(draft_id: str, refused: Problem | None = None) -> Response:
    """The page of an effect; with why something was refused, and what was filled in."""
    asks, found, wrong = _asked(draft_id)
    refused = refused or wrong
    problem, state = refused, state_of(found)
    if found.question is not None and state.status == "none" and period_of(asks) is None:  # a look opens no inputs
        try:
            state = begin(found)
        except Problem as busy:
            problem = refused or busy
    parts = {name: state.parts.get(name) for name in ("cases", "county", "tried")}
    parts |= {"heirs": heirs(found, state), "replay": replay_shown(state, reads=reads_all()), "period": period_of(asks)}
    with desk_problems():
        parts["shadow"] = shadow_of(desk(), found.draft, reads=reads_all())
        files = desk().files(desk().published())
        parts["words"] = Words.over(found.draft.edition, found.draft.saved.files, files)
        parts["own_cases"] = cases_of(desk(), found.draft, found.checked)
    helpers = {
        "figures": figures,
        "signed": signed,
        "yuan": yuan,
        "widest": widest,
        "moment": datetime.fromisoformat,
    }
    sweepable = _figures(found.changes)

    def curve(met: list[int | None]) -> Curve | None:
        names = [one["name"]["zh"] for one in state.parts["tried"]["steps"]]
        one = sweepable.get(request.args.get("figure", ""))
        return drawn([*zip(names, met, strict=True)], one[0].short if one else None)

    made = page("draft_effect.html", draft=found.draft, checked=found.checked, changes=found.changes,
                question=found.question, state=state, problem=problem, asks=asks, sweepable=sweepable,
                here=_here(draft_id), whole=_whole(draft_id, asks), curve=curve, swept=_swept(sweepable),
                about=about, inherited=found.inherited, moved=found.moved, against=found.against,
                called=found.checked.called, SHOWN=SHOWN, CANNOT=CANNOT, said=request.form,
                **parts, **helpers, **shared([found.draft]))  # fmt: skip
    made.status_code = 200 if refused is None else 422
    return made


def _asked(draft_id: str) -> tuple[str, Asked, Problem | None]:
    """What the address asks about a draft, and the effect to be told; with why, where it is no question: then the
    draft's own effect, on a page with the form to ask again."""
    try:
        asks = _asks()
        return asks, asked(draft_id, asks), None
    except Problem as wrong:
        if wrong.kind != "invalid-input":
            raise
        return "", asked(draft_id), wrong


@person_view(blueprint, "/drafts/<draft_id>/effect", "effect", ("POST",))
def work_out(draft_id: str) -> Response:
    """Begin anew, or stop."""
    _, found, wrong = _asked(draft_id)
    if wrong is not None:
        return _shown(draft_id)
    if request.form.get("do") == "stop" and found.question is not None:
        service().effects.stop(found.question)
    else:
        begin(found, again=True)
    return go(_here(draft_id))


def _here(draft_id: str) -> str:
    """The address of the page with all that is asked."""
    return f"{url_for('effects_page.show', draft_id=draft_id)}?{urlencode(request.args.to_dict())}"


@person_view(blueprint, "/drafts/<draft_id>/shadow", "shadow", ("POST",))
def put_in_shadow(draft_id: str) -> Response:
    """Put a draft in shadow, or take it out; where that is refused, the page says why."""
    ending = request.form.get("do") == "end"
    try:
        with CHECKING.turn(), desk_problems():
            if ending:
                shadow.end(desk(), doer(), draft_id, held(ShadowEndSchema, reason=wanted("reason"))["reason"])
            else:
                said = held(ShadowStartSchema, until=wanted("until"), reason=wanted("reason"))
                shadow.start(desk(), doer(), draft_id, said["until"], said["reason"])
    except Problem as problem:
        return _shown(draft_id, problem)
    take_up()
    return go(f"{url_for('effects_page.show', draft_id=draft_id)}#shadow")


def _whole(draft_id: str, asks: str) -> str:
    """The address of all that is known, for programs and to be kept."""
    period = period_of(asks)
    said = {"what": READINGS} if asks == READINGS else dict[str, str]()
    if asks.startswith(SWEEP):
        said = {"sweep": asks.removeprefix(SWEEP)}
    elif period is not None:
        said = {name: day.isoformat() for name, day in zip(("from", "to"), period, strict=True)}
    address = url_for("effects.read", draft_id=draft_id)
    return f"{address}?{urlencode(said)}" if said else address


def _asks() -> str:
    """What the address asks about a draft; a Problem where it is no question."""
    said = request.args
    if said.get("what") == READINGS:
        return READINGS
    if said.get("from_day") or said.get("to_day"):
        found = held(Period, **{name: said.get(f"{name}_day", "").strip() for name in ("from", "to")})
        return replay_of(found.get("start"), found.get("end"))
    if not said.get("figure"):
        return ""
    parts = [said.get(name, "").strip()[:MOST] for name in ("figure", "from", "to", "step")]
    return "{}{}={}..{}/{}".format(SWEEP, *parts)


def _swept(figures: Mapping[str, tuple[Difference, str]]) -> Mapping[str, tuple[str, ...]] | None:
    """In both languages the figure that is tried, from which value to which, and the step."""
    figure, values = request.args.get("figure", ""), [request.args.get(name, "") for name in ("from", "to", "step")]
    if not figure:
        return None
    title = figures[figure][0].item.title if figure in figures else Text(figure, figure)
    return {"zh": (title.zh, *values), "en": (title.en, *values)}


def _figures(changes: Changes) -> dict[str, tuple[Difference, str]]:
    """The figures that a draft changes, with what each is now: to be swept."""
    found = {one.path: one for _, said in changes for one in said or () if one.what == "changed"}
    return {path: (one, NUMBER.findall(one.short[1].zh)[-1]) for path, one in found.items()
            if NUMBER.search(one.short[1].zh) and one.item.kind == "item" and path.count(".") == 1}  # fmt: skip


@person_view(blueprint, "/effects/<key>", "effect")
def state(key: str) -> Response:
    """How far it is, for the page's script: the content may have been edited since."""
    if not KEY.fullmatch(key):
        raise Problem("not-found", "没有这项测算。", "There is no such effect.")
    found = service().effects.at(key)
    return answer(dumps({"status": found.status, "done": found.done, "of": found.steps, "parts": len(found.parts)}))


# --- figures as people read them


def figures(number: int) -> str:
    return f"{number:,}"


def signed(number: int) -> str:
    return f"{number:+,}" if number else "0"


def yuan(text: str, *, sign: bool = False) -> str:
    """An amount with its thousands parted, exactly as it is."""
    value = Decimal(text)
    return f"{value:+,f}" if sign and value else f"{value:,f}"


def widest(rows: list[Mapping[str, Any]]) -> int:
    """The longest bar of a chart: 1 at least."""
    return max(_ends(rows), default=1) or 1


def _ends(rows: list[Mapping[str, Any]]) -> Iterator[int]:
    for one in rows:
        yield from (one["gains"], one["loses"])
