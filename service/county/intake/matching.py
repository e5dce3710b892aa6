"""Matches the columns of an extract to the facts of a subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rules.model import Edition
from rules.table.columns import KEY, around, key_of
from rules.values.text import near
from service.county.intake.headings import Match
from service.county.intake.names import NAMED, Names
from service.county.intake.sheets import Taken
from service.county.intake.texts import squashed

WARNED = (
    "alike_ids",
    "twice_ids",
    "folded",
    "ditto",
    "struck",
    "veiled",
    "untold",
    "lacking",
)  # of notes: rows and columns to be looked at

LISTED = 10  # rows


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a column that a reader should know; it stops nothing."""

    column: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Matched:
    """The columns of a file: of the id, of the record above, of names, of facts and of conclusions."""

    id: str
    above: str
    named: str
    facts: Mapping[str, str]  # name of a fact or a decision -> column
    notes: tuple[Note, ...]


def matched(edition: Edition, subject: str, columns: Mapping[str, str], taken: Taken | None = None) -> Matched:
    """The facts of a subject among the columns of a table with their types: as a file was `taken`, or by heading."""
    names = Names(edition, subject)
    if taken is None:
        known = {column: names.names.get(squashed(column), "") for column in columns}
    else:
        known = (
            {one.heading: one.name for one in taken.columns.values()} | taken.lists | dict.fromkeys(taken.strays, "")
        )
    levels = tuple(around(edition, subject))
    quiet = {squashed(one) for one in (*levels, *map(key_of, levels))}
    at: dict[str, str] = {}
    notes = list(_said(taken.read if taken is not None else (), names))
    notes += _looks(taken) if taken is not None else []
    unread: set[str] = set()  # given in a way that cannot be read
    for column, name in known.items():
        if name in names.facts and names.facts[name].type.kind == "list" and not columns.get(column, "").endswith("[]"):
            notes.append(Note(column, "list_as_text", "列表要另给文件（--table）或用 Parquet，本列未用，按未知处理。",
                              "A list wants its own file (--table) or Parquet; not used, not known."))  # fmt: skip
            unread.add(name)
        elif name and name not in at:
            at[name] = column
        elif (not name or name not in (KEY, names.above, NAMED)) and squashed(column) not in quiet:
            double = name or names.names.get(squashed(column), "")
            notes.append(_stray(column, double, names))
    facts = {name: column for name, column in at.items() if name in names.facts or name in names.decided}
    notes += [
        Note(name, "column_missing", f"没有“{fact.title.zh}”一列，全部按未知处理。",
             f"There is no column for {fact.title.en}: it is not known in any row.")
        for name, fact in names.facts.items() if name not in {*facts, *unread} and fact.counted is None
    ]  # fmt: skip
    return Matched(at.get(KEY, ""), at.get(names.above, "") if names.above else "", at.get(NAMED, ""), facts,
                   tuple(notes))  # fmt: skip


def _looks(taken: Taken) -> Iterator[Note]:
    """What is hidden or struck through in sheets, what cannot be told of them, and what one of them lacks."""
    for sheet, rows in taken.folded.items():
        yield Note(sheet, "folded", f"有 {rows:,} 行是隐藏的（如筛选），照样读了。",
                   f"Hidden rows, as behind a filter, were read like the others: {rows:,}.")  # fmt: skip
    for sheet, same in taken.dittos.items():
        yield Note(sheet, "ditto", f"对应关系里写着 ditto：有 {same:,} 格“同上”读作上一行的值。",
                   f"As the mapping says, cells that say ditto were read as those above them: {same:,}.")  # fmt: skip
    for sheet, struck in taken.struck.items():
        some = ", ".join(map(str, struck[:LISTED])) + (" …" if len(struck) > LISTED else "")
        yield Note(sheet, "struck", f"有 {len(struck):,} 行有删除线，照样读了（第 {some} 行）。不要的请从表里删去。",
                   f"Rows with cells struck through were read like the others: {len(struck):,} (rows {some}). Take out "
                   "those that should not be there.")  # fmt: skip
    for column in dict.fromkeys(taken.veiled):
        yield Note(column, "veiled", "这一列在表里是隐藏的，照样读了。", "A hidden column, read like the others.")
    for sheet in taken.untold:
        yield Note(sheet, "untold", "这种文件看不出有没有隐藏的行、列和数字的显示格式，请核对。",
                   "What is hidden in this file, and how its numbers are shown, cannot be told: look it over."
                   )  # fmt: skip
    for sheet, heads in taken.lacking.items():
        yield Note(sheet, "lacking", f"这张表没有别的表有的列，其中各行按未知处理：{'、'.join(heads)}。",
                   f"This sheet lacks columns of others, which are not known in its rows: {', '.join(heads)}."
                   )  # fmt: skip


def _said(columns: Iterable[tuple[Match, str]], names: Names) -> Iterator[Note]:
    """The readings of headings that are not their plain words: units that multiply, and groups above; with the names of
    the sheets, where not all have them so."""
    for one, sheets in columns:
        zh, en = (f"（{sheets}）", f" ({sheets})") if sheets else ("", "")
        if one.form.times > 1:
            yield Note(one.heading, "unit", f"单位是{one.unit}{zh}，数已乘以 {one.form.times:,}。",
                       f"The unit is {one.unit}{en}: numbers were multiplied by {one.form.times:,}.")  # fmt: skip
        elif one.form.percent:
            yield Note(one.heading, "unit", f"单位是 %{zh}，数已除以 100。",
                       f"The unit is %{en}: numbers were divided by 100.")  # fmt: skip
        if one.under:
            title = names.facts[one.name].title if one.name in names.facts else None
            read = (title.zh, title.en) if title is not None else (one.name, one.name)
            yield Note(one.heading, "under_group", f"读作“{read[0]}”。", f"Read as {read[1]}.")


def _stray(column: str, name: str, names: Names) -> Note:
    """What is told of a column that is not used."""
    if name:
        return Note(column, "column_twice", "这一项已有一列，本列未用。", "Another column holds this already.")
    if column in names.subject.facts:
        derived = "由公式算出，本列未用。", "This is derived by a formula; the column is not used."
        return Note(column, "derived", *derived)
    # many columns of an extract are no facts, and resemble some
    alike = near(squashed(column), tuple(names.names), 0.8)
    meant = [names.title(one) for one in names.ending(column)] or [one for one in [alike] if one]
    cure = "用 county look --out 写出对应关系，核对后用 --mapping 读", "county look --out writes a mapping: check it"
    hint = (
        (f"是不是 {'、'.join(meant)}？{cure[0]}。", f" Perhaps {', '.join(meant)}? {cure[1]}.") if meant else ("", "")
    )
    return Note(column, "unknown_column", f"不认识这一列，未用。{hint[0]}", f"No such fact; not used.{hint[1]}")
