"""The peer of the HTTP benchmark: Flask and marshmallow, and nothing else. It reads a village and says it back."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, request
from marshmallow import Schema, fields

from benchmarks.speed import FLAGS, VILLAGE


def figures(facts: Mapping[str, object]) -> dict[str, fields.Integer]:
    """A field for each whole number; a flag is none."""
    return {name: fields.Integer(strict=True) for name, value in facts.items() if type(value) is int}


Facts = Schema.from_dict(
    {
        **figures(VILLAGE),
        **{name: fields.Boolean() for name in FLAGS},
        "county": fields.Nested(Schema.from_dict(figures(VILLAGE["county"]), name="County")),
    },
    name="Facts",
)


class Subject(Schema):
    id = fields.String(required=True)


class Case(Schema):
    subject = fields.Nested(Subject, required=True)
    facts = fields.Nested(Facts, required=True)


def create_app() -> Flask:
    app, schema = Flask(__name__), Case()

    @app.post("/")
    def echo() -> dict[str, object]:
        return schema.dump(schema.load(request.get_json()))

    return app
