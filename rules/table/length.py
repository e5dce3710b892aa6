"""How long an expression is when it is written out: SQL has no names for its parts within a lambda."""

from __future__ import annotations

from typing import Any

import ibis.expr.operations as ops

from rules.table.errors import NotTabular, about

WORKING = "$"  # in the names of columns on the way
LONGEST = 5_000  # parts; an engine still plans that in a moment


def check_length(name: str, column: Any) -> None:
    """Refuse what would keep an engine planning for ever."""
    with about(name.strip(WORKING)):
        _check(column)


def _check(column: Any) -> None:
    if _length(column.op(), {}) > LONGEST:
        raise NotTabular("length", "逐条写出来太长", "written out for each record of a list it grows too long")


def _length(node: Any, seen: dict[Any, int]) -> int:
    if id(node) not in seen:
        inner = () if isinstance(node, ops.Field) else node.__children__
        seen[id(node)] = 1 + sum(_length(one, seen) for one in inner)
    return seen[id(node)]
