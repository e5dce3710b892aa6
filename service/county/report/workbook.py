"""The workbook for clerks: counts, the upper subjects in full, a sheet for each bearer, rankings, missing data, and the
rows set aside."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import Any

import xlsxwriter  # type: ignore[import-untyped] # ships no types

from rules.model import Edition, Ref, criteria_of, leaves_in, subject_read
from rules.values.text import Text
from service.county.report.basis import Basis
from service.county.report.columns import Column, columns_of
from service.county.report.files import accounts
from service.county.run.gaps import GAPS, wanted
from service.county.run.manifest import Manifest
from service.county.run.outputs import Outputs, shown
from service.county.run.rankings import Proposal, proposals, reason

MADE = datetime(2000, 1, 1)  # noqa: DTZ001 -- the same in every file: the same rows give the same bytes
MOST = 50 * 1000  # rows of a sheet: who wants more reads the Parquet file
FEW = 10 * 1000  # records that are held in memory until the end, some kB each: texts that recur are then written once
WIDE, NARROW, BESIDE = 48, 6, 3  # the width of a column in letters, and the room for the arrow of its filter
BEARERS = 200  # sheets
LONGEST, FIRST_WIDE = 31, 0x2E80  # letters of the name of a sheet; the first character as wide as two
LACKS_DATA = Text("缺数据", "")
Looks = Mapping[str, Any]


def write_workbook(outputs: Outputs) -> int:
    """Write the workbook of a run to its folder; the number of sheets."""
    basis, edition, duck, counts = Basis(outputs), outputs.edition, outputs.duck, outputs.manifest.counts
    people = basis.report.funnel_subject or list(counts)[-1]
    upper = [one for one in counts if one != people and counts[one].rows <= MOST]
    many = sum(counts[one].rows for one in upper) > FEW
    book = xlsxwriter.Workbook(outputs.folder / "workbook.xlsx", {"constant_memory": many})
    book.set_properties({"created": MADE, "title": edition.title.zh})
    looks = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "money": book.add_format({"num_format": "#,##0.00####"}),
        "share": book.add_format({"num_format": "0.00%"}),
    }
    _sheet(book, looks, "汇总", ["对象", "判定", "结论", "数量"], _counts(edition, outputs.manifest))
    for subject in upper:
        _records(book, looks, basis, subject)
    for rule, group in groupby(proposals(outputs), key=lambda one: one.rule):
        listed, order = edition.subjects[subject_read(rule)].title.zh, rule.body.order
        heads = [edition.subjects[rule.subject].title.zh, "名次", listed, "入选", *(key.title.zh for key in order)]
        _sheet(book, looks, rule.title.zh, [*heads, "没有名次的原因"], _ranked(outputs, group),
               [""] * 4 + ["share" if key.by.type.kind == "rate" else "" for key in order])  # fmt: skip
    gaps = duck.run(f"SELECT * FROM {outputs.file(GAPS)} LIMIT {MOST}")
    if gaps:
        _sheet(book, looks, "缺数据", ["对象", "编号", "下级", "下级编号", "算不出的数", "缺的数据"],
               (_gap(outputs, *row) for row in gaps))  # fmt: skip
    _files(book, looks, outputs.manifest)
    aside = duck.run(f"SELECT file, sheet, row, id, column_name, zh FROM {outputs.file('set_aside')} LIMIT {MOST}")
    _sheet(book, looks, "未采用的行", ["文件", "工作表", "行", "编号", "列", "原因"], aside)
    sheets = len(book.worksheets())
    book.close()
    return sheets


def _files(book: Any, looks: Looks, manifest: Manifest) -> None:
    """The account of the files by sheet, and the totals that their records do not add up to."""
    heads = ["文件", "工作表", "行数", "采用", "未采用", "不计入", "不计入的是", "相符的合计数", "不符的合计数"]
    _sheet(book, looks, "数据文件", heads, (
        [one.file, one.sheet, one.rows, one.kept, one.aside, one.spare,
         "、".join(f"{what.zh} {count}" for what, count in one.unused), one.agreeing, one.differing]
        for one in accounts(manifest)))  # fmt: skip
    differing = [[one.file, one.sheet, one.row, one.column, one.stated, one.records]
                 for file in manifest.checked for one in file.stated]  # fmt: skip
    if differing:
        _sheet(book, looks, "不符的合计", ["文件", "工作表", "行", "列", "表中合计", "各行相加"], differing[:MOST])


def _records(book: Any, looks: Looks, basis: Basis, subject: str) -> None:
    """A sheet of all records of a subject, and one for each bearer of some of them: who and where, what was decided,
    the shares behind it, and the facts."""
    bearers, title = basis.bearers(subject), basis.edition.subjects[subject].title.zh
    shares = _shares(basis, subject)
    view, values = basis.values(subject, list(shares))
    all_ = list(columns_of(basis, subject))
    columns = [one for one in all_ if one.first]
    if bearers:
        bearing = next(one for one in basis.edition.assignments.values() if one.subject == subject).bearer
        columns.append(Column(basis.edition.subjects[bearing].title.zh, "o.id", lambda one: bearers.get(one, "")))
    columns += [one for one in all_ if one.made]
    columns += [Column(head, value, look="share") for head, value in zip(shares.values(), values, strict=True)]
    columns += [one for one in all_ if not one.first and not one.made]
    found = basis.duck.run(f"SELECT o.id, {', '.join(one.cell for one in columns)} FROM {basis.file(subject)} o "
                           f"JOIN {view} v USING (id) ORDER BY o.id")  # fmt: skip
    used = [
        place for place, one in enumerate(columns, 1) if not one.spare or any(row[place] is not None for row in found)
    ]
    columns = [columns[place - 1] for place in used]
    rows = [(row[0], [one.show(row[place]) for one, place in zip(columns, used, strict=True)]) for row in found]
    heads, tones = [one.head for one in columns], [one.look for one in columns]
    whole = [(title, [row for _, row in rows])]
    parts = [(f"{title} {bearer}", [row for id, row in rows if bearers.get(id) == bearer])
             for bearer in sorted(set(bearers.values()))[:BEARERS]]  # fmt: skip
    for name, those in (*whole, *parts):
        sheet = _sheet(book, looks, name, heads, those, tones)
        sheet.freeze_panes(1, 1 + bool(basis.names(subject)))  # the names stay in sight


def _shares(basis: Basis, subject: str) -> dict[str, str]:
    """The shares that criteria about a subject hold against a limit, with their titles; those of a file are there, and
    those that no table can hold are not."""
    facts, there = basis.edition.subjects[subject].facts, basis.duck.columns(basis.file(subject))
    rules = (rule for rule in basis.edition.rules.values() if rule.subject == subject)
    lefts = (leaf.left for rule in rules for one in criteria_of(rule) for leaf in leaves_in(one.condition))
    read = {
        left.name for left in lefts if isinstance(left, Ref) and left.what == "fact" and left.scope in ("", subject)
    }
    shares = {name: fact.title.zh for name, fact in facts.items() if name in read and fact.type.kind == "rate"}
    held, _ = basis.held(subject, [name for name in shares if name not in there])
    return {name: shares[name] for name in held}


def sheet_name(title: str, taken: Collection[str]) -> str:
    """The name of a sheet that Excel takes: short, without its signs, and like no other."""
    name = re.sub(r"[\[\]:*?/\\]", " ", title).strip("'")
    ends = ("", *(f" {number}" for number in range(2, len(taken) + 2)))
    return next(one for end in ends if (one := name[: LONGEST - len(end)] + end).lower() not in taken)


def _sheet(
    book: Any, looks: Looks, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], tones: Sequence[str] = ()
) -> Any:
    """A sheet with columns as wide as what stands in them; `tones` are the looks of numbers by column."""
    sheet = book.add_worksheet(sheet_name(name, {one.get_name().lower() for one in book.worksheets()}))
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, heads, looks["head"])
    listed, number = [*rows], 0
    for number, row in enumerate(listed, 1):
        for place, cell in enumerate(row):
            tone = looks.get(tones[place]) if place < len(tones) else None
            if isinstance(cell, str):
                sheet.write_string(number, place, cell)
            elif isinstance(cell, date):
                sheet.write_datetime(number, place, cell, looks["day"])
            elif isinstance(cell, Decimal):
                sheet.write_number(number, place, float(cell), tone or looks["money"])
            elif type(cell) is int:  # not a bool, which is one too
                sheet.write_number(number, place, cell, tone)
            elif cell is not None:
                sheet.write(number, place, cell, tone)
    columns = [*zip(*listed, strict=True)] or [()] * len(heads)
    for place, (head, cells) in enumerate(zip(heads, columns, strict=True)):
        width = max([_width(head) + BESIDE, *map(_width, cells)])
        sheet.set_column(place, place, min(WIDE, max(NARROW, width + 1)))
    sheet.autofilter(0, 0, max(number, 1), len(heads) - 1)
    return sheet


@lru_cache(maxsize=10_000, typed=True)
def _width(cell: Any) -> int:
    """The width of a cell in letters; those of Chinese are twice as wide."""
    text = f"{cell:,.2f}" if isinstance(cell, float | Decimal) else "" if cell is None else str(cell)
    return len(text) + sum(ord(one) >= FIRST_WIDE for one in text)


def _ranked(outputs: Outputs, group: Iterable[Proposal]) -> Iterator[list[Any]]:
    for one in group:
        listed = subject_read(one.rule)
        for row in one.rows:
            values = [float(value) if isinstance(value, Fraction) else value for value in row.values]
            why = reason(one.rule, row.why, LACKS_DATA).zh
            yield [
                shown(outputs.directory, one.rule.subject, one.ranked.id),
                row.place,
                shown(outputs.directory, listed, row.id),
                "是" if row.chosen else "",
                *values,
                why,
            ]


def _gap(outputs: Outputs, subject: str, id: str, below: str, record: str, *names: list[str]) -> list[Any]:
    edition, (facts, causes) = outputs.edition, names
    own = edition.subjects[subject]
    return [own.title.zh, shown(outputs.directory, subject, id), edition.subjects[below].title.zh, record,
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
