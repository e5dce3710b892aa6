"""What can be added to a collection, from the grammar: the required keys, with empty texts to be filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.editing.address import Address, Data
from rules.editing.outline import Context, Place, place_of
from rules.files.node import Node
from rules.format.titles import title_of
from rules.shapes import Either, Field, ListOf, MapOf, Record, Ref, Shape
from rules.values.text import NOWHERE, Text


@dataclass(frozen=True, slots=True)
class Template:
    """What can be added: under a key of the grammar, or (`key` "") as an item or under a name of one's own.

    `data` is what is to be filled in and given to `Add`; `form` its places, of which the addresses follow the one of
    the collection."""

    key: str
    title: Text
    data: Data
    form: Place


def templates(place: Place) -> Iterator[Template]:
    """What can be added to a collection."""
    shape, context = place.shape, place.context
    if context is None:
        return
    if isinstance(shape, Record):
        for choice in place.adds:
            one = shape.keys[choice.word]
            yield _template(choice.word, choice.title, one, place.address / choice.word, context)
    elif isinstance(shape, MapOf | ListOf):
        last = len(place.parts) if isinstance(shape, ListOf) else ""
        for title, one in _ways(shape.shape):
            yield _template("", title, one, place.address / last, context)


def _ways(shape: Shape) -> Iterator[tuple[Text, Shape]]:
    """The ways in which an item can be written, each with what tells it from the others."""
    while isinstance(shape, Field | Ref):
        shape = shape.shape if isinstance(shape, Field) else shape.registry[shape.name]
    if not isinstance(shape, Either):
        yield Text("新的一项", "a new one"), shape
        return
    for test, below in shape.branches:
        if isinstance(below, Record) and test.key in below.keys:
            yield title_of(test.key, below.keys[test.key]), below
        elif (ways := [*_ways(below)]) and len(ways) > 1:
            yield from ways
        else:
            yield test.title or test.label, below


def _template(key: str, title: Text, shape: Shape, at: Address, context: Context) -> Template:
    return Template(key, title, sample(shape), outlined(shape, at, context, title))


def outlined(shape: Shape, at: Address, context: Context, title: Text) -> Place:
    """The places of the least that a shape asks for."""
    return place_of(_node(sample(shape)), shape, at, context, title)


def sample(shape: Shape, within: tuple[str, ...] = ()) -> Data:
    """The least that a shape asks for, every text empty."""
    match shape:
        case Field():
            return sample(shape.shape, within)
        case Ref():
            return sample(shape.registry[shape.name], (*within, shape.name))
        case Either():
            return sample(_simplest(shape, within), within)
        case Record():
            return {key: sample(one, within) for key, one in shape.required.items()}
        case MapOf():
            return {"": sample(shape.shape, within)} if shape.at_least else {}
        case ListOf():
            return [sample(shape.shape, within) for _ in range(shape.at_least)]
    return ""


def _simplest(shape: Either, within: tuple[str, ...]) -> Shape:
    """A single value where one may stand, else the first way that does not lead round in a circle."""
    ways = [below for test, below in shape.branches if test.matches(_node(""))] or [one for _, one in shape.branches]
    return next((one for one in ways if not _circular(one, within)), ways[-1])


def _circular(shape: Shape, within: tuple[str, ...]) -> bool:
    match shape:
        case Ref():
            return shape.name in within
        case Field() | MapOf() | ListOf():
            return _circular(shape.shape, within)
        case Record():
            return any(_circular(one, within) for one in shape.required.values())
    return False


def _node(data: Data) -> Node:
    if isinstance(data, str):
        return Node(NOWHERE, "", data, quoted=True)
    if isinstance(data, Mapping):
        return Node(NOWHERE, "", {key: _node(one) for key, one in data.items()}, key_marks=dict.fromkeys(data, NOWHERE))
    return Node(NOWHERE, "", [*map(_node, data)])
