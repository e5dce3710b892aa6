"""`/v1/drafts/{draft_id}/shadow`: a draft judges live requests beside the edition in force, and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Response

from rules.judging.decision import vars_of
from service import publishing, shadow
from service.api.desk import CHECKING, desk, desk_problems, doer
from service.exact_json import dumps
from service.http.answering import answer
from service.http.context import service
from service.http.fields import Day, Strict, words
from service.http.views import Blueprint
from service.log import LogUnavailable
from service.publishing.comparing import edition_of
from service.publishing.desk import Desk
from service.publishing.drafts import Draft
from service.shadow import Shadow

blueprint = Blueprint("shadows", __name__, url_prefix="/v1/drafts", description="影子运行 / drafts in shadow")

SIDES = "before", "after"


class ShadowStartSchema(Strict):
    until = Day(required=True, metadata={"description": "the last day on which it judges"})
    reason = words(1000, required=True)


class ShadowEndSchema(Strict):
    reason = words(1000, required=True)


@blueprint.view("POST", "/<draft_id>/shadow", "Shadow", status=201, permission="shadow", in_person=True,
                kinds=("busy", "conflict", "not-found", "not-publishable"))  # fmt: skip
@blueprint.arguments(ShadowStartSchema)
def start(said: Mapping[str, Any], draft_id: str) -> Response:
    """让草稿影子运行到某一天 / put a draft in shadow up to a day"""
    with CHECKING.turn(), desk_problems():
        begun = shadow.start(desk(), doer(), draft_id, said["until"], said["reason"])
    take_up()
    return answer(dumps(begun.as_dict()), 201)


@blueprint.view("POST", "/<draft_id>/shadow/end", "Shadow", status=201, permission="shadow", in_person=True,
                kinds=("conflict", "not-found"))  # fmt: skip
@blueprint.arguments(ShadowEndSchema)
def end(said: Mapping[str, Any], draft_id: str) -> Response:
    """结束影子运行 / take a draft out of shadow"""
    with desk_problems():
        ended = shadow.end(desk(), doer(), draft_id, said["reason"])
    take_up()
    return answer(dumps(ended.as_dict()), 201)


def take_up() -> None:
    """Have this worker see it now; the others do within a second or so."""
    with suppress(LogUnavailable):
        service().beside.look()


def shadow_of(here: Desk, draft: Draft, *, reads: bool) -> dict[str, Any] | None:
    """The last shadow of a draft: whether it is on, whether the draft was edited since, and what it has found; the ids
    of lines for whoever `reads` everybody's."""
    all = shadow.shadows(here.log)
    if (one := shadow.last_of(all, draft.id)) is None:
        return None
    on = one in shadow.lasting(all, here.seen(), here.today())
    found = shadow.found(here.log, one.id)
    for decision in found["decisions"]:
        for turn in decision["turns"]:
            turn["lines"] = turn["lines"] if reads else []
    return {**one.as_dict(), "on": on, "edited_since": one.revision != draft.saved.number, **_titled(here, one, found)}


def _titled(here: Desk, one: Shadow, found: dict[str, Any]) -> dict[str, Any]:
    """The decisions, outcomes and outputs that a shadow has found, with their titles, where anything names them."""
    contents = [(one.edition, publishing.edition(here.log, one.sha256))]
    if (release := here.published().releases.get(one.beside)) is not None:
        contents.append((one.beside, publishing.edition(here.log, release.sha256)))
    editions = [edition_of(files, name) for name, files in contents if files is not None]
    titles: dict[tuple[str, ...], dict[str, Any]] = {}
    for rule in (rule for edition in reversed(editions) if edition is not None for rule in edition.rules.values()):
        titles[rule.id,] = vars_of(rule.title)
        titles |= {(rule.id, code): vars_of(outcome.title) for code, outcome in rule.outcomes.items()}
        titles |= {(rule.id, "", name): vars_of(output.title) for name, output in rule.body.outputs.items()}

    def named(*path: str) -> dict[str, Any]:
        return titles.get(path, {"zh": path[-1], "en": path[-1]})

    def whole(told: dict[str, Any]) -> dict[str, Any]:
        name = told["decision"]
        turns = [turn | {side: {"outcome": turn[side], "title": named(name, turn[side])} for side in SIDES}
                 for turn in told["turns"]]  # fmt: skip
        amounts = [sum | {"title": named(name, "", sum["output"])} for sum in told["amounts"]]
        return told | {"title": named(name), "turns": turns, "amounts": amounts}

    return found | {"decisions": [whole(told) for told in found["decisions"]]}
