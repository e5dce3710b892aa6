"""Shadows before a log on either database: who begins them, and what several workers count into one."""

import threading
from contextlib import closing, suppress
from datetime import timedelta

import pytest

from service.log import LogUnavailable, Overtaken
from service.publishing.refusals import NotAllowed, Refused
from service.shadow import acts, end, lasting, shadows, start, tally
from tests.log.deskwork import furnished
from tests.log.samples import entry, opened


@pytest.fixture
def room(log):
    return furnished(log)


def until(room, days=3):
    return room.desk.today() + timedelta(days=days)


def on(room):
    return [one.draft for one in lasting(shadows(room.log), room.desk.seen(), room.desk.today())]


def test_workers_add_to_one_count_and_note_lines_that_stand_in_the_log(log, url):
    ids = [f"{number:032x}" for number in range(tally.LISTED + 5)]
    log.append([entry(id=id) for id in ids])
    key = tally.Key("s", tally.JUDGED, "limit", "granted", "refused")
    lines = [tally.Differing("s", id, "limit", "granted", "refused") for id in [*ids, "f" * 32]]

    def work():
        with closing(opened(url)) as mine:
            kept = False
            while not kept:
                with suppress(LogUnavailable):  # others had it all the while
                    kept = tally.keep(mine, {key: 2, tally.Key("s", "dropped"): 1}, lines)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    found = tally.found(log, "s")
    assert (found["judged"], found["changed"], found["cannot"]) == (8, 8, {"dropped": 4})
    [turn] = found["decisions"][0]["turns"]
    assert (turn["count"], len(turn["lines"]), set(turn["lines"]) <= {*ids}) == (8, tally.LISTED, True)
    assert tally.found(log, "another")["judged"] == 0


def test_few_are_on_at_once_and_one_of_a_draft(room, monkeypatch):
    monkeypatch.setattr(acts, "AT_ONCE", 1)
    draft = room.draft()
    begun = start(room.desk, room.approver, draft.id, until(room), "看看")
    assert (on(room), begun.beside) == ([draft.id], "base/2026-05-01")
    with pytest.raises(Refused, match="in shadow already"):
        start(room.desk, room.approver, draft.id, until(room), "看看")
    with pytest.raises(Refused, match="At most 1"):
        start(room.desk, room.approver, room.draft().id, until(room), "看看")
    with pytest.raises(NotAllowed):
        end(room.desk, room.editor, draft.id, "够了")
    assert end(room.desk, room.approver, draft.id, "够了").ended_by == room.approver.person
    assert on(room) == []


def test_of_two_who_begin_at_once_one_is_told(room, monkeypatch):
    draft, newest = room.draft(), room.log.newest

    def late(*asked):
        """Somebody else is first, after this was looked at."""
        found = newest(*asked)
        if asked[0] == acts.SHADOW and not shadows(room.log):
            monkeypatch.undo()
            start(room.desk, room.approver, draft.id, until(room), "先")
        return found

    monkeypatch.setattr(room.log, "newest", late)
    with pytest.raises((Overtaken, Refused)):
        start(room.desk, room.approver, draft.id, until(room), "后")
    assert [one.reason for one in shadows(room.log)] == ["先"]
