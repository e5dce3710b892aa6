"""The shapes of policy files: the forms that are allowed at each place.

In: nodes with their places. Out: every problem at once, and the JSON Schema that editors use. A shape checks and emits
its schema from one description, so the two cannot disagree. May be imported by `format` and the packages above it.
"""

from rules.shapes.containers import Anything, Field, ListOf, MapOf, Record, Ref, document, is_piece
from rules.shapes.either import Either, Test, has, is_a, says
from rules.shapes.scalars import FOUND, Flag, Pattern, Prose, Schema, Shape, Whole, Word

__all__ = [
    "FOUND",
    "Anything",
    "Either",
    "Field",
    "Flag",
    "ListOf",
    "MapOf",
    "Pattern",
    "Prose",
    "Record",
    "Ref",
    "Schema",
    "Shape",
    "Test",
    "Whole",
    "Word",
    "document",
    "has",
    "is_a",
    "is_piece",
    "says",
]
