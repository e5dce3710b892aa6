"""Marks on a view that its documentation and its answers are made by: what it may end with, and its end of life."""

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
    """Since when a view is deprecated, when it goes, what takes its place, and where that is explained."""

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
    """Marks a view that will go: its answers say so, and so does the OpenAPI document."""
    return _mark("deprecation", Deprecation(since, sunset, successor, about))


def ends_with(*kinds: str) -> Callable[[View], View]:
    """Marks a view with the problems, by name, that it may end with besides those that all views have."""
    return _mark("kinds", kinds)


def idempotent(view: View) -> View:
    """Marks a view that heeds the header Idempotency-Key."""
    return _mark("idempotent", True)(view)


def tagged(view: View) -> View:
    """Marks a view whose answers have an ETag."""
    return _mark("tagged", True)(view)


def mark_of(view: Callable[..., object] | None, name: str) -> object:
    return getattr(view, name, None)


def announce(response: Response) -> Response:
    """Adds to an answer that its view is deprecated, where it is."""
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
