"""Parts that exceed their wholes in a table: as given, or as worked out from its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from rules.judging.parts import Pair, parts_and_wholes
from rules.model import Comparison, Edition, Leaf, Ref
from rules.table.columns import KEY
from rules.table.errors import NotTabular
from rules.table.judge import TableJudge
from service.county.backend import Duck, named
from service.county.intake.columns import Fault
from service.county.intake.inputs import ROW
from service.county.intake.reasons import part_exceeds


@dataclass(frozen=True, slots=True)
class Wholes:
    """Holds the rows of a raw table of a subject; `on` is the day of the run, where there is one."""

    edition: Edition
    subject: str
    on: date | None
    duck: Duck
    raw: str

    def exceeding(self, columns: Mapping[str, str], shown: Mapping[str, str]) -> Iterator[Fault]:
        """The faults of parts and wholes that the columns of the table, by fact, give (`shown`: facts in SQL)."""
        for pair in parts_and_wholes(self.edition, self.subject):
            part, whole = pair.part, pair.whole
            names = pair.facts
            if not names or not shown.keys() >= {*names}:
                continue
            condition = f"{shown[part.name]} > {shown[whole.name]}" if pair.given else self._worked_out(pair, shown)
            if condition:
                column, message = columns[pair.named(shown)], part_exceeds(part, whole)
                yield Fault(column, condition, "part_exceeds_whole", message=message, facts=names)

    def _worked_out(self, pair: Pair, shown: Mapping[str, str]) -> str:
        """That a row is among those in which a part, worked out, exceeds its whole, all that is behind both being
        given; "" where the table cannot tell."""
        if pair.daily and self.on is None:
            return ""
        part, whole = (Ref("fact", "", one.name, one.type) for one in (pair.part, pair.whole))
        view, given = named(f"parts_of_{part.name}_in_{whole.name}"), [name for _, name in pair.behind]
        columns = ", ".join(f"{shown[name]} AS {named(name)}" for name in given)
        row = f"CAST({ROW} AS VARCHAR)"
        self.duck.run(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {row} AS {KEY}, {columns} FROM {named(self.raw)}")
        exceeds = {"exceeds": Leaf(part, (Comparison("above", (whole,)),))}
        judge = TableJudge(self.edition, self.on or self.edition.effective_from)
        try:
            judged = judge.beside(self.subject, self.duck.con.table(view.strip('"')), exceeds)
        except NotTabular:
            return ""
        known = "".join(f"{shown[name]} IS NOT NULL AND " for name in given)
        return f"{known}{row} IN (SELECT {KEY} FROM ({self.duck.sql(judged)}) WHERE exceeds)"
