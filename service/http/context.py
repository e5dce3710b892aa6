"""The parts of a running service, and access to them from a request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, cast

from flask import Flask, Request
from flask.globals import _cv_app, _cv_request

from service.days import day_of
from service.effect import Effects
from service.http.cases import CaseReader
from service.http.readers import Readers
from service.keys import ApiKey, Keys
from service.log import DecisionLog, Sealer
from service.people import Passwords, People, Session, Sessions
from service.policies.compiled import Snapshot
from service.policies.hosts import Hosts
from service.policies.live import Policies
from service.publishing.kept import Checks, Looks
from service.settings import Settings
from service.shadow import Beside

if TYPE_CHECKING:
    from service.people.openid import OpenId

NAME = "village_credit"


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that lives as long as the process."""

    settings: Settings
    policies: Policies
    log: DecisionLog
    sealer: Sealer
    keys: Keys
    people: People
    passwords: Passwords
    sessions: Sessions
    hosts: Hosts
    openid: OpenId | None  # where people sign in elsewhere
    clock: Callable[[], datetime]  # aware, UTC
    readers: Readers
    effects: Effects
    beside: Beside  # drafts in shadow
    checks: Checks  # of drafts, kept
    looks: Looks | None  # at drafts, in the background; None where they are made on the spot


# Flask's proxies ask for their object at every use, which costs ten times what it takes to use it; the variables behind
# them do not. `typing.cast` is a call as well, and these are called thirty times in a request.


def this_app() -> Flask:
    return _cv_app.get().app


def this_request() -> Request:
    return _cv_request.get().request


def request_data() -> Any:
    """Per-request data: Flask's `g`."""
    return _cv_app.get().g


def service() -> Service:
    found: Service = this_app().extensions[NAME]
    return found


class Caller(Protocol):
    """Who asks: an API key of a client, or a person. `client` stands in the log, and owns what was decided."""

    @property
    def id(self) -> str: ...
    @property
    def client(self) -> str: ...
    @property
    def role(self) -> str: ...


def caller() -> Caller:
    """Who sent the request."""
    found: Caller = request_data().key
    return found


def signed_in() -> Session | None:
    """The session of the browser that sent the request; looked up once."""
    here = request_data()
    if "session" not in here:
        here.session = _session()
    return cast("Session | None", here.session)


def still_good() -> bool:
    """Whether whoever sent the request may go on: asked again in a long stream."""
    key = caller()
    if isinstance(key, ApiKey):
        return service().keys.still(key)
    session = signed_in()
    return session is not None and service().sessions.lasts(session)


def _session() -> Session | None:
    """By the header of a proxy that is trusted, else by the cookie."""
    asked, found = this_request(), service()
    header = found.settings.trusted_header
    if header and asked.remote_addr in found.settings.trusted_proxies:
        return found.sessions.of_login(login) if (login := _text(asked.headers.get(header, ""))) else None
    token = asked.cookies.get(cookie_name())
    return found.sessions.find(token) if token else None


def _text(value: str) -> str:
    """The text of a header that is sent as UTF-8; empty where it is none."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return ""


def cookie_name() -> str:
    """The name of the session's cookie; with the prefix a browser takes it over https only, and from this host."""
    return "__Host-session" if secure() else "session"


def secure() -> bool:
    return service().settings.public_address.startswith("https:")


def reading() -> AbstractContextManager[None]:
    """A place for the request while its body is read."""
    here = request_data()
    return service().readers.reading(here.key.id if "key" in here else "")


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
