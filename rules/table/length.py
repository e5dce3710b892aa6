"""The columns that an expression reads, and its length written out in full: a lambda in SQL cannot name its parts."""

from __future__ import annotations

from typing import Any

import ibis.expr.operations as ops

from rules.table.errors import NotTabular, about

WORKING = "$"  # in the names of columns on the way
LONGEST = 5_000  # parts; an engine still plans that in a moment


def surveyed(name: str, column: Any) -> dict[str, Any]:
    """The columns that an expression reads, by their names; refused where it would keep an engine planning for ever."""
    fields: dict[str, Any] = {}
    with about(name.strip(WORKING)):
        if _length(column.op(), {}, fields) > LONGEST:
            raise NotTabular("length", "逐条写出来太长", "written out for each record of a list it grows too long")
    return fields


def _length(node: Any, seen: dict[Any, int], fields: dict[str, Any]) -> int:
    if id(node) not in seen:
        if isinstance(node, ops.Field):
            fields[node.name] = node
        inner = () if isinstance(node, ops.Field) else node.__children__
        seen[id(node)] = 1 + sum(_length(one, seen, fields) for one in inner)
    return seen[id(node)]
