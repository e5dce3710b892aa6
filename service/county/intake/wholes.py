"""Parts that exceed their wholes in a table: as given, or as worked out from its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.cases.parts import Pair, given_behind, parts_and_wholes
from rules.model import Comparison, Edition, Leaf, Ref
from rules.model.uses import behind
from rules.table.columns import KEY
from rules.table.errors import NotTabular
from rules.table.judge import TableJudge
from service.county.backend import Duck, named
from service.county.intake.columns import Fault
from service.county.intake.inputs import ROW
from service.county.intake.reasons import part_exceeds


def exceeding(
    edition: Edition, subject: str, duck: Duck, raw: str, columns: Mapping[str, str], shown: Mapping[str, str]
) -> Iterator[Fault]:
    """The faults of parts and wholes that the columns of a table, by fact, give (`shown`: facts in SQL)."""
    for part, whole in parts_and_wholes(edition, subject):
        if part.given and whole.given:
            condition = f"{shown[part.name]} > {shown[whole.name]}" if {part.name, whole.name} <= shown.keys() else ""
        else:
            condition = _worked_out(edition, (part, whole), duck, raw, shown)
        if condition:
            column = columns[given_behind(edition, part, shown)]
            refs = [(subject, Ref("fact", "", one.name, one.type)) for one in (part, whole)]
            facts = tuple(fact.name for (of, _), fact in behind(edition, refs).items() if of == subject and fact.given)
            yield Fault(column, condition, "part_exceeds_whole", message=part_exceeds(part, whole), facts=facts)


def _worked_out(edition: Edition, pair: Pair, duck: Duck, raw: str, shown: Mapping[str, str]) -> str:
    """That a row is among those in which a part, worked out, exceeds its whole; "" where the table cannot tell."""
    refs = [Ref("fact", "", one.name, one.type) for one in pair]
    subject, read = pair[0].subject, behind(edition, [(pair[0].subject, ref) for ref in refs])
    given = [name for (_, name), fact in read.items() if fact.given]
    if not all(name in shown for name in given) or any(of != subject for of, _ in read):
        return ""
    view = named(f"parts_of_{pair[0].name}_in_{pair[1].name}")
    columns = ", ".join(f"{shown[name]} AS {named(name)}" for name in given)
    row = f"CAST({ROW} AS VARCHAR)"
    duck.run(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {row} AS {KEY}, {columns} FROM {named(raw)}")
    table = duck.con.table(view.strip('"'))
    exceeds = Leaf(refs[0], (Comparison("above", (refs[1],)),))
    try:
        judged = TableJudge(edition, edition.effective_from).beside(subject, table, {"exceeds": exceeds})
    except NotTabular:
        return ""
    return f"{row} IN (SELECT {KEY} FROM ({duck.sql(judged)}) WHERE exceeds)"
