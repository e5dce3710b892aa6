"""The policies: `/v1/plans`, editions, `/v1/facts`, `/v1/clauses`. All with ETags."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Response, request

from rules.judging.decision import vars_of
from rules.model import Edition, Fact, Rule
from rules.model.needs import needed
from rules.values.exact import DATE, plain
from rules.values.text import Text
from service.exact_json import dumps
from service.http.answering import answer
from service.http.context import case_reader, snapshot
from service.http.fields import Day, Strict, name
from service.http.formats import accepted
from service.http.problems import Problem
from service.http.views import Blueprint
from service.policies.compiled import Compiled

blueprint = Blueprint(
    "catalogue", __name__, url_prefix="/v1", description="政策、事实、条款 / policies, facts, clauses"
)
YAML = "application/yaml"


class WhichSchema(Strict):
    plan = name(64)
    on = Day(metadata={"description": "a day on which the edition is in force; today where it is not given"})


@blueprint.view("GET", "/plans", "Plans", permission="policies", tagged=True)
def plans() -> Response:
    """全部方案 / all plans"""
    found = [
        {"plan": now.plan, "title": vars_of(now.title), "issuer": vars_of(now.issuer),
         "editions": [edition.effective_from.isoformat() for edition in snapshot().store.plans[now.plan]]}
        for now in snapshot().store.by(case_reader().today)
    ]  # fmt: skip
    return _tagged(dumps({"plans": found}))


@blueprint.view("GET", "/plans/<plan>/editions", "Editions", permission="policies", tagged=True)
def editions(plan: str) -> Response:
    """一个方案的全部版本 / the editions of a plan"""
    found = snapshot().store.plans.get(plan)
    if found is None:
        raise Problem("not-found", f"没有方案 {plan}。", f"There is no plan {plan}.")
    return _tagged(dumps({"editions": [_head(edition) for edition in found]}))


@blueprint.view(
    "GET", "/plans/<plan>/editions/<date>", "Edition", permission="policies", kinds=("not-acceptable",), tagged=True
)
@blueprint.doc(responses={200: {"content": {YAML: {"schema": {"type": "string"}}}}})
def edition(plan: str, date: str) -> Response:
    """一个版本，JSON 或原样的 YAML / an edition, as JSON or as the YAML it is written in"""
    compiled = snapshot().edition(f"{plan}/{date}")
    if accepted("application/json", YAML) == YAML:
        return _tagged(_yaml(compiled), YAML)
    found = compiled.edition
    readings = [
        {"id": one.id, "clause": one.clause, "title": vars_of(one.title), "question": vars_of(one.question),
         "chosen": one.chosen, "readings": {key: vars_of(text) for key, text in one.readings.items()},
         "can_be_tried": [option for option in one.changes if option != one.chosen], "because": vars_of(one.because)}
        for one in found.readings.values()
    ]  # fmt: skip
    rules = [_rule(found, rule) for rule in found.rules.values()]
    return _tagged(dumps({"edition": _head(found), "decisions": rules, "readings": readings}))


@blueprint.view("GET", "/facts", "Facts", permission="policies", kinds=("not-found",), tagged=True)
@blueprint.arguments(WhichSchema, location="query")
def facts(query: Mapping[str, Any]) -> Response:
    """事实字典 / the fact dictionary"""
    found = _in_force(query).edition
    subjects = {
        name: {"title": vars_of(subject.title), "within": subject.within or None,
               "facts": [_fact(fact) for fact in subject.facts.values()]}
        for name, subject in found.subjects.items()
    }  # fmt: skip
    return _tagged(dumps({"edition": found.id, "subjects": subjects}))


@blueprint.view("GET", "/clauses", "Clauses", permission="policies", kinds=("not-found",), tagged=True)
@blueprint.arguments(WhichSchema, location="query")
def clauses(query: Mapping[str, Any]) -> Response:
    """方案的条款原文 / the clauses of the plan, as they are written"""
    found = _in_force(query).edition
    shown = [
        {"id": one.id, "heading": one.heading, "text": one.text, "not_decided": _text(one.not_decided)}
        for one in found.clauses.values()
    ]
    return _tagged(dumps({"edition": found.id, "clauses": shown}))


def _in_force(query: Mapping[str, Any]) -> Compiled:
    here = case_reader()
    return here.snapshot.in_force(query.get("plan") or here.default_plan(), query.get("on") or here.today)


def _tagged(body: bytes, mimetype: str = "application/json") -> Response:
    """Answer with an ETag of the content, or 304."""
    response = answer(body, mimetype=mimetype)
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Accept", "Authorization"))
    response.make_conditional(request)
    return response


def _yaml(compiled: Compiled) -> bytes:
    """All files of an edition as one stream of documents, each under its name."""
    return "".join(f"--- # {name}\n{text.rstrip()}\n" for name, text in compiled.files.items()).encode()


def _head(edition: Edition) -> dict[str, Any]:
    return {
        "plan": edition.plan,
        "date": edition.effective_from.isoformat(),
        "to": plain(snapshot().store.ends(edition)),
        "title": vars_of(edition.title),
        "issuer": vars_of(edition.issuer),
        "source": dict(edition.source),
        "sha256": edition.sha256,
    }


def _rule(edition: Edition, rule: Rule) -> dict[str, Any]:
    return {
        "decision": rule.id,
        "kind": rule.kind,
        "title": vars_of(rule.title),
        "subject": rule.subject,
        "clause": rule.clause,
        "outcomes": [
            {"id": one.id, "title": vars_of(one.title), "role": one.role or None} for one in rule.outcomes.values()
        ],
        "rests_on": list(rule.needs),
        "facts": [{"subject": subject, "fact": name} for subject, name in needed(edition, rule)],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "fact": fact.name,
        "kind": fact.type.kind,
        "unit": fact.type.unit or None,
        "of": fact.type.of or None,
        "given": fact.given,
        "title": vars_of(fact.title),
        "about": _text(fact.about),
        "supplied_by": _text(fact.supplied_by),
        "choices": {code: vars_of(title) for code, title in fact.choices.items()},
        "minimum": plain(fact.minimum),
        "maximum": plain(fact.maximum),
        "part_of": _listed(fact.part_of),
        "ahead": fact.future if fact.type == DATE and fact.given else None,
        "clause": fact.clause or None,
    }


def _listed(names: tuple[str, ...]) -> str | list[str] | None:
    """One name as it is, several as a list."""
    return names[0] if len(names) == 1 else list(names) or None


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else vars_of(text)
