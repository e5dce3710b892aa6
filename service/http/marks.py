"""Decorators that declare the possible answers of a view: problems, idempotency, ETags, deprecation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar

from flask import Response
from werkzeug.http import http_date

from service.http.context import this_app, this_request

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Deprecation:
    """When a view is deprecated, when it is removed, its successor, and a link that explains it."""

    since: date
    sunset: date
    successor: str = ""
    about: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Deprecation (RFC 9745), Sunset (RFC 8594), and links to what follows."""
        links = {"successor-version": self.successor, "deprecation": self.about}
        shown = [f'<{target}>; rel="{name}"' for name, target in links.items() if target]
        headers = {
            "Deprecation": f"@{int(_midnight(self.since).timestamp())}",
            "Sunset": http_date(_midnight(self.sunset)),
        }
        return headers | ({"Link": ", ".join(shown)} if shown else {})


def deprecated(since: date, sunset: date, *, successor: str = "", about: str = "") -> Callable[[View], View]:
    """Declares a view deprecated; its answers and the OpenAPI document say so."""
    return _mark("deprecation", Deprecation(since, sunset, successor, about))


def ends_with(*kinds: str) -> Callable[[View], View]:
    """Declares the problems a view may answer with, besides those of all views."""
    return _mark("kinds", kinds)


def idempotent(view: View) -> View:
    """Declares that a view honours the header Idempotency-Key."""
    return _mark("idempotent", True)(view)


def tagged(view: View) -> View:
    """Declares that a view's answers carry an ETag."""
    return _mark("tagged", True)(view)


def mark_of(view: Callable[..., object] | None, name: str) -> object:
    return getattr(view, name, None)


def announce(response: Response) -> Response:
    """Add deprecation headers to the answer of a deprecated view."""
    found = mark_of(this_app().view_functions.get(this_request().endpoint or ""), "deprecation")
    if isinstance(found, Deprecation):
        response.headers.extend(found.headers)
    return response


def _mark(name: str, value: object) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, name, value)
        return view

    return mark


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
