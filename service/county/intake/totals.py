"""Holds the totals that a file states against the sums of its records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from rules.model import Edition
from service.county.backend import Duck, named, quoted
from service.county.intake.forms import text_of
from service.county.intake.grids import Place
from service.county.intake.inputs import ROW, SPAN, Opened
from service.county.intake.matching import Matched
from service.county.intake.records import total_word

SUMMED = ("count", "amount")
ROWS = "行数 / rows"  # instead of a column, where a total says how many records there are


@dataclass(frozen=True, slots=True)
class Stated:
    """A total of a file that its records do not add up to."""

    sheet: str
    row: int
    column: str
    stated: str
    records: str  # the sum of the records
    file: str = ""


def stated(
    edition: Edition,
    duck: Duck,
    file: Opened,
    subject: str,
    columns: Matched,
    facts: Mapping[str, str],
) -> tuple[tuple[Stated, ...], Mapping[Place, int]]:
    """The totals that are no sum of the records before them: since the last total, of the same record above, of all.
    And how many are one, by sheet."""
    if file.taken is None:
        return (), {}
    known = edition.subjects[subject].facts
    summed = [name for name in facts if name in known and known[name].type.kind in SUMMED]
    last, within = -1, edition.subjects[subject].within
    differing, agreeing = list[Stated](), Counter[Place]()
    for row, texts, records in file.taken.totals:
        sheet, place = row // SPAN, file.places[row // SPAN]
        own = f"{ROW} // {SPAN} = {sheet}"
        groups = [f"{own} AND {ROW} BETWEEN {last} AND {row}", own, f"{own} AND {ROW} < {row}"]
        if columns.above and texts.get(within) and not total_word(texts[within]):
            groups.insert(0, f"{own} AND {named(columns.above)} = {quoted(texts[within])}")
        sums = {columns.facts[name]: (total, f"sum({facts[name]})") for name in summed
                if (total := _number(texts.get(name, ""))) is not None}  # fmt: skip
        sums |= {ROWS: (Decimal(records), "count(*)")} if records is not None else {}
        for column, (total, sum_) in sums.items():
            found = duck.run(
                "SELECT " + ", ".join(f"coalesce({sum_} FILTER (WHERE {one}), 0)" for one in groups)
                + f" FROM {named(file.table)}"
            )[0]  # fmt: skip
            if total in found:
                agreeing[place] += 1
            else:
                records_ = text_of(Decimal(next(filter(None, found), 0)))  # where there are records at all
                differing.append(Stated(place.sheet, row % SPAN, column, text_of(total), records_, place.path.name))
        last = row
    return tuple(differing), agreeing


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
