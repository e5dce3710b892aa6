"""The JSON Schema of the policy files, made from the grammar that the loader checks with, for editors to read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

from rules.format.grammar import DOCUMENT
from rules.shapes import Schema, document

SHORT = 100  # characters: a part no longer than this is written out wherever it stands

_ONE = ("items", "additionalProperties", "propertyNames", "if", "then", "else", "not")
_NAMED = ("properties", "definitions")
_MANY = ("allOf",)


def document_schema() -> Schema:
    """The schema of any policy file."""
    return _shared(document(DOCUMENT, "整村授信方案 / whole-village credit plan"))


def schema_text() -> str:
    """The schema as the file holds it."""
    return json.dumps(document_schema(), ensure_ascii=False, indent=1) + "\n"


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
