"""What a running service is made of, and the way to it from a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, g

from service.cases import Court
from service.keys import ApiKey, Keys
from service.live import Policies, Snapshot
from service.log import DecisionLog, Sealer
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


def service() -> Service:
    return cast("Service", current_app.extensions[NAME])


def caller() -> ApiKey:
    """The key that the request at hand came with."""
    return cast("ApiKey", g.key)


def snapshot() -> Snapshot:
    """The policies of the request at hand: the same from its beginning to its end."""
    if "snapshot" not in g:
        g.snapshot = service().policies.current()
    return cast("Snapshot", g.snapshot)


def court() -> Court:
    found = service()
    return Court(snapshot(), found.settings.plan, found.clock().astimezone().date())
