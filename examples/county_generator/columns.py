"""Columns of Arrow from numbers of NumPy, without a loop over rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from examples.county_generator.chance import Ints

MONEY = pa.decimal128(18, 2)
Mask = NDArray[np.bool_]


def ids(letter: str, numbers: Ints, width: int) -> pa.Array:
    """Pseudonyms: a letter and a number."""
    digits = pc.utf8_lpad(pa.array(numbers + 1).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(letter, digits, "")


def money(yuan: Ints, known: Mask | None = None) -> pa.Array:
    """Whole yuan as decimals, made from their bytes: to convert each would take longer than all else."""
    cents = np.empty((len(yuan), 2), np.int64)
    cents[:, 0] = yuan * 100
    cents[:, 1] = cents[:, 0] >> 63
    made = pa.Array.from_buffers(MONEY, len(yuan), [None, pa.py_buffer(cents)])
    return made if known is None else pc.if_else(pa.array(known), made, pa.scalar(None, MONEY))


def days(first: date, after: Ints, known: Mask | None = None) -> pa.Array:
    """Dates, so many days after a first one."""
    start = (first - date(1970, 1, 1)).days
    return pa.array((after + start).astype(np.int32), pa.int32(), mask=_mask(known)).cast(pa.date32())


def flags(values: Mask, known: Mask | None = None) -> pa.Array:
    return pa.array(values, pa.bool_(), mask=_mask(known))


def counts(values: Ints, known: Mask | None = None) -> pa.Array:
    return pa.array(values, pa.int64(), mask=_mask(known))


def codes(words: tuple[str, ...], places: Ints, known: Mask | None = None) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(places, mask=_mask(known)))


def _mask(known: Mask | None) -> Any:
    return None if known is None else ~known
