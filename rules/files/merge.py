"""Merges a plan with the edition that it extends, item by item: the child gives only its differences.

A city's plan is last year's, or the nation's, with a few thresholds changed. Written as differences it can
be reviewed as differences, so merging goes by name (keys, and items' `id` or `group`), never by position:
inserting an item in the parent must not move a child's change onto its neighbour. Every node keeps the mark
of the file it came from, so that problems found later point to the line to be mended.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as with_changes

from rules.files.node import Node
from rules.problems.meant import plain, truth
from rules.problems.problem import Problems
from rules.values.text import Mark, Text, near, shown

IDENTITIES = ("id", "group")
Identity = tuple[str, str]
PLACING = ("before", "remove")  # words of an item that are none of what it says


@dataclass(frozen=True, slots=True)
class Keys:
    """How the keys of files merge. The values of those in `whole` are taken whole from the child: their parts make
    sense only together, and merging `at_most: 3` into `at_least: 5` would demand both, where the author meant the one
    instead of the other. So are formulas, which have a key of `formulas`, within a formula. Below those in `ids` stand
    names that the plan gives, one level deep or more, and none of these keys: a fact may be called `points`."""

    whole: frozenset[str] = frozenset()
    formulas: frozenset[str] = frozenset()
    ids: Mapping[str, int] = field(default_factory=dict)

    def is_whole(self, key: str, levels: int, said: Collection[str]) -> bool:
        """Whether the value of a key, which has the keys `said`, is taken whole."""
        return not levels and (key in self.whole or (key in self.formulas and not self.formulas.isdisjoint(said)))

    def below(self, key: str, levels: int) -> int:
        """How many levels of names begin below a key, which itself is such a name where `levels` are left."""
        return levels - 1 if levels else self.ids.get(key, 0)


def merge(parent: Node, child: Node, problems: Problems, keys: Keys, levels: int = 0) -> Node:
    """`parent` as changed by `child`, in `levels` mappings by names that the plan gives."""
    if parent.is_map and child.is_map:
        return _merge_maps(parent, child, problems, keys, levels)
    if child.items and all(map(_identity, (*parent.items, *child.items))) and parent.is_list:
        return _merge_lists(parent, child, problems, keys)
    return child


def _merge_maps(parent: Node, child: Node, problems: Problems, keys: Keys, levels: int) -> Node:
    entries, marks = dict(parent.entries), dict(parent.key_marks)
    for key, said in child.entries.items():
        value = _unplaced(said, "remove") if said.get("remove") else said  # where that is half said, it has been told
        if _removes(said, problems):
            if key in parent.entries:
                del entries[key], marks[key]
            else:
                at, guess = child.key_marks[key], _perhaps(key, tuple(parent.entries))
                problems.add(at, "merge.unknown_key", path=value.path, key=shown(key), near=guess)
            continue
        old = None if keys.is_whole(key, levels, said.entries) else parent.get(key)
        entries[key] = value if old is None else merge(old, value, problems, keys, keys.below(key, levels))
        marks[key] = child.key_marks[key]
    return with_changes(child, value=entries, key_marks=marks)


def _merge_lists(parent: Node, child: Node, problems: Problems, keys: Keys) -> Node:
    items = _by_identity(parent, problems)
    known = tuple(name for _, name in items)
    for identity, item in _by_identity(child, problems).items():
        old = items.get(identity)
        if _removes(item, problems):
            if old is None:
                key, name = identity
                guess = _perhaps(name, known)
                problems.add(item, "merge.unknown_id", key=key, id=shown(name), near=guess)
            items.pop(identity, None)
        else:
            items[identity] = (
                _unplaced(item, *PLACING) if old is None else merge(old, _unplaced(item, *PLACING), problems, keys)
            )
            items = _placed(items, identity, item.get("before"), problems)
    return with_changes(child, value=list(items.values()))


def _unplaced(item: Node, *words: str) -> Node:
    """The item without the words on where it stands, and on its removal where these are half said."""
    return with_changes(item, value={key: value for key, value in item.entries.items() if key not in words})


def _placed(
    items: dict[Identity, Node], moved: Identity, before: Node | None, problems: Problems
) -> dict[Identity, Node]:
    """The items with one moved before another, where its `before` says so: in a table the first row wins."""
    if before is None:
        return items
    names = [identity for identity in items if identity != moved]
    place = next((number for number, (_, name) in enumerate(names) if name == before.text), None)
    if place is None:
        guess = _perhaps(before.text, tuple(name for _, name in names))
        problems.add(before, "merge.unknown_before", id=shown(before.text), near=guess)
        return items
    return {identity: items[identity] for identity in (*names[:place], moved, *names[place:])}


def _by_identity(node: Node, problems: Problems) -> dict[Identity, Node]:
    """The items of a list by name; of two with one name the first is kept, and the second reported."""
    named: dict[Identity, Node] = {}
    for item, identity in zip(node.items, filter(None, map(_identity, node.items)), strict=True):
        first = named.setdefault(identity, item)
        if first is not item:
            key, name = identity
            problems.add(item, "merge.duplicate_id", key=key, id=shown(name), line=first.mark.line)
    return named


def _identity(item: Node) -> Identity | None:
    """The key and the name an item goes by, or None when it has neither `id` nor `group`."""
    return next(((key, item.at(key).text) for key in IDENTITIES if item.at(key).text), None)


def removal_in(node: Node) -> Mark | None:
    """Where something is removed, which only an edition that extends another does."""
    if node.at("remove").text == "true":
        return node.key_marks["remove"]
    return next(filter(None, map(removal_in, (*node.entries.values(), *node.items))), None)


def _removes(node: Node, problems: Problems) -> bool:
    """Whether `node` only says that something goes; half-said removals are reported and do not remove."""
    flag = node.get("remove")
    if flag is None:
        joined = next((key for key in node.entries if plain(key).replace(" ", "") == "remove:true"), None)
        if joined is not None:
            meant = "remove: true"
            problems.add(node.key_marks[joined], "shape.meant", text=joined, meant=meant, mend=(joined, meant))
        return joined is not None
    others = [key for key in node.entries if key != "remove" and key not in IDENTITIES]
    if flag.value != "true" or flag.quoted:
        problems.add(flag, "merge.remove_value", text=shown(flag.text), mend=_yes(flag.text))
    elif others:
        problems.add(flag, "merge.remove_alone", keys=shown(", ".join(others)))
    else:
        return True
    return False


def _yes(text: str) -> tuple[str, str] | None:
    """The mend of `yes` or 是."""
    meant = truth(text)
    return meant if meant is not None and meant[1] == "true" and meant[0] != "true" else None


def _perhaps(word: str, known: tuple[str, ...]) -> Text:
    guess = near(word, known)
    return Text(f"（是不是 `{guess}`？）", f" (did you mean `{guess}`?)") if guess else Text("", "")
