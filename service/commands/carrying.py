"""Carries an older log over: a signed line vouches for the lines there are, and those that are believed one by one are
said again under a signature of their own."""

from __future__ import annotations

from collections.abc import Iterator

from service.keys import KEY, user
from service.log import DecisionLog, Entry, Line, new_id
from service.log.entry import EXPIRY
from service.people.persons import DEEDS, PERSON
from service.publishing.contents import EDITIONS


def carry_over(log: DecisionLog) -> tuple[Line, ...]:
    """Sign on from the last line; returns the lines said again: every key and person, the last editions, the last
    expiry."""
    found = tuple(_statements(log))
    log.carry_over(user(), log.head().seq, [_again(log, one) for one in found])
    return found


def _statements(log: DecisionLog) -> Iterator[Line]:
    every = log.head().seq
    yield from log.find(kind=KEY, limit=every)
    yield from (one for one in log.find(kind=PERSON, limit=every) if one.outcome in DEEDS)
    for kind in (EDITIONS, EXPIRY):
        yield from log.find(kind=kind, newest_first=True, limit=1)


def _again(log: DecisionLog, line: Line) -> Entry:
    return Entry(new_id(log.clock()), line.kind, line.caller, "", "", "", "", "", line.outcome, "", line.body, line.id)
