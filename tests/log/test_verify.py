"""No edit, swap, insertion or deletion goes unnoticed."""
# ruff: noqa: S608 -- the statements are our own

import shutil
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.log import Anchor, expire, statements, verify
from service.log.entry import SIGNED
from service.log.kinds import AS_TEXT
from service.log.tables import log as table
from tests.log.samples import SEALER, Clock, entry, opened, rows, tamper

LINES = 9
TEXTS = ("id", "kind", "caller", "request_id", "plan", "edition", "decision", "on_date", "outcome", "subject",
         "refers_to", "traceparent", "signer")  # fmt: skip
COLUMNS = tuple(table.columns.keys())
WITH_INPUTS = [seq for seq in range(1, LINES + 1) if seq % 3]


def filled(log, lines=LINES, clock=None):
    """Every third line is without inputs."""
    for seq in range(1, lines + 1):
        log.append([entry(inputs=f"inputs {seq}".encode() if seq % 3 else None, outcome=f"o{seq}")])
        if clock is not None:
            clock.forward(60)


def found(log, *anchors):
    return {(flaw.seq, flaw.code) for flaw in verify(log, anchors).flaws}


@pytest.fixture
def clean(log, clock):
    filled(log, clock=clock)
    return log


def test_a_log_that_nobody_touched_is_intact(clean):
    head = clean.head()
    report = verify(clean, [head, head])
    assert report.intact
    assert (report.lines, report.head, report.anchors, report.overdue) == (LINES, head, 1, 0)


def test_an_empty_log_is_intact(log):
    report = verify(log, [log.head()])
    assert (report.intact, report.lines) == (True, 0)


def value(column, old):
    """Something else for a column."""
    return f"{old}x" if column in TEXTS else old + 1 if isinstance(old, int) else bytes(old) + b"x"


@pytest.mark.parametrize("seq", [1, 5, LINES])
def test_an_edit_of_any_column_is_found(clean, seq):
    """And taken back, it is gone: a verification looks at nothing but the log."""
    tamper(clean)
    mark = clean.database.mark
    for column in COLUMNS:
        if column == "seq" or column in SIGNED:
            continue
        ((old,),) = rows(clean, f"SELECT {column} FROM log WHERE seq = {seq}")
        statement = f"UPDATE log SET {column} = {mark} WHERE seq = {seq}"
        tamper(clean, (statement, (value(column, old),)))
        assert (seq, "line_changed") in found(clean), column
        tamper(clean, (statement, (old,)))
        assert found(clean) == set(), column


def test_an_edit_of_a_signature_is_found(clean):
    tamper(clean)
    mark = clean.database.mark
    codes = {"signer": "signer_unknown", "signed_from": "signature_wrong", "signature": "signature_wrong"}
    for column in SIGNED:
        ((old,),) = rows(clean, f"SELECT {column} FROM log WHERE seq = 5")
        statement = f"UPDATE log SET {column} = {mark} WHERE seq = 5"
        tamper(clean, (statement, (value(column, old),)))
        assert found(clean) == {(5, codes[column])}
        tamper(clean, (statement, (old,)))
        assert found(clean) == set(), column


def test_a_deleted_line_is_found(clean):
    tamper(clean, "DELETE FROM log WHERE seq = 3", "DELETE FROM log WHERE seq = 6")
    assert found(clean) == {(3, "lines_missing"), (6, "lines_missing")}


def test_deleted_first_lines_are_found(clean):
    tamper(clean, "DELETE FROM log WHERE seq <= 2", "DELETE FROM sealed WHERE seq <= 2")
    assert found(clean) == {(1, "lines_missing")}


def test_a_deleted_end_is_found_by_an_anchor(clean):
    ((hash,),) = rows(clean, f"SELECT hash FROM log WHERE seq = {LINES - 3}")
    early, late = Anchor(LINES - 3, hash.hex(), ""), clean.head()
    tamper(clean, f"DELETE FROM log WHERE seq > {LINES - 2}", f"DELETE FROM sealed WHERE seq > {LINES - 2}")
    assert found(clean, early) == set()
    assert found(clean, early, late) == {(LINES, "tail_missing")}


def test_a_chain_computed_anew_is_found_by_an_anchor(clean, clock):
    head = clean.head()
    tamper(clean, "DELETE FROM log", "DELETE FROM sealed")
    for forget in clean.database.after_fork:  # as in another process: the one that wrote them misses its lines
        forget()
    filled(clean)
    assert verify(clean).intact
    assert found(clean, head) == {(LINES, "anchor_differs")}


def test_swapped_lines_are_found(clean):
    tamper(
        clean,
        "UPDATE log SET seq = -1 WHERE seq = 3",
        "UPDATE log SET seq = 3 WHERE seq = 6",
        "UPDATE log SET seq = 6 WHERE seq = -1",
    )
    assert {(3, "line_changed"), (6, "line_changed")} <= found(clean)


@pytest.mark.parametrize("seq", [0, -5, LINES + 1])
def test_an_added_line_is_found(clean, seq):
    others = ", ".join(name for name in COLUMNS if name not in {"seq", "id"})
    copied = f"INSERT INTO log (seq, id, {others}) SELECT {seq}, 'new', {others} FROM log WHERE seq = 3"
    tamper(clean, copied)
    copied_line = {(seq, "line_changed"), (seq, "time_went_back"), (seq, "signature_wrong")}
    expected = {(seq, "line_added")} if seq < 1 else copied_line
    assert found(clean) == expected


def test_time_cannot_run_backwards(clean, monkeypatch):
    """Not even where the hashes were computed anew."""
    monkeypatch.setattr(clean.writer, "_now", lambda last: last - 1)
    clean.append([entry()])
    assert found(clean) == {(LINES + 1, "time_went_back")}


@pytest.mark.parametrize("seq", WITH_INPUTS[:2])
def test_altered_inputs_are_found(clean, seq):
    mark = clean.database.mark
    tamper(clean, (f"UPDATE sealed SET content = {mark} WHERE seq = {seq}", (b"other",)))
    assert found(clean) == {(seq, "inputs_changed")}


def test_inputs_sealed_anew_with_the_right_key_are_found(clean):
    id = clean.find(limit=1)[0].id
    mark = clean.database.mark
    tamper(clean, (f"UPDATE sealed SET content = {mark} WHERE seq = 1", (SEALER.seal(id, b"other"),)))
    assert found(clean) == {(1, "inputs_changed")}


def test_deleted_inputs_are_found(clean):
    tamper(clean, "DELETE FROM sealed WHERE seq = 2")
    assert found(clean) == {(2, "inputs_missing")}


def test_added_inputs_are_found(clean):
    mark = clean.database.mark
    for seq in (3, LINES + 4, -1):
        tamper(clean, (f"INSERT INTO sealed (seq, content) VALUES ({seq}, {mark})", (b"x",)))
    assert found(clean) == {(3, "inputs_added"), (LINES + 4, "inputs_added"), (-1, "inputs_added")}


def test_inputs_missing_after_an_expiry_are_found(clean, clock):
    expire(clean, clean.get(clean.find(after_seq=4, limit=1)[0].id).at)
    assert found(clean) == set()
    tamper(clean, "DELETE FROM sealed WHERE seq = 7")
    assert found(clean) == {(7, "inputs_missing")}


def test_a_tampered_expiry_covers_nothing(clean, clock):
    expire(clean, clock())
    mark = clean.database.mark
    tamper(clean, (f"UPDATE log SET body = {mark} WHERE kind = 'expiry'", (b"not json",)))
    assert (LINES + 1, "line_changed") in found(clean)
    assert (1, "inputs_missing") in found(clean)


def test_no_more_flaws_are_told_than_anybody_reads(clean, monkeypatch):
    monkeypatch.setattr("service.log.verification.LISTED", 3)
    tamper(clean, "UPDATE log SET outcome = 'other'")
    report = verify(clean)
    assert (len(report.flaws), report.untold, report.intact) == (3, LINES - 3, False)


def test_every_flaw_says_where_and_what_in_both_languages(clean):
    tamper(clean, "UPDATE log SET outcome = 'other' WHERE seq = 4")
    (flaw,) = verify(clean).flaws
    assert flaw.zh == "第 4 行内容或上一行的哈希与当时不同"
    assert flaw.en == "line 4 is not as it was written, or the hash before it is not"


# --- what only a table without its constraints can hold

LOOSE = ("CREATE TABLE loose AS SELECT * FROM log", "DROP TABLE log", "ALTER TABLE loose RENAME TO log")


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ("UPDATE log SET plan = CAST(plan AS BLOB) WHERE seq = 4", (4, "line_changed")),
        ("UPDATE log SET body = CAST(body AS TEXT) WHERE seq = 4", (4, "line_changed")),
        ("UPDATE log SET plan = CAST(x'ff' AS TEXT) WHERE seq = 4", (4, "line_changed")),
        ("UPDATE log SET caller = NULL WHERE seq = 4", (4, "line_changed")),
        ("UPDATE log SET hash = NULL WHERE seq = 4", (4, "line_changed")),
        ("UPDATE log SET at = 'noon' WHERE seq = 4", (4, "line_changed")),
        ("UPDATE log SET plan = plan || char(0), edition = '' WHERE seq = 4", (4, "line_changed")),
        ("INSERT INTO log SELECT * FROM log WHERE seq = 4", (4, "line_added")),
        ("UPDATE log SET seq = 'four' WHERE seq = 4", (4, "lines_missing")),
        ("UPDATE log SET seq = NULL WHERE seq = 4", (4, "lines_missing")),
    ],
)
def test_a_value_of_another_type_is_found(sqlite, change, flaw):
    log = opened(sqlite)
    filled(log)
    tamper(log, *LOOSE, change)
    assert flaw in found(log)
    log.close()


def test_a_verification_leaves_the_connection_as_it_was(sqlite):
    log = opened(sqlite)
    verify(log)
    assert log.database.read(lambda connection: connection.connection.driver_connection.text_factory) is AS_TEXT
    log.close()


# --- at random


@pytest.fixture(scope="module")
def original(sqlite_template):
    path = shutil.copy(sqlite_template, sqlite_template.with_name("original.db"))
    clock = Clock()
    log = opened(f"sqlite:///{path}", clock)
    filled(log, clock=clock)
    log.close()
    return path


seqs, whole = st.integers(1, LINES), st.integers(-(2**63), 2**63 - 1)
edits = st.one_of(
    st.tuples(st.just("text"), seqs, st.sampled_from(TEXTS), st.text(st.characters(exclude_categories=["Cs"]))),
    st.tuples(st.just("bytes"), seqs, st.sampled_from(["body", "sealed_sha256", "hash"]), st.binary(max_size=40)),
    st.tuples(st.just("whole"), seqs, st.just("at"), whole),
    st.tuples(st.just("move"), seqs, st.just("seq"), whole.filter(lambda number: not 1 <= number <= LINES)),
    st.tuples(st.just("delete"), seqs, st.just("seq"), st.none()),
    st.tuples(st.just("flip"), seqs, st.sampled_from(["body", "hash"]), st.integers(0, 7)),
    st.tuples(st.just("sealed"), st.sampled_from(WITH_INPUTS), st.just("content"), st.binary(max_size=90)),
)


def statement(kind, seq, column, new):
    if kind == "delete":
        return "DELETE FROM log WHERE seq = ?", (seq,)
    if kind == "sealed":
        return "UPDATE sealed SET content = ? WHERE seq = ?", (new, seq)
    return f"UPDATE log SET {column} = ? WHERE seq = ?", (new, seq)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edit=edits)
def test_any_change_at_random_is_found(edit, original, quick):
    kind, seq, column, new = edit
    path = shutil.copy(original, quick / "log.db")
    log = opened(f"sqlite:///{path}")
    every = f"SELECT {', '.join(COLUMNS)} FROM log ORDER BY seq"
    head, before = log.head(), rows(log, every)
    inputs = rows(log, "SELECT * FROM sealed ORDER BY seq")
    if kind == "flip":
        old = before[seq - 1][COLUMNS.index(column)]
        new = bytes([old[0] ^ 1 << new]) + old[1:]
    tamper(log, statement(kind, seq, column, new))
    after = rows(log, every), rows(log, "SELECT * FROM sealed ORDER BY seq")
    changed = (before, inputs) != after
    report = verify(log, [head])
    log.close()
    assert report.intact is not changed
    if changed and kind not in {"move", "delete"}:
        assert report.flaws[0].seq in {seq, seq + 1}


# --- at work


def test_a_log_of_years_ago_still_verifies(log):
    """What is hashed, and how, is for good."""
    log.append([entry(id="entry 1", inputs=None)])
    assert log.head().hash == "06dbbc895df0ec328e7a9df6849113cdb0a00fc7ba19319b86f28ca4b0d4e5b9"


def test_a_log_is_verified_while_it_is_written_to_and_expires(clean, clock, monkeypatch):
    monkeypatch.setattr("service.log.verification.AT_ONCE", 2)
    heads = []

    def meanwhile(_):
        if not heads:
            clean.append([entry()])
            expire(clean, clock())
        heads.append(clean.head())

    report = verify(clean, tick=meanwhile)
    assert (report.intact, report.lines) == (True, LINES)
    assert len(heads) == LINES // 2 + 1
    assert verify(clean, heads).intact


def test_all_questions_of_a_verification_see_the_same_moment(clean, clock, monkeypatch):
    """Inputs that expire just after it was asked what has expired are not missed."""
    asked = statements.expired

    def then_expire(connection, known):
        monkeypatch.undo()
        through = asked(connection, known)
        expire(clean, clock())
        return through

    monkeypatch.setattr(statements, "expired", then_expire)
    assert verify(clean).intact


def test_memory_does_not_grow_with_the_log(sqlite):
    log = opened(sqlite)
    peaks = []
    for _ in range(2):
        log.append([entry(body=b"%d" % n + b"x" * 500) for n in range(1500)])
        verify(log)  # warm
        tracemalloc.start()
        verify(log)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    log.close()
    assert peaks[1] < 1.3 * peaks[0]


def test_progress_counts_every_line(clean):
    done = []
    verify(clean, tick=done.append)
    assert sum(done) == LINES


def test_an_anchor_of_another_log_is_not_believed(clean):
    assert found(clean, replace(clean.head(), hash="0" * 64)) == {(LINES, "anchor_differs")}
