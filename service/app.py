"""Puts the service together. `create_app` is the one place where its parts meet."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_compress import Compress

from service import archive, observing, openapi, problems, security
from service.context import NAME, Service
from service.keys import Keys
from service.live import Later, Policies, Snapshot
from service.log import DecisionLog, LogUnavailable, Sealer
from service.resources import batch, catalogue, decisions, explanations, operations, reviews, what_if
from service.settings import RUNTIME, Settings, from_environment


class Application(Flask):
    """Flask without a look, seven times a request, whether a function is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


# Seconds after which a thread gives way. Whoever writes the log for all lets go of the interpreter at each step, and
# with the usual ten times as much waits for each step until a thread that only computes is told to give way.
SWITCH = 0.0005


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings | None = None, clock: Callable[[], datetime] = utc_now) -> Flask:
    """The WSGI application, of settings or of the environment. Raises BadSettings, NoPolicies or Misconfigured."""
    settings = settings or from_environment()
    sys.setswitchinterval(SWITCH)
    observing.configure(settings.log_level)
    app = Application(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_body,
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_MIMETYPES=["application/json", problems.MEDIA_TYPE, "application/yaml", "text/html", "text/plain"],
        COMPRESS_STREAMS=False,
    )
    app.url_map.strict_slashes = False
    made = _service(settings, clock)
    app.extensions[NAME] = made
    observing.register(app)
    security.register(app, settings.rate_limit)
    problems.register(app)
    Compress(app)
    api = openapi.create(app)
    for resource in (decisions, batch, explanations, what_if, reviews, catalogue):
        api.register_blueprint(resource.blueprint)
    app.register_blueprint(operations.pages(openapi.Document(app, api)))
    problems.register(app)  # over smorest's own
    made.policies.watch(settings.reload_seconds)
    return app


def _service(settings: Settings, clock: Callable[[], datetime]) -> Service:
    sealer = Sealer.of(settings.seal_keys, settings.blind_key)
    log = DecisionLog(settings.database, sealer, clock=clock, tolerance=timedelta(seconds=settings.clock_tolerance))
    log.upgrade()

    def before(snapshot: Snapshot) -> None:
        try:
            archive.keep(log, snapshot)
        except LogUnavailable as error:
            raise Later from error

    def after(snapshot: Snapshot, moment: str) -> None:
        try:
            archive.announce(log, snapshot, moment)
        except LogUnavailable as error:
            observing.log.warning("live, but not said in the log", digest=snapshot.digest, reason=error.code)

    runtime = os.environ.get(RUNTIME)
    policies = Policies(
        settings.policies,
        Path(runtime) if runtime else None,
        rescue=lambda: archive.last_live(log),
        before=before,
        after=after,
    )
    return Service(settings, policies, log, sealer, Keys(log.database, clock=clock), clock)
