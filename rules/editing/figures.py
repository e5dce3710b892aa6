"""The figures that an edition sets, by short paths: `decision.item` with one limit or with points,
`decision.item.points.code` and other numbers of an item, `subject.fact` with a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rules.building.rereading import one_limit
from rules.editing.acts import Act, Rename, Set
from rules.editing.address import Address, Data, Refused, identity, part, word
from rules.editing.layout import data_of as as_written
from rules.editing.texts import Texts, data_of, merged
from rules.files.node import ABSENT, Node
from rules.files.source import written
from rules.format.grammar import FILES, OPTIONAL
from rules.model import CONSTANTS
from rules.operations import OPERATORS
from rules.values.exact import PERIODS, read_literal
from rules.values.kinds import example

FACTS = "facts"


def figure(texts: Texts, owner: str, name: str, since: date | None = None, value: str = "") -> Address | None:
    """Where an edition writes a figure: its limit, below the operator, its points, or its value; None where there is
    no such.

    `since` is the day from which the value meant is in force, of a fact with several by date. `value` is what is to
    stand there: of an item that has a limit and points, a number without a unit is points."""
    if owner not in FILES | OPTIONAL and owner in texts.files:
        item, *keys = name.split(".")
        named = (one for one in _items(merged(texts, owner) or ABSENT, Address(owner)) if one[0] == item)
        found = (_number(node, at, keys) if keys else _of_item(node, at, value) for _, node, at in named)
        if (place := next(filter(None, found), None)) is not None:
            return place
    return _own(_home(texts, owner).at(name), _way(owner) / name, since)


def changeable(texts: Texts) -> tuple[str, ...]:
    """The paths of all figures: items of decisions, then facts."""
    files = [file for file in texts.files if file not in FILES | OPTIONAL]
    limits = [f"{file}.{path}" for file in files
              for name, node, _ in _items(merged(texts, file) or ABSENT, Address(file))
              for path in _paths(name, node)]  # fmt: skip
    owners = [CONSTANTS, *(merged(texts, FACTS) or ABSENT).at("subjects").entries]
    facts = [f"{owner}.{name}" for owner in owners for name, fact in _home(texts, owner).entries.items()
             if _own(fact, _way(owner), None) or fact.get("dated")]  # fmt: skip
    return tuple(dict.fromkeys((*limits, *facts)))


def replacing(texts: Texts, at: Address, operator: str, value: str) -> list[Act]:
    """The acts that write another value, and another operator unless that is "", where `figure` has found one."""
    data, old = value_of(value), part(data_of(merged(texts, at.file)), at)
    if at.file == FACTS:
        _check_unit(word(old), value, at)
    if isinstance(old, list) and not operator and not (isinstance(data, list) and len(data) == len(old)):
        there = f"[{', '.join(map(word, old))}]"
        raise Refused(f"{at} 现在是 {there}。请照样写在方括号里，用半角逗号隔开，共 {len(old)} 项，不是 {value}。",
                      f"{at} is {there}. Write {len(old)} values in brackets, with a comma between, and not {value}.",
                      at)  # fmt: skip
    if not operator:
        return [Set(at, data)]
    if at.steps[-1] in OPERATORS:
        return [Set(at, data), Rename(at, operator)]
    if at.file == FACTS:
        raise Refused(f"{at} 是数值，不带运算符。", f"{at} is a value and has no operator.", at)
    return [Set(at, {operator: data})]


def value_of(text: str) -> Data:
    """A value as it is typed: a list or a mapping within brackets, or a text."""
    tree = written(text) if text[:1] in ("[", "{") else None
    return text if tree is None else as_written(tree)


def _check_unit(old: str, new: str, at: Address) -> None:
    """Refuse a value in another unit than the one that it stands for; of a period, any."""
    was, is_now = read_literal(old), read_literal(new)
    if was is None or is_now is None or is_now.type.fits(was.type):
        return
    if at.steps[-1] == "plus" and is_now.type.unit in PERIODS:
        return
    number = new if is_now.type.kind == "bare" and was.type.is_number else ""
    for_instance = example(was.type, number)
    zh, en = for_instance.zh.strip("`"), for_instance.en
    if was.type.kind == "points":  # a value of its own says that it is points
        zh, en = f"{zh}分", f"{en} points"
    raise Refused(f"{at} 现在是 {old}，不能改成 {new}。请按同样的单位写，例如：{zh}",
                  f"{at} is {old}, and {new} is of another unit. Write it in the same, for example: {en}",
                  at)  # fmt: skip


def _items(node: Node, at: Address) -> Iterator[tuple[str, Node, Address]]:
    """The items of a decision by id, each with its place."""
    if name := node.at("id").text:
        yield name, node, at
    for key, one in node.entries.items():
        yield from _items(one, at / key)
    for number, one in enumerate(node.items):
        named = identity(data_of(one))
        yield from _items(one, at / (named[1] if named else number))


def _of_item(node: Node, at: Address, value: str) -> Address | None:
    """The one limit that an item compares one value with, or its points."""
    limit, points = _limit(node, at), at / "points" if node.at("points").text else None
    return points if limit is None or (points and _is_bare(value)) else limit


def _limit(node: Node, at: Address) -> Address | None:
    found = one_limit(node)
    if found is None or len(found[2].entries) > 1:
        return None
    key, fact, tests = found
    where = at / key / fact
    return next((where / operator for operator in tests.entries), where)


def _is_bare(text: str) -> bool:
    literal = read_literal(text)
    return literal is not None and literal.type.kind == "bare"


def _number(node: Node, at: Address, keys: Sequence[str]) -> Address | None:
    """A number without a unit below some keys of an item."""
    for key in keys:
        node, at = node.at(key), at / key
    return at if _is_bare(node.text) else None


def _paths(name: str, node: Node) -> Iterator[str]:
    """The short paths of an item's figures: its limit or its points, and the points of its choices."""
    if _of_item(node, Address("") / name, "") is not None:
        yield name
    yield from (f"{name}.points.{code}" for code, one in node.at("points").entries.items() if _is_bare(one.text))


def _home(texts: Texts, owner: str) -> Node:
    """The facts of a subject, or the constants of the whole plan."""
    facts = merged(texts, FACTS) or ABSENT
    return facts.at(CONSTANTS) if owner == CONSTANTS else facts.at("subjects").at(owner).at("facts")


def _way(owner: str) -> Address:
    return Address(FACTS, (CONSTANTS,) if owner == CONSTANTS else ("subjects", owner, "facts"))


def _own(fact: Node, at: Address, since: date | None) -> Address | None:
    """The figure that a fact has of its own: its value, a duration after a date, or the value in force since a day."""
    if fact.get("value"):
        return at / "value"
    if (plus := fact.get("plus")) and plus.is_scalar:
        return at / "plus"
    return at / "dated" / str(since) if fact.at("dated").get(str(since)) else None
