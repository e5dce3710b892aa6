"""A text of an edition as it is typed: what may stand where the cursor is, and what the word there means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rules.editing.address import Address, Refused, entries, identity, members, word
from rules.editing.known import Choice
from rules.editing.outline import Context, Place, outline
from rules.editing.scalars import TRUTH
from rules.editing.texts import SUFFIX, Texts, data_of, merged
from rules.files.node import Node
from rules.format.titles import title_of
from rules.shapes import Either, Field, MapOf, Record, Ref, Shape
from rules.values.text import Text

HERE = "\ue000"  # stands for the word that is typed: of a private area, so that no text has it
_WORD = re.compile(r"[\w.()（）%‰-]*")
_QUOTE = 2  # more columns that a quoted text has


@dataclass(frozen=True, slots=True)
class Token:
    """The key or the value at a place of a text, with the tree around."""

    address: Address
    is_key: bool
    form: Place

    @property
    def place(self) -> Place | None:
        return next((one for one in self.form.walk() if one.address == self.address), None)


def offered(texts: Texts, file: str, line: int, column: int) -> tuple[Choice, ...]:
    """What may stand in the place of the word at a line and column (from 1): keys that may be added there, or what
    the value may be. Nothing where the rest of the file cannot be read."""
    lines = texts.own.get(file + SUFFIX, "").split("\n")
    if not 0 < line <= len(lines):
        return ()
    typed = lines[line - 1]
    start = _start(typed, column)
    end = start + len(_match(typed, start))
    found = dict[str, Choice]()
    for instead in (HERE, f"{HERE}: ''"):
        lines[line - 1] = typed[:start] + instead + typed[end:]
        changed = Texts({**texts.own, file + SUFFIX: "\n".join(lines)}, texts.above)
        if token := _token(changed, file, line, start + 1):
            found |= {one.word: one for one in _offered(token)}
    return tuple(found.values())


def meaning(texts: Texts, file: str, line: int, column: int) -> tuple[Text, ...]:
    """What the key or the value at a line and column (from 1) means; nothing where the file cannot be read."""
    token = _token(texts, file, line, column)
    if token is None or (place := token.place) is None:
        return ()
    if token.is_key:
        return (place.title, *_taken(place))
    chosen = [one.title for one in (place.takes.choices if place.takes else ()) if one.word == place.text]
    return (*(chosen or [place.title]), *_clause(place), *(() if chosen else _taken(place)))


def _start(typed: str, column: int) -> int:
    """Where the word begins that ends before, or goes on at, a column."""
    start = min(max(column - 1, 0), len(typed))
    while start and _WORD.fullmatch(typed[start - 1]):
        start -= 1
    return start


def _match(typed: str, start: int) -> str:
    match = _WORD.match(typed, start)
    return match[0] if match else ""


def _token(texts: Texts, file: str, line: int, column: int) -> Token | None:
    try:
        node, form = merged(texts, file), outline(texts, file)
    except Refused:
        return None
    found = _found(node, Address(file), file + SUFFIX, line, column) if node else iter(())
    return next((Token(address, is_key, form) for address, is_key in found), None)


def _found(node: Node, at: Address, file: str, line: int, column: int) -> Iterator[tuple[Address, bool]]:
    """The address of the key or value that covers a place of the file, and whether it is the key."""
    for key, value in node.entries.items():
        mark = node.key_marks[key]
        if (mark.file, mark.line) == (file, line) and 0 <= column - mark.column <= len(key):
            yield at / key, True
        yield from _found(value, at / key, file, line, column)
    for number, item in enumerate(node.items):
        named = identity(data_of(item))
        yield from _found(item, at / (named[1] if named else number), file, line, column)
    within = 0 <= column - node.mark.column <= len(node.text) + _QUOTE * node.quoted
    if node.is_scalar and within and (node.mark.file, node.mark.line) == (file, line):
        yield at, False


def _offered(token: Token) -> Iterable[Choice]:
    if not token.is_key:
        return _values(token)
    around = Token(token.address.above, is_key=False, form=token.form).place
    if around is None or around.shape is None or around.context is None:
        return ()
    there = {one.address.steps[-1] for one in around.parts}
    return [one for one in _keys(around.shape, around.context) if one.word not in there]


def _values(token: Token) -> tuple[Choice, ...]:
    """What may stand as a value; of a fact that has codes, those."""
    place = token.place
    if place is None or place.takes is None or place.context is None or HERE not in place.text:
        return ()
    subject, compared = place.context.subject, place.context.compared
    if place.takes.kind == "facts" and compared:
        if word(entries(place.context.known.fact(subject, compared)).get("type", "")) == "boolean":
            return TRUTH
        return place.context.known.codes(subject, compared) or place.takes.choices
    return place.takes.choices


def _keys(shape: Shape, context: Context) -> Iterator[Choice]:
    """The keys that a mapping of a shape may have, in each of the ways that it can be written."""
    match shape:
        case Field():
            yield from _keys(shape.shape, context)
        case Ref():
            yield from _keys(shape.registry[shape.name], context)
        case Either():
            for _, below in shape.branches:
                yield from _keys(below, context)
        case Record():
            for key, one in shape.keys.items():
                yield Choice(key, title_of(key, one))
        case MapOf():
            yield from context.known.choices(shape.key.names, context.file, context.subject)


def _taken(place: Place) -> tuple[Text, ...]:
    """What the value may be, in words."""
    if place.takes is None:
        return ()
    about, examples = place.takes.about, place.takes.examples
    if not examples:
        return (about,)
    return (Text(f"{about.zh}，如 {'、'.join(examples)}", f"{about.en}, as in {', '.join(examples)}"),)


def _clause(place: Place) -> Iterator[Text]:
    """The words of the clause that a value cites."""
    if place.context is None or place.takes is None or place.takes.kind != "clauses":
        return
    clause = entries(entries(place.context.known.files.get("clauses", "")).get("clauses", "")).get(place.text, "")
    said = entries(clause)
    parts = [said, *(one for _, one in members(said.get("sentences", "")))]
    for one in parts:
        if text := word(entries(one).get("text", "")):
            yield Text(text, text)
