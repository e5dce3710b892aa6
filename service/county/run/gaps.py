"""Finds the records below that leave a figure above unknown, and the facts that they lack: work for clerks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace

from rules import FactError, Reference
from rules.judging.evaluate import Scope
from rules.judging.missing import missing
from rules.model import Edition, Expr, Op, leaves_in
from rules.table import TOP, Counting, TableJudge
from rules.table.columns import KEY, SEPARATOR, key_of
from rules.values.text import Text
from service.county.backend import named, quoted
from service.county.run.manifest import Doubt
from service.county.run.outputs import Outputs

GAPS = "missing"
MOST = 5 * 1000  # records that are looked into, some thousand a second
COLUMNS = (
    "subject: 'VARCHAR', id: 'VARCHAR', below: 'VARCHAR', record: 'VARCHAR', facts: 'VARCHAR[]', causes: 'VARCHAR[]'"
)
DOUBT, EACH = f"doubt{SEPARATOR}", f"each{SEPARATOR}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A record below that leaves facts of the record above it unknown."""

    subject: str
    id: str
    below: str
    record: str
    facts: tuple[str, ...]  # of the record above
    causes: tuple[str, ...]  # paths of the facts that the record below lacks


def write_gaps(outputs: Outputs) -> dict[str, Doubt]:
    """Write the gaps of a run to its folder; their numbers by the subject above."""
    seeker = _Seeker(outputs)
    found: list[Gap] = []
    doubts: dict[str, Doubt] = {}
    for subject in outputs.manifest.levels:
        for below in outputs.manifest.levels:
            if outputs.edition.subjects[below].within == subject and (doubtful := seeker.doubtful(subject, below)):
                found += seeker.looked_into(subject, below, doubtful[:MOST])
                doubts[subject] = Doubt(below, len(doubtful), min(len(doubtful), MOST))
    side = outputs.folder / f"{GAPS}.json"  # DuckDB reads it sooner than a statement as long
    side.write_text("".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in found), encoding="utf-8")
    outputs.duck.copy(
        f"SELECT * FROM read_json({quoted(side)}, format = 'newline_delimited', columns = {{{COLUMNS}}}) "
        "ORDER BY subject, id, record",
        outputs.path(GAPS),
    )
    side.unlink()
    return doubts


class _Seeker:
    def __init__(self, outputs: Outputs) -> None:
        self.outputs, self.duck, self.edition, self.on = outputs, outputs.duck, outputs.edition, outputs.on
        self.reference = Reference(outputs.edition)

    def counted(self, subject: str, below: str) -> dict[str, Op]:
        declared = Counting(self.edition, self.on).declared(subject, below)
        return {name: fact.counted for name, fact in declared.items() if fact.counted is not None}

    def doubtful(self, subject: str, below: str) -> list[tuple[str, str, tuple[str, ...]]]:
        """The records below that may or may not count, or count for an unknown amount: id, the record above, facts."""
        file = self.outputs.file(below)
        ops, key = self.counted(subject, below), key_of(subject)
        if not ops or key not in self.duck.columns(file):
            return []
        own = self.edition.subjects[below]
        known = next(iter(own.facts.values()))
        each = {EACH + name: replace(known, name=EACH + name, type=op.each.type, formula=op.each, dated=())
                for name, op in ops.items() if op.name == "total" and op.each is not None}  # fmt: skip
        subjects = {**self.edition.subjects, below: replace(own, facts={**own.facts, **each})}
        asking = replace(self.edition, subjects=subjects)
        where = {DOUBT + name: op.where for name, op in ops.items() if op.where is not None}
        view = TableJudge(asking, self.on).beside(below, self.duck.table(self.outputs.path(below)), where, list(each))
        there = self.duck.columns(f"({self.duck.sql(view)})")
        flags = []
        for name in ops:
            within = named(DOUBT + name) if DOUBT + name in where else "true"
            value = next((named(one) for one in (EACH + name, EACH + name + TOP) if one in there), "0")
            flags.append(f"CASE WHEN {within} IS NULL OR ({within} AND {value} IS NULL) THEN {quoted(name)} END")
        rows = self.duck.run(
            f"SELECT {KEY}, o.{named(key)}, facts FROM (SELECT {KEY}, "
            f"list_filter([{', '.join(flags)}], lambda one: one IS NOT NULL) AS facts FROM ({self.duck.sql(view)}) "
            f"WHERE {' OR '.join(f'({one}) IS NOT NULL' for one in flags)}) v "
            f"JOIN {file} o USING ({KEY}) WHERE o.{named(key)} IS NOT NULL ORDER BY 2, 1"
        )
        return [(id, above, tuple(facts)) for id, above, facts in rows]

    def looked_into(self, subject: str, below: str, doubtful: list[tuple[str, str, tuple[str, ...]]]) -> Iterator[Gap]:
        """The doubtful records with the facts that they lack."""
        ops = self.counted(subject, below)
        read = {facts: _read([ops[name] for name in facts]) for facts in {one for _, _, one in doubtful}}
        rows = {row[KEY]: row for row in self.outputs.rows(below, [id for id, _, _ in doubtful])}
        for id, above, facts in doubtful:
            try:
                checked = self.outputs.facts(below, rows[id])
            except FactError:
                continue
            scope = Scope(self.edition, below, checked, self.on, self.reference)
            lacking = (one for expr in read[facts] for one in missing(expr, scope))
            causes = dict.fromkeys(one.fact for one in lacking if one.why == "not_given")
            yield Gap(subject, above, below, id, facts, tuple(causes))


def _read(ops: Iterable[Op]) -> list[Expr]:
    """The expressions that counts read of a record, each once."""
    found: dict[Expr, None] = {}
    for op in ops:
        for leaf in leaves_in(op.where):
            found.update(dict.fromkeys((leaf.left, *(limit for test in leaf.tests for limit in test.limits))))
        if op.each is not None:
            found[op.each] = None
    return list(found)


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
