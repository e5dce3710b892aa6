"""Pages and endpoints for operators: health, metrics, API documentation, kinds of problems."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from functools import partial
from importlib.resources import files

import flask_swagger_ui
from flask import Blueprint, Response, current_app, request, send_from_directory
from prometheus_client import CONTENT_TYPE_LATEST

from rules.values.exact import read_date
from service.exact_json import dumps
from service.http import observing
from service.http.answering import tagged
from service.http.bodies import TWICE
from service.http.context import Service, case_reader, service, snapshot
from service.http.problems import KINDS, MESSAGES, FieldError, Problem
from service.log import LogUnavailable
from service.log.probing import Aside
from service.openapi.document import Document
from service.pages.example import NAME
from service.pages.pages import page
from service.pages.trying import forms
from service.policies.hosts import Host
from service.policies.sources import SANDBOX
from service.policies.watching import Watcher

WITHIN = 1.0  # seconds for an answer on /readyz
TOLD = 100  # lines of the log that are not believed
ASSETS = files(flask_swagger_ui) / "dist"


def pages(document: Document) -> Blueprint:
    """The blueprint; `document` makes the OpenAPI document."""
    blueprint = Blueprint("operations", __name__)

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        day = _asked_day()
        return tagged(Response(document.of(snapshot(), day), mimetype="application/json"))

    blueprint.add_url_rule("/healthz", view_func=healthy)
    aside: Aside[tuple[LogUnavailable | None, Sequence[Host] | None]] = Aside(WITHIN)
    blueprint.add_url_rule("/readyz", "ready", lambda: ready(aside))
    blueprint.add_url_rule("/metrics", view_func=metrics)
    blueprint.add_url_rule("/", view_func=home)
    blueprint.add_url_rule("/try-it.json", view_func=try_it)
    blueprint.add_url_rule("/docs", view_func=docs)
    blueprint.add_url_rule("/docs/assets/<path:name>", view_func=asset)
    blueprint.add_url_rule("/problems/<kind>", view_func=problem)
    return blueprint


def _asked_day() -> date:
    """The day that the address names, or today; a Problem where it asks anything else."""
    if others := [name for name in request.args if name != "on"]:
        raise Problem.invalid(FieldError(f"/{name}", *MESSAGES["Unknown field."]) for name in others)
    if len(said := request.args.getlist("on")) > 1:
        raise Problem.invalid([FieldError("/on", "twice", *TWICE)])
    day = read_date(said[0]) if said else case_reader().today
    if day is None:
        raise Problem.invalid([FieldError("/on", *MESSAGES["not_a_date"])])
    return day


def healthy() -> Response:
    """Liveness: the process answers."""
    return Response(dumps({"status": "ok"}), mimetype="application/json")


def ready(aside: Aside[tuple[LogUnavailable | None, Sequence[Host] | None]]) -> Response:
    """Readiness: live editions, refused editions, state of the log; in time, though the database is not."""
    policies, here = service().policies, snapshot()
    try:
        error, heard = aside.ask(partial(_looked_at, service()))
    except LogUnavailable as late:
        error, heard = late, None
    editions = [
        {"edition": edition.id, "sha256": edition.sha256}
        for found in here.store.plans.values() for edition in found
    ]  # fmt: skip
    rejected = [one.as_dict() for one in policies.rejected]
    log: dict[str, object] = {"status": "ok"}
    if error is not None:
        log = {"status": "unavailable", "code": error.code, "zh": error.zh, "en": error.en}
    is_ready = error is None
    body = {
        "status": "ok" if is_ready else "unavailable",
        "policies": {
            "digest": here.digest,
            "live": editions,
            "published_in": service().settings.published_in,
            "source": policies.source,
            "hosts": None if heard is None else _hosts(heard, here.digest),
            "looked": _looked(policies.watcher),
            "rejected": rejected,
            "rejected_count": policies.rejected_count,
            "untaken": [one.as_dict() for one in policies.untaken],
            "warnings": [one.as_dict() for one in policies.warnings()],
        },
        "log": log
        | {"refused": [{"seq": seq, "code": code} for seq, code in sorted(service().log.refused.items())[:TOLD]]},
        "shadows": [
            {"edition": one.edition, "sha256": one.sha256, "until": one.until.isoformat()}
            for one in service().beside.listed()
        ],
        "time_zone": str(service().settings.time_zone),
        "today": case_reader().today.isoformat(),
    }
    return Response(dumps(body), 200 if is_ready else 503, mimetype="application/json")


def _looked_at(here: Service) -> tuple[LogUnavailable | None, Sequence[Host] | None]:
    """Why the log cannot be written, if it cannot; and the hosts heard of lately, None where nobody can say."""
    error = None
    try:
        here.log.ready()
    except LogUnavailable as found:
        error = found
    try:
        return error, here.hosts.listed()
    except LogUnavailable:
        return error, None


def _hosts(listed: Sequence[Host], digest: str) -> list[dict[str, object]]:
    """What each host serves, and whether that is what this one serves."""
    now = service().clock()
    return [
        {
            "host": one.name,
            "seconds_ago": round((now - one.seen).total_seconds()),
            "digest": one.digest,
            "same": one.digest == digest,
            "live": [{"edition": name, "sha256": sha256} for name, sha256 in one.editions.items()],
        }
        for one in listed
    ]


def _looked(watcher: Watcher) -> dict[str, object]:
    """How the watching of the folder goes."""
    return {
        "seconds_ago": round(time.monotonic() - watcher.looked),
        "trouble": watcher.trouble or None,
        "watching": watcher.watching,
        "restarts": watcher.restarts,
    }


def metrics() -> Response:
    """Prometheus metrics of all workers."""
    observing.state(service().policies, service().log)
    return Response(observing.exposition(), content_type=CONTENT_TYPE_LATEST)


def home() -> Response:
    """The start page: live and refused editions, links, and a form to try a decision."""
    here, today = snapshot(), case_reader().today
    plans = [
        (edition, here.store.ends(edition), here.store.holds(edition, today))
        for editions in here.store.plans.values()
        for edition in reversed(editions)
    ]
    policies, demo = service().policies, NAME in current_app.extensions
    return page("home.html", plans=plans, rejected=policies.rejected, warnings=policies.warnings(), quoted=demo,
                untaken=policies.untaken, sandbox=service().settings.published_in == SANDBOX,
                example=demo and current_app.extensions[NAME].fits(here))  # fmt: skip


def try_it() -> Response:
    """Data for the form of the start page: the facts of each decision, and examples."""
    return tagged(Response(dumps(forms(snapshot(), case_reader().today)), mimetype="application/json"))


def docs() -> Response:
    return page("docs.html")


def asset(name: str) -> Response:
    response = send_from_directory(str(ASSETS), name)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def problem(kind: str) -> Response:
    """The page that explains a problem's `type`."""
    if kind not in KINDS:
        raise Problem("not-found", f"没有 {kind} 这种问题。", f"There is no problem {kind}.")
    return page("problem.html", name=kind, kinds=KINDS)
