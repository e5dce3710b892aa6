"""Lines are found by what they say, and in pages."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from service.log.entry import moment
from service.log.reader import Query, place
from tests.log.samples import SEALER, START, entry, opened, rows

TRACE, TRACED = "a" * 32, (2, 5)  # an id, and the entries under it


@pytest.fixture
def filled(log, clock):
    """Two entries an hour, for five hours."""
    for number in range(10):
        decision, kind = f"d{number % 2}", "decision" if number < 8 else "other"
        said = {"outcome": f"o{number % 3}", "caller": f"key-{number % 4}", "subject": SEALER.blind(str(number % 5)),
                "traceparent": f"00-{TRACE}-{'0' * 15}{number}-01" if number in TRACED else ""}  # fmt: skip
        log.append([entry(id=str(number), decision=decision, kind=kind, refers_to="3" if number > 6 else "", **said)])
        if number % 2:
            clock.forward(3600)
    return log


def found(log, **wanted):
    return [int(line.id) for line in log.find(**wanted)]


ASKED = [
    ({}, list(range(10))),
    ({"decision": "d1"}, [1, 3, 5, 7, 9]),
    ({"decision": "d1", "outcome": "o0"}, [3, 9]),
    ({"caller": "key-2"}, [2, 6]),
    ({"caller": "nobody"}, []),
    ({"caller": "key-2", "after_seq": 3, "newest_first": True}, [6]),
    ({"caller": "key-1", "before_seq": 10, "limit": 2}, [1, 5]),
    ({"outcome": "o0"}, [0, 3, 6, 9]),
    ({"outcome": "o0", "newest_first": True, "limit": 2}, [9, 6]),
    ({"outcome": "o0", "kind": "decision", "before_seq": 7}, [0, 3]),
    ({"outcome": "o0", "start": START + timedelta(hours=1), "limit": 2}, [3, 6]),
    ({"outcome": "o0", "caller": "key-2"}, [6]),
    ({"outcome": "nothing"}, []),
    ({"kind": "other"}, [8, 9]),
    ({"subject": SEALER.blind("4")}, [4, 9]),
    ({"subject": SEALER.blind("4"), "kind": "decision"}, [4]),
    ({"subject": "nobody"}, []),
    ({"after_seq": 8}, [8, 9]),
    ({"before_seq": 3}, [0, 1]),
    ({"after_seq": 3, "before_seq": 6}, [3, 4]),
    ({"limit": 3}, [0, 1, 2]),
    ({"newest_first": True, "limit": 3}, [9, 8, 7]),
    ({"newest_first": True, "before_seq": 4, "limit": 2}, [2, 1]),
    ({"start": START + timedelta(hours=4)}, [8, 9]),
    ({"start": START + timedelta(hours=3, seconds=1)}, [8, 9]),
    ({"end": START + timedelta(hours=1)}, [0, 1]),
    ({"end": START + timedelta(hours=1, microseconds=1)}, [0, 1, 2, 3]),
    ({"start": START + timedelta(hours=1), "end": START + timedelta(hours=2)}, [2, 3]),
    ({"start": START + timedelta(hours=1), "after_seq": 3, "end": START + timedelta(hours=3)}, [3, 4, 5]),
    ({"start": START + timedelta(hours=9)}, []),
    ({"end": START}, []),
    ({"decision": None, "start": None, "limit": 2}, [0, 1]),
    ({"trace_id": TRACE}, [2, 5]),
    ({"trace_id": TRACE, "decision": "d1"}, [5]),
    ({"trace_id": TRACE[:-1]}, []),
]


@pytest.mark.parametrize(("wanted", "ids"), ASKED)
def test_what_fits_is_found(filled, wanted, ids):
    assert found(filled, **wanted) == ids


def test_every_question_is_asked_on_every_database():
    assert {name for wanted, _ in ASKED for name in wanted} == set(Query.__annotations__)


def test_pages_add_up(filled):
    seen, after = [], 0
    while page := filled.find(after_seq=after, limit=3, kind="decision"):
        seen += [int(line.id) for line in page]
        after = page[-1].seq
    assert seen == list(range(8))


def test_lines_about_another_are_found(filled):
    assert [line.id for line in filled.about("3")] == ["7", "8", "9"]
    assert filled.about("4") == []
    assert filled.about("") == []


@pytest.mark.parametrize("hours", range(-1, 7))
def test_a_time_is_a_place_in_the_log(filled, hours):
    when = START + timedelta(hours=hours)
    expected = sum(line.at < when for line in filled.find())
    assert filled.database.read(lambda connection: place(connection, when)) == expected


def test_the_head_of_an_empty_log_is_nowhere(log):
    head = log.head()
    assert (head.seq, head.hash, head.at) == (0, "0" * 64, "1970-01-01T00:00:00+00:00")


def test_the_head_is_the_last_line(filled):
    head, line = filled.head(), filled.get("9")
    assert (head.seq, head.hash, head.at) == (line.seq, line.hash.hex(), line.at.isoformat())


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ("id = 'x'", "log_id"),
        ("subject = 'x' AND seq > 3 ORDER BY seq", "log_subject"),
        ("decision = 'x' AND outcome = 'y' ORDER BY seq DESC", "log_decision"),
        ("caller = 'x' AND kind = 'y' ORDER BY seq DESC", "log_caller"),
        ("refers_to = 'x' AND refers_to <> '' ORDER BY seq", "log_refers_to"),
        ("seq > 4 ORDER BY seq", "INTEGER PRIMARY KEY"),
    ],
)
def test_questions_are_answered_from_an_index(sqlite, condition, index):
    log = opened(sqlite)
    (plan,) = rows(log, f"EXPLAIN QUERY PLAN SELECT * FROM log WHERE {condition}")  # noqa: S608
    assert index in plan[3]
    log.close()


NOTHING = [
    {"caller": "nobody"},
    {"caller": "nobody", "decision": "decision", "outcome": "outcome"},
    {"outcome": "nothing"},
    {"outcome": "of another", "decision": "decision"},
    {"caller": "key-1", "outcome": "of another"},
    {"caller": "key-1", "outcome": "of another", "decision": "decision"},
    {"subject": "nobody"},
    {"trace_id": TRACE},
]


@pytest.mark.parametrize("wanted", NOTHING)
def test_what_is_not_there_takes_no_longer_in_a_longer_log(sqlite, wanted):
    log = opened(sqlite)
    steps = []
    event.listen(log.database.engine, "checkout", lambda raw, *_: raw.set_progress_handler(lambda: steps.append(1), 1))

    def work(lines):
        log.append([entry(decision="decision", outcome="outcome") for _ in range(lines)])
        log.find(**wanted)  # warm
        steps.clear()
        assert log.find(kind="decision", newest_first=True, **wanted) == []
        return len(steps)

    few, many = work(50), work(3000)
    log.close()
    assert few > 0
    assert many < 2 * few


@pytest.mark.parametrize("at", [2**62, 2**63 - 1, -(2**63), 253402300799999999])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_time_that_no_clock_wrote_can_be_shown_in_every_time_zone(at, zone):
    assert moment(at).astimezone(ZoneInfo(zone)).isoformat()
