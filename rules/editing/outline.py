"""A policy file as a tree of places for forms, derived from the grammar: what stands where, what it is called, what it
takes, what can be added, removed, moved, or called by another key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from rules.building.loader import shape_of
from rules.building.rereading import one_limit
from rules.editing.address import Address, Data, Refused, identity
from rules.editing.known import Choice, Known, title_in, titled
from rules.editing.overriding import has
from rules.editing.scalars import Takes, takes
from rules.editing.texts import ABOVE, Texts, data_of, inherited, merged
from rules.files.node import Node
from rules.format.titles import title_of, title_of_file
from rules.operations import JOINS, KEYS, OPERATORS
from rules.problems.problem import Problems
from rules.shapes import Anything, Either, Field, ListOf, MapOf, Record, Ref, Shape
from rules.values.text import Text


@dataclass(frozen=True, slots=True)
class Context:
    """Where a place stands: whose facts its names are, and the fact that is compared there."""

    known: Known
    file: str
    subject: str = ""
    compared: str = ""
    above: Data = ""  # what the editions that are extended say in the file


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a file. `kind`: record, map, list, or that of a single value, of which `text` is written and `takes`
    says what may be. `keys`: other keys that may stand before the value; `adds`: keys that may be added, `grows`:
    whether items or names of one's own may. `inherited`: it is said by an edition that this one extends; `overrides`:
    this one says it otherwise, or something below."""

    address: Address
    title: Text
    kind: str
    line: int
    text: str = ""
    takes: Takes | None = None
    keys: tuple[Choice, ...] = ()
    adds: tuple[Choice, ...] = ()
    grows: bool = False
    removable: bool = False
    movable: bool = False
    inherited: bool = False
    overrides: bool = False
    parts: tuple[Place, ...] = ()
    shape: Shape | None = field(
        default=None, repr=False, compare=False
    )  # without words, references and choices where one fits
    context: Context | None = field(default=None, repr=False, compare=False)

    def find(self, at: Address) -> Place:
        """The place at an address that is written as in the outline; Refused where there is none."""
        found = next((one for one in self.walk() if one.address == at), None)
        if found is None:
            raise Refused(f"没有 {at}。", f"There is no {at}.", at)
        return found

    def walk(self) -> Iterator[Place]:
        """The place and all below, in the order of the file."""
        yield self
        for one in self.parts:
            yield from one.walk()


def outline(texts: Texts, file: str) -> Place:
    """The places of a file, those inherited too. Refused where it cannot be read."""
    node = merged(texts, file)
    if node is None:
        raise Refused(f"没有文件 {file}.yaml。", f"There is no file {file}.yaml.", file)
    return place_of(node, shape_of(file), Address(file),
                    Context(Known.of(texts), file, above=data_of(inherited(texts, file))))  # fmt: skip


def plain_shape(shape: Shape, node: Node) -> Shape | None:
    """The shape of a node without words, references and choices; None where none of the choices fits it."""
    while isinstance(shape, Field | Ref | Either):
        if isinstance(shape, Either):
            fitting = next((below for test, below in shape.branches if test.matches(node)), None)
            if fitting is None:
                return None
            shape = fitting
        else:
            shape = shape.shape if isinstance(shape, Field) else shape.registry[shape.name]
    return shape


def place_of(node: Node, shape: Shape, at: Address, context: Context, title: Text | None = None) -> Place:
    """A place with all below."""
    bare = plain_shape(shape, node)
    from_above = node.mark.file.startswith(ABOVE)
    own = not from_above and has(context.above, at)
    made = Place(at, title or _own_title(node, at, context), "unknown", node.mark.line, inherited=from_above,
                 overrides=own, shape=bare or shape, context=context)  # fmt: skip
    if isinstance(bare, Record) and node.is_map:
        absent = (key for key in bare.keys if key not in node.entries)
        adds = tuple(Choice(key, title_of(key, bare.keys[key])) for key in absent)
        return replace(made, kind="record", adds=adds, parts=tuple(_entries(node, bare, shape, at, context)))
    if isinstance(bare, MapOf) and node.is_map:
        return replace(made, kind="map", grows=True, parts=tuple(_named(node, bare, at, context)))
    if isinstance(bare, ListOf) and node.is_list:
        return replace(made, kind="list", grows=True, parts=tuple(_items(node, bare, at, context)))
    if isinstance(bare, Anything) and not node.is_scalar:
        return replace(made, kind="map" if node.is_map else "list", parts=tuple(_any(node, bare, at, context)))
    if node.is_scalar and bare is not None:
        taken = takes(bare, node.text, context.known, context.file, context.subject, context.compared)
        return replace(made, kind=taken.kind, text=node.text, takes=taken)
    return replace(made, text=node.text)


def _entries(node: Node, record: Record, outer: Shape, at: Address, context: Context) -> Iterator[Place]:
    inner, those = _listed(node, context)
    subject = node.at("subject").text or context.subject
    for key, value in node.entries.items():
        shape = record.keys.get(key)
        here = inner if key in those else replace(context, subject=subject)
        if shape is None:
            yield Place(at / key, title_of(key), "unknown", value.mark.line, value.text, removable=True)
            continue
        below = place_of(value, shape, at / key, here, title_of(key, shape))
        if below.kind == "options" and below.takes:  # one of those beside
            options = tuple(titled(data_of(node.at("readings"))))
            below = replace(below, takes=replace(below.takes, choices=options))
        yield replace(below, removable=key in record.optional, keys=tuple(_others(node, key, record, outer)))


def _listed(node: Node, context: Context) -> tuple[Context, frozenset[str]]:
    """The context of the records that a formula goes through, and the keys of the formula that speak of them."""
    for name in node.entries.keys() & KEYS.keys():
        key = KEYS[name][1]
        those = frozenset((key.name, *key.required, *key.optional))
        for other in those & node.entries.keys():
            fact = context.known.fact(context.subject, node.entries[other].text)
            of = fact.get("of") if isinstance(fact, Mapping) else None
            if isinstance(of, str):
                return replace(context, subject=of), those - {other}
    return context, frozenset()


def _others(node: Node, key: str, record: Record, outer: Shape) -> Iterator[Choice]:
    """The keys that may stand in the place of one: other operators, joins, or those that tell the branches of a choice
    apart; what results is held against the grammar."""
    alike = {name for name, shape in _telling(outer, node) if shape is _worded(record.keys[key])}
    for group in (OPERATORS, JOINS, alike):
        for other in group if key in group else ():
            if other not in node.entries:
                entries = {other if one == key else one: value for one, value in node.entries.items()}
                marks = {other if one == key else one: mark for one, mark in node.key_marks.items()}
                if outer.check(replace(node, value=entries, key_marks=marks), Problems()):
                    about = OPERATORS[other].about if other in OPERATORS else title_of(other)
                    yield Choice(other, about)


def _worded(shape: Shape) -> Shape:
    return shape.shape if isinstance(shape, Field) else shape


def _telling(shape: Shape, node: Node) -> Iterator[tuple[str, Shape]]:
    """The keys that tell the branches of a choice apart, with the shapes of their values."""
    shape = _worded(shape)
    if isinstance(shape, Ref):
        yield from _telling(shape.registry[shape.name], node)
    for test, below in shape.branches if isinstance(shape, Either) else ():
        if isinstance(below, Record) and test.key in below.keys:
            yield test.key, _worded(below.keys[test.key])
        elif not test.key and test.matches(node):
            yield from _telling(below, node)


def _named(node: Node, of: MapOf, at: Address, context: Context) -> Iterator[Place]:
    """The entries of a mapping whose keys the author chooses: names of facts, of clauses, or new ones."""
    names = {one.word: one.title for one in context.known.choices(of.key.names, context.file, context.subject)}
    ordered = len(node.entries) > 1 and not context.above  # over what is inherited, the order of names means nothing
    for key, value in node.entries.items():
        here = context
        if of.key.names == "facts":
            here = replace(context, compared=key)
            title = context.known.title(context.subject, key)
        else:
            title = names.get(key) or title_in(data_of(value))
        if at.steps == ("subjects",):
            here = replace(context, subject=key)
        below = place_of(value, of.shape, at / key, here, title or Text(key, key))
        yield replace(below, removable=len(node.entries) > of.at_least, movable=ordered)


def _items(node: Node, of: ListOf, at: Address, context: Context) -> Iterator[Place]:
    several = len(node.items)
    for number, item in enumerate(node.items):
        named = identity(data_of(item))
        below = place_of(item, of.shape, at / (named[1] if named else number), context)
        yield replace(below, removable=several > of.at_least, movable=several > 1)


def _any(node: Node, of: Anything, at: Address, context: Context) -> Iterator[Place]:
    """The parts of what is held against the grammar elsewhere."""
    below = node.entries.items() if node.is_map else enumerate(node.items)
    for step, one in below:
        yield place_of(one, of, at / step, context, title_of(step) if isinstance(step, str) else None)


def _own_title(node: Node, at: Address, context: Context) -> Text:
    """The title that an item has itself, or that of the one fact it compares; else its name or number."""
    if not node.get("title") and (limit := one_limit(node)):
        return context.known.title(context.subject, limit[1]) or Text(limit[1], limit[1])
    if (node.get("title") or not at.steps) and (found := title_in(data_of(node))):
        return found
    if not at.steps:
        return title_of_file(at.file)
    last = at.steps[-1]
    word = str(last + 1 if isinstance(last, int) else last)
    return Text(word, word)
