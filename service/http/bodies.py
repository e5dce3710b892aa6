"""Reads request bodies (declared JSON, exact, within the size limit) and query strings (each name once)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

from flask import Request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.exceptions import RequestEntityTooLarge

from service.exact_json import Malformed, loads
from service.http.cases import field_errors
from service.http.context import this_request
from service.http.problems import FieldError, Problem

JSON = "application/json"
NDJSON = "application/x-ndjson"
TWICE = "只能写一次。", "Give it once."


def body_json() -> Any:
    """The body as JSON, figures exact."""
    asked = this_request()
    if asked.environ.get("CONTENT_TYPE") != JSON and asked.mimetype != JSON:  # the whole story is long
        raise wrong_type(JSON)
    data = asked.get_data()
    if "CONTENT_LENGTH" not in asked.environ and len(data) >= (asked.max_content_length or len(data) + 1):
        raise RequestEntityTooLarge  # of a length that nobody told: it was cut there
    return parsed(data)


def parsed(data: bytes) -> Any:
    try:
        return loads(data)
    except Malformed as error:
        raise Problem("malformed-json", error.zh, error.en) from None


def wrong_type(*wanted: str) -> Problem:
    names = ", ".join(wanted)
    return Problem("unsupported-media-type", f"Content-Type 要是 {names}。", f"Content-Type has to be {names}.",
                   headers={"Accept": names, "Accept-Post": names})  # fmt: skip


def readable(asked: Request) -> None:
    """Refuse a query that is not UTF-8: read with marks in place of what it says, it would find nothing."""
    try:
        unquote_to_bytes(asked.environ.get("QUERY_STRING", "").encode("latin-1")).decode()
    except ValueError:
        zh, en = "地址里的查询要用 UTF-8 再作百分号编码。", "Write the query as UTF-8, then percent-encoded."
        raise Problem("bad-request", zh, en) from None


class Parser(FlaskParser):
    """Reads the arguments that smorest declares; errors become problems."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": "raise", "query": "raise"}  # noqa: RUF012 -- as the base declares it

    def load_json(self, req: Request, schema: Schema) -> Any:
        wanted = any(one.required for one in schema.fields.values())
        return body_json() if wanted or this_request().get_data() else {}  # nothing to say is nothing to send

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        readable(req)
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise Problem.invalid(FieldError(f"/{name}", "twice", *TWICE) for name in twice)
        return MultiDictProxy(req.args, schema)

    def handle_error(self, error: ValidationError, *args: Any, **kwargs: Any) -> NoReturn:
        messages = error.messages_dict
        found: Iterator[FieldError] = (one for below in messages.values() for one in field_errors(below))
        raise Problem.invalid(found) from None
