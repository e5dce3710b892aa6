"""The files of an edition under other readings than the plan's own.

The `changes` of a reading are laid over the files as a child edition is laid over its parent, so that they may change
whatever a file says, are held to the same grammar and the same rules, and are marked where they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from rules.files.merge import IDENTITIES, merge
from rules.files.node import ABSENT, Node
from rules.format.grammar import ABOUT_FACT, FILES, FORMS, MERGED, OPTIONAL
from rules.model import CONSTANTS
from rules.operations.comparisons import JOINS, OPERATORS
from rules.problems.problem import Problem, Problems
from rules.values.text import Mark, Text

Files = Mapping[str, Node]
CONDITIONS = ("require", "reject", "when")


def one_limit(item: Node) -> tuple[str, str, Node] | None:
    """The key of an item's condition, the one value that it compares, and the limits; None where there are more."""
    for key in CONDITIONS:
        condition = item.at(key)
        if len(condition.entries) == 1 and not condition.entries.keys() & JOINS.keys():
            return key, *next(iter(condition.entries.items()))
    return None


def reread(files: Files, taken: Mapping[str, str], problems: Problems) -> dict[str, Node]:
    """The files with each reading of `taken` read as its option there; an option's changes must be written."""
    made = _changed(files, taken, problems)
    for name, option in taken.items():
        chosen = replace(files["readings"].at("readings").at(name).at("chosen"), value=option)
        made["readings"] = merge(made["readings"], _nested(chosen, "readings", name, "chosen"), problems, MERGED)
    return made


def _changed(files: Files, taken: Mapping[str, str], problems: Problems) -> dict[str, Node]:
    """The files with the changes of options; readings.yaml says of none that it is chosen."""
    made, changed = dict(files), dict[str, Node]()
    for name, option in taken.items():
        changes = files["readings"].at("readings").at(name).at("changes").at(option)
        for path, change in changes.entries.items():
            if path in changed and plain(changed[path]) != plain(change):
                problems.add(changes.key(path), "edition.readings_clash", item=path, line=changed[path].mark.line)
            changed[path] = change
            if (over := _over(made, changes.key(path), change, problems)) is not None:
                file, node = over
                made[file] = merge(made[file], node, problems, MERGED)
    return made


def faults(files: Files, build: Callable[[Files, Problems], object]) -> Iterator[tuple[str, str, list[Problem]]]:
    """The readings and options whose changes an edition cannot have, with the problems of each. Changes of different
    things are tried together; where something is wrong, each is tried alone."""
    for batch in _batches(files):
        if _tried(files, batch, build).errors:
            for name, option in batch.items():
                changes = files["readings"].at("readings").at(name).at("changes")
                found = list(_own(_tried(files, {name: option}, build), changes.key(option), changes.at(option)))
                if found:
                    yield name, option, found


def plain(node: Node) -> object:
    """A node as data, without its places."""
    if node.is_map:
        return {key: plain(value) for key, value in node.entries.items()}
    return [plain(one) for one in node.items] if node.is_list else node.text


def _batches(files: Files) -> list[dict[str, str]]:
    """The options with changes, in groups: no two of a group belong to one reading or change the same item."""
    groups: list[tuple[dict[str, str], set[str]]] = []
    for name, reading in files["readings"].at("readings").entries.items():
        for option, changes in reading.at("changes").entries.items():
            paths = {*changes.entries}
            whole = {path.partition(".")[0] for path in paths}
            group, held = next(
                ((group, held) for group, held in groups
                 if name not in group and not paths & held and not whole & held
                 and not paths & {one.partition(".")[0] for one in held}), ({}, set()),
            )  # fmt: skip
            if not group:
                groups.append((group, held))
            group[name] = option
            held |= paths
    return [group for group, _ in groups]


def _tried(files: Files, taken: Mapping[str, str], build: Callable[[Files, Problems], object]) -> Problems:
    problems = Problems()
    build(_changed(files, taken, problems), problems)
    return problems


def _own(problems: Problems, option: Node, changes: Node) -> Iterator[Problem]:
    """The problems written in the changes of an option; else the first that follows from them elsewhere."""
    written = {*_marks(changes)}
    own = [one for one in problems.errors if one.mark in written]
    yield from own
    if not own and problems.errors:
        first, elsewhere = problems.errors[0], Problems()
        elsewhere.add(option, "reading.breaks", option=option.text, place=f"{first.mark.file}:{first.mark.line}",
                      why=Text(first.zh, first.en))  # fmt: skip
        yield from elsewhere


def _marks(node: Node) -> Iterator[Mark]:
    yield node.mark
    yield from node.key_marks.values()
    for below in (*node.entries.values(), *node.items):
        yield from _marks(below)


def _over(files: Files, at: Node, change: Node, problems: Problems) -> tuple[str, Node] | None:
    """The name of the file that a path leads into, and the change in its place there."""
    owner, _, name = at.text.partition(".")
    decisions = {key: node for key, node in files.items() if key not in FILES | OPTIONAL}
    subjects = files["facts"].at("subjects").entries
    item = _item(decisions.get(owner, ABSENT), name, change, at, problems) if name else change
    if owner in decisions and item is not None:
        return owner, item
    if name and owner in (CONSTANTS, *subjects):
        facts = files["facts"].at(CONSTANTS) if owner == CONSTANTS else subjects[owner].at("facts")
        if name in facts.entries or "title" in change.entries:
            fact = _fact(facts.at(name), change, at, problems)
            way = (CONSTANTS,) if owner == CONSTANTS else ("subjects", owner, "facts")
            return "facts", _nested(fact, *way, name)
        problems.unknown(at, "reading.no_fact", at.text, [f"{owner}.{one}" for one in facts.entries])
    elif owner in decisions:
        problems.unknown(at, "reading.no_item", at.text, [f"{owner}.{one}" for one in _names(decisions[owner])])
    else:
        problems.unknown(at, "reading.no_owner", owner, [*decisions, *subjects])
    return None


def _names(node: Node) -> Iterator[str]:
    """The ids and groups of a decision's items."""
    for item in (one for value in node.entries.values() for one in value.items):
        yield from (item.at(key).text for key in IDENTITIES if item.at(key).text)
        yield from _names(item)


def _item(node: Node, name: str, change: Node, at: Node, problems: Problems) -> Node | None:
    """The change in its place in a decision: in the list, and the group, that has the item of this name."""
    for key, value in node.entries.items():
        for item in value.items:
            identity = next((one for one in IDENTITIES if item.at(one).text), "")
            named = item.at(identity)
            if identity and named.text == name:
                below: Node | None = _limited(item, change, at, problems)
            else:
                below = _item(item, name, change, at, problems)
            if below is not None and identity:
                entry = replace(below, value={identity: named, **below.entries},
                                key_marks={identity: at.mark, **below.key_marks})  # fmt: skip
                return _nested(replace(below, value=[entry]), key)
    return None


def _limited(item: Node, change: Node, at: Node, problems: Problems) -> Node:
    """The change of an item; one of operators and limits alone stands for those of its one comparison."""
    if not change.entries.keys() <= OPERATORS.keys() or change.entries.keys() & item.entries.keys():
        other = {"require": "reject", "reject": "require"}
        gone = [other[key] for key in change.entries if key in other and other[key] in item.entries]
        return _without(change, gone)
    if (found := one_limit(item)) is not None:
        key, value, _ = found
        return _nested(change, key, value)
    if any(item.get(key) for key in CONDITIONS):
        problems.add(at, "reading.no_limit", item=at.text)
    return change


def _fact(old: Node, change: Node, at: Node, problems: Problems) -> Node:
    """The change of a fact; one that defines it in another form leaves only its title and explanations."""
    if change.entries.keys() <= OPERATORS.keys():
        if "value" not in old.entries or [*change.entries] != ["equals"]:
            problems.add(at, "reading.no_limit", item=at.text)
        return _nested(change.at("equals"), "value")
    if (change.entries.keys() & FORMS) - old.entries.keys():
        return _without(change, [key for key in old.entries if key not in {*change.entries, *ABOUT_FACT}])
    return change


def _without(change: Node, keys: list[str]) -> Node:
    """The change, with some keys of the old taken away."""
    gone = {key: _nested(replace(change, value="true"), "remove") for key in keys}
    marks = dict.fromkeys(keys, change.mark)
    return replace(change, value={**change.entries, **gone}, key_marks={**change.key_marks, **marks})


def _nested(node: Node, *keys: str) -> Node:
    """A node below keys, all of them marked as it is."""
    for key in reversed(keys):
        node = Node(node.mark, node.path, {key: node}, key_marks={key: node.mark})
    return node
