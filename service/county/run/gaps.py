"""Finds the records below that leave a figure above unknown, and the facts that they lack: work for clerks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from rules import FactError, Reference
from rules.judging.evaluate import Scope
from rules.judging.missing import missing
from rules.model import Edition, Expr, Op, leaves_in
from rules.model.uses import refs
from rules.table import TOP, Counting, TableJudge
from rules.table.columns import KEY, SEPARATOR, fact_name, key_of
from rules.table.order import Unit, heights_of
from rules.values.text import Text
from service.county.backend import named, quoted
from service.county.run.manifest import Doubt
from service.county.run.outputs import Outputs

GAPS = "missing"
MOST = 5 * 1000  # records that are looked into, some thousand a second
LISTS = "VARCHAR[]"
COLUMNS = {**dict.fromkeys(("subject", "id", "below", "record"), "VARCHAR"), "facts": LISTS, "causes": LISTS}
Doubtful = tuple[str, str, tuple[str, ...]]  # a record below, the record above, facts of the latter
DOUBT, EACH = f"doubt{SEPARATOR}", f"each{SEPARATOR}"


def write_gaps(outputs: Outputs) -> dict[str, Doubt]:
    """Write the gaps of a run to its folder; their numbers by the subject above."""
    gaps: list[dict[str, Any]] = []
    doubts: dict[str, Doubt] = {}
    for subject in outputs.manifest.levels:
        for below in outputs.manifest.levels:
            if outputs.edition.subjects[below].within == subject and (doubtful := _doubtful(outputs, subject, below)):
                gaps += _looked_into(outputs, subject, below, doubtful[:MOST])
                doubts[subject] = Doubt(below, len(doubtful), min(len(doubtful), MOST))
    table = outputs.duck.loaded(gaps, COLUMNS)
    outputs.duck.copy(f"SELECT * FROM {table} ORDER BY subject, id, record", outputs.path(GAPS))
    return doubts


def _counted(outputs: Outputs, subject: str, below: str) -> dict[str, Op]:
    """The facts of a subject that are counted from records below, with their counts."""
    declared = Counting(outputs.edition, outputs.on).declared(subject, below)
    return {name: fact.counted for name, fact in declared.items() if fact.counted is not None}


def _doubtful(outputs: Outputs, subject: str, below: str) -> list[Doubtful]:
    """The records below that may or may not count, or count for an unknown amount: id, the record above, facts."""
    file = outputs.file(below)
    ops, key = _counted(outputs, subject, below), key_of(subject)
    if not ops or key not in outputs.duck.columns(file):
        return []
    own = outputs.edition.subjects[below]
    known = next(iter(own.facts.values()))
    each = {EACH + name: replace(known, name=EACH + name, type=op.each.type, formula=op.each, dated=())
            for name, op in ops.items() if op.name == "total" and op.each is not None}  # fmt: skip
    subjects = {**outputs.edition.subjects, below: replace(own, facts={**own.facts, **each})}
    asking = replace(outputs.edition, subjects=subjects)
    where = {DOUBT + name: op.where for name, op in ops.items() if op.where is not None}

    def beside() -> Any:
        return TableJudge(asking, outputs.on).beside(below, outputs.duck.table(outputs.path(below)), where, list(each))

    query = outputs.query(["gaps", subject, below], [below], beside)
    flags = []
    for name in ops:
        within = named(DOUBT + name) if DOUBT + name in where else "true"
        value = next((named(one) for one in (EACH + name, EACH + name + TOP) if one in query.columns), "0")
        flags.append(f"CASE WHEN {within} IS NULL OR ({within} AND {value} IS NULL) THEN {quoted(name)} END")
    rows = outputs.duck.run(
        f"SELECT {KEY}, o.{named(key)}, facts FROM (SELECT {KEY}, "
        f"list_filter([{', '.join(flags)}], lambda one: one IS NOT NULL) AS facts FROM ({query.sql}) "
        f"WHERE {' OR '.join(f'({one}) IS NOT NULL' for one in flags)}) v "
        f"JOIN {file} o USING ({KEY}) WHERE o.{named(key)} IS NOT NULL ORDER BY 2, 1"
    )
    return [(id, above, tuple(facts)) for id, above, facts in rows]


def _looked_into(outputs: Outputs, subject: str, below: str, doubtful: Sequence[Doubtful]) -> Iterator[dict[str, Any]]:
    """The doubtful records with the facts that they lack."""
    ops, reference = _counted(outputs, subject, below), Reference(outputs.edition)
    read = {facts: _read([ops[name] for name in facts]) for facts in {one for _, _, one in doubtful}}
    units = heights_of(outputs.edition, [used for op in ops.values() for used in refs(op, subject)])
    columns = _read_columns(outputs.duck.columns(outputs.file(below)), below, units)
    found = outputs.rows(below, [id for id, _, _ in doubtful], columns)
    columns = _read_columns(found[0] if found else {}, below, units)  # with those of the records around
    rows = {row[KEY]: {column: row[column] for column in columns} for row in found}
    for id, above, facts in doubtful:
        try:
            checked = outputs.facts(below, rows[id])
        except FactError:
            continue
        scope = Scope(outputs.edition, below, checked, outputs.on, reference)
        lacking = (one for expr in read[facts] for one in missing(expr, scope))
        causes = dict.fromkeys(one.fact for one in lacking if one.why == "not_given")
        yield dict(zip(COLUMNS, (subject, above, below, id, facts, list(causes)), strict=True))


def _read_columns(row: Iterable[str], subject: str, units: Collection[Unit]) -> list[str]:
    """The columns that counts read: the ids, and the facts of a row and of the records around it."""
    names = {name if of == subject else of + SEPARATOR + name for of, name in units}
    return [column for column in row if column.endswith(KEY) or fact_name(column) in names]


def _read(ops: Iterable[Op]) -> list[Expr]:
    """The expressions that counts read of a record, each once."""
    read: dict[Expr, None] = {}
    for op in ops:
        for leaf in leaves_in(op.where):
            read.update(dict.fromkeys((leaf.left, *(limit for test in leaf.tests for limit in test.limits))))
        if op.each is not None:
            read[op.each] = None
    return list(read)


def wanted(edition: Edition, subject: str, path: str) -> tuple[str, Text]:
    """A fact by the path to it from a record, without the places in lists, and its title."""
    names, title = re.sub(r"\[[^]]*\]", "", path).split("."), Text(path, path)
    for name in names:
        fact = edition.subjects[subject].facts.get(name)
        if fact is not None:
            title, subject = fact.title, fact.type.of or subject
        elif name in edition.subjects:
            subject = name
    return ".".join(names), title
