"""The workbook for clerks: counts, the upper subjects in full, rankings, missing data, and the rows set aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import groupby
from typing import Any

import xlsxwriter  # type: ignore[import-untyped] # ships no types

from rules.model import Edition, Rule, criteria_of, subject_read
from rules.table.columns import SEPARATOR, key_of
from rules.table.verdicts import NOT_MET, UNKNOWN, Kind, Verdicts, places
from rules.values.text import Text
from service.county.backend import named
from service.county.run.gaps import GAPS, wanted
from service.county.run.manifest import Manifest
from service.county.run.outputs import CriteriaSet, Outputs
from service.county.run.rankings import Proposal, proposals, reason

MADE = datetime(2000, 1, 1)  # noqa: DTZ001 -- the same in every file: the same rows give the same bytes
MOST = 50 * 1000  # rows of a sheet: who wants more reads the Parquet file
WIDE, NARROW = 32, 12  # characters
NAMES = {"id": "编号", "beyond": "数字过大"}
LACKS_DATA = Text("缺数据", "")
KINDS: Mapping[Kind, str] = {NOT_MET: "未满足", UNKNOWN: "缺数据"}
Show = Callable[[Any], Any]


def write_workbook(outputs: Outputs) -> int:
    """Write the workbook of a run to its folder; the number of sheets."""
    edition, duck, counts = outputs.edition, outputs.duck, outputs.manifest.counts
    book = xlsxwriter.Workbook(outputs.folder / "workbook.xlsx", {"constant_memory": True})
    book.set_properties({"created": MADE, "title": edition.title.zh})
    looks = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "money": book.add_format({"num_format": "#,##0.00####"}),
    }
    _sheet(book, looks, "汇总", ["对象", "判定", "结论", "数量"], _counts(edition, outputs.manifest))
    for subject in [one for one in list(counts)[:-1] if counts[one].rows <= MOST]:  # the last are people
        titles, cells, shows = zip(*_columns(outputs, subject), strict=True)
        rows = (
            [show(cell) for show, cell in zip(shows, row, strict=True)]
            for row in duck.run(f"SELECT {', '.join(cells)} FROM {outputs.file(subject)} ORDER BY id")
        )
        _sheet(book, looks, edition.subjects[subject].title.zh, titles, rows)
    for rule, group in groupby(proposals(outputs), key=lambda one: one.rule):
        listed, order = edition.subjects[subject_read(rule)].title.zh, rule.body.order
        heads = [edition.subjects[rule.subject].title.zh, "名次", listed, "入选", *(key.title.zh for key in order)]
        _sheet(book, looks, rule.title.zh, [*heads, "没有名次的原因"], _ranked(group))
    gaps = duck.run(f"SELECT * FROM {outputs.file(GAPS)} LIMIT {MOST}")
    if gaps:
        _sheet(book, looks, "缺数据", ["对象", "编号", "下级", "下级编号", "算不出的数", "缺的数据"],
               (_gap(edition, *row) for row in gaps))  # fmt: skip
    aside = duck.run(f"SELECT file, row, id, column_name, zh FROM {outputs.file('set_aside')} LIMIT {MOST}")
    _sheet(book, looks, "未采用的行", ["文件", "行", "编号", "列", "原因"], aside)
    sheets = len(book.worksheets())
    book.close()
    return sheets


def sheet_name(title: str, taken: Collection[str]) -> str:
    """The name of a sheet that Excel takes: short, without its signs, and like no other."""
    name = re.sub(r"[\[\]:*?/\\]", " ", title).strip("'")
    ends = ("", *(f" {number}" for number in range(2, len(taken) + 2)))
    return next(one for end in ends if (one := name[: 31 - len(end)] + end).lower() not in taken)


def _sheet(book: Any, looks: Mapping[str, Any], name: str, heads: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    sheet = book.add_worksheet(sheet_name(name, {one.get_name().lower() for one in book.worksheets()}))
    sheet.freeze_panes(1, 1)
    for place, head in enumerate(heads):
        sheet.set_column(place, place, min(WIDE, max(NARROW, 2 * len(head))))
    sheet.write_row(0, 0, heads, looks["head"])
    number = 0
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, place, cell, looks["day"])
            elif isinstance(cell, Decimal):
                sheet.write_number(number, place, float(cell), looks["money"])
            elif isinstance(cell, str):
                sheet.write_string(number, place, cell)
            elif cell is not None:
                sheet.write(number, place, cell)
    sheet.autofilter(0, 0, max(number, 1), len(heads) - 1)


def _ranked(group: Iterable[Proposal]) -> Iterator[list[Any]]:
    for one in group:
        for row in one.rows:
            values = [float(value) if isinstance(value, Fraction) else value for value in row.values]
            why = reason(one.rule, row.why, LACKS_DATA).zh
            yield [one.ranked.id, row.place, row.id, "是" if row.chosen else "", *values, why]


def _gap(edition: Edition, subject: str, id: str, below: str, record: str, *names: list[str]) -> list[Any]:
    facts, causes = names
    own = edition.subjects[subject]
    return [own.title.zh, id, edition.subjects[below].title.zh, record,
            "、".join(own.facts[name].title.zh for name in facts),
            "、".join(wanted(edition, below, path)[1].zh for path in causes)]  # fmt: skip


def _counts(edition: Edition, manifest: Manifest) -> Iterator[list[Any]]:
    for subject, counted in manifest.counts.items():
        title = edition.subjects[subject].title.zh
        yield [title, "", "全部", counted.rows]
        for decision, outcomes in counted.outcomes.items():
            rule = edition.rules[decision]
            for outcome, count in outcomes.items():
                known = rule.outcomes.get(outcome)
                yield [title, rule.title.zh, known.title.zh if known else outcome, count]


def _columns(outputs: Outputs, subject: str) -> Iterator[tuple[str, str, Show]]:
    """The head of each column of a sheet, its cell in SQL, and how clerks read the cell. The columns of a decision's
    verdicts make one of each kind, with the titles of criteria; rankings have sheets of their own."""
    rules = [one for one in outputs.edition.rules.values() if one.subject == subject]
    sets = {Verdicts.of(one).columns(kind): (one, kind) for one in rules for kind in KINDS}
    first = {columns[0]: columns for columns in sets}
    hidden = {"beyond", *(name for columns in sets for name in columns[1:])}
    hidden |= {f"{one.id}{SEPARATOR}ranking" for one in rules if one.body.over}
    for name, type in outputs.duck.columns(outputs.file(subject)).items():
        if name in first:
            rule, kind = sets[first[name]]
            yield f"{rule.title.zh}：{KINDS[kind]}", CriteriaSet.of(Verdicts.of(rule), kind).listed, _criteria(rule)
        elif name not in hidden and not type.endswith("]"):
            yield _head(outputs.edition, subject, name), named(name), _shown(outputs.edition, subject, name)


def _criteria(rule: Rule) -> Show:
    titles = [one.title.zh for one in criteria_of(rule)]
    joined = cache(lambda parts: "、".join(titles[place] for place in places(parts)))
    return lambda parts: None if None in parts else joined(tuple(parts))


def _head(edition: Edition, subject: str, column: str) -> str:
    """The title of a column."""
    facts = edition.subjects[subject].facts
    if column in facts:
        return facts[column].title.zh
    above = {key_of(name): one.title.zh for name, one in edition.subjects.items()}
    if column in above or column in NAMES:
        return above.get(column) or NAMES[column]
    decision, _, rest = column.partition(SEPARATOR)
    if decision not in edition.rules:
        return column
    return edition.rules[decision].title.zh + (f"：{rest}" if rest else "")


def _shown(edition: Edition, subject: str, column: str) -> Show:
    """Codes as their titles, all else as it is."""
    rule, fact = edition.rules.get(column), edition.subjects[subject].facts.get(column)
    titles: Mapping[Any, str] = {True: "是", False: "否"}
    if rule is not None:
        titles = {name: one.title.zh for name, one in rule.outcomes.items()}
    elif fact is not None and fact.choices:
        titles = {name: one.zh for name, one in fact.choices.items()}
    return lambda cell: titles.get(cell, cell) if isinstance(cell, str | bool) else cell
