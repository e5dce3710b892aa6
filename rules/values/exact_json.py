"""Reads JSON exactly: a number with a point as Decimal, so that no figure passes through a float; a key stands once."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is given twice")
    return entries


# ValueError for what is no JSON (JSONDecodeError), NaN and its like, and a key given twice.
decode = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once).decode
