"""The operations of formulas and the operators of conditions, each defined once.

In: values, problems, the model, nodes and shapes. Out: `OPERATIONS` by name, `KEYS` by key of the format, `PHRASES` by
name, option and kind, `OPERATORS`, `COMPARE` and `JOINS`. The grammar, the resolver, the evaluator, the proofs, the
words and the manual read them here; the table engine and the ladders translate them for themselves.
May be imported by everything above `shapes`.
"""

from __future__ import annotations

from rules.operations import arithmetic, choices, dates, lists
from rules.operations.comparisons import COMPARE, JOINS, OPERATORS
from rules.operations.forms import SHAPES
from rules.operations.operation import Key, Operation, require
from rules.operations.phrases import ATOM, Phrase
from rules.shapes import Either, has

__all__ = ["COMPARE", "JOINS", "KEYS", "OPERATIONS", "OPERATORS", "PHRASES", "Key", "Operation", "require"]

OPERATIONS: dict[str, Operation] = {
    one.name: one for family in (arithmetic, choices, dates, lists) for one in family.OPERATIONS
}
KEYS: dict[str, tuple[Operation, Key]] = {key.name: (one, key) for one in OPERATIONS.values() for key in one.keys}
PHRASES: dict[str, Phrase] = {
    "records": Phrase("{0}", "{0}", ATOM, over=True),  # of a bulk run: all records of a subject below
    **{f"{one.name}{way}": phrase for one in OPERATIONS.values() for way, phrase in one.phrases.items()},
}
SHAPES["formula"] = Either(*((has(name), key.record()) for name, (_, key) in KEYS.items()))
