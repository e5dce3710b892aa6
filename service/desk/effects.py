"""The effect of a draft as a page: for whoever writes it, approves it, or takes it to a meeting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from service.api.effects import asked, begin
from service.desk.desk import shared
from service.desk.views import go, person_view
from service.exact_json import dumps
from service.http.answering import answer
from service.http.context import service
from service.http.problems import Problem
from service.pages.pages import page

blueprint = Blueprint("effects_page", __name__, url_prefix="/desk")
KEY = re.compile("[0-9a-f]{64}")  # of a question
SHOWN = 200  # records of a decision on the page; the API has more


@person_view(blueprint, "/drafts/<draft_id>/effect", "effect")
def show(draft_id: str) -> Response:
    """What a draft would do. To look begins to work it out, unless that was stopped or failed."""
    found, problem = asked(draft_id), None
    state = found.state
    if found.question is not None and state.status == "none":
        try:
            state = begin(found)
        except Problem as refused:
            problem = refused
    return page("draft_effect.html", draft=found.draft, checked=found.checked, changes=found.changes,
                question=found.question, state=state, problem=problem, cases=state.parts.get("cases"),
                county=state.parts.get("county"), figures=figures, signed=signed, yuan=yuan, widest=widest,
                SHOWN=SHOWN, **shared())  # fmt: skip


@person_view(blueprint, "/drafts/<draft_id>/effect", "effect", ("POST",))
def work_out(draft_id: str) -> Response:
    """Begin anew, or stop."""
    found = asked(draft_id)
    if request.form.get("do") == "stop" and found.question is not None:
        service().effects.stop(found.question)
    else:
        begin(found, again=True)
    return go(url_for("effects_page.show", draft_id=draft_id, lang=request.args.get("lang")))


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
