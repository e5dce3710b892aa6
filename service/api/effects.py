"""`/v1/drafts/{draft_id}/effect`: what would come of a draft once published."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response
from marshmallow import fields, validate

from rules.words.diff import Change as Difference
from service import publishing
from service.api.desk import CHECKING, desk, desk_problems, problems_of
from service.effect import Busy, Question, State, latest_run
from service.effect.question import Content, Run
from service.effect.tried import READINGS, SWEEP
from service.exact_json import dumps
from service.http.answering import answer
from service.http.context import service
from service.http.fields import Strict, text
from service.http.problems import Problem
from service.http.turns import busy
from service.http.views import Blueprint
from service.log import DecisionLog
from service.publishing.acts import Change
from service.publishing.checking import Checked
from service.publishing.comparing import differences
from service.publishing.drafts import Base, Draft
from service.settings import HOME

blueprint = Blueprint("effects", __name__, url_prefix="/v1/drafts", description="草稿的影响 / effects of drafts")
FEATURES = HOME / "features"


class AsksSchema(Strict):
    what = fields.String(validate=validate.OneOf((READINGS,), error="not_a_choice|{choices}"),
                         metadata={"description": "what each other choice of its readings would move"})  # fmt: skip
    sweep = text(200, metadata={"description": "one figure at value after value: DECISION.ITEM=FROM..TO/STEP"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A draft, its check, what it changes in words, and the question of its effect: None where there is nothing to
    hold it against, or where it has errors."""

    draft: Draft
    checked: Checked
    changes: tuple[tuple[Change, list[Difference] | None], ...]
    question: Question | None

    @property
    def state(self) -> State:
        return State("none") if self.question is None else service().effects.state(self.question)


def asked(draft_id: str, asks: str = "") -> Asked:
    """The effect to be told of a draft as it is saved now: other content is another question."""
    with CHECKING.turn(), desk_problems():
        here = desk()
        draft, published = here.draft(draft_id), here.published()
        checked = here.checked(draft, published)
        if checked.errors:
            return Asked(draft, checked, (), None)
        changes = tuple((one, differences(here.log, one, checked.files, draft.saved.base)) for one in checked.changes)
        mine = next((one for one in checked.changes if one.edition == draft.edition and one.sha256), None)
        question = None if mine is None else _question(here.log, mine, checked, draft.saved.base, asks)
        return Asked(draft, checked, changes, question)


def _question(log: DecisionLog, change: Change, checked: Checked, base: Base, asks: str) -> Question | None:
    name, sha256 = (change.edition, change.before) if change.before else (base.edition, base.sha256)
    before = _content(log, name, sha256)
    if before is None:
        return None
    settings = service().settings
    plan = change.edition.partition("/")[0]
    run = latest_run(Path(settings.county_runs), plan) if settings.county_runs else None
    return Question(
        before,
        Content(change.edition, change.sha256, checked.files[change.sha256]),
        desk().today().isoformat(),
        run,
        _judged(log, run, before),
        str(FEATURES),
        asks,
        settings.county_memory,
        settings.county_threads,
    )


def _judged(log: DecisionLog, run: Run | None, before: Content) -> Content | None:
    """The content that a run was judged under."""
    if run is None or run.edition_sha256 == before.sha256:
        return before if run else None
    return _content(log, run.edition, run.edition_sha256)


def _content(log: DecisionLog, edition: str, sha256: str) -> Content | None:
    files = publishing.edition(log, sha256) if edition else None
    return None if files is None else Content(edition, sha256, files)


def asks_of(query: Mapping[str, Any]) -> str:
    """What a question asks about a draft."""
    if query.get("what"):
        return READINGS
    return SWEEP + query["sweep"] if query.get("sweep") else ""


def begin(found: Asked, *, again: bool = False) -> State:
    """Begin to work an effect out, where it is not yet; `again` where it failed or was stopped."""
    effects = service().effects
    if found.question is None:
        raise Problem("conflict", "草稿有错误，或没有可对照的版本，无从测算。",
                      "The draft has errors, or there is no edition to hold it against.")  # fmt: skip
    try:
        return (effects.again if again else effects.begin)(found.question)
    except Busy:
        raise busy() from None


def told(found: Asked, state: State) -> dict[str, Any]:
    """An effect as far as it is known."""
    question = found.question
    return {
        "revision": found.draft.saved.number,
        "sha256": question and question.after.sha256,
        "against": question and {"edition": question.before.edition, "sha256": question.before.sha256},
        "changes": [one.as_dict() for _, said in found.changes for one in said or ()],
        "warnings": problems_of(found.checked.warnings),
        "errors": problems_of(found.checked.errors),
        "status": state.status,
        "progress": {"done": state.done, "of": state.steps, "step": state.step},
        "failure": state.failure,
        "cases": state.parts.get("cases"),
        "county": state.parts.get("county"),
        "tried": state.parts.get("tried"),
    }


@blueprint.view("GET", "/<draft_id>/effect", "Effect", permission="effect", kinds=("busy", "not-found"))
@blueprint.arguments(AsksSchema, location="query")
def read(query: Mapping[str, Any], draft_id: str) -> Response:
    """草稿的影响，算到哪里给到哪里 / the effect of a draft, as far as it is worked out"""
    found = asked(draft_id, asks_of(query))
    return answer(dumps(told(found, found.state)))


@blueprint.view("POST", "/<draft_id>/effect", "Effect", status=202, permission="effect",
                kinds=("busy", "conflict", "not-found"))  # fmt: skip
@blueprint.arguments(AsksSchema, location="query")
def work_out(query: Mapping[str, Any], draft_id: str) -> Response:
    """在后台测算草稿的影响；算过的不重算 / work the effect out in the background, unless it is known"""
    found = asked(draft_id, asks_of(query))
    return answer(dumps(told(found, begin(found, again=True))), 202)


@blueprint.view("DELETE", "/<draft_id>/effect", "Effect", permission="effect", kinds=("busy", "not-found"))
@blueprint.arguments(AsksSchema, location="query")
def stop(query: Mapping[str, Any], draft_id: str) -> Response:
    """停止测算 / stop working it out"""
    found = asked(draft_id, asks_of(query))
    if found.question is not None:
        with suppress(OSError):
            service().effects.stop(found.question)
    return answer(dumps(told(found, found.state)))
