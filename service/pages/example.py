"""The report of the example county on a page of the service. Only `serve --demo` has it: it asks for no key."""

from __future__ import annotations

from flask import Blueprint, Response, request

from service.http import security
from service.http.context import snapshot
from service.pages.example_report import ExampleReport
from service.pages.pages import page

NAME = "example"
AGAIN = "2"  # seconds until the page asks again


def pages(reports: ExampleReport) -> Blueprint:
    blueprint = Blueprint(NAME, __name__)

    @blueprint.get("/example/report")
    def report() -> Response:
        """The report, or a page that asks for it again."""
        here = snapshot()
        found = reports.page(here)
        if found is not None:
            security.self_contained()
            response = Response(found, mimetype="text/html")
            response.headers["Cache-Control"] = "no-cache"
            response.set_etag(reports.key(here))
            response.make_conditional(request)
            return response
        failure = reports.failure(here)
        if not failure:
            reports.begin(here)
        response = page("example.html", failure=failure)
        response.status_code = 500 if failure else 202
        if not failure:
            response.headers["Refresh"] = AGAIN
        return response

    return blueprint
