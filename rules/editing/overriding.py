"""Acts on what an edition inherits, as acts on its own file: a child says only what differs (rules.files.merge).

A value below a key whose parts make sense only together, and a list without names, are taken whole from the child, so
the child is given all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from rules.editing.acts import Act, Add, Move, Remove, Set, applied, refined, slot
from rules.editing.address import Address, Data, Refused, Step, identity, members, names, part, position
from rules.files.merge import IDENTITIES
from rules.format.grammar import MERGED


def overriding(act: Act, own: Data, above: Data, merged: Data) -> Iterator[Act]:
    """The acts on the child's own data that change what it and those above it say together as `act` does."""
    act = _named(act, merged)
    scope = act.at if isinstance(act, Set | Add) else act.at.above
    if has(above, scope) and not isinstance(act, Add | Move) and act.at.steps[-1:] in {(key,) for key in IDENTITIES}:
        raise Refused(f"{act.at} 是继承的条目的名字，不能改。", f"{act.at} names an inherited item and stays.", act.at)
    if not has(above, scope):
        yield act
    elif (whole := _whole(scope, above)) is not None:
        yield act if has(own, whole) else _put(whole, part(applied(merged, act), whole), own, above)
    elif isinstance(act, Set):
        yield from _set(act, own, above, merged)
    elif isinstance(act, Add):
        yield _added(act, own, above, merged)
    elif isinstance(act, Move):
        yield from _moved(act, own, above, merged)
    elif not has(above, act.at):
        yield _cut(act, own)
    elif isinstance(act, Remove):
        yield _put(act.at, {"remove": "true"}, own, above)
    else:
        yield _put(act.at, {"remove": "true"}, own, above)
        yield Add(act.at.above, part(merged, act.at), act.key)


def restored(at: Address, own: Data, above: Data) -> Act:
    """The removal of what the child says of a place itself, so that it is as inherited."""
    (act,) = [_named(Remove(at), above)]
    place = _whole(act.at, above) if has(above, act.at) else None
    place = act.at if place is None else place
    if not place.steps or not has(above, place) or not has(own, place):
        raise Refused(f"{at} 没有改动继承的内容。", f"{at} changes nothing that is inherited.", at)
    return _cut(Remove(place), own)


def _named(act: Act, merged: Data) -> Act:
    """The act with names for positions in the lists that are merged by name."""
    steps, data = list[Step](), merged
    for step in act.at.steps:
        found = position(data, step)
        if found is None:
            break
        by_name, (key, data) = _by_name(data), members(data)[found]
        named = identity(data) if by_name else None
        steps.append(named[1] if named else key)
    return replace(act, at=Address(act.at.file, (*steps, *act.at.steps[len(steps) :])))


def _by_name(data: Data) -> bool:
    return not isinstance(data, str | Mapping) and bool(data) and all(map(identity, data))


def has(data: Data, at: Address) -> bool:
    """Whether there is something at an address."""
    try:
        part(data, at)
    except Refused:
        return False
    return True


def _whole(at: Address, above: Data) -> Address | None:
    """The first place on the way to `at` that a child says whole or not at all."""
    levels, whole = 0, False
    for number in range(len(at.steps) + 1):
        place = Address(at.file, at.steps[:number])
        step = str(at.steps[number - 1]) if number else ""
        value = part(above, place)
        if number:
            whole = MERGED.is_whole(step, levels, value if isinstance(value, Mapping) else ())
            levels = MERGED.below(step, levels)
        if whole or not (isinstance(value, Mapping) or _by_name(value)):
            return place
    return None


def _put(at: Address, value: Data, own: Data, above: Data) -> Act:
    """An act that gives a place a value in the child, with all that leads to it."""
    known = next(n for n in range(len(at.steps), -1, -1) if has(own, Address(at.file, at.steps[:n])))
    for number in range(len(at.steps) - 1, known - 1, -1):
        over = _over(above, Address(at.file, at.steps[:number]))
        if _by_name(over):
            value = _item(over, at.steps[number], value)
        if number > known:
            value = [value] if _by_name(over) else {str(at.steps[number]): value}
    here = Address(at.file, at.steps[:known])
    if known == len(at.steps):
        over = _over(above, here.above) if known else {}
        return Set(here, _item(over, at.steps[-1], value) if _by_name(over) else value)
    by_name = _by_name(_over(above, here))
    return Add(here, value, "" if by_name else str(at.steps[known]))


def _over(above: Data, at: Address) -> Data:
    """What the editions above say in a place; an empty mapping where the child's own item is."""
    return part(above, at) if has(above, at) else {}


def _item(of: Data, name: Step, value: Data) -> Data:
    """The value as an item of a list, with the key that names it."""
    assert isinstance(value, Mapping)  # an item that is named is a mapping
    if identity(value):
        return value
    key = next((named[0] for one in of if (named := identity(one)) and named[1] == name), "id")
    return {key: str(name), **value}


def _set(act: Set, own: Data, above: Data, merged: Data) -> Iterator[Act]:
    """A mapping key by key; a list item by item."""
    old = part(merged, act.at)
    acts = [*refined(act.at, old, act.value)]
    if acts == [act]:
        if not isinstance(old, Mapping) or not isinstance(act.value, Mapping):
            raise Refused(f"{act.at} 是继承的，请逐项修改。", f"{act.at} is inherited: change it item by item.", act.at)
        acts = [*(Add(act.at, one, key) for key, one in act.value.items()), *(Remove(act.at / key) for key in old)]
    for one in acts:
        done = [*overriding(one, own, above, merged)]
        yield from done
        for step in done:
            own = applied(own, step)
        merged = applied(merged, one)


def _added(act: Add, own: Data, above: Data, merged: Data) -> Act:
    """A key; or an item, which says before which other it stands."""
    if act.key:
        return _put(act.at / act.key, act.value, own, above)
    of, named = part(merged, act.at), identity(act.value)
    if named is None:
        raise Refused(f"加到 {act.at} 的条目要有 id。", f"An item that is added to {act.at} needs an id.", act.at)
    behind = names(of)[slot(of, act) :]
    before = {"before": behind[0]} if behind else {}
    value = {**act.value, **before} if isinstance(act.value, Mapping) else act.value
    return _put(act.at / named[1], value, own, above)


def _cut(act: Act, own: Data) -> Act:
    """The act; where it would leave an empty collection, the removal of that, and at last of the file."""
    at = act.at
    while isinstance(act, Remove) and at.steps and not _more(own, at):
        at = at.above
    return Remove(at) if isinstance(act, Remove) else act


def _more(own: Data, at: Address) -> bool:
    """Whether a collection says more than a part of it and, where it is an item, its name."""
    around = part(own, at.above)
    rest = len(around) - 1
    return rest > (1 if identity(around) and at.steps[-1] not in IDENTITIES else 0)


def _moved(act: Move, own: Data, above: Data, merged: Data) -> Iterator[Act]:
    """The item says before which other it stands; where it is to be the last, each of those behind stands before it."""
    of = part(applied(merged, act), act.at.above)
    if isinstance(of, Mapping):
        raise Refused(f"{act.at} 的次序没有意义。", f"The order of {act.at} means nothing.", act.at)
    order, before, name = names(of), names(part(merged, act.at.above)), str(act.at.steps[-1])
    if act.to + 1 < len(order):
        yield _put(act.at / "before", order[act.to + 1], own, above)
        return
    for other in before[before.index(name) + 1 :]:
        one = _put(act.at.above / other / "before", name, own, above)
        yield one
        own = applied(own, one)
