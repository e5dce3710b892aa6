"""The OpenAPI 3.1 document, made from the views and from the fact dictionaries in force on a day.

Every decision of the policies has a path of its own in it, with the facts it takes and the outcomes it can have: a
decision that policy staff add appears here by itself, on the day from which it is in force.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from threading import Lock
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.field_converter import FieldConverterMixin
from flask import Flask
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

from rules import Store
from rules.model import Edition, Rule
from rules.model.needs import needed
from service.exact_json import dumps
from service.http.bodies import JSON
from service.http.fields import CaseSchema
from service.http.problems import from_http
from service.openapi import examples
from service.openapi.common import SHIPPED, complete, problem_responses, schemas
from service.openapi.facts import FactSchemas, camel
from service.policies.compiled import Snapshot

OPENAPI = "3.1.0"
CLEARED = "schemas", "responses", "headers", "parameters"  # of what nothing refers to
DECIDE = "/v1/decisions/{decision}"


class DocumentedApi(Api):  # type: ignore[misc] # ships no types
    """flask-smorest with our problems in place of its errors."""

    ERROR_SCHEMA = "Problem"

    def handle_http_exception(self, error: HTTPException) -> Any:
        return from_http(error).response()


def _own_schema(_self: FieldConverterMixin, field: Any, **_: Any) -> Mapping[str, Any]:
    return getattr(field, "json_schema", None) or {}


def create(app: Flask) -> DocumentedApi:
    app.config.update(API_TITLE="village-credit", API_VERSION="v1", OPENAPI_VERSION=OPENAPI)
    licence = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    info = {"description": SHIPPED["about"], "version": version("village-credit"), "license": licence,
            "contact": {"name": "本服务的管理员 / whoever runs this service"}}  # fmt: skip
    servers = [{"url": "/", "description": "本服务 / this service"}]
    api = DocumentedApi(app, spec_kwargs={"marshmallow_plugin": Plugin(), "info": info, "servers": servers})
    api.spec.components.security_scheme("key", {"type": "http", "scheme": "bearer", "description": "an API key"})
    api.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "session",
        "description": "a person who signed in; what changes something also has the header X-CSRF-Token"})  # fmt: skip
    api.spec.components.schema("Case", schema=CaseSchema)
    for name, schema in schemas().items():
        api.spec.components.schema(name, schema)
    return api


class Plugin(MarshmallowPlugin):
    """Lets a field declare its own schema."""

    def __init__(self) -> None:
        super().__init__(schema_name_resolver=_name)

    def init_spec(self, spec: APISpec) -> None:
        super().init_spec(spec)
        assert self.converter is not None
        self.converter.add_attribute_function(_own_schema)  # type: ignore[no-untyped-call]


def _name(schema: Any) -> str:
    name = schema if isinstance(schema, str) else (schema if isinstance(schema, type) else type(schema)).__name__
    return name.removesuffix("Schema")


class Document:
    """The document for a snapshot on a day, built once for the same set of editions in force."""

    def __init__(self, app: Flask, api: DocumentedApi) -> None:
        self._app, self._api = app, api
        self._made, self._turn = lru_cache(maxsize=8)(self._make), Lock()

    def of(self, snapshot: Snapshot, day: date) -> bytes:
        with self._turn:  # to make one takes many megabytes
            return self._made(snapshot, tuple(edition.id for edition in snapshot.store.by(day)))

    def _make(self, snapshot: Snapshot, names: tuple[str, ...]) -> bytes:
        document = described(self._app, self._api)
        paths, components = document["paths"], document["components"]
        live = [snapshot.edition(name).edition for name in names]
        document["info"]["description"] += _editions(snapshot.store, live)
        decisions = sorted({name for edition in live for name in edition.rules})
        for methods in paths.values():
            for parameter in methods.get("parameters", ()):
                if parameter["name"] == "decision":
                    parameter["schema"] = {"type": "string", "enum": decisions}
        pattern = paths.pop(DECIDE)["post"]
        for name in decisions:
            offered = [edition for edition in live if name in edition.rules]
            operation = deepcopy(pattern)
            _describe(operation, offered[0], offered[0].rules[name])
            operation["requestBody"] = _body(name, offered, components["schemas"], len(live) > 1)
            _answer(operation, name, offered, components["schemas"])
            paths[f"/v1/decisions/{name}"] = {"post": operation}
        document["paths"] = dict(sorted(paths.items()))
        made = pruned(document)
        del document, paths, components
        gc.collect()  # the collector would hardly come by (service.app)
        return made


def pruned(document: dict[str, Any]) -> bytes:
    """The document as text, without the components that nothing in it refers to. As a tree it takes ten times the
    memory."""
    components = document["components"]
    while True:
        text = dumps(document)
        unused = [(kind, name) for kind in CLEARED for name in components[kind]
                  if f'"#/components/{kind}/{name}"'.encode() not in text]  # fmt: skip
        if not unused:
            return text
        for kind, name in unused:
            del components[kind][name]


def described(app: Flask, api: DocumentedApi) -> dict[str, Any]:
    """The document of the views alone, without policies."""
    document: dict[str, Any] = deepcopy(api.spec.to_dict())
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                endpoint = _endpoint(app, path, method.upper())
                operation["operationId"] = SHIPPED["operations"].get(endpoint, endpoint)
                if endpoint in SHIPPED["descriptions"]:
                    operation["description"] = SHIPPED["descriptions"][endpoint]
                complete(operation, app.view_functions[endpoint], method, has_place="{" in path)
    document["components"] |= {"responses": problem_responses(), "headers": SHIPPED["headers"],
                               "parameters": SHIPPED["parameters"]}  # fmt: skip
    document["components"]["schemas"].pop("PaginationMetadata", None)  # smorest's; here a page has a cursor
    return document


def _endpoint(app: Flask, path: str, method: str) -> str:
    template = path.replace("{", "<").replace("}", ">")
    rules = app.url_map.iter_rules()
    found: str = next(rule.endpoint for rule in rules if rule.rule == template and method in (rule.methods or ()))
    return found


def _describe(operation: dict[str, Any], edition: Edition, rule: Rule) -> None:
    operation["summary"] = f"{rule.title.zh} / {rule.title.en}"
    facts = [f"- `{'' if subject == rule.subject else subject + '.'}{fact.name}` {fact.title.zh} / {fact.title.en}"
             for (subject, _), fact in needed(edition, rule).items()]  # fmt: skip
    outcomes = [f"- `{one.id}` {one.title.zh} / {one.title.en}" for one in rule.outcomes.values()]
    operation["description"] = "\n".join(
        (f"{edition.title.zh} {rule.clause}", "", "结论 / outcomes:", "", *outcomes, "", "事实 / facts:", "", *facts)
    )
    operation["operationId"] = f"decide_{rule.id}"


def _body(name: str, offered: list[Edition], schemas: dict[str, Any], several: bool) -> dict[str, Any]:
    """The request body of a decision, with an example for every plan that has it."""
    cases = [_case(edition, edition.rules[name], schemas, several) for edition in offered]
    shown = {
        edition.plan: {
            "summary": f"{edition.title.zh} / {edition.title.en}",
            "value": ({"plan": edition.plan} if several else {}) | examples.case(edition, edition.rules[name]),
        }
        for edition in offered
    }
    schema = cases[0] if len(cases) == 1 else {"anyOf": cases}
    return {"required": True, "content": {JSON: {"schema": schema, "examples": shown}}}


def _answer(operation: dict[str, Any], name: str, offered: list[Edition], schemas: dict[str, Any]) -> None:
    """The answer of a decision: with the outcomes that it can have in the editions described."""
    own = deepcopy(schemas["LoggedDecision"])
    outcomes = dict.fromkeys(id for edition in offered for id in edition.rules[name].outcomes)
    own["properties"]["outcome"] = {"type": "string", "enum": [*outcomes]}
    title = f"{camel(name)}Decision"
    schemas[title] = own
    operation["responses"]["200"]["content"][JSON]["schema"] = {"$ref": f"#/components/schemas/{title}"}


def _case(edition: Edition, rule: Rule, schemas: dict[str, Any], several: bool) -> dict[str, Any]:
    """The schema of a case of a decision; the facts it takes go to the components."""
    prefix = "".join(part.title() for part in edition.plan.split("-")) if several else ""
    name, found = fact_schemas(edition, rule.subject, prefix)
    schemas.update(found)
    case = deepcopy(schemas["Case"])
    case["properties"]["facts"] = {"$ref": f"#/components/schemas/{name}"}
    schemas[f"{prefix}Readings"] = _readings(edition, schemas["Case"]["properties"]["readings"])
    case["properties"]["readings"] = {"$ref": f"#/components/schemas/{prefix}Readings"}
    own = f"{name.removesuffix('Facts')}Case"
    schemas[own] = case
    return {"$ref": f"#/components/schemas/{own}"}


def _readings(edition: Edition, plain: dict[str, Any]) -> dict[str, Any]:
    """The schema of the readings that can be tried, with the choices of each."""
    choices = {one.id: {"enum": [one.chosen, *(option for option in one.changes if option != one.chosen)],
                        "description": f"{one.question.zh} / {one.question.en}"}
               for one in edition.readings.values() if one.changes}  # fmt: skip
    return {**plain, "properties": choices, "additionalProperties": False}


def fact_schemas(edition: Edition, subject: str, prefix: str = "") -> tuple[str, dict[str, Any]]:
    """The name of the schema of a subject's facts, and all schemas it refers to."""
    spec = APISpec("facts", "1", OPENAPI, plugins=[Plugin()])
    facts = FactSchemas(edition, prefix).facts(subject)
    spec.components.schema(_name(facts), schema=facts)
    return _name(facts), spec.to_dict()["components"]["schemas"]


def _editions(store: Store, described: Iterable[Edition]) -> str:
    """A note for each plan: the edition described, and what its next edition takes and decides differently."""
    lines = [line for edition in described for line in _lines_about(edition, store.ends(edition), store.after(edition))]
    return str(SHIPPED["editions"]) + "\n".join(lines)


def _lines_about(edition: Edition, ends: date | None, coming: Edition | None) -> Iterator[str]:
    begins = edition.effective_from
    until = (f" 至 {ends}", f" to {ends}") if ends else ("", "")
    yield f"- `{edition.id}` 自 {begins}{until[0]} / from {begins}{until[1]}"
    if coming is None:
        return
    begins = coming.effective_from
    yield f"- `{coming.id}` 自 {begins} / from {begins}: `/openapi.json?on={begins}`"
    was, will = _taken(edition), _taken(coming)
    for names, zh, en in ((will - was, "新增", "new"), (was - will, "不再有", "gone")):
        if names:
            yield f"  - {zh} / {en}: {', '.join(f'`{name}`' for name in sorted(names))}"


def _taken(edition: Edition) -> set[str]:
    """The decisions of an edition, and the facts they take."""
    facts = (fact for subject in edition.subjects.values() for fact in subject.facts.values())
    return {*edition.rules, *(f"{fact.subject}.{fact.name}" for fact in facts if fact.given)}
