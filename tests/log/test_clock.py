"""A clock that is wrong stops the log before it does harm, and an operator's word lets it go on."""

import io
import json
from datetime import timedelta

import pytest

from service.log import LogUnavailable, expire, export, verify
from service.log.entry import CLOCK
from tests.log.samples import START, entry, opened, signer
from tests.log.test_signatures import OTHER, forge

DAY = timedelta(days=1)


@pytest.fixture
def log(url, clock):
    log = opened(url, clock, ahead=DAY)
    log.introduce("operator")
    log.append([entry(id="first")])
    yield log
    log.close()


def code(work, *said):
    with pytest.raises(LogUnavailable) as error:
        work(*said)
    return error.value.code


def test_nothing_is_written_by_a_clock_a_day_ahead(log, clock):
    clock.forward(86401)
    assert code(log.append, [entry()]) == code(log.ready) == "clock_ahead"
    clock.forward(-86400)
    log.append([entry()])
    log.ready()


def test_an_operators_word_lets_the_log_go_on(log, clock):
    """After a standstill of weeks, say."""
    clock.forward(20 * 86400)
    assert log.accept_clock("operator") == (START, clock())
    log.append([entry()])
    log.ready()
    assert verify(log).intact


def test_a_quiet_service_gives_signs_of_life(log, clock):
    for _ in range(30):
        log.beat()
        clock.forward(3600)
    log.append([entry()])
    assert len(log.find(kind=CLOCK)) == 4
    assert verify(log).intact


@pytest.fixture
def early(log, clock):
    """A log with two lines from the future, and the right time again."""
    clock.forward(86000)
    log.append([entry(id="future 1"), entry(id="future 2")])
    clock.forward(3600 - 86000)
    assert code(log.append, [entry()]) == "clock"
    log.accept_clock("operator")
    log.append([entry(id="back")])
    return log


def test_lines_from_the_future_stop_nobody_for_good(early):
    assert verify(early).intact
    assert [line.at for line in early.find(kind=CLOCK)] == [START + timedelta(hours=1)]


def test_times_are_found_on_both_sides_of_a_step_back(early):
    def found(**said):
        return [line.id for line in early.find(kind="decision", **said)]

    assert found(start=START, end=START + timedelta(hours=2)) == ["first", "back"]
    assert found(start=START + timedelta(hours=2)) == ["future 1", "future 2"]
    assert found(end=START + timedelta(hours=2), newest_first=True) == ["back", "first"]
    stream = io.BytesIO()
    export(early, stream, start=START + timedelta(minutes=30), end=START + timedelta(hours=2))
    ids = [json.loads(line)["id"] for line in stream.getvalue().splitlines()]
    assert ids[0] == "future 1"  # more than was asked for, in one piece
    assert ids[-1] == "back"


def test_an_expiry_takes_nothing_that_is_younger(early, clock):
    """A line from the future holds up those behind it, until its own time is over."""
    assert expire(early, START + timedelta(minutes=30)).through == 2
    clock.forward(2 * 86400)
    early.accept_clock("operator")
    assert expire(early, clock() - timedelta(seconds=1)).inputs == 3
    assert verify(early).intact


def test_a_forged_line_of_the_far_future_is_no_end(log):
    seq = forge(log, {}, kind="decision", outcome="x", decision="d", seconds=10**9)
    assert code(log.append, [entry()]) == "clock"
    log.accept_clock("operator")
    log.append([entry()])
    assert [(flaw.seq, flaw.code) for flaw in verify(log).flaws] == [(seq, "unsigned")]


@pytest.mark.parametrize("by", [None, OTHER, signer(1)])
def test_a_step_back_that_nobody_accepted_is_found(log, by):
    seq = forge(log, {}, kind=CLOCK, outcome="accepted" if by is not signer(1) else "seen", by=by, seconds=-60)
    codes = [flaw.code for flaw in verify(log).flaws if flaw.seq == seq]
    assert ("time_went_back" in codes) is (by is None or by.id != signer(1).id)
