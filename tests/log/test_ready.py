"""Readiness tries a write; lines not stored and a log that went back are noticed; who waits fails together."""

import fcntl
import os
import signal
import sqlite3
import threading
from contextlib import closing, contextmanager

import psycopg
import pytest
from sqlalchemy import make_url

from service.log import LogUnavailable, database, kinds, probing, writer
from service.log.database import Database
from service.log.probing import Aside
from service.policies import hosts
from tests.log.samples import entry, opened
from tests.log.test_faults import path_of, refused, well

SWALLOW = {
    "sqlite": "CREATE TRIGGER swallow BEFORE INSERT ON {0} BEGIN SELECT RAISE(IGNORE); END",
    "postgresql": "CREATE RULE swallow AS ON INSERT TO {0} DO INSTEAD NOTHING",
}
NO_MORE = {"sqlite": "DROP TRIGGER swallow", "postgresql": "DROP RULE swallow ON {0}"}


def unready(log, code):
    with pytest.raises(LogUnavailable) as raised:
        log.ready()
    assert raised.value.code == code, str(raised.value)


def owner(url, statement):
    """What the owner of the database does to it."""
    with closing(opened(url)) as log, log.database.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def kind_of(url):
    return make_url(url).get_backend_name()


@pytest.mark.parametrize("table", ["log", "sealed", "once"])
def test_a_database_that_swallows_lines_is_found_out(url, log, table):
    log.append([entry()])
    owner(url, SWALLOW[kind_of(url)].format(table))
    refused(log, "swallowed")
    unready(log, "swallowed")
    owner(url, NO_MORE[kind_of(url)].format(table))
    well(log, 1)


def test_once_it_is_held_all_are_refused_at_once_and_the_next_tries_in_a_hurry(sqlite, log, monkeypatch):
    """Threads that wait for the database answer nothing else."""
    if log.database.mark != "?":
        pytest.skip("the turn of PostgreSQL is the same code")
    monkeypatch.setattr("service.log.writer.HELD", 60)
    begun, begin = [], Database._begin
    monkeypatch.setattr(Database, "_begin", lambda self, patience: begun.append(patience) or begin(self, patience))
    with closing(sqlite3.connect(path_of(sqlite), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            refused(log, "locked")
        assert begun == [None]
        unready(log, "locked")
        monkeypatch.setattr("service.log.writer.HELD", 0)
        refused(log, "locked")
    assert begun == [None, writer.HURRIED]
    well(log, 0)
    log.append([entry()])
    assert begun[-2:] == [writer.HURRIED, None]


def test_callers_hear_within_five_seconds_and_readyz_within_one():
    """As far as the bounds go that are set; `python -m benchmarks.locked` measures it."""
    assert kinds.PATIENCE + kinds.FOREIGN + writer.HURRIED < 5000  # behind those who hold every thread
    assert kinds.FOREIGN + 1000 * probing.SOON < 1000
    assert writer.HURRIED + 1000 * probing.SOON < 1000
    assert 1000 * database.SLOW < kinds.FOREIGN
    assert hosts.PATIENCE < probing.SOON  # or a host that says what it serves would pass for one that writes


def test_a_readiness_check_leaves_nothing_behind(log):
    log.append([entry()])
    for _ in range(3):
        log.ready()
    well(log, 1)


def test_a_server_that_only_reads_is_not_ready(postgresql, server):
    log = opened(postgresql)
    log.append([entry()])
    name = make_url(postgresql).database
    server.command(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    server.command("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    unready(log, "read_only")
    server.command(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    server.command("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    well(log, 1)
    log.close()


def test_a_full_disk_counts_until_something_was_written(sqlite, monkeypatch):
    log = opened(sqlite)
    log.append([entry()])
    with monkeypatch.context() as patch:
        patch.setattr(Database, "transact", lambda *_: (_ for _ in ()).throw(LogUnavailable("disk_full")))
        refused(log, "disk_full")
    unready(log, "disk_full")
    well(log, 1)
    log.close()


# --- a log that went back


def test_a_log_that_went_back_under_a_running_service_is_refused(url):
    log, other = opened(url), opened(url)
    log.append([entry(), entry()])
    other.append([entry()])
    log.append([entry()])  # that others write too is no harm
    guard = {"sqlite": "DROP TRIGGER log_no_delete", "postgresql": "DROP TRIGGER log_append_only ON log"}[kind_of(url)]
    for statement in (guard, "DELETE FROM log WHERE seq > 2", "DELETE FROM sealed WHERE seq > 2"):
        owner(url, statement)
    refused(log, "rolled_back")
    unready(log, "rolled_back")
    log.close()
    other.close()
    with closing(opened(url)) as again:
        well(again, 2)  # a service that is started again goes on


# --- a database that another program holds


def test_all_who_wait_fail_together(sqlite, monkeypatch):
    monkeypatch.setattr("service.log.kinds.Sqlite.READY", ("PRAGMA journal_mode = WAL", "PRAGMA busy_timeout = 20"))
    monkeypatch.setattr("service.log.writer.ENOUGH", 1)  # each would be a transaction of its own
    log = opened(sqlite)
    log.append([entry()])
    begun, begin = [], Database._begin
    monkeypatch.setattr(Database, "_begin", lambda self, *asked: begun.append(1) or begin(self, *asked))
    with closing(sqlite3.connect(path_of(sqlite), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        tickets = [log.begin([entry()]) for _ in range(6)]
        for ticket in tickets:
            with pytest.raises(LogUnavailable, match="Another program"):
                log.finish(ticket)
        assert len(begun) == 1
        unready(log, "locked")
        other.execute("ROLLBACK")
    well(log, 1)
    log.close()


def test_a_process_that_waited_for_one_that_failed_fails_with_it(sqlite, monkeypatch):
    one, other = opened(sqlite), opened(sqlite)
    one.append([entry()])
    other.append([entry()])
    monkeypatch.setattr("service.log.kinds.WAITED", -1.0)
    lock = fcntl.flock

    def after_its_failure(file, what):
        monkeypatch.setattr("fcntl.flock", lock)
        one.database.kind.failed("locked")
        lock(file, what)

    monkeypatch.setattr("fcntl.flock", after_its_failure)
    refused(other, "locked")
    well(other, 2)
    one.close()
    other.close()


def test_readiness_does_not_wait_for_another_process_that_writes(sqlite):
    log, other = opened(sqlite), opened(sqlite)
    log.append([entry()])
    with other.database._alone_among_processes():
        log.ready()
    log.close()
    other.close()


def test_those_who_would_wait_for_a_locked_table_are_refused_at_once(postgresql, monkeypatch):
    """One after the other they would wait as long, and /readyz behind them."""
    monkeypatch.setattr("service.log.database.HELD", 60)
    log = opened(postgresql)
    log.append([entry()])
    read = []
    with closing(psycopg.connect(postgresql.replace("+psycopg", ""))) as other:
        other.execute("LOCK TABLE log")
        for _ in range(3):
            with pytest.raises(LogUnavailable, match="Another program"):
                log.database.read(lambda connection: read.append(1) or connection.exec_driver_sql("SELECT 1 FROM log"))
        assert read == [1]
        monkeypatch.setattr(Database, "attempt", lambda *_: pytest.fail("it would wait"))
        unready(log, "locked")
    log.close()


def test_readiness_waits_for_all_together_as_long_as_for_one(sqlite, log, monkeypatch):
    if log.database.mark != "?":
        pytest.skip("the turn among processes is SQLite's")
    left = []
    monkeypatch.setattr(log.database.kind, "acquire_soon", lambda seconds: left.append(seconds) or True)
    monkeypatch.setattr(Database, "_attempt", lambda self, work, milliseconds, keep: left.append(milliseconds / 1000))
    moments = iter([0.0, 0.1, 0.3])
    monkeypatch.setattr("service.log.database.time.monotonic", lambda: next(moments, 0.3))
    assert log.database.attempt(lambda cursor: None, 0.4)
    assert left == [pytest.approx(0.3), pytest.approx(0.1)]


def test_a_table_that_somebody_locks_makes_no_reader_wait_for_long(postgresql):
    log = opened(postgresql)
    with closing(psycopg.connect(postgresql.replace("+psycopg", ""))) as other:
        other.execute("LOCK TABLE log")
        unready(log, "locked")
        with pytest.raises(LogUnavailable, match="Another program"):
            log.get("any")
    log.close()


@contextmanager
def halted(url):
    """Each process of the server that has a connection to the database stands still."""
    with closing(psycopg.connect(url.replace("+psycopg", ""))) as other:
        asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        processes = [row[0] for row in other.execute(asked)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def test_who_waited_for_a_connection_tries_none_of_its_own_after_one_that_was_in_vain(postgresql, monkeypatch):
    monkeypatch.setattr("service.log.database.HELD", 60)
    log = opened(postgresql)
    with halted(postgresql), pytest.raises(LogUnavailable):
        log.database.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar(), 0.3)
    monkeypatch.setattr(log.database.kind, "_connect", lambda *_, **__: pytest.fail("it would wait"))
    with pytest.raises(LogUnavailable, match="said nothing"), log.database.reading():
        pass
    log.close()


def test_who_asks_aside_waits_so_long_and_no_second_try_begins_beside_the_first():
    aside, tries, going_on = Aside(0.01), [], threading.Event()

    def work():
        tries.append(1)
        going_on.wait()
        return "done"

    for _ in range(2):
        with pytest.raises(LogUnavailable) as raised:
            aside.ask(work)
        assert (raised.value.code, len(tries)) == ("away", 1)
    going_on.set()
    for one in threading.enumerate():
        if one.daemon and one.name.endswith("(_done)"):
            one.join()
    assert (aside.ask(work), len(tries)) == ("done", 2)


def test_what_goes_wrong_aside_is_raised_to_whoever_asked():
    def work():
        raise LogUnavailable("disk_full")

    with pytest.raises(LogUnavailable) as raised:
        Aside(60).ask(work)
    assert raised.value.code == "disk_full"


def test_a_server_that_says_nothing_is_given_up(postgresql, monkeypatch):
    """Its kernel answers all the while, so no time-out of the network helps."""
    monkeypatch.setattr("service.log.database.WRITES", 0.3)  # longer than a dead connection takes to show
    log = opened(postgresql)
    log.append([entry()])
    with halted(postgresql):
        with pytest.raises(LogUnavailable, match="said nothing"):
            log.append([entry()])
        log.append([entry()])  # on a new connection
    log.database.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
    with halted(postgresql), pytest.raises(LogUnavailable) as raised:
        log.database.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar(), 0.3)
    assert raised.value.code == "away"
    well(log, 2)
    log.close()
