"""A view that will go says so in its answers and in the document; so far none does."""

from datetime import date

import pytest
from flask import Flask, Response

from service.http.views import Blueprint, Deprecation, announce, deprecated
from service.openapi import document as openapi

OLD = Deprecation(date(2027, 1, 1), date(2027, 7, 1), "/v2/plans", "/docs")


@pytest.fixture
def app():
    """An application with one view that goes and one that stays."""
    app = Flask(__name__)
    app.after_request(announce)
    api = openapi.create(app)
    views = Blueprint("views", __name__, url_prefix="/v1")

    @views.view("GET", "/old", None, permission="read")
    @deprecated(OLD.since, OLD.sunset, successor=OLD.successor, about=OLD.about)
    def old() -> Response:
        return Response("old")

    @views.view("GET", "/new", None, permission="read")
    def new() -> Response:
        return Response("new")

    api.register_blueprint(views)
    app.extensions["test"] = api
    return app


def test_an_answer_says_since_when_until_when_and_what_follows(app):
    headers = app.test_client().get("/v1/old").headers

    assert headers["Deprecation"] == "@1798761600"  # RFC 9745: a date of RFC 9651
    assert headers["Sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"  # RFC 8594: a date of HTTP
    assert headers["Link"] == '</v2/plans>; rel="successor-version", </docs>; rel="deprecation"'


def test_other_answers_say_nothing(app):
    headers = app.test_client().get("/v1/new").headers

    assert not {"Deprecation", "Sunset", "Link"} & set(headers.keys())


def test_without_a_successor_there_is_no_link():
    assert Deprecation(OLD.since, OLD.sunset).headers.keys() == {"Deprecation", "Sunset"}


def test_the_document_marks_it(app):
    document = openapi.described(app, app.extensions["test"])["paths"]

    assert document["/v1/old"]["get"]["deprecated"] is True
    assert {"Deprecation", "Sunset", "Link"} <= document["/v1/old"]["get"]["responses"]["200"]["headers"].keys()
    assert "2027-07-01" in document["/v1/old"]["get"]["description"]
    assert "deprecated" not in document["/v1/new"]["get"]


def test_nothing_is_deprecated_now(api, caller):
    marked = [rule.rule for rule in api.app.url_map.iter_rules()
              if hasattr(api.app.view_functions[rule.endpoint], "deprecation")]  # fmt: skip

    assert marked == []
    assert "Deprecation" not in caller.get("/v1/plans").headers
    assert '"deprecated"' not in caller.get("/openapi.json").text
