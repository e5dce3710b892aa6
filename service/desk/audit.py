"""The log for auditors: search, and one decision with its place in the chain, its replay, its edition, who looked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, request
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from rules.editing.render import block
from rules.values.text import Text
from service.api.decisions import Page, QuerySchema, line_of, search
from service.api.explanations import open_inputs, replayed
from service.api.reviewing import of_decision
from service.desk import titles
from service.desk.keeping import alias
from service.desk.views import person_view, tell_by_page
from service.effect.rows import Made, case_of
from service.exact_json import dumps
from service.http.answering import OPENED, log_problems
from service.http.cases import field_errors
from service.http.context import service
from service.http.problems import KINDS, FieldError, Problem
from service.log import Line
from service.pages.pages import page
from service.people.persons import PERSON
from service.publishing.comparing import edition_of
from service.publishing.contents import once_live

blueprint = Blueprint("audit", __name__)
tell_by_page(blueprint)
MOST = 200  # lines of a page


@person_view(blueprint, "/audit", "read_all")
def find() -> Response:
    """Search by subject, decision, outcome and days; the newest first."""
    asked = {name: text.strip() for name, text in request.args.items() if text.strip() and name != "lang"}
    known = titles.codes()
    coded, wrong = _coded(asked, known)
    found = Page((), (), None)
    try:
        query = QuerySchema().load(coded)
        found = found if wrong else search(query)
    except ValidationError as error:
        wrong = [*wrong, *field_errors(error.messages_dict)]
    shown = page("audit.html", titles=titles, known=known, found=found, asked=coded, wrong=wrong)
    shown.status_code = KINDS["invalid-input"].status if wrong else 200
    return shown


def _coded(
    asked: Mapping[str, str], known: Mapping[str, Mapping[str, Sequence[Text]]]
) -> tuple[dict[str, str], list[FieldError]]:
    """What is asked, with the code where a title was written, and what cannot be looked for as it is written."""
    coded, wrong = dict(asked), list[FieldError]()
    for name, codes in known.items():
        if (said := asked.get(name, "")) and said not in codes:
            fit = [code for code, texts in codes.items() if any(said in tuple(text) for text in texts)]
            coded[name] = fit[0] if len(fit) == 1 else said
            if len(fit) > 1:
                those = ", ".join(fit)
                wrong.append(FieldError(f"/{name}", "ambiguous", f"“{said}”有几个代码，请写其中之一：{those}。",
                                        f'"{said}" has several codes; write one of: {those}.'))  # fmt: skip
    return coded, wrong


@person_view(blueprint, "/audit/sign-ins", "read_all")
def sign_ins() -> Response:
    """Who signed in or out, or failed to, and what was changed about people; the newest first."""
    with log_problems():
        lines = service().log.believed(PERSON, *titles.DEEDS, newest=True, limit=MOST)
        names = {one.id: one.name for one in service().people.listed()}
    told = [(line, json.loads(line.body)) for line in lines]
    return page("people.html", titles=titles, lines=told, names=names, most=MOST)


@person_view(blueprint, "/audit/<log_id>", "read_all")
def show(log_id: str) -> Response:
    """One decision, and what was done with it since."""
    return _shown(line_of(log_id))


@person_view(blueprint, "/audit/<log_id>", "replay", ("POST",))
def replay(log_id: str) -> Response:
    """Decide again from the sealed inputs under the edition of then."""
    line = line_of(log_id)
    try:
        return _shown(line, replay=replayed(line))
    except Problem as problem:
        return _shown(line, problem=problem)


@person_view(blueprint, "/audit/<log_id>/inputs", "inputs", ("POST",))
def inputs(log_id: str) -> Response:
    """Show the sealed inputs; the look is logged."""
    line = line_of(log_id)
    try:
        opened = open_inputs(line)
        return _shown(line, inputs=dumps(opened).decode(), case=_case(line, opened))
    except Problem as problem:
        return _shown(line, problem=problem)


def _case(line: Line, opened: Mapping[str, Any]) -> str:
    """A decision as the text of a test case that holds its outcome: with the facts that it needs and no others, and
    under another id where it is about a person. Empty where its edition is not there any more."""
    with log_problems():
        files, name = service().log.edition(line.edition), once_live(service().log).get(line.edition, "")
    edition = edition_of(files, name) if files and name else None
    if edition is None or line.decision not in edition.rules:
        return ""
    rule, made = edition.rules[line.decision], Made(opened["subject"]["id"], line.on, line.outcome)
    said = case_of(edition, rule, made, opened["facts"], partial(alias, rule.subject))
    return block([said], 0, "\n")


@person_view(blueprint, "/audit/<log_id>/edition", "policies")
def edition(log_id: str) -> Response:
    """The files of the edition by which it was decided, as they are in the archive."""
    line = line_of(log_id)
    with log_problems():
        files = service().log.edition(line.edition)
    if files is None:
        raise Problem("gone", "存档里没有这个版本。", "The edition is not in the archive.")
    return page("edition.html", line=line, files=files)


def _shown(line: Line, **parts: object) -> Response:
    with log_problems():
        looks = [(one, json.loads(one.body)["why"]) for one in service().log.about(line.id) if one.kind == OPENED]
        names = {key.client: key.name for key in reversed(service().keys.listed())}
        names |= {one.id: one.name for one in service().people.listed()}
    found = json.loads(line.body)
    return page(
        "line.html", titles=titles, line=line, found=found, looks=looks, names=names, reviews=of_decision(line), **parts
    )
