"""The same edits made another way: in the tree of the YAML library, which is then written out anew."""

import re
from copy import deepcopy

import yaml

from rules.editing.acts import FIRST, Add, Move, Remove, Rename, Set
from rules.editing.address import Address

TEXTS = (
    "改过的文字",
    "a, b",
    "甲: 乙",
    "x #y",
    "- z",
    '他说"好"',
    "it's",
    "null",
    "true",
    "55%",
    "{a}",
    "行尾 ",
    "：全角",
    "*星",
    "|",
)
OTHER = {"at_least": "above", "above": "at_least", "at_most": "below", "below": "at_most"}


def composed(text):
    return yaml.compose(text, Loader=yaml.CBaseLoader)


def dumped(node):
    return yaml.serialize(node, Dumper=yaml.CBaseDumper, allow_unicode=True, width=10_000)


def plain(text):
    """What a text says, in order."""
    return built(composed(text))


def built(node):
    if isinstance(node, yaml.MappingNode):
        return {key.value: built(value) for key, value in node.value}
    return [*map(built, node.value)] if isinstance(node, yaml.SequenceNode) else node.value


def values(node):
    """Every node below with its steps, the nodes on the way, and its place among its siblings."""
    found = []

    def walk(one, steps, above):
        found.append((tuple(steps), above, one))
        for at, (key, below) in enumerate(parts(one)):
            walk(below, [*steps, key], [*above, (one, at)])

    walk(node, [], [])
    return found


def parts(node):
    if isinstance(node, yaml.MappingNode):
        return [(key.value, value) for key, value in node.value]
    return list(enumerate(node.value)) if isinstance(node, yaml.SequenceNode) else []


def _scalar(text):
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style='"' if text in ("null", "true") else None)


def made_up(rng, root, file):
    """A random act, the lines of the text that it may touch, and the act carried out on the tree; None where the file
    offers none."""
    for _ in range(100):
        steps, above, node = rng.choice(values(root))
        act = rng.choice((_set, _set, _rename, _remove, _move, _copy))(rng, Address(file, steps), above, node)
        if act is not None:
            return act
    return None, ()


def _lines(node):
    return range(node.start_mark.line, max(node.end_mark.line, node.start_mark.line) + 1)


def _set(rng, at, above, node):
    if not isinstance(node, yaml.ScalarNode) or not above or str(at.steps[-1]) in ("decision", "kind", "id", "group"):
        return None
    if at.steps[-1] in ("zh", "en", "text", "heading"):
        new = rng.choice(TEXTS)
    elif match := re.match(r"[1-9][0-9]*", node.value):
        new = str(int(match[0]) + rng.randint(1, 9)) + node.value[match.end() :]
    else:
        return None
    lines = _lines(node)
    node.value = new
    if new in ("null", "true"):
        node.style = '"'
    return Set(at, new), lines


def _rename(rng, at, above, node):
    if not above or (new := OTHER.get(at.steps[-1])) is None:
        return None
    parent, here = above[-1]
    keys = [key.value for key, _ in parent.value]
    if new in keys or "of" in keys:
        return None
    parent.value[here][0].value = new
    return Rename(at, new), _lines(node)


def _around(parent, here):
    """From the line of a part of a collection, with the comments above it, to that before the next."""
    begins = [one[0].start_mark.line if isinstance(one, tuple) else one.start_mark.line for one in parent.value]
    before = begins[here - 1] if here else parent.start_mark.line
    after = begins[here + 1] if here + 1 < len(begins) else parent.end_mark.line
    return range(min(before, begins[here]), after + 1)


def _remove(rng, at, above, node):
    if not above or len(above[-1][0].value) < 2 or len(at.steps) < 2:
        return None
    parent, here = above[-1]
    lines = _around(parent, here)
    del parent.value[here]
    return Remove(at), lines


def _move(rng, at, above, node):
    if not above or len(above[-1][0].value) < 2 or not isinstance(above[-1][0], yaml.SequenceNode):
        return None
    parent, here = above[-1]
    to = rng.randrange(len(parent.value))
    parent.value.insert(to, parent.value.pop(here))
    return Move(at, to), range(parent.start_mark.line, parent.end_mark.line + 1)


def _copy(rng, at, above, node):
    """A copy of an item, or of an entry, beside it or at one end, under another name."""
    if not above or len(at.steps) < 2:
        return None
    parent, here = above[-1]
    new, name = deepcopy(node), f"new_{rng.randrange(10**6)}"
    for key, value in new.value if isinstance(new, yaml.MappingNode) else ():
        if key.value in ("id", "group"):
            value.value, value.style = name, None
    after, place = rng.choice(((at.steps[-1], here + 1), (None, len(parent.value)), (FIRST, 0)))
    lines = range(parent.start_mark.line - 1, parent.end_mark.line + 1)
    value = built(new)
    if isinstance(parent, yaml.SequenceNode):
        parent.value.insert(place, new)
        return Add(at.above, value, after=after), lines
    parent.value.insert(place, (_scalar(name), new))
    return Add(at.above, value, name, after), lines
