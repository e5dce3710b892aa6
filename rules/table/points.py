"""What the items of a scorecard that cannot be told may be worth, and their total, in each row."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter

import ibis

from rules.model import Const, Scorecard, ScoreItem
from rules.model.contents import Node
from rules.table import bounds, numbers
from rules.table.doubts import ranged
from rules.table.frame import Frame
from rules.table.numbers import Num, Truth
from rules.table.values import balanced, known, some, truth
from rules.values.exact import Value

Ends = tuple[Num, Num]


def total(body: Scorecard, points: Mapping[str, Num], frame: Frame) -> Ends | None:
    """The least and the greatest total, endless where null; None where every item can be told in every row."""
    open_ = [item for item in body.items if item.missing is None or ranged(_parts(item), frame) is not None]
    if not open_ or not frame.settles:
        return None
    ends = {item.id: _range(item, frame) for item in open_}
    sides = []
    for side in (0, 1):
        worth = [numbers.choose([(known(one), one)], ends[id][side], frame.flags) if id in ends else one
                 for id, one in points.items()]  # fmt: skip
        sides.append(balanced(lambda one, two: numbers.add(one, two, frame.flags), worth))
    low, high = _cut((sides[0], sides[1]), body, frame)
    cells = frame.settle(f"total{len(frame.memo)}$", {"low": low, "high": high})
    return cells["low"], cells["high"]


def _parts(item: ScoreItem) -> list[Node | None]:
    """All that an item reads."""
    return [item.formula, item.shown, *(part for band in item.bands for part in band)]


def _range(item: ScoreItem, frame: Frame) -> Ends:
    """The fewest and the most points that an item can be worth which cannot be told."""
    if item.formula is None:
        low, high = _of_bands(item, frame)
    else:
        low = high = numbers.unknown()
        if (made := bounds.interval(item.formula, frame)) is not None:
            low, high = (numbers.choose([(made.there, end)], None, frame.flags) for end in (made.low, made.high))
        low, high = _cut((low, high), item, frame)
    if item.missing is None:
        return low, high
    missing = numbers.constant(item.missing)
    less, more = (numbers.compare(how, missing, end, frame.flags) for how, end in (("below", low), ("above", high)))
    return (numbers.choose([(less, missing)], low, frame.flags), numbers.choose([(more, missing)], high, frame.flags))


def _of_bands(item: ScoreItem, frame: Frame) -> Ends:
    """The least and the greatest worth of the bands that may hold; endless where one of them is worked out."""
    may = [ibis.coalesce(frame.holds(condition), truth(True)) for condition, _ in item.bands]
    none = ~some(may)  # a band of every known value waits for one
    bands = [(one | none, worth) for one, (_, worth) in zip(may, item.bands, strict=True)]
    open_: list[tuple[Truth, Num]] = [(one, numbers.unknown()) for one, worth in bands if not isinstance(worth, Const)]
    fixed = sorted(((worth.value, one) for one, worth in bands if isinstance(worth, Const)), key=itemgetter(0))
    low, high = (
        numbers.choose([*open_, *((one, numbers.constant(value)) for value, one in side)], None, frame.flags)
        for side in (fixed, fixed[::-1])
    )
    return low, high


def _cut(ends: Ends, scored: ScoreItem | Scorecard, frame: Frame) -> Ends:
    """Ends within the bounds of what is scored, which stand for an end that there is not."""
    low, high = (
        numbers.choose([(known(end), cut_to(end, scored.least, scored.most, frame))],
                       None if limit is None else numbers.constant(limit), frame.flags)
        for end, limit in zip(ends, (scored.least, scored.most), strict=True)
    )  # fmt: skip
    return low, high


def cut_to(num: Num, least: Value, most: Value, frame: Frame) -> Num:
    """The number, or the bound that it exceeds."""
    limits = [(operator, numbers.constant(limit)) for operator, limit in (("below", least), ("above", most))
              if limit is not None]  # fmt: skip
    cases = [(numbers.compare(operator, num, limit, frame.flags), limit) for operator, limit in limits]
    return numbers.choose(cases, num, frame.flags) if cases else num
