"""Access: API keys, permissions by role, rate limits, and the security headers of every answer."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from flask import Flask
from werkzeug.sansio.utils import host_is_trusted

from service.http.context import Caller, request_data, service, signed_in, this_app, this_request
from service.http.problems import MESSAGES, FieldError, Problem
from service.http.views import contract_of
from service.keys import PERMISSIONS, ApiKey

Headers = list[tuple[str, str]]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF = "X-CSRF-Token"
NO_KEY = "请求头要有 Authorization: Bearer <密钥>。", "Send the header Authorization: Bearer <key>."
BAD_KEY = (
    "这把密钥不对，或已到期、已吊销：请向发放密钥的人要一把（village-credit keys add）。",
    "This key is wrong, expired or revoked: ask whoever hands keys out for one (village-credit keys add).",
)
LIMITS = "village_credit.limits"  # where the application keeps its RateLimits


def _headers(policy: str) -> Headers:
    return [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Content-Security-Policy", f"{policy}; frame-ancestors 'none'; base-uri 'none'"),
    ]


HEADERS = _headers("default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'")
OWN = "village_credit.headers"  # in the environment of a request: the headers of its answer, if others than these
# A page with everything inside is another origin to the browser: its script reaches nothing of the service.
SELF_CONTAINED = _headers(
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "form-action 'none'; sandbox allow-scripts allow-modals allow-downloads"
)


def self_contained() -> None:
    """Allow the answer its inline script and style, and nothing else."""
    this_request().environ[OWN] = SELF_CONTAINED


class RateLimits:
    """Requests of each client in the current minute, counted in this process."""

    def __init__(self, most: int, clock: Callable[[], float] = time.time) -> None:
        self._most, self._clock = most, clock
        self._minute, self._made = 0, dict[str, int]()

    def wait(self, client: str) -> int:
        """Count a request; 0 where it is within the limit, else the seconds until the next minute."""
        minute, second = divmod(int(self._clock()), 60)
        if minute != self._minute:
            self._minute, self._made = minute, {}
        made = self._made[client] = self._made.get(client, 0) + 1
        return 0 if made <= self._most else 60 - second


def register(app: Flask, most: int) -> None:
    app.extensions[LIMITS] = RateLimits(most)
    app.before_request(_admit)


def count_request(client: str) -> None:
    """Count a request of a client, a program or a person; a Problem where it made too many in this minute."""
    limits: RateLimits = this_app().extensions[LIMITS]
    if wait := limits.wait(client):
        raise Problem("too-many-requests", f"请在 {wait} 秒后再试。", f"Try again in {wait} seconds.",
                      headers={"Retry-After": str(wait)})  # fmt: skip


def _admit() -> None:
    asked = this_request()
    _well_formed(asked.environ)
    contract = contract_of(this_app().view_functions.get(asked.endpoint or ""))
    if contract is None:
        return
    key = request_data().key = _person() if "HTTP_AUTHORIZATION" not in asked.environ else _key()
    if key is None:
        told = BAD_KEY if _token() else NO_KEY
        raise Problem("unauthorized", *told, headers={"WWW-Authenticate": "Bearer"})
    count_request(key.client)
    permission = contract.permission
    if permission not in PERMISSIONS[key.role]:
        raise Problem("forbidden", f"角色 {key.role} 没有权限 {permission}。",
                      f"The role {key.role} lacks the permission {permission}.")  # fmt: skip
    if contract.in_person and isinstance(key, ApiKey):
        zh, en = "这要由本人登录后办理，密钥不行。", "A person signs in to do this: a key cannot."
        raise Problem("forbidden", zh, en)
    if asked.environ.get("QUERY_STRING") and not contract.queried:
        raise Problem.invalid(FieldError(f"/{name}", *MESSAGES["Unknown field."]) for name in asked.args)
    encoding = asked.environ.get("HTTP_CONTENT_ENCODING", "identity")
    if encoding.strip().lower() != "identity":
        zh, en = f"请求体不要压缩（{encoding}）。", f"Send the body as it is, without {encoding}."
        raise Problem("unsupported-media-type", zh, en, headers={"Accept-Encoding": "identity"})


def _key() -> Caller | None:
    """The API key that the request names, if it may be used now."""
    token = _token()
    return None if token is None else service().keys.check(token)


def _token() -> str | None:
    """What the request gives for a key."""
    scheme, _, token = this_request().environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _person() -> Caller | None:
    """The person whose session the browser sends. Whoever has still to change a first password may do nothing else."""
    if (session := signed_in()) is None or session.person.temporary:
        return None
    if this_request().method not in SAFE:
        meant(this_request().headers.get(CSRF, ""))
    return session.person


def meant(token: str) -> None:
    """Refuse what another site has the browser send: it cannot know the token of the session."""
    session = signed_in()
    if session is None or not hmac.compare_digest(token.encode(), session.csrf.encode()):
        raise Problem("forbidden", "页面已过期，请刷新后再试。", "The page is out of date: reload it and try again.")


def _well_formed(environ: Mapping[str, Any]) -> None:
    """What HTTP asks of a request and the server lets pass."""
    host = environ.get("HTTP_HOST", "")  # the server joins several by a comma
    if not host and environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
        raise Problem("bad-request", "HTTP/1.1 的请求要有请求头 Host。", "A request by HTTP/1.1 has a header Host.")
    if host and not _is_host(host):
        zh, en = (
            "请求头 Host 要是一个主机名或地址，可带端口。",
            "The header Host is one host name or address, with a port or without.",
        )
        raise Problem("bad-request", zh, en)
    if not (method := environ["REQUEST_METHOD"]).isupper():
        raise Problem("bad-request", f"方法 {method} 要用大写。", f"The method {method} is written in capitals.")


@lru_cache
def _is_host(text: str) -> bool:
    """Whether a text is a host, with a port or without; its name may have underscores, as in networks of containers."""
    return host_is_trusted(text.replace("_", "-"))
