"""Puts the service together. `create_app` is the one place where its parts meet."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response
from flask_compress import Compress

from rules.problems.problem import Problem
from service.api import (
    approvals,
    batch,
    catalogue,
    comments,
    decisions,
    drafts,
    effects,
    explanations,
    log_lines,
    reviews,
    shadows,
    what_if,
)
from service.days import day_of
from service.desk import audit, cases, commenting, desk, drafting, editing, editions, signing, typing, writing
from service.desk import effects as desk_effects
from service.desk import reviews as desk_reviews
from service.effect import Effects
from service.http import answering as recording
from service.http import observing, problems, security, views
from service.http.context import NAME, Service, this_request
from service.http.readers import Readers
from service.http.wsgi import Application
from service.keys import Keys, user
from service.log import DecisionLog, LogUnavailable, Misconfigured, Sealer, Signer, kept
from service.openapi import document as openapi
from service.pages import example, operations
from service.people import Passwords, People, Sessions
from service.policies import archive
from service.policies.compiled import Snapshot
from service.policies.hosts import Hosts
from service.policies.live import Later, Policies
from service.policies.sources import DATABASE, SANDBOX, Database, LockedFolder, Sandbox, Source
from service.publishing.kept import Checks, Looks
from service.settings import EXAMPLE, RUNTIME, Settings, from_environment
from service.shadow import Beside

if TYPE_CHECKING:
    from service.people.openid import OpenId

RESOURCES = (
    decisions,
    batch,
    explanations,
    what_if,
    reviews,
    catalogue,
    log_lines,
    drafts,
    effects,
    shadows,
    approvals,
    comments,
)
PAGES = (signing, desk, drafting, writing, commenting, desk_effects, editing, cases, typing, editions, desk_reviews,
         audit)  # fmt: skip
RARELY = 20_000, 50, 100  # a request leaves next to nothing for the cycle collector


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings | None = None, clock: Callable[[], datetime] = utc_now) -> Flask:
    """The WSGI application, of settings or of the environment. Raises BadSettings, NoPolicies or Misconfigured."""
    settings = settings or from_environment()
    observing.configure(settings.log_level)
    app = Application("service.pages")  # its folders of templates and static files
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_body,
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_MIMETYPES=["application/json", problems.MEDIA_TYPE, "application/yaml", "text/html", "text/plain"],
        COMPRESS_STREAMS=False,
        COMPRESS_REGISTER=False,
    )
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would repeat whatever Host was sent
    made = _service(settings, clock)
    app.extensions[NAME] = made
    observing.register(app)
    app.after_request(recording.settle)  # the last but one, as observing's comes after it
    security.register(app, settings.rate_limit)
    problems.register(app)
    compress = Compress(app)
    app.after_request(lambda response: _compressed(response, compress))
    app.after_request(views.announce)
    api = openapi.create(app)
    for resource in RESOURCES:
        api.register_blueprint(resource.blueprint)
    for pages in PAGES:
        app.register_blueprint(pages.blueprint)
    app.register_blueprint(operations.pages(openapi.Document(app, api)))
    if folder := os.environ.get(EXAMPLE):
        reports = app.extensions[example.NAME] = example.ExampleReport(Path(folder))
        app.register_blueprint(example.pages(reports))
        reports.begin(made.policies.current())
    problems.register(app)  # over smorest's own
    app.refuse_hooks()
    _begin(made)
    _watch(made)
    _keep_objects()
    return app


def _keep_objects() -> None:
    """The policies stay: the cycle collector need not look through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)


def _compressed(response: Response, compress: Compress) -> Response:
    """Compress where the client accepts it; otherwise skip flask-compress' checks, one of which is wrong of `q=0`."""
    asked = this_request()
    if "HTTP_ACCEPT_ENCODING" not in asked.environ:
        return response
    accepted = {name.lower(): quality for name, quality in reversed(asked.accept_encodings)}
    if accepted.get("gzip", accepted.get("*", 0)) > 0:
        return compress.after_request(response)
    response.vary.add("Accept-Encoding")
    return response


def _begin(made: Service) -> None:
    """What is done now, not when somebody asks: lines are counted, and what is live is told in the log."""
    with suppress(LogUnavailable):  # and so will every request be told
        made.log.count()
    made.policies.current()
    _every_so_often(made)


def _watch(made: Service) -> None:
    """Say where policies come from, and look at them from now on."""
    observing.PUBLISHED_IN.labels(made.settings.published_in).set(1)
    if made.settings.published_in == SANDBOX:
        observing.log.warning("sandbox", says="every change of the policies folder goes live; nothing is locked")
    told: set[Problem] = set()
    _tell(made, told)
    made.policies.watch(made.settings.reload_seconds, lambda: _look(made, told))


def _look(made: Service, told: set[Problem]) -> None:
    _tell(made, told)
    _every_so_often(made)


def _every_so_often(made: Service) -> None:
    """What every worker does."""
    observing.state(made.policies, made.log)
    made.passwords.refusals.write()
    with suppress(LogUnavailable):  # /readyz says so
        made.hosts.tell(made.policies.current())
        observing.hosts(made.hosts.listed(), made.policies.current().digest)
    with suppress(LogUnavailable):  # shadows go on as they are
        made.beside.look()
        observing.shadows(made.beside.listed(), made.beside.told)
    with suppress(LogUnavailable):  # whoever wants to decide is told why
        made.log.beat()
    with suppress(LogUnavailable):
        _keep_head(made)


def _keep_head(made: Service) -> None:
    """Keep the end of the log outside the database; where that cannot be done, say so and go on."""
    try:
        kept.keep(made.log, made.settings.head_file)
    except Misconfigured as error:
        observing.log.error("the end of the log is not kept", zh=error.zh, en=error.en)


def _tell(made: Service, told: set[Problem]) -> None:
    """Write to the server's log what of the policies folder is not taken, each once."""
    for one in set(made.policies.untaken) - told:
        observing.log.warning("policies not taken", file=one.mark.file, code=one.code, zh=one.zh, en=one.en)
    told.clear()
    told.update(made.policies.untaken)


def _log(settings: Settings, sealer: Sealer, clock: Callable[[], datetime]) -> DecisionLog:
    tolerance = timedelta(seconds=settings.clock_tolerance)
    log = DecisionLog(settings.database, sealer, Signer.of(settings.signing_key), clock=clock, tolerance=tolerance,
                      ahead=timedelta(seconds=settings.clock_ahead))  # fmt: skip
    log.upgrade()
    if not kept.check(log, settings.head_file):  # the first start, or somebody moved it, or its disk is not there
        observing.log.warning("no end of the log was kept", file=str(settings.head_file), lines=log.head().seq)
    log.introduce(user())
    return log


def _service(settings: Settings, clock: Callable[[], datetime]) -> Service:
    sealer = Sealer.of(settings.seal_keys, settings.blind_key)
    log = _log(settings, sealer, clock)

    def before(snapshot: Snapshot) -> None:
        try:
            archive.keep(log, snapshot)
        except LogUnavailable as error:
            raise Later from error

    def after(snapshot: Snapshot, moment: str) -> None:
        try:
            archive.announce(log, snapshot, moment)
            over = archive.taken_over(log, snapshot)
            policies.back_dated = archive.back_dated(log, snapshot, settings.time_zone) + over
            for one in over:
                observing.log.warning("policies taken over", file=one.mark.file, code=one.code, zh=one.zh, en=one.en)
        except LogUnavailable as error:
            observing.log.warning("live, but not said in the log", digest=snapshot.digest, reason=error.code)

    runtime = os.environ.get(RUNTIME)
    policies = Policies(
        _source(settings, log, clock),
        Path(runtime) if runtime else None,
        before=before,
        after=after,
    )
    people = People(log)
    idle, longest = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
    sessions = Sessions(log, people, idle, longest)
    effects = Effects(Path(runtime) / "effects" if runtime else None)
    passwords, openid = Passwords(log, people), _openid(settings, sealer)
    keys, readers, hosts = Keys(log), Readers(settings.threads), Hosts(log, settings.port)
    beside = Beside(log, lambda: day_of(clock(), settings.time_zone))
    checks, looks = Checks(Path(runtime) / "checks" if runtime else None), Looks() if runtime else None
    return Service(settings, policies, log, sealer, keys, people, passwords, sessions, hosts, openid, clock, readers,
                   effects, beside, checks, looks)  # fmt: skip


def _source(settings: Settings, log: DecisionLog, clock: Callable[[], datetime]) -> Source:
    """Where the policies come from, by the setting."""
    if settings.published_in == SANDBOX:
        return Sandbox(settings.policies, lambda: archive.last_live(log))
    made = Database if settings.published_in == DATABASE else LockedFolder
    return made(settings.policies, log, lambda: day_of(clock(), settings.time_zone), user())


def _openid(settings: Settings, sealer: Sealer) -> OpenId | None:
    """The client of the organisation's provider, where there is one."""
    if not settings.oidc_issuer:
        return None
    from service.people.openid import OpenId  # noqa: PLC0415 -- its libraries take memory

    client, secret = settings.oidc_client_id, settings.oidc_client_secret
    return OpenId(settings.oidc_issuer, client, secret, settings.oidc_claim, sealer)
