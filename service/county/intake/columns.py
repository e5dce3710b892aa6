"""Matches the columns of an extract to facts, and reads their cells in SQL as the fact dictionary does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from rules.cases.checker import REPEATED
from rules.model import Edition, Fact
from rules.operations import require
from rules.table.columns import KEY, around, key_of
from rules.values.exact import NUMBERS
from rules.values.ids import CARD, LONGEST, PLAIN, UNPRINTABLE
from rules.values.kinds import SINGLE
from rules.values.limits import HUGE, PLACES
from rules.values.text import near
from service.county.backend import codes_of, named, quoted
from service.county.intake.headings import NAMED, Match, Names
from service.county.intake.reasons import BEYOND, Message, reasons
from service.county.intake.taking import Taken
from service.county.intake.texts import squashed

YES, NO = ("true", "是", "1"), ("false", "否", "0")
NUMBER = r"-?[0-9]{1,18}(\.[0-9]+)?"
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
AS_IT_IS = {"VARCHAR": "TEXT"}  # within a list, where a code is not trimmed
FINE = f"DECIMAL(32, {PLACES})"


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
        known = {one.heading: one.name for one in taken.columns.values()} | taken.lists | dict.fromkeys(taken.strays, "")
    levels = tuple(around(edition, subject))
    quiet = {squashed(one) for one in (*levels, *map(key_of, levels))}
    at: dict[str, str] = {}
    notes = list(_said(taken.columns.values() if taken is not None else (), names))
    unread: set[str] = set()  # given in a way that cannot be read
    for column, name in known.items():
        if name in names.facts and names.facts[name].type.kind == "list" and not columns.get(column, "").endswith("[]"):
            notes.append(Note(column, "list_as_text", "列表要另给文件（--table）或用 Parquet，本列未用，按未知处理。",
                              "A list wants its own file (--table) or Parquet; not used, not known."))  # fmt: skip
            unread.add(name)
        elif name and name not in at:
            at[name] = column
        elif name not in (KEY, names.above, NAMED) and squashed(column) not in quiet:
            double = name or names.names.get(squashed(column), "")
            notes.append(_stray(column, double, [*names.names], edition.subjects[subject].facts))
    facts = {name: column for name, column in at.items() if name in names.facts or name in names.decided}
    notes += [
        Note(name, "column_missing", f"没有“{fact.title.zh}”一列，全部按未知处理。",
             f"There is no column for {fact.title.en}: it is not known in any row.")
        for name, fact in names.facts.items() if name not in {*facts, *unread} and fact.counted is None
    ]  # fmt: skip
    return Matched(at.get(KEY, ""), at.get(names.above, "") if names.above else "", at.get(NAMED, ""), facts,
                   tuple(notes))  # fmt: skip


def _said(columns: Iterable[Match], names: Names) -> Iterator[Note]:
    """The readings of headings that are not their plain words: units that multiply, and groups above."""
    for one in columns:
        if one.form.times > 1:
            yield Note(one.heading, "unit", f"单位是{one.unit}，数已乘以 {one.form.times:,}。",
                       f"The unit is {one.unit}: numbers were multiplied by {one.form.times:,}.")  # fmt: skip
        elif one.form.percent:
            yield Note(one.heading, "unit", "单位是 %，数已除以 100。", "The unit is %: numbers were divided by 100.")
        if one.under:
            title = names.facts[one.name].title if one.name in names.facts else None
            read = (title.zh, title.en) if title is not None else (one.name, one.name)
            yield Note(one.heading, "under_group", f"读作“{read[0]}”。", f"Read as {read[1]}.")


def _stray(column: str, name: str, names: list[str], facts: Mapping[str, Fact]) -> Note:
    if name:
        return Note(column, "column_twice", "这一项已有一列，本列未用。", "Another column holds this already.")
    if column in facts:
        derived = "由公式算出，本列未用。", "This is derived by a formula; the column is not used."
        return Note(column, "derived", *derived)
    guess = near(squashed(column), tuple(names), 0.8)  # many columns of an extract are no facts, and resemble some
    hint = (f"是不是 {guess}？", f" Perhaps {guess}?") if guess else ("", "")
    return Note(column, "unknown_column", f"不认识这一列，未用。{hint[0]}", f"No such fact; not used.{hint[1]}")


# --- the cells ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell in SQL: its value, null where it is unknown or wrong, and the faults that it may have."""

    value: str
    wrong: tuple[tuple[str, str], ...] = ()  # condition, code


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that a row may have: the column, the condition in SQL and the code; `whenever` is a wider condition that
    several faults share, `message` one where that of the code does not suffice; `facts` are those that it leaves
    unknown: a fault without any sets the row aside."""

    column: str
    condition: str
    code: str
    whenever: str = ""
    message: Message | None = None
    facts: tuple[str, ...] = ()


def cell(at: str, type: str, fact: Fact, codes: tuple[str, ...] = (), on: date | None = None) -> Cell:
    """A column of a type as a fact, or as a conclusion with the codes of its outcomes; `on`: the day of the run."""
    text = f"nullif(trim({at}), '')" if type == "VARCHAR" else ""
    if codes:
        return _choice(text, at, type, codes)
    one = CELLS[fact.type.kind](text, at, type, fact)
    if fact.type.kind != "date":
        return one
    last = None if fact.future else on
    ends = (("<", fact.minimum, "too_early"), (">", fact.maximum, "too_late"), (">", last, "in_future"))
    beyond = ((f"{one.value} {sign} DATE '{end}'", code) for sign, end, code in ends if end is not None)
    return Cell(one.value, (*one.wrong, *beyond))


def _choice(text: str, at: str, type: str, codes: Iterable[str]) -> Cell:
    allowed = ", ".join(quoted(code) for code in codes)
    text = text or f"CAST({at} AS VARCHAR)"
    as_is = f"CASE WHEN {at} IN ({allowed}) THEN false ELSE {text} NOT IN ({allowed}) END"  # to trim takes longer
    return Cell(text, ((as_is if type == "VARCHAR" else f"{text} NOT IN ({allowed})", "not_a_choice"),))


def _date(text: str, at: str, type: str) -> Cell:
    if type == "DATE":
        return Cell(at)
    text = text or f"CAST({at} AS VARCHAR)"
    day = f"CASE WHEN regexp_full_match({text}, '{DATE}') THEN try_cast({text} AS DATE) END"
    return Cell(day, ((f"{text} IS NOT NULL AND {day} IS NULL", "not_a_date"),))


def _boolean(text: str, at: str, type: str) -> Cell:
    if type == "BOOLEAN":
        return Cell(at)
    text = text or f"CAST({at} AS VARCHAR)"
    yes, no = (", ".join(map(quoted, words)) for words in (YES, NO))
    value = f"CASE WHEN lower({text}) IN ({yes}) THEN true WHEN lower({text}) IN ({no}) THEN false END"
    return Cell(value, ((f"{text} IS NOT NULL AND {value} IS NULL", "not_boolean"),))


def _number(text: str, at: str, type: str, fact: Fact) -> Cell:
    whole = fact.whole
    if not text and not type.endswith(("INT", "INTEGER")) and not type.startswith("DECIMAL"):
        return Cell("CAST(NULL AS BIGINT)", ((f"{at} IS NOT NULL", "not_a_number"),))
    wrong: list[tuple[str, str]] = []
    if not text:
        value = at
        places = int(type.rstrip(")").partition(",")[2]) if type.startswith("DECIMAL") else 0
        if whole and places:
            wrong = [(f"{at} <> floor({at})", "not_whole")]
        elif places > PLACES:
            wrong = [(f"{at} <> try_cast({at} AS {FINE})", "too_fine")]
    else:
        share = fact.type.kind == "rate"
        form = f"{NUMBER}%?" if share else NUMBER
        plain = f"try_cast(rtrim({text}, '%') AS {FINE})"
        percent = f"{text} LIKE '%\\%' ESCAPE '\\'"
        hundredth = f"CAST(CAST({plain} AS DECIMAL(28, 4)) * 0.01 AS {FINE})"
        value = f"CASE WHEN {percent} THEN {hundredth} ELSE {plain} END" if share else plain
        value = f"CASE WHEN regexp_full_match({text}, '{form}') THEN {value} END"
        after = f"length(rtrim(regexp_extract({text}, '\\.([0-9]+)', 1), '0'))"
        most = f"CASE WHEN {percent} THEN {PLACES - 2} ELSE {PLACES} END" if share else f"{PLACES}"
        wrong = [(f"{text} IS NOT NULL AND {value} IS NULL", "not_a_number"),
                 (f"{after} > {0 if whole else most}", "not_whole" if whole else "too_fine")]  # fmt: skip
    wrong += [(f"{value} < {_written(fact.minimum)}", "too_small")] if fact.minimum is not None else []
    wrong += [(f"{value} > {_written(fact.maximum)}", "too_large")] if fact.maximum is not None else []
    wrong.append((f"{value} >= {HUGE} OR {value} <= -{HUGE}", BEYOND))
    if whole:
        value = f"try_cast({value} AS BIGINT)"
    return Cell(value, tuple(wrong))


# a column of a kind of fact: of a text (empty where the column holds none), the column itself, its type, and the fact
CELLS: Mapping[str, Callable[[str, str, str, Fact], Cell]] = {
    **dict.fromkeys(NUMBERS, _number),
    "boolean": lambda text, at, of, _: _boolean(text, at, of),
    "choice": lambda text, at, of, fact: _choice(text, at, of, fact.choices),
    "date": lambda text, at, of, _: _date(text, at, of),
}
require("kinds of facts without cells", SINGLE, CELLS)


def _written(value: object) -> str:
    number = Fraction(value)  # type: ignore[call-overload]
    return format(Decimal(number.numerator) / Decimal(number.denominator), "f")


def id_in(column: str) -> str:
    """The id in a column: trimmed, which takes longer than to see that there is nothing to trim."""
    at = f"CAST({named(column)} AS VARCHAR)"
    return f"CASE WHEN {_is_plain(at)} THEN {at} ELSE nullif(trim({at}), '') END"


def _is_plain(at: str) -> str:
    return f"regexp_full_match({at}, {quoted(PLAIN)})"


def wrong_id(at: str) -> tuple[tuple[str, str], ...]:
    """The faults of an id, see rules.values.ids: condition and code."""
    return (
        (f"length({at}) > {LONGEST}", "long_id"),
        (f"regexp_matches({at}, {quoted(CARD)})", "identity_card"),
        (f"regexp_matches({at}, {quoted(UNPRINTABLE)})", "not_printable"),
    )


def wrong_ids(column: str, at: str) -> Iterator[Fault]:
    """The faults of the ids of a table: of a column, or of one id that all rows share."""
    wrong = ((f"{at} IS NULL", "no_id"), *wrong_id(at))
    anything = " OR ".join(f"({condition})" for condition, _ in wrong)
    if column:
        plain = _is_plain(f"CAST({named(column)} AS VARCHAR)")
        anything = f"CASE WHEN {plain} THEN false ELSE {anything} END"
    for condition, code in wrong:
        yield Fault(KEY, condition, code, anything)


def coded(edition: Edition, subject: str, types: Mapping[str, str]) -> dict[str, str]:
    """Types for columns of text that were seen to hold codes, in lists too: to an engine these are numbers."""
    known = edition.subjects[subject].facts
    enums = {one: codes_of(edition.rules[one].outcomes) for one in types if one not in known and one in edition.rules}
    for name, fact in known.items():
        type = types.get(name, "")
        if fact.choices and type == "VARCHAR":
            enums[name] = codes_of(fact.choices)
        elif fact.type.kind == "list" and type.startswith("STRUCT(") and '"' not in type:
            inner, fields = edition.subjects[fact.type.of].facts, _fields(type)
            inside = ", ".join(f"{named(one)} {_coded(inner.get(one), field)}" for one, field in fields.items())
            enums[name] = f"STRUCT({inside})[]"
    return enums


def _coded(fact: Fact | None, type: str) -> str:
    choice = fact is not None and fact.given and fact.choices and type == "VARCHAR"
    return codes_of(fact.choices) if fact is not None and choice else type


def in_lists(edition: Edition, column: str, type: str, fact: Fact, on: date | None = None) -> Iterator[Fault]:
    """The faults inside the records of a list."""
    inner, fields = edition.subjects[fact.type.of].facts, _fields(type)
    id, messages = f"CAST(x.{named(KEY)} AS VARCHAR)", dict[str, dict[str, Message]]()
    faults = [(KEY, *one) for one in ((f"{id} = ''", "no_id"), *wrong_id(id))] if KEY in fields else []
    for name, one in inner.items():
        if one.given and one.type.kind != "list" and name in fields:
            messages[name] = reasons(edition, one, one.choices)
            wrong = cell(f"x.{named(name)}", AS_IT_IS.get(fields[name], fields[name]), one, on=on).wrong
            faults += [(name, condition, code) for condition, code in wrong]

    def some(conditions: Iterable[str]) -> str:
        return f"len(list_filter({named(column)}, lambda x: {' OR '.join(f'({one})' for one in conditions)})) > 0"

    anything = some(condition for _, condition, _ in faults)
    for name, condition, code in faults:
        yield Fault(
            f"{column}.{name}", some([condition]), code, anything, messages.get(name, {}).get(code), (fact.name,)
        )
    if KEY in fields:
        ids = f"list_filter(list_transform({named(column)}, lambda x: {id}), lambda x: x IS NOT NULL)"
        code, zh, en = REPEATED
        yield Fault(
            f"{column}.{KEY}", f"len(list_distinct({ids})) < len({ids})", code, message=(zh, en), facts=(fact.name,)
        )


def _fields(type: str) -> dict[str, str]:
    """The fields of a list of structs with their types, as DuckDB writes them."""
    inside = type.removesuffix("[]").removeprefix("STRUCT(").removesuffix(")")
    depth, start, parts = 0, 0, []
    for place, letter in enumerate(inside + ","):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append(inside[start:place].strip())
            start = place + 1
    return {one.partition(" ")[0].strip('"'): one.partition(" ")[2] for one in parts}
