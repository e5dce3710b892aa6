"""The parts of a running service, and access to them from a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request, current_app, g, request

from service.days import day_of
from service.http.cases import CaseReader
from service.keys import ApiKey, Keys
from service.log import DecisionLog, Sealer
from service.policies.compiled import Snapshot
from service.policies.live import Policies
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


def request_data() -> Any:
    """Per-request data: Flask's `g`."""
    return g._get_current_object()  # noqa: SLF001


def service() -> Service:
    return cast("Service", this_app().extensions[NAME])


def caller() -> ApiKey:
    """The API key of the request."""
    return cast("ApiKey", request_data().key)


def snapshot() -> Snapshot:
    """The snapshot of policies for this request: the same from beginning to end."""
    here = request_data()
    if "snapshot" not in here:
        here.snapshot = service().policies.current()
    return cast("Snapshot", here.snapshot)


def case_reader() -> CaseReader:
    """The case reader for this request."""
    found = service()
    return _case_reader(snapshot(), found.settings.plan, day_of(found.clock(), found.settings.time_zone))


@lru_cache(maxsize=1)  # until the policies or the day change
def _case_reader(snapshot: Snapshot, plan: str, today: date) -> CaseReader:
    return CaseReader(snapshot, plan, today)
