"""What a figure over a list may come to where some of its records cannot be told in or out, or their amounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rules.model import Group, Op
from rules.operations.comparisons import join
from rules.operations.operation import Scope
from rules.values.exact import Range, Value, exact

Listed = Callable[[Op, Scope], Range | None]


def records_in(op: Op, scope: Scope) -> Sequence[Scope] | None:
    """The records of the list of an operation; None where it is not known."""
    records = scope.evaluate(op.args[0])
    if records is None:
        return None
    return scope.records_of(op.args[0].type.of, records)


def count_range(op: Op, scope: Scope) -> Range | None:
    """From the records that are in to those that may be."""
    scopes = records_in(op, scope)
    if scopes is None:
        return None
    verdicts = [True if op.where is None else inner.holds(op.where) for inner in scopes]
    sure = verdicts.count(True)
    return Range(sure, sure + verdicts.count(None))


def total_range(op: Op, scope: Scope) -> Range | None:
    """The amounts of the records that are in, and those of the others as far as they can go to either side."""
    if (found := _amounts(op, scope)) is None:
        return None
    ends = [*found[0], *map(_with_nothing, found[1])]
    lows, highs = _ends(ends)
    return Range(None if None in lows else exact(sum(lows)), None if None in highs else exact(sum(highs)))


def statistic_range(compute: Callable[[list[Any]], Value], tight: Callable[..., Any] | None = None) -> Listed:
    """The range of a statistic that rises with each amount, and that one amount more only moves towards itself: a mean,
    a median, the lowest, the highest. `tight` is the end (min or max) that no amount more can move. It may have no
    value where no record is surely in."""

    def listed(op: Op, scope: Scope) -> Range | None:
        found = _amounts(op, scope)
        if found is None or not found[0]:
            return None
        ends = []
        for outer, sure, others in zip((min, max), *map(_ends, found), strict=True):
            told = [one for one in sure if one is not None]
            if outer is tight:
                ends.append(compute(told) if told else None)
            else:
                ends.append(None if None in (*sure, *others) else outer([compute(told), *others]))
        return Range(*ends)

    return listed


def rank_range(op: Op, scope: Scope) -> Range | None:
    """From the place with the records before that are surely better, to that with those that may be."""
    assert op.each is not None
    own, found = scope.range(op.each), _amounts(op, scope) if op.each.type.is_number else None
    if own is None or found is None or not found[0]:
        return None

    def better(one: Range, other: Range) -> bool:
        """Whether every amount of one range is better than every one of another."""
        low, high = (one.at_least, other.at_most) if op.option == "highest" else (other.at_least, one.at_most)
        return low is not None and high is not None and low > high

    def may_be(one: Range) -> bool:
        high, low = (one.at_most, own.at_least) if op.option == "highest" else (own.at_most, one.at_least)
        return high is None or low is None or high > low

    sure = sum(better(one, own) for one in found[0])
    return Range(1 + sure, 1 + sum(may_be(one) for listed in found for one in listed))


def streak_range(op: Op, scope: Scope) -> Range | None:
    """From the years in a row of which the condition surely holds to those of which it may."""
    if (verdicts := years(op, scope)) is None:
        return None
    sure, possible = ({key: verdict is True or (doubt and verdict is None) for key, verdict in verdicts.items()}
                      for doubt in (False, True))  # fmt: skip
    return Range(in_a_row(sure), in_a_row(possible))


def years(op: Op, scope: Scope) -> dict[Value, bool | None] | None:
    """Whether the condition of a streak holds of every record of a year, by year; None where one is not known."""
    scopes = records_in(op, scope)
    if scopes is None or op.each is None or op.where is None:
        return None
    verdicts: dict[Value, bool | None] = {}
    for inner in scopes:
        if (key := inner.evaluate(op.each)) is None:
            return None
        verdicts[key] = join(Group("all", ()), [verdicts.get(key, True), inner.holds(op.where)])
    return verdicts


def in_a_row(verdicts: Mapping[Value, bool | None]) -> Value:
    """The number of latest years in a row, without gaps, that hold; None where one that cannot be told is reached."""
    length, previous = 0, None
    for key in sorted(verdicts, reverse=True):
        if previous is not None and isinstance(key, int) and key != previous - 1:
            break
        if verdicts[key] is None:
            return None
        if not verdicts[key]:
            break
        length, previous = length + 1, key
    return length


def _ends(ranges: Sequence[Range]) -> tuple[list[Value], list[Value]]:
    return [one.at_least for one in ranges], [one.at_most for one in ranges]


def _amounts(op: Op, scope: Scope) -> tuple[list[Range], list[Range]] | None:
    """The amounts of the records that are in, and of those that may be; None where one may have none. What is not given
    lies within the bounds of its fact."""
    scopes = records_in(op, scope)
    if scopes is None or op.each is None:
        return None
    sure, others = list[Range](), list[Range]()
    for inner in scopes:
        if (verdict := True if op.where is None else inner.holds(op.where)) is False:
            continue
        if (amount := inner.allowed(op.each)) is None:
            return None
        (sure if verdict else others).append(amount)
    return sure, others


def _with_nothing(amount: Range) -> Range:
    """A range and 0."""
    low, high = amount
    return Range(None if low is None else min(low, 0), None if high is None else max(high, 0))
