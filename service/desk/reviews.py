"""Requests for review, to be worked through: the list, and one with its case and the form for the outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from service.api.explanations import open_case
from service.api.reviewing import CLOSED, OPEN, Review, all_of, review_of, words_of
from service.api.reviews import CHANGED, outcome_of, record
from service.desk import titles
from service.desk.views import go, person_view, tell_by_page
from service.http.amended import amended_in_words
from service.http.context import caller
from service.http.problems import KINDS, FieldError, Problem
from service.pages.explaining import page_of
from service.pages.pages import page, page_language

blueprint = Blueprint("reviews_page", __name__)
tell_by_page(blueprint)
MOST = 200  # of a page


@person_view(blueprint, "/reviews", "record_review")
def reviews() -> Response:
    """The open requests, the first due first; or with `?state=closed` those that have an outcome, the last first."""
    state = request.args.get("state", OPEN)
    if state not in (OPEN, CLOSED):
        said = f"{OPEN}, {CLOSED}"
        error = FieldError("/state", "not_a_choice", f"state 要是其中之一：{said}。", f"state is one of: {said}.")
        raise Problem.invalid([error])
    found = [one for one in all_of(None, 0) if one.state == state]
    found = found if state == OPEN else found[::-1]
    more = max(0, len(found) - MOST)
    return page("reviews.html", titles=titles, reviews=found[:MOST], more=more, state=state)


@person_view(blueprint, "/reviews/<request_id>", "record_review")
def show(request_id: str) -> Response:
    return _shown(review_of(request_id))


@person_view(blueprint, "/reviews/<request_id>", "record_review", ("POST",))
def conclude(request_id: str) -> Response:
    """Record the outcome; a form with a mistake comes back as it was filled in, and so does one that another was
    quicker than. The same form twice is done once."""
    filled = {name: text for name in ("result", "outcome", "note") if (text := request.form.get(name, "").strip())}
    said = {name: text for name, text in filled.items() if name != "outcome" or filled.get("result") == CHANGED}
    try:
        record(review_of(request_id), outcome_of(said))
    except Problem as problem:
        now = review_of(request_id)  # somebody may have concluded it since
        if not _is_mine(now, said):
            again = _shown(now, problem, filled)
            again.status_code = KINDS[problem.kind].status
            return again
    return go(url_for("reviews_page.reviews"))


def _is_mine(found: Review, said: Mapping[str, str]) -> bool:
    """Whether a request has just this outcome, in these words, by whoever asks."""
    done = found.concluded
    if done is None or done.caller != caller().client:
        return False
    recorded = {**json.loads(done.body), "note": words_of(done)}
    return all(recorded.get(name) == said.get(name) for name in ("result", "outcome", "note"))


def _shown(found: Review, problem: Problem | None = None, filled: Mapping[str, str] = MappingProxyType({})) -> Response:
    """A request with the reasons of its decision; whoever decided is told why he cannot review it."""
    mine = found.decided.caller == caller().client
    case = None if found.concluded or mine else open_case(found.decided, "reviewing")
    return page(
        "review.html",
        titles=titles,
        found=found,
        mine=mine,
        problem=problem,
        filled=filled,
        reason=words_of(found.asked),
        note=words_of(found.concluded),
        case=case,
        amended=amended_in_words(found.decided.edition),
        shown=None if case is None else page_of(case, page_language()),
    )
