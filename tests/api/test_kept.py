"""Editions compiled for a request: few are kept, one is made at a time, and none that could not be made."""

from threading import Thread

import pytest

from service.policies.compiled import _Kept


def test_only_the_last_few_are_kept():
    kept, made = _Kept(2), []

    def edition(name):
        return kept.get(name, lambda: made.append(name) or name)

    assert [edition(name) for name in "aabbcab"] == [*"aabbcab"]
    assert made == [*"abcab"]


def test_one_may_be_made_of_another():
    kept = _Kept(2)

    assert kept.get("other", lambda: kept.get("one", lambda: "one") + " changed") == "one changed"
    assert kept.get("one", lambda: "made again") == "one"


def test_what_could_not_be_made_is_not_kept():
    kept = _Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("one", lambda: 1 // 0)

    assert kept.get("one", lambda: "made") == "made"


def test_one_is_made_at_a_time():
    kept, free = _Kept(8), []

    def make():
        other = Thread(target=lambda: free.append(kept._turn.acquire(blocking=False)))
        other.start()
        other.join()
        return "one"

    kept.get("one", make)
    assert free == [False]


def test_whoever_waited_for_an_edition_is_given_it():
    kept, made = _Kept(8), []
    others = [Thread(target=lambda: kept.get("one", lambda: made.append("again"))) for _ in range(4)]

    def make():
        for other in others:
            other.start()
        return made.append("once") or "one"

    kept.get("one", make)
    for other in others:
        other.join()
    assert made == ["once"]
