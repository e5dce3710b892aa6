"""What a running service is made of, and the way to it from a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request, current_app, g, request

from service.http.cases import Court
from service.keys import ApiKey, Keys
from service.log import DecisionLog, Sealer
from service.policies.live import Policies, Snapshot
from service.settings import Settings

NAME = "village_credit"


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that lives as long as the process."""

    settings: Settings
    policies: Policies
    log: DecisionLog
    sealer: Sealer
    keys: Keys
    clock: Callable[[], datetime]  # aware, UTC


# Flask's proxies ask for their object at every use, which costs ten times what it takes to use it.


def this_app() -> Flask:
    return cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined] # noqa: SLF001


def this_request() -> Request:
    return cast("Request", request._get_current_object())  # type: ignore[attr-defined] # noqa: SLF001


def noted() -> Any:
    """What is noted for the request at hand, as far as it has come; `g` itself."""
    return g._get_current_object()  # noqa: SLF001


def service() -> Service:
    return cast("Service", this_app().extensions[NAME])


def caller() -> ApiKey:
    """The key that the request at hand came with."""
    return cast("ApiKey", noted().key)


def snapshot() -> Snapshot:
    """The policies of the request at hand: the same from its beginning to its end."""
    here = noted()
    if "snapshot" not in here:
        here.snapshot = service().policies.current()
    return cast("Snapshot", here.snapshot)


def court() -> Court:
    """Where the request at hand is heard."""
    found = service()
    return _court(snapshot(), found.settings.plan, found.clock().astimezone().date())


@lru_cache(maxsize=1)  # until the policies or the day change
def _court(snapshot: Snapshot, plan: str, today: date) -> Court:
    return Court(snapshot, plan, today)
