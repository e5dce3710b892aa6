"""Who may do what: API keys, permissions by role, rate limits, and the headers every answer carries."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Response, current_app, g, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from service.context import service
from service.keys import PERMISSIONS
from service.problems import Problem

View = TypeVar("View", bound=Callable[..., object])
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
}


def needs(permission: str) -> Callable[[View], View]:
    """Marks a view with the permission that its caller's role must have."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(endpoint: str | None) -> str | None:
    view = current_app.view_functions.get(endpoint or "")
    found: str | None = getattr(view, "permission", None)
    return found


def register(app: Flask, rate: str) -> None:
    limit, limiter = parse(rate), FixedWindowRateLimiter(MemoryStorage())
    app.before_request(lambda: _admit(limit, limiter))
    app.after_request(_protect)


def _admit(limit: RateLimitItem, limiter: FixedWindowRateLimiter) -> None:
    permission = permission_of(request.endpoint)
    if permission is None:
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    key = service().keys.check(token.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        zh, en = "请求头要有 Authorization: Bearer <密钥>。", "Send the header Authorization: Bearer <key>."
        raise Problem("unauthorized", zh, en, headers={"WWW-Authenticate": "Bearer"})
    g.key = key
    if not limiter.hit(limit, key.id):
        wait = max(1, int(limiter.get_window_stats(limit, key.id).reset_time - time.time()) + 1)
        raise Problem("too-many-requests", f"请在 {wait} 秒后再试。", f"Try again in {wait} seconds.",
                      headers={"Retry-After": str(wait)})  # fmt: skip
    if permission not in PERMISSIONS[key.role]:
        raise Problem("forbidden", f"角色 {key.role} 没有权限 {permission}。",
                      f"The role {key.role} lacks the permission {permission}.")  # fmt: skip


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
