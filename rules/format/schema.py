"""The JSON Schema of the policy files, made from the grammar that the loader checks with, for editors to read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

from rules.format.grammar import (
    BODIES,
    CLAUSES,
    DOCUMENT,
    EXTRACTS,
    FACTS,
    HEAD,
    PLAN,
    READINGS,
    REPLACED,
    REPORT,
)
from rules.operations.forms import ID, WORDS
from rules.shapes import Anything, Record, Schema, Shape, document, has

SHORT = 100  # characters: a part no longer than this is written out wherever it stands

_ONE = ("items", "additionalProperties", "propertyNames", "if", "then", "else", "not")
_NAMED = ("properties", "definitions")
_MANY = ("allOf", "anyOf")
_REMOVED: Schema = {"type": "object", "properties": {"remove": {"const": True}}, "required": ["remove"]}


def document_schema() -> Schema:
    """The schema of any policy file."""
    return _shared(document(DOCUMENT, "整村授信方案 / whole-village credit plan"))


def child_schema() -> Schema:
    """The schema of the files of an edition that extends another: its head is whole, all else holds what is changed."""
    defs: Schema = {}
    head = document(Anything(), "沿用另一版本的方案 / a plan that extends another")
    return _shared(head | {"allOf": [_child(defs)], "definitions": defs})


def schema_text(schema: Callable[[], Schema] = document_schema) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def _child(defs: Schema) -> Schema:
    """The files of a child, told apart by their first key; a decision may be of any kind, as the parent says which."""
    kinds = (Record({**HEAD, **wanted}, {**more, "note": WORDS}) for wanted, more in BODIES.values())
    rest: Schema = {"anyOf": [_changing(kind.schema(defs)) for kind in kinds]}
    files: dict[str, Shape] = {
        "report": REPORT, "extracts": EXTRACTS, "subjects": FACTS, "constants": FACTS, "clauses": CLAUSES, "readings": READINGS,
    }  # fmt: skip
    for key, shape in files.items():
        rest = {"if": has(key).condition, "then": _changing(shape.schema(defs)), "else": rest}
    return {"if": has("plan").condition, "then": PLAN.schema(defs), "else": rest}


def _changing(part: Schema) -> Schema:
    """The schema of changes to a part: no key is needed, any may be removed, and an item may go before another."""
    if "if" in part:  # the key that tells the branches apart may stand in the parent alone
        return {"anyOf": [_changing(one) for one in (part["then"], part["else"]) if one != {"not": {}}]}
    if "$ref" in part:  # a formula, of which the child may give some keys
        return {"anyOf": [part, {"type": "object"}]}
    changed = {key: value for key, value in part.items() if key not in ("required", "minProperties", "minItems")}
    if "properties" in part:
        keys = {key: _or_removed(one if key in REPLACED else _changing(one)) for key, one in part["properties"].items()}
        placed = {"remove": {"const": True}, "before": ID.schema({})}
        return {**changed, "properties": {**keys, **placed}, "additionalProperties": _REMOVED}
    if isinstance(values := part.get("additionalProperties"), dict):
        return {**changed, "additionalProperties": _or_removed(_changing(values))}
    for key in ("items", "allOf"):
        if key in part:
            inner = part[key]
            return {**changed, key: [*map(_changing, inner)] if isinstance(inner, list) else _changing(inner)}
    return changed


def _or_removed(part: Schema) -> Schema:
    return {"anyOf": [_REMOVED, part]}


def _shared(schema: Schema) -> Schema:
    """The same schema with every part that stands in several places written once, under `definitions`."""
    seen: Counter[str] = Counter()
    _count_below(schema, seen)
    repeated = [text for text, times in seen.items() if times > 1 and len(text) > SHORT]
    names = {text: f"part{number}" for number, text in enumerate(repeated, 1)}

    def short(part: Schema) -> Schema:
        name = names.get(_text(part))
        return _each(part, short) if name is None else {"$ref": f"#/definitions/{name}"}

    written = _each(schema, short)
    for text, name in names.items():
        written["definitions"][name] = _each(json.loads(text), short)
    return written


def _count_below(part: Schema, seen: Counter[str]) -> None:
    """Count what stands inside a part; what stands inside one that was met before has been counted there."""

    def count(inner: Schema) -> Schema:
        seen[_text(inner)] += 1
        if seen[_text(inner)] == 1:
            _count_below(inner, seen)
        return inner

    _each(part, count)


def _each(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with each of its direct parts changed."""
    changed = dict(schema)
    for key, value in schema.items():
        if key in _ONE and isinstance(value, dict):
            changed[key] = change(value)
        elif key in _NAMED:
            changed[key] = {name: change(part) for name, part in value.items()}
        elif key in _MANY:
            changed[key] = [change(part) for part in value]
    return changed


def _text(part: Schema) -> str:
    return json.dumps(part, ensure_ascii=False)
