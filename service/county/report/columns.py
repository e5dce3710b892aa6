"""The columns of the sheets of records in the workbook: titles instead of codes, names beside ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rules.model import Edition, Output, Rule, criteria_of, items_of
from rules.table.columns import KEY, SEPARATOR, key_of
from rules.table.verdicts import NOT_MET, UNKNOWN, Kind, Verdicts, places
from service.county.backend import named
from service.county.run.outputs import CriteriaSet, Outputs

NAMES = {"id": "编号", "beyond": "数字过大", "at_least": "至少", "at_most": "至多", "set_aside": "未采用的行数",
         "points": "得分"}  # fmt: skip
YES_NO: Mapping[Any, str] = {True: "是", False: "否"}
KINDS: Mapping[Kind, str] = {NOT_MET: "未满足", UNKNOWN: "缺数据"}
Show = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its head, its cell in SQL, how clerks read the cell, and the look of numbers."""

    head: str
    cell: str
    show: Show = lambda cell: cell
    look: str = ""
    first: bool = False  # it stands with the ids
    made: bool = False  # by a decision
    spare: bool = False  # left out where it is empty in every row


def columns_of(outputs: Outputs, subject: str) -> Iterator[Column]:
    """The columns of a sheet: those of ids first, with names beside them. The columns of a decision's verdicts make one
    of each kind, with the titles of criteria; rankings have sheets of their own."""
    edition, within = outputs.edition, outputs.edition.subjects[subject].within
    rules = [one for one in edition.rules.values() if one.subject == subject]
    sets = {Verdicts.of(one).columns(kind): (one, kind) for one in rules for kind in KINDS}
    first = {columns[0]: columns for columns in sets}
    hidden = {"beyond", *(name for columns in sets for name in columns[1:])}
    hidden |= {f"{one.id}{SEPARATOR}ranking" for one in rules if one.body.over}
    named_by = {KEY: subject, **({key_of(within): within} if within else {})}
    for name, type in outputs.duck.columns(outputs.file(subject)).items():
        at = f"o.{named(name)}"
        if name in first:
            rule, kind = sets[first[name]]
            listed = [CriteriaSet.of(Verdicts.of(rule), one, "o").listed for one in KINDS]
            if not rule.body.rows:
                head, cell = f"{rule.title.zh}：{KINDS[kind]}", listed[list(KINDS).index(kind)]
                yield Column(head, cell, _criteria(rule), made=True)
            elif kind == NOT_MET:
                yield Column(f"{rule.title.zh}：依据", f"[{', '.join(listed)}]", _given(rule), made=True)
        elif name not in hidden and not type.endswith("]"):
            yield Column(
                _head(edition, subject, name),
                at,
                _shown(edition, subject, name),
                _look(edition, subject, name),
                first=name in named_by,
                made=name.partition(SEPARATOR)[0] in edition.rules,
                spare=SEPARATOR in name,
            )
        if name in named_by and (names := outputs.names(named_by[name])):
            title = edition.subjects[named_by[name]].named
            yield Column(title.zh if title else "", at, _name_in(names), first=True)


def _name_in(names: Mapping[str, str]) -> Show:
    return lambda one: names.get(one, "")


def _criteria(rule: Rule) -> Show:
    titles = [one.title.zh for one in criteria_of(rule)]
    joined = cache(lambda parts: "、".join(titles[place] for place in places(parts)))
    return lambda parts: None if None in parts else joined(tuple(parts))


def _given(rule: Rule) -> Show:
    """The rows of a table that gave the outcome: all that hold, or the first."""
    rows, most = rule.body.rows, 1 if rule.body.hit == "first" else None

    def show(cell: Sequence[Sequence[int | None]]) -> str:
        out = {place for parts in cell for place in places(parts)}
        return "、".join([row.title.zh for place, row in enumerate(rows) if place not in out][:most])

    return show


def _head(edition: Edition, subject: str, column: str) -> str:
    """The title of a column."""
    facts, above = (
        edition.subjects[subject].facts,
        {key_of(name): one.title.zh for name, one in edition.subjects.items()},
    )
    if column in above or column in NAMES:
        return above.get(column) or NAMES[column]
    start, *rest = column.split(SEPARATOR)
    if start in facts:
        return facts[start].title.zh + "".join(f"（{NAMES.get(one, one)}）" for one in rest)
    if start in edition.rules:
        titles = _titles(edition.rules[start])
        return edition.rules[start].title.zh + "".join(f"：{titles.get(one) or NAMES.get(one, one)}" for one in rest)
    known = edition.subjects.get(start)
    return f"{known.title.zh}：{'、'.join(NAMES.get(one, one) for one in rest)}" if known else column


def _titles(rule: Rule) -> dict[str, str]:
    """The titles of the items and of the outputs of a decision."""
    return {one.id: one.title.zh for one in items_of(rule)} | {
        name: one.title.zh for name, one in rule.body.outputs.items()
    }


def _output(edition: Edition, column: str) -> Output | None:
    """The output of a decision that a column holds."""
    start, *rest = column.split(SEPARATOR)
    return edition.rules[start].body.outputs.get(rest[-1]) if rest and start in edition.rules else None


def _look(edition: Edition, subject: str, column: str) -> str:
    one = edition.subjects[subject].facts.get(column) or _output(edition, column)
    return "share" if one is not None and one.type.kind == "rate" else ""


def _shown(edition: Edition, subject: str, column: str) -> Show:
    """Codes as their titles, all else as it is."""
    rule, fact = edition.rules.get(column), edition.subjects[subject].facts.get(column) or _output(edition, column)
    titles = YES_NO
    if rule is not None:
        titles = {name: one.title.zh for name, one in rule.outcomes.items()}
    elif fact is not None and fact.choices:
        titles = {name: one.zh for name, one in fact.choices.items()}
    return lambda cell: titles.get(cell, cell) if isinstance(cell, str | bool) else cell
