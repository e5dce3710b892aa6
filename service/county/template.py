"""Writes workbooks for clerks to fill in: one for each table that a county run reads, with drop-down lists, formats,
and a sheet that explains every column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped] # ships no types

from rules.model import CONSTANTS, Edition, Fact
from rules.model.uses import Used, behind, read_by, refs
from rules.table.columns import around
from rules.values.exact import NUMBERS
from rules.values.kinds import KINDS, SINGLE
from rules.values.limits import HUGE
from rules.values.text import Lang, Text
from rules.words.wording import Wording
from service.county.intake.lists import lists_beside, owner_of, with_list
from service.county.intake.names import Names
from service.county.intake.titles import ID, heading, heading_of_above, unit_of

MADE = datetime(2000, 1, 1)  # noqa: DTZ001 -- the same edition gives the same bytes
ROWS = 200 * 1000  # rows with drop-down lists
INLINE = 255  # characters of a list that Excel takes within a cell's validation
EARLIEST = date(1900, 3, 1)  # from here on Excel counts days right
WIDE, NARROW = 40, 10
ANSWERS = (Text("是", "yes"), Text("否", "no"))
FORMATS = {"date": "yyyy-mm-dd", "rate": "0.00%", "amount": "#,##0.00", "count": "#,##0"}
REFUSED = Text("不能这样填", "Not allowed")
DATA, EXPLAINED = Text("数据", "data"), Text("填表说明", "explanation")
COLUMNS = (Text("列", "Column"), Text("单位", "Unit"), Text("是否必填", "Required"), Text("可填的内容", "Allowed"),
           Text("哪些判定、汇总要用", "Read by"), Text("口径", "Meaning"), Text("由谁提供", "Supplied by"))  # fmt: skip
FORBIDDEN = str.maketrans("", "", '[]:*?/\\<>|"')  # in names of files and sheets


@dataclass(frozen=True, slots=True)
class Column:
    """A column to fill in: that of an id or a name where it has no fact."""

    heading: str
    fact: Fact | None
    about: tuple[str, ...]  # the row of the explanation after the heading


def tables(edition: Edition) -> list[str]:
    """The subjects that a county run reads tables of, the widest first: those that decisions are about."""
    judged = {rule.subject for rule in edition.rules.values()}
    wanted = judged | {level for one in judged for level in around(edition, one)}
    return sorted((one for one in edition.subjects if one in wanted and one != CONSTANTS),
                  key=lambda one: len(list(around(edition, one))))  # fmt: skip


def write_templates(edition: Edition, folder: Path, lang: Lang) -> dict[str, Path]:
    """Write a workbook for every table, and for every list of its own, into a folder; the files by subject."""
    folder.mkdir(parents=True, exist_ok=True)
    there = tables(edition)
    editions = {one: with_list(edition, one) for one in (*there, *lists_beside(edition, there))}
    names = {one: own.subjects[one].title.zh.translate(FORBIDDEN) if lang == "zh" else one
             for one, own in editions.items()}  # fmt: skip
    files = {subject: folder / f"{name}.xlsx" for subject, name in names.items()}
    for subject, path in files.items():
        _write(editions[subject], subject, path, lang)
    return files


# --- the columns


def columns(edition: Edition, subject: str, lang: Lang) -> list[Column]:
    """The columns of a table or a list: the id, a name where the plan makes names public, the record above, and the
    given facts that a cell holds and no run counts."""
    there, edition = tables(edition), with_list(edition, subject)
    say, own = Wording(edition, lang), edition.subjects[subject]
    yes, no = say.pick("必填", "required"), say.pick("不填则按未知处理", "not known where left empty")
    any_id = say.pick("编号，不能重复；不得用身份证号", "an id, each once; no identity card number")
    one_id = say.pick("编号，同一列表中不能重复；不得用身份证号", "an id, once in a list; no identity card number")
    about_id = (say.pick("可不填", "may be left empty"), one_id) if owner_of(subject) else (yes, any_id)
    made = [Column(ID.get(lang), None, ("", *about_id, "", "", ""))]
    if own.named is not None:
        about_name = (
            say.pick("可不填", "may be left empty"),
            say.pick("名称，不填则只显示编号", "a name; without it the id is shown"),
        )
        made.append(Column(own.named.get(lang), None, ("", *about_name, "", "", "")))
    if above := heading_of_above(edition, subject, lang):
        title = say.text(edition.subjects[own.within].title)
        its_id = say.pick(f"所属{title}的编号，与{title}表一致", f"the id in the table of the {title}")
        if edition.subjects[own.within].named is not None:
            its_id += say.pick("；也可写名称", ", or the name")
        made.append(Column(above, None, ("", yes, its_id, "", "", "")))
    read = _read(edition, there)
    for fact in own.facts.values():
        counted = fact.counted is not None and fact.counted.inside in there
        if fact.given and fact.type.kind in SINGLE and not counted:
            by = say.pick("、", ", ").join(map(say.text, read.get((fact.subject, fact.name), ())))
            made.append(Column(heading(edition, fact, lang), fact, (
                unit_of(edition, fact) if lang == "zh" else fact.type.unit, no, _allowed(fact, say), by,
                *("" if one is None else say.text(one) for one in (fact.about, fact.supplied_by)))))  # fmt: skip
    return made


def _read(edition: Edition, there: Sequence[str]) -> dict[tuple[str, str], list[Text]]:
    """The decisions that read each fact, and the counts above that do, by their titles."""

    def uses() -> Iterator[tuple[Text, Iterator[Used]]]:
        yield from ((rule.title, read_by(rule)) for rule in edition.rules.values())
        for subject in there:
            for fact in edition.subjects[subject].facts.values():
                if fact.counted is not None:
                    yield fact.title, refs(fact.counted, subject)

    read: dict[tuple[str, str], dict[Text, None]] = {}
    for title, used in uses():
        for unit in behind(edition, used):
            read.setdefault(unit, {})[title] = None
    return {unit: list(titles) for unit, titles in read.items()}


def _allowed(fact: Fact, say: Wording) -> str:
    """The values that a cell may hold, in words."""
    kind, join = fact.type.kind, say.pick("、", ", ")
    if choices := _choices(fact, say.lang):
        return join.join(choices)
    parts = [
        say.text(KINDS[kind].title) if kind in NUMBERS else say.pick("日期，如 2026-12-31", "a date, as in 2026-12-31")
    ]
    if kind == "date" and not fact.future:
        parts.append(say.pick("不晚于判定日", "not after the day of the decision"))
    words = (
        (("不早于", "not before"), ("不晚于", "not after"))
        if kind == "date"
        else (("不小于", "at least"), ("不大于", "at most"))
    )
    ends = ((end, *said) for end, said in zip((fact.minimum, fact.maximum), words, strict=True))
    parts += [f"{say.pick(zh, f'{en} ')}{say.value(end, fact.type)}" for end, zh, en in ends if end is not None]
    return say.pick("，", ", ").join(parts)


def _choices(fact: Fact, lang: Lang) -> list[str]:
    """The words of a drop-down list; none where a cell holds a number or a date."""
    if fact.type.kind == "boolean":
        return [one.get(lang) for one in ANSWERS]
    titles = [one.get(lang) for one in fact.choices.values()]
    return titles if len(set(titles)) == len(titles) else list(fact.choices)


# --- the workbook


def _write(edition: Edition, subject: str, path: Path, lang: Lang) -> None:
    shown = columns(edition, subject, lang)
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": MADE, "title": edition.subjects[subject].title.get(lang)})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4", "border": 1})
    sheet = book.add_worksheet(DATA.get(lang))
    for place, column in enumerate(shown):
        look = book.add_format({"num_format": FORMATS.get(column.fact.type.kind, "@") if column.fact else "@"})
        sheet.set_column(place, place, max(NARROW, min(WIDE, 2 * len(column.heading) + 2)), look)
        sheet.write_string(0, place, column.heading, head)
        if column.fact is not None:
            sheet.data_validation(1, place, ROWS, place, _validation(column, column.fact, place + 1, lang))
    sheet.freeze_panes(1, 1)
    _explain(book, Names(edition, subject), shown, head, lang)
    book.close()


def _explain(book: Any, names: Names, shown: Sequence[Column], head: Any, lang: Lang) -> None:
    sheet = book.add_worksheet(EXPLAINED.get(lang))
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_row(0, 0, [one.get(lang) for one in COLUMNS], head)
    for number, column in enumerate(shown, 1):
        about = (f"“{one}”" if names.find(one) else one for one in column.about)  # no line may pass for a heading
        sheet.write_row(number, 0, [explained(number - 1, column), *about], wrapped)
        choices = _choices(column.fact, lang) if column.fact else []
        if len(",".join(choices)) > INLINE:
            sheet.write_row(number, len(COLUMNS), choices)
    for place, width in enumerate((WIDE, NARROW, 2 * NARROW, WIDE, WIDE, WIDE, 2 * NARROW)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 1)


def explained(place: int, column: Column) -> str:
    """A column as the explanation names it: with its letter, so that nothing takes the line for a heading."""
    return f"{xlsxwriter.utility.xl_col_to_name(place)}  {column.heading}"


def _validation(column: Column, fact: Fact, row: int, lang: Lang) -> dict[str, Any]:
    """The rule of the cells of a column as Excel keeps it; `row` is its row in the explanation."""
    about = {"error_title": REFUSED.get(lang), "error_message": column.about[2][:INLINE]}
    if choices := _choices(fact, lang):
        last = xlsxwriter.utility.xl_col_to_name(len(COLUMNS) + len(choices) - 1)
        first = xlsxwriter.utility.xl_col_to_name(len(COLUMNS))
        listed = f"='{EXPLAINED.get(lang)}'!${first}${row + 1}:${last}${row + 1}"
        return {"validate": "list", "source": choices if len(",".join(choices)) <= INLINE else listed, **about}
    kind = "date" if fact.type.kind == "date" else "integer" if fact.whole else "decimal"
    if kind == "date":
        return {"validate": kind, "criteria": ">=", "value": fact.minimum or EARLIEST, **about}
    low, high = (None if end is None else float(end) for end in (fact.minimum, fact.maximum))
    low, high = -HUGE if low is None else low, HUGE if high is None else high
    return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high, **about}
