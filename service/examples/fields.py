"""The fields of a form for a test case: the facts that its decisions rest on, by their titles, and what is filled in as
the text of a case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.cases.files import OUTCOME, OUTPUTS
from rules.editing.address import Data, Verbatim, entries, members, word
from rules.editing.cases import merged_into
from rules.editing.scalars import TRUTH
from rules.model import Edition, Fact
from rules.model.decisions import Output
from rules.model.needs import Key, needed
from rules.values.exact import Type
from rules.values.kinds import said
from rules.values.text import Text

Said = Mapping[str, str]  # the fields of a form
Path = tuple[str, ...]
WANTED, GIVES = "wanted:", "gives:"  # before a decision: its outcome, and an output of it
FACT, ROW = "fact:", re.compile(r"[0-9]{1,3}")
ID = Text("编号", "Id")


@dataclass(frozen=True, slots=True)
class Field:
    """A fact of a case. `choices` are its codes with their titles; none of them: it is typed."""

    path: Path  # below the facts of the case; in a table its name
    title: Text
    about: Text
    kind: str
    number: bool = False
    choices: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A list of a case: a column for each fact of its records."""

    path: Path
    title: Text
    columns: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    fields: tuple[Field, ...]
    tables: tuple[Table, ...]


def form_of(edition: Edition, decisions: Sequence[str]) -> Form:
    """The fields for decisions about one subject, in the order of the fact dictionary."""
    facts = {key: fact for name in decisions for key, fact in needed(edition, edition.rules[name]).items()}
    subject = edition.rules[decisions[0]].subject
    return Form(tuple(_fields(edition, subject, facts)), tuple(_tables(edition, subject, facts)))


def _fields(edition: Edition, subject: str, facts: Mapping[Key, Fact]) -> Iterator[Field]:
    level, above = subject, Path()
    while level:
        around = f"{edition.subjects[level].title.zh} · ", f"{edition.subjects[level].title.en} · "
        for name, fact in edition.subjects[level].facts.items():
            if (level, name) in facts:
                yield _field(edition, fact, (*above, name), around if above else ("", ""))
        level = edition.subjects[level].within
        above = (level,)


def outputs_of(edition: Edition, decision: str) -> tuple[Field, ...]:
    """The fields for what a decision must give."""
    given = edition.rules[decision].body.outputs
    return tuple(_field(edition, one, (decision, name)) for name, one in given.items())


def _field(edition: Edition, fact: Fact | Output, path: Path, around: tuple[str, str] = ("", "")) -> Field:
    title = Text(around[0] + fact.title.zh, around[1] + fact.title.en)
    choices = {one.word: one.title for one in TRUTH} if fact.type.kind == "boolean" else fact.choices
    return Field(path, title, _about(edition, fact.type), fact.type.kind, fact.type.is_number, tuple(choices.items()))


def _about(edition: Edition, type: Type) -> Text:
    """What is to be typed, the unit of a count in words."""
    name, unit = said(type), edition.subjects.get(type.unit)
    if type.kind != "count" or unit is None:
        return name
    return Text(name.zh.replace(f"`{type.unit}`", unit.title.zh), name.en)


def _tables(edition: Edition, subject: str, facts: Mapping[Key, Fact]) -> Iterator[Table]:
    for fact in edition.subjects[subject].facts.values():
        inner = edition.subjects[fact.type.of].facts if fact.type.of else {}
        columns = [_field(edition, one, (name,)) for name, one in inner.items() if (fact.type.of, name) in facts]
        if columns:
            yield Table((fact.name,), fact.title, (Field(("id",), ID, ID, "id"), *columns))


# --- between a case and a form


def named(path: Path, row: int | None = None, column: str = "") -> str:
    """The name of a field in a form."""
    return FACT + ".".join(path) + ("" if row is None else f"[{row}].{column}")


def filled(form: Form, facts: Data) -> dict[str, str]:
    """What a form shows of the facts of a case."""
    found = {named(one.path): word(at(facts, one.path)) for one in form.fields}
    for table in form.tables:
        for row, record in enumerate(_rows(facts, table.path)):
            found |= {named(table.path, row, one.path[0]): word(at(record, one.path)) for one in table.columns}
    return found


def output_named(path: Path) -> str:
    """The name of the field for what a decision must give."""
    return GIVES + ".".join(path)


def wanted_filled(edition: Edition, decisions: Sequence[str], data: Data) -> dict[str, str]:
    """What a form shows of what a case must come to; `data` is its `decisions`."""
    found = {}
    for name in decisions:
        said = entries(data).get(name, "")
        found[WANTED + name] = word(said) or word(entries(said).get(OUTCOME, ""))
        for one in outputs_of(edition, name):
            found[output_named(one.path)] = word(at(said, (OUTPUTS, one.path[-1])))
    return {name: text for name, text in found.items() if text}


def wanted_of(edition: Edition, decisions: Sequence[str], before: Data, said: Said) -> Data:
    """What a case must come to as a form says it; an output whose field is left empty is not wanted. What a form does
    not change stays as it was written."""
    return {name: _wanted(edition, name, entries(before).get(name, ""), said) for name in decisions}


def _wanted(edition: Edition, decision: str, was: Data, said: Said) -> Data:
    outputs = dict(entries(entries(was).get(OUTPUTS, "")))
    for one in outputs_of(edition, decision):
        name, text = one.path[-1], said.get(output_named(one.path))
        if text is None or text == word(outputs.get(name, "")):
            continue
        outputs = {key: value for key, value in outputs.items() if key != name}
        outputs |= {name: value} if (value := _value(one, text)) else {}
    code = said.get(WANTED + decision, "")
    if outputs:
        return {OUTCOME: code, OUTPUTS: outputs}
    return {OUTCOME: code} if {*entries(was)} == {OUTCOME} else code


def at(facts: Data, path: Path) -> Data:
    for step in path:
        facts = entries(facts).get(step, "")
    return facts


def _rows(facts: Data, path: Path) -> list[Data]:
    rows = at(facts, path)
    return [] if isinstance(rows, str | Mapping) else [one for _, one in members(rows)]


def rows_of(table: Table, said: Said) -> list[int]:
    """The rows of a table that a form has."""
    found = {name.removeprefix(named(table.path) + "[").partition("]")[0] for name in said
             if name.startswith(named(table.path) + "[")}  # fmt: skip
    return sorted(int(one) for one in found if ROW.fullmatch(one))


def facts_of(form: Form, before: Data, said: Said) -> Data:
    """The facts of a case as a form says them; what the form has no field for stays as it was. A field that is left
    empty is not known."""
    facts = before
    for one in form.fields:
        if (text := said.get(named(one.path))) is not None and _typed(at(before, one.path)):
            facts = merged_into(facts, one.path, _value(one, text) or None)
    for table in form.tables:
        rows = [one for one in _records(table, _rows(before, table.path), said) if one]
        if rows or at(before, table.path):
            facts = merged_into(facts, table.path, rows)
    return facts


def _typed(value: Data) -> bool:
    """Whether a value is one that a field shows; bounds of a number are written in the text alone."""
    return isinstance(value, str)


def _records(table: Table, before: Sequence[Data], said: Said) -> Iterator[Data]:
    for row in rows_of(table, said):
        record: Data = before[row] if row < len(before) else {}
        for one in table.columns:
            text = said.get(named(table.path, row, one.path[0]))
            if text is not None and _typed(at(record, one.path)):
                record = merged_into(record, one.path, _value(one, text) or None)
        yield record


def _value(field: Field, text: str) -> str:
    """What was typed, a figure without the marks between its thousands; what is no figure stays a text."""
    if field.number:
        return re.sub(r"[,\s_]", "", unicodedata.normalize("NFKC", text))
    return text.strip() if field.kind == "boolean" else Verbatim(text.strip())
