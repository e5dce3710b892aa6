"""Parts that exceed their wholes in a table: as given, or as worked out from its columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rules.judging.parts import Pair, parts_and_wholes
from rules.model import Comparison, Edition, Leaf, Ref
from rules.table.columns import KEY, SEPARATOR, around, key_of
from rules.table.errors import NotTabular
from rules.table.judge import TableJudge
from service.county.backend import Duck, named, rows_of
from service.county.intake.columns import Fault
from service.county.intake.inputs import ROW
from service.county.intake.reasons import part_exceeds

WHICH = f"CAST({ROW} AS VARCHAR)"  # a row, as the id of what is worked out of it


def _wrong(names: Collection[str], faults: Iterable[Fault]) -> list[str]:
    """The conditions under which a fault leaves one of some facts unknown."""
    return [f"({fault.condition})" for fault in faults if {*names} & {*fault.facts}]


def _untold(shown: Mapping[str, str], faults: Iterable[Fault]) -> str:
    """That none of some facts is known, with these faults."""
    return " AND ".join(
        f"({' OR '.join([f'{value} IS NULL', *_wrong([one], faults)])})" for one, value in shown.items()
    )


@dataclass(frozen=True, slots=True)
class Wholes:
    """Holds the rows of a raw table of a subject; `on` is the day of the run; `upper` the good rows
    of the subjects around it, and `above` the id in SQL of the record that a row belongs to."""

    edition: Edition
    subject: str
    on: date
    duck: Duck
    raw: str
    upper: Mapping[str, Path]
    above: str

    def exceeding(self, columns: Mapping[str, str], shown: Mapping[str, str], wrong: Sequence[Fault]) -> list[Fault]:
        """The faults of parts and wholes that the columns of the table, by fact, give (`shown`: facts in SQL), beside
        those that are found already."""
        found, told = list[Fault](), [*wrong]
        for pair in sorted(parts_and_wholes(self.edition, self.subject), key=lambda one: len(one.between)):
            part, whole = pair.part, pair.whole
            names = pair.facts or tuple(name for of, name in pair.behind if of == self.subject)
            if not names or not shown.keys() >= {*names}:
                continue
            tests = [f"{shown[part.name]} > {shown[whole.name]}"] if pair.given else []
            between = {one: shown[one] for one in pair.between if one in shown}
            if between:  # not known as given; or not any more, and no other fault is of the two
                free = [f"{one} IS NOT TRUE" for one in _wrong(names, told)]
                tests.append(f"({_untold(between, wrong)} OR ({' AND '.join([_untold(between, told), *free])}))")
            condition = " AND ".join(tests) if pair.given else self._worked_out(pair, shown)
            if condition:
                column, message = columns[pair.named(shown)], part_exceeds(part, whole)
                found.append(Fault(column, condition, "part_exceeds_whole", message=message, facts=names))
                told += [] if pair.between else found[-1:]
        return found

    def _worked_out(self, pair: Pair, shown: Mapping[str, str]) -> str:
        """That a row is among those in which a part, worked out, exceeds its whole, all that is behind both being
        given; "" where the table cannot tell."""
        part, whole = (Ref("fact", "", one.name, one.type) for one in (pair.part, pair.whole))
        view, given = (
            named(f"parts_of_{part.name}_in_{whole.name}"),
            [name if of == self.subject else of + SEPARATOR + name for of, name in pair.behind],
        )
        if (rows := self._beside(pair, shown)) is None:
            return ""
        self.duck.run(f"CREATE OR REPLACE TEMP VIEW {view} AS {rows}")
        exceeds = {"exceeds": Leaf(part, (Comparison("above", (whole,)),))}
        judge = TableJudge(self.edition, self.on)
        try:
            judged = judge.beside(self.subject, self.duck.con.table(view.strip('"')), exceeds)
        except NotTabular:  # refused by name before any row is judged (service.county.run.trying)
            return ""
        known = f"SELECT {KEY} FROM {view} WHERE {' AND '.join(f'{named(name)} IS NOT NULL' for name in given)}"
        return f"{WHICH} IN ({known}) AND {WHICH} IN (SELECT {KEY} FROM ({self.duck.sql(judged)}) WHERE exceeds)"

    def _beside(self, pair: Pair, shown: Mapping[str, str]) -> str | None:
        """A query of what is behind a pair, of the rows and of the records around them; None where a file lacks it."""
        own = [f"{shown[name]} AS {named(name)}" for of, name in pair.behind if of == self.subject]
        own += [f"{self.above} AS above__"] if self.above else []
        rows, key = f"(SELECT {WHICH} AS {KEY}, {', '.join(own)} FROM {named(self.raw)})", "above__"
        told = {of for of, _ in pair.behind} - {self.subject}
        for level in around(self.edition, self.subject):
            if not told:
                break
            there = self.duck.columns(rows_of(self.upper[level])) if self.upper.get(level) and self.above else {}
            names = [name for of, name in pair.behind if of == level]
            if not there.keys() >= {*names}:
                return None
            next_ = key_of(self.edition.subjects[level].within)
            columns = [f"{named(name)} AS {named(level + SEPARATOR + name)}" for name in names]
            columns += [f"{KEY} AS {level}__", *([f"{named(next_)} AS {level}__above"] if next_ in there else [])]
            rows += f" LEFT JOIN (SELECT {', '.join(columns)} FROM {rows_of(self.upper[level])}) ON {key} = {level}__"
            key, told = (f"{level}__above" if next_ in there else "NULL"), told - {level}
        wanted = [named(name if of == self.subject else of + SEPARATOR + name) for of, name in pair.behind]
        return f"SELECT {KEY}, {', '.join(wanted)} FROM {rows}"
