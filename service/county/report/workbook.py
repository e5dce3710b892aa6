"""The workbook for clerks: the upper subjects in full, what was set aside, and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped] # ships no types

from rules.judging.outcomes import criteria_of
from rules.model import Edition, Ranking
from rules.table.columns import SEPARATOR, key_of
from rules.table.judge import NOT_MET, UNKNOWN
from service.county.run.backend import Duck, named, quoted
from service.county.run.gaps import GAPS, wanted
from service.county.run.rankings import Proposal, proposals, reason

MADE = datetime(2000, 1, 1)  # noqa: DTZ001 -- the same in every file: the same rows give the same bytes
MOST = 50 * 1000  # rows of a sheet: who wants more reads the Parquet file
WIDE, NARROW = 32, 12  # characters
NAMES = {"id": "编号", "beyond": "数字过大"}


def write_workbook(duck: Duck, edition: Edition, folder: Path, manifest: Mapping[str, Any]) -> int:
    """Write it; the number of sheets."""
    book = xlsxwriter.Workbook(folder / "workbook.xlsx", {"constant_memory": True})
    book.set_properties({"created": MADE, "title": edition.title.zh})
    looks = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
    }
    _sheet(book, looks, "汇总", ["对象", "判定", "结论", "数量"], _counts(edition, manifest))
    for subject, counted in manifest["counts"].items():
        file = f"read_parquet({quoted(folder / f'{subject}.parquet')})"
        if counted["rows"] <= MOST and subject != next(reversed(manifest["counts"])):
            columns = [one for one, type in duck.columns(file).items() if not type.endswith("]")]
            columns = [one for one in columns if one not in ("beyond", *_with_a_sheet(edition))]
            heads = [_head(edition, subject, one) for one in columns]
            shown = [_shown(edition, subject, name) for name in columns]
            cells = ", ".join(named(one) for one in columns)
            rows = (
                [show(cell) for show, cell in zip(shown, row, strict=True)]
                for row in duck.run(f"SELECT {cells} FROM {file} ORDER BY id")
            )
            _sheet(book, looks, edition.subjects[subject].title.zh, heads, rows)
    ranked = groupby(proposals(duck, edition, folder, manifest), key=lambda one: (one.rule, one.body))
    for (rule, body), found in ranked:
        listed = edition.subjects[body.over.type.of].title.zh
        heads = [edition.subjects[rule.subject].title.zh, "名次", listed, "入选", *(key.title.zh for key in body.order)]
        _sheet(book, looks, rule.title.zh, [*heads, "没有名次的原因"], _ranked(found))
    gaps = duck.run(f"SELECT * FROM read_parquet({quoted(folder / f'{GAPS}.parquet')}) LIMIT {MOST}")
    if gaps:
        _sheet(book, looks, "缺数据", ["对象", "编号", "下级", "下级编号", "算不出的数", "缺的数据"],
               (_gap(edition, *row) for row in gaps))  # fmt: skip
    aside = duck.run(
        f"SELECT file, row, id, column_name, zh FROM read_parquet({quoted(folder / 'set_aside.parquet')}) LIMIT {MOST}"
    )
    _sheet(book, looks, "未采用的行", ["文件", "行", "编号", "列", "原因"], aside)
    sheets = len(book.worksheets())
    book.close()
    return sheets


def _sheet(book: Any, looks: Mapping[str, Any], name: str, heads: list[str], rows: Iterable[Iterable[Any]]) -> None:
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 1)
    for place, head in enumerate(heads):
        sheet.set_column(place, place, min(WIDE, max(NARROW, 2 * len(head))))
    sheet.write_row(0, 0, heads, looks["head"])
    number = 0
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), looks["day"])  # noqa: DTZ001
            elif isinstance(cell, Decimal):
                sheet.write_number(number, place, float(cell), looks["money"])
            elif isinstance(cell, str):
                sheet.write_string(number, place, cell)
            elif cell is not None:
                sheet.write(number, place, cell)
    sheet.autofilter(0, 0, max(number, 1), len(heads) - 1)


def _ranked(found: Iterable[Proposal]) -> Iterator[list[Any]]:
    for one in found:
        for row in one.rows:
            values = [_plain(value) for value in row.values]
            why = reason(one.rule, row.why, "缺数据", "")["zh"]
            yield [one.id, row.place, row.id, "是" if row.chosen else "", *values, why]


def _gap(edition: Edition, subject: str, id: str, below: str, record: str, *names: list[str]) -> list[Any]:
    facts, causes = names
    own = edition.subjects[subject]
    return [own.title.zh, id, edition.subjects[below].title.zh, record,
            "、".join(own.facts[name].title.zh for name in facts),
            "、".join(wanted(edition, below, path)[1].zh for path in causes)]  # fmt: skip


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Fraction) else value


def _counts(edition: Edition, manifest: Mapping[str, Any]) -> Iterator[list[Any]]:
    for subject, counted in manifest["counts"].items():
        title = edition.subjects[subject].title.zh
        yield [title, "", "全部", counted["rows"]]
        for decision, outcomes in counted["outcomes"].items():
            rule = edition.rules[decision]
            for outcome, count in outcomes.items():
                known = rule.outcomes.get(outcome)
                yield [title, rule.title.zh, known.title.zh if known else outcome, count]


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
    said = {"not_met": "未满足", "unknown": "缺数据", "": ""}
    title = edition.rules[decision].title.zh
    return f"{title}：{said.get(rest, rest)}" if rest else title


def _with_a_sheet(edition: Edition) -> list[str]:
    """Columns of rankings, which have sheets of their own."""
    return [f"{rule.id}{SEPARATOR}ranking" for rule in edition.rules.values() if isinstance(rule.body, Ranking)]


def _shown(edition: Edition, subject: str, column: str) -> Callable[[Any], Any]:
    """How clerks read the cells of a column: titles instead of codes, the criteria instead of bits."""
    decision, _, rest = column.partition(SEPARATOR)
    rule = edition.rules.get(decision)
    fact = edition.subjects[subject].facts.get(column)
    titles: Mapping[Any, str] = {True: "是", False: "否"}
    if rule is not None and rest in (NOT_MET, UNKNOWN):
        criteria = criteria_of(rule)
        return cache(lambda bits: bits if bits is None else "、".join(
            one.title.zh for place, one in enumerate(criteria) if bits >> place & 1))  # fmt: skip
    if rule is not None and not rest:
        titles = {name: one.title.zh for name, one in rule.outcomes.items()}
    elif fact is not None and fact.choices:
        titles = {name: one.zh for name, one in fact.choices.items()}
    return lambda cell: titles.get(cell, cell) if isinstance(cell, str | bool) else cell
