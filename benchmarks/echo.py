"""The peer of the HTTP benchmark: Flask and marshmallow, and nothing else. It reads a village and says it back."""

from __future__ import annotations

from flask import Flask, request
from marshmallow import Schema, fields

from benchmarks.speed import FLAGS, VILLAGE


class County(Schema):
    households = fields.Integer(strict=True)
    borrowing_households = fields.Integer(strict=True)
    loan_balance = fields.Integer(strict=True)
    npl_balance = fields.Integer(strict=True)


Facts = Schema.from_dict(
    {
        **{name: fields.Integer(strict=True) for name, value in VILLAGE.items() if isinstance(value, int)},
        **{name: fields.Boolean() for name in FLAGS},
        "county": fields.Nested(County),
    }
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
