"""What rests on numbers that a row knows within bounds only: where a value that is missing would count as something, it
matters that these are not missing."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

import ibis

from rules.model import Edition, Op, Ref
from rules.model.contents import Node
from rules.model.uses import Used, fact_of, read_by, refs
from rules.table.bounds import interval
from rules.table.columns import ENDS
from rules.table.frame import Frame, Translation
from rules.table.numbers import Truth
from rules.table.order import heights
from rules.table.values import Cell, Records, choose, known, some, truth, unknown
from rules.values.exact import Type


def ranged(parts: Iterable[Node | None], frame: Frame) -> Truth | None:
    """Whether parts rest on a fact that a row knows within bounds only; None where no column of ends reaches them."""
    found = [doubt for used in _reached(parts, frame) for doubt in _doubts(frame.edition, *used, frame)]
    return some(found) if found else None


def _reached(parts: Iterable[Node | None], frame: Frame) -> Iterable[Used]:
    """All that parts read, directly and behind facts and decisions."""
    edition = frame.edition

    def behind(used: Used) -> Iterable[Used]:
        subject, ref = used
        fact = fact_of(edition, subject, ref)
        if fact is not None:
            return refs(fact.formula, subject)
        return read_by(edition.rules[ref.name]) if ref.what in ("outcome", "output") else ()

    own = "" if frame.own is None else frame.own.subject
    return heights(chain(*(refs(part, frame.subject, own) for part in parts)), behind)


def _doubts(edition: Edition, subject: str, ref: Ref, frame: Frame) -> Iterable[Truth]:
    """Whether a row knows a fact within bounds only. Of records in a list that have ends it may be any."""
    target, fact = frame.named(subject), fact_of(edition, subject, ref)
    if target is None or fact is None or not fact.given:
        return
    if fact.type.of:
        records = target.fact(fact.name)
        if isinstance(records, Records) and _has_ends(records.column.type()):
            yield truth(True)
    elif fact.type.is_number:
        ends = [column for end in ENDS if (column := target.column(fact.name + end)) is not None]
        if ends:
            yield ~known(target.fact(fact.name)) & some([end.notnull() for end in ends])


def _has_ends(type: Any) -> bool:
    return any(name.endswith(ENDS) for name in type.value_type.names)


def _first_known(op: Op, frame: Frame) -> Cell:
    """The first value that is known; a range before it hides it."""
    cases: list[tuple[Truth, Cell]] = []
    for arg in op.args:
        cell = frame.evaluate(arg)
        cases.append((known(cell), cell))
        if (doubt := ranged([arg], frame)) is not None:
            cases.append((doubt, unknown(op.type)))
    return choose(cases, None, op.type, frame.flags)


def _known(op: Op, frame: Frame) -> Truth:
    (arg,) = op.args
    there, doubt = known(frame.evaluate(arg)), ranged([arg], frame)
    if doubt is None:
        return there
    if not any(ref.type.of for _, ref in _reached(op.args, frame)):
        span = interval(arg, frame)  # of a list it may rest on what is missing as well
        there = there if span is None else there | span.there
    return ibis.cases((there, truth(True)), (doubt, truth(None)), else_=truth(False))


TRANSLATIONS: dict[str, Translation] = {"first_known": _first_known, "known": _known}


def kept(parts: Iterable[Node | None], cell: Cell, type: Type, frame: Frame) -> Cell:
    """A cell that stands for what is missing: not known where parts rest on a range, which is not missing."""
    doubt = ranged(parts, frame)
    return cell if doubt is None else choose([(doubt, unknown(type))], cell, type, frame.flags)
