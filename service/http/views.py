"""Blueprints of documented views: access, possible problems, idempotency, ETags, deprecation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

import flask_smorest
from flask import Response
from werkzeug.http import http_date

from service.http.bodies import Parser
from service.http.context import this_app, this_request

View = TypeVar("View", bound=Callable[..., object])
DOCUMENTED = "_apidoc"  # where smorest keeps what a view's document says


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The terms of a view: the permission it requires, the problems it may answer with besides those of all views,
    whether it honours Idempotency-Key, whether its answers carry an ETag by which they need not be sent again, or one
    of a version that can be changed, whether only a person at a browser may use it, and whether it takes a query."""

    permission: str
    kinds: tuple[str, ...] = ()
    idempotent: bool = False
    tagged: bool = False
    versioned: bool = False
    in_person: bool = False
    queried: bool = False


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
        since, sunset = (datetime.combine(day, time(), UTC) for day in (self.since, self.sunset))
        links = {"successor-version": self.successor, "deprecation": self.about}
        shown = [f'<{target}>; rel="{name}"' for name, target in links.items() if target]
        headers = {"Deprecation": f"@{int(since.timestamp())}", "Sunset": http_date(sunset)}
        return headers | ({"Link": ", ".join(shown)} if shown else {})


def deprecated(*args: Any, **kwargs: Any) -> Callable[[View], View]:
    """Declares a view deprecated, as a Deprecation of these arguments; its answers and the OpenAPI document say so."""
    return marked("deprecation", Deprecation(*args, **kwargs))


def marked(name: str, value: object) -> Callable[[View], View]:
    """Gives a view an attribute."""

    def mark(view: View) -> View:
        setattr(view, name, value)
        return view

    return mark


def contract_of(view: Callable[..., object] | None) -> Contract | None:
    """The terms of a view; None for a page."""
    return getattr(view, "contract", None)


def deprecation_of(view: Callable[..., object] | None) -> Deprecation | None:
    return getattr(view, "deprecation", None)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc] # ships no types
    """A group of documented views."""

    ARGUMENTS_PARSER = Parser()

    def view(
        self, method: str, path: str, answer: str | None, *, status: int = 200, **terms: Any
    ) -> Callable[[View], View]:
        """Registers a view under its contract; `answer` is the schema of its JSON answer in the OpenAPI document."""

        def register(view: View) -> View:
            asked = getattr(view, DOCUMENTED, {}).get("arguments", {}).get("parameters", ())
            queried = any(one["in"] == "query" for one in asked)
            bound = marked("contract", Contract(queried=queried, **terms))(view)
            documented = vars(self.response(status, answer)(bound))[
                DOCUMENTED
            ]  # the wrapper looks for what is no Response
            return self.route(path, methods=[method])(marked(DOCUMENTED, documented)(bound))  # type: ignore[no-any-return]

        return register


def announce(response: Response) -> Response:
    """Add deprecation headers to the answer of a deprecated view."""
    if found := deprecation_of(this_app().view_functions.get(this_request().endpoint or "")):
        response.headers.extend(found.headers)
    return response
