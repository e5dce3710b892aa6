"""What was acknowledged is in the log, once and as a whole."""

import queue
import threading
import time
from collections import deque
from dataclasses import fields, replace

import pytest

from service.log import KeyReused, LogUnavailable, Once, Overtaken, Repeated, SealError, new_id, verify
from service.log.entry import EXPIRY, prepare
from service.log.tickets import Ticket
from tests.log.samples import SEALER, START, entry, rows

KEY = Once("key-1", "request-7", b"same", b'{"answer":1}', 200)


def test_an_entry_is_found_again_as_it_was_written(log):
    written = entry(body='{"名":"甲"}'.encode(), refers_to="other")
    assert log.append([written]) is None
    line = log.get(written.id)
    names = {one.name for one in fields(written)} - {"inputs"}
    assert {name: getattr(line, name) for name in names} == {name: getattr(written, name) for name in names}
    assert (line.seq, line.at) == (1, START)
    assert log.inputs(written.id) == written.inputs
    assert log.get("unknown") is None


def test_an_entry_may_come_without_inputs(log):
    written = entry(inputs=None)
    log.append([written])
    assert log.get(written.id).sealed_sha256 == b""
    with pytest.raises(LookupError, match="no inputs"):
        log.inputs(written.id)


def test_inputs_are_not_readable_in_the_database(log):
    log.append([entry(inputs=b"a secret age", body=b"{}")])
    assert b"secret" not in rows(log, "SELECT content FROM sealed")[0][0]


def test_nothing_is_written_for_no_entries(log):
    assert log.append([]) is None
    assert log.head().seq == 0


def test_lines_stand_in_the_order_of_one_append(log):
    written = [entry() for _ in range(5)]
    log.append(written)
    assert [line.id for line in log.find()] == [one.id for one in written]


def test_one_entry_refused_means_none_is_written(log):
    first = entry()
    log.append([first])
    with pytest.raises(Repeated):
        log.append([entry(), first, entry()])
    assert log.head().seq == 1
    log.append([entry()])
    assert log.head().seq == 2


@pytest.mark.parametrize("said", [{"outcome": "a\0b"}, {"caller": "\ud800"}])
def test_text_that_not_every_database_holds_is_refused_before_it_waits(log, said):
    with pytest.raises(ValueError, match=r"NUL|surrogates"):
        log.append([entry(), entry(**said)])
    assert (log.head().seq, log.backlog()) == (0, (0, 0.0))


def test_expiry_is_for_the_log_itself_to_write(log):
    with pytest.raises(ValueError, match=EXPIRY):
        log.append([entry(kind=EXPIRY)])


# --- keys of requests that may be sent again


def test_a_key_is_answered_once_and_then_from_the_store(log):
    assert log.earlier(KEY.caller, KEY.name) is None
    assert log.append([entry()], KEY) is None
    assert log.append([entry()], replace(KEY, response=b"another", status=201)) == KEY
    assert log.earlier(KEY.caller, KEY.name) == KEY
    assert log.head().seq == 1


def test_a_key_for_another_request_is_refused(log):
    log.append([entry()], KEY)
    with pytest.raises(KeyReused, match="request-7"):
        log.append([entry()], replace(KEY, fingerprint=b"other"))
    assert log.head().seq == 1


def test_a_key_belongs_to_its_caller(log):
    log.append([entry()], KEY)
    assert log.append([entry()], replace(KEY, caller="key-2")) is None
    assert log.head().seq == 2


def test_a_key_is_free_again_after_its_time(log, clock):
    log.append([entry()], KEY)
    clock.forward(24 * 3600 - 1)
    assert log.earlier(KEY.caller, KEY.name) == KEY
    clock.forward(1)
    assert log.earlier(KEY.caller, KEY.name) is None
    assert log.append([entry()], replace(KEY, fingerprint=b"new")) is None
    assert log.earlier(KEY.caller, KEY.name).fingerprint == b"new"


def test_a_stored_answer_is_not_readable_in_the_database(log):
    log.append([entry()], KEY)
    assert b"answer" not in rows(log, "SELECT response FROM once")[0][0]


def test_an_answer_moved_to_another_key_does_not_open(log):
    log.append([entry()], KEY)
    log.database.write(lambda cursor: cursor.execute("UPDATE once SET name = 'moved'"))
    with pytest.raises(SealError, match="does not open"):
        log.earlier(KEY.caller, "moved")


# --- one transaction for all who wait


def waiting(log, *tickets):
    """Put tickets in line as if their threads had come while a leader was at work; returns them."""
    log.writer._pending.extend(tickets)
    return tickets


def ticket(*entries, once=None):
    sealed = once and replace(once, response=SEALER.seal(f"once {once.caller} {once.name}", once.response))
    return Ticket([prepare(one, SEALER) for one in entries], sealed)


def test_of_two_in_one_transaction_that_rest_on_the_same_the_second_is_overtaken(log):
    """Two press approve at once: the second sees what the first wrote."""
    log.append([entry()])
    still = log.unchanged(0, "approval", "approved")
    said = [entry(kind="approval", decision="", outcome="approved") for _ in range(2)]
    others = waiting(log, ticket(entry()), *(replace(ticket(one), still=still) for one in said), ticket(entry()))
    log.append([entry()])
    assert [type(one.error) for one in others] == [type(None), type(None), Overtaken, type(None)]
    assert (log.head().seq, verify(log).intact) == (5, True)


def test_the_leader_writes_for_all_in_one_transaction(log, monkeypatch):
    transactions = []
    transact = log.database.transact
    monkeypatch.setattr(log.database, "transact", lambda *asked: transactions.append(1) or transact(*asked))
    others = waiting(log, *(ticket(entry()) for _ in range(7)))
    assert log.backlog()[0] == 7
    log.append([entry()])
    assert all(one.done and one.error is None for one in others)
    assert (len(transactions), log.head().seq, log.backlog()) == (1, 8, (0, 0.0))


def test_one_that_fails_does_not_spoil_the_others(log):
    there = entry()
    log.append([there])
    good, bad, last = waiting(log, ticket(entry()), ticket(entry(), there), ticket(entry()))
    mine = entry()
    log.append([mine])
    assert (good.error, type(bad.error), last.error) == (None, Repeated, None)
    assert [line.id for line in log.find(after_seq=1)] == [
        *(one.columns[0] for one in (*good.entries, *last.entries)),
        mine.id,
    ]
    assert verify(log).intact


def test_the_same_key_twice_in_one_transaction_is_written_once(log):
    first, second, other = waiting(
        log,
        ticket(entry(), once=KEY),
        ticket(entry(), once=KEY),
        ticket(entry(), once=replace(KEY, fingerprint=b"other")),
    )
    assert log.append([entry()], KEY) == KEY
    assert first.stored is None
    assert second.stored.fingerprint == KEY.fingerprint
    assert isinstance(other.error, KeyReused)
    assert log.head().seq == 1


def test_an_answer_that_was_not_written_after_all_is_given_to_nobody(log):
    """The second found its key taken by the first, which then failed: so the second is the one that counts."""
    there = entry()
    log.append([there])
    first, second = waiting(
        log, ticket(there, once=KEY), ticket(entry(id="second"), once=replace(KEY, response=b"of the second"))
    )
    log.append([entry()])
    assert (type(first.error), second.error, second.stored) == (Repeated, None, None)
    assert log.get("second").seq == 2
    assert log.earlier(KEY.caller, KEY.name).response == b"of the second"


def test_large_crowds_are_written_in_several_transactions(log, monkeypatch):
    monkeypatch.setattr("service.log.writer.ENOUGH", 4)
    transactions = []
    transact = log.database.transact
    monkeypatch.setattr(log.database, "transact", lambda *asked: transactions.append(1) or transact(*asked))
    waiting(log, *(ticket(entry(), entry(), entry()) for _ in range(3)))
    log.append([entry() for _ in range(6)])
    assert (len(transactions), log.head().seq) == (4, 15)


def test_an_interrupted_leader_leaves_nobody_waiting(log, monkeypatch):
    (other,) = waiting(log, ticket(entry()))

    def interrupted(*asked):
        raise KeyboardInterrupt

    monkeypatch.setattr(log.database, "transact", interrupted)
    with pytest.raises(KeyboardInterrupt):
        log.append([entry()])
    assert other.done
    assert isinstance(other.error, LogUnavailable)


def test_every_waiting_caller_gets_an_exception_of_its_own(log, clock):
    log.append([entry()])
    clock.forward(-60)
    others = waiting(log, ticket(entry()), ticket(entry()))
    with pytest.raises(LogUnavailable, match="clock") as mine:
        log.append([entry()])
    raised = [mine.value, *(one.error for one in others)]
    assert [one.code for one in raised] == ["clock"] * 3
    assert len(set(map(id, raised))) == 3


def test_what_was_begun_is_written_by_the_next_who_leads(log):
    begun = log.begin([entry(id="begun")])
    assert log.get("begun") is None
    log.append([entry()])
    assert (log.get("begun").seq, begun.done) == (1, True)
    assert log.finish(begun) is None
    assert log.head().seq == 2


def test_what_was_begun_is_written_by_its_own_caller_where_nobody_else_comes(log):
    log.finish(log.begin([entry(id="begun")]))
    assert log.get("begun").seq == 1


def test_what_was_begun_and_left_keeps_nobody_waiting(log, monkeypatch):
    """Its caller may have failed meanwhile: it must never be the one who is to lead."""
    transact = log.database.transact
    left = []

    def slow(*asked):
        found = transact(*asked)
        if not left:
            left.append(log.begin([entry(id="left")]))  # comes while a leader is at work, and is first in line then
        return found

    monkeypatch.setattr(log.database, "transact", slow)
    log.append([entry()])
    assert (log.backlog()[0], left[0].done) == (1, False)
    log.append([entry()])
    assert (log.head().seq, left[0].done) == (3, True)


class Watched(deque):
    """Tells whoever waits for it of each that joins."""

    def __init__(self):
        super().__init__()
        self.joined = threading.Semaphore(0)

    def append(self, one):
        super().append(one)
        self.joined.release()


def test_followers_return_when_their_leader_is_done(log, monkeypatch):
    """The turn is taken from outside until all four wait; then one of them writes for all."""
    line = Watched()
    monkeypatch.setattr(log.writer, "_pending", line)
    written = [entry() for _ in range(4)]
    threads = [threading.Thread(target=log.append, args=([one],)) for one in written]
    with log.database.turn:
        for thread in threads:
            thread.start()
        for _ in threads:
            line.joined.acquire()
    for thread in threads:
        thread.join()
    assert {line.id for line in log.find()} == {one.id for one in written}


def crowd(log, monkeypatch, tickets, back):
    """A thread for each ticket, which finishes it and puts it back; all have come before anything is written."""
    line = Watched()
    monkeypatch.setattr(log.writer, "_pending", line)

    def one(ticket):
        log.writer.begin(ticket)
        log.finish(ticket)
        back.put(ticket)

    threads = [threading.Thread(target=one, args=(ticket,)) for ticket in tickets]
    with log.database.turn:
        for thread in threads:
            thread.start()
            line.joined.acquire()
        while not all(one.waits for one in tickets):  # on the way from one call to the next
            time.sleep(0.001)
    return threads


def test_nobody_is_left_out_who_waits_when_the_leader_has_written(log, monkeypatch):
    tickets, back = [ticket(entry()) for _ in range(4)], queue.SimpleQueue()
    for thread in crowd(log, monkeypatch, tickets, back):
        thread.join(60)
        assert not thread.is_alive()
    assert all(one.done for one in tickets)
    assert (back.qsize(), log.head().seq) == (4, 4)


class Interrupted:
    """A gate that opens on an interrupt."""

    def __init__(self):
        self.opened = threading.Event()
        self.release = self.opened.set

    def acquire(self):
        assert self.opened.wait(60)
        raise KeyboardInterrupt


def test_one_who_is_interrupted_holds_nobody_up(log, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    tickets, back = [ticket(entry()) for _ in range(3)], queue.SimpleQueue()
    tickets[1].gate = Interrupted()
    for thread in crowd(log, monkeypatch, tickets, back):
        thread.join(60)
        assert not thread.is_alive()
    assert {back.get(timeout=1), back.get(timeout=1)} == {tickets[0], tickets[2]}
    assert log.head().seq == 3


def test_a_leader_waits_for_as_many_as_came_last_time(log, monkeypatch):
    waiting(log, ticket(entry()), ticket(entry()))
    log.append([entry()])
    monkeypatch.setattr("service.log.writer.PATIENCE", 60)
    line = Watched()
    monkeypatch.setattr(log.writer, "_pending", line)
    leader = threading.Thread(target=log.append, args=([entry()],))
    leader.start()
    line.joined.acquire()
    begun = [log.begin([entry()]), log.begin([entry()])]
    leader.join()
    assert [one.done for one in begun] == [True, True]


def test_who_comes_while_another_process_writes_joins_the_transaction(log, monkeypatch):
    acquire, come = log.database.kind.acquire, []

    def held():
        come.append(log.begin([entry(id="late")]))
        acquire()

    monkeypatch.setattr(log.database.kind, "acquire", held)
    log.append([entry()])
    assert [one.done for one in come] == [True]
    assert (log.get("late").seq, verify(log).intact) == (2, True)


def test_who_comes_alone_waits_for_nobody(log, monkeypatch):
    monkeypatch.setattr("service.log.writer.PATIENCE", 10**6)
    log.append([entry()])
    log.append([entry()])
    assert log.head().seq == 2


def test_ids_sort_by_time():
    ids = [new_id(START.replace(microsecond=ms * 1000)) for ms in range(5)]
    assert ids == sorted(ids)
    assert all(len(one) == 32 for one in ids)
    assert len({new_id(START) for _ in range(1000)}) == 1000
