"""Whatever fails: a stable code, nothing half written, and all well again when the cause is gone."""

import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from service.log import DecisionLog, LogUnavailable, Misconfigured, Once, verify
from service.log.database import Database
from service.log.errors import REASONS, reason_of
from service.log.kinds import PATIENCE, Postgresql
from tests.log.disks import NO_MOUNT, SMALL, fill, may_mount, mounted, read_only, small_disk
from tests.log.postgres import TEMPLATE
from tests.log.samples import SEALER, SIGNER, Clock, entry, opened, rows


def refused(log, code, *entries):
    """An append that fails with this code, in both languages, and leaves nothing behind."""
    once = Once("key-1", "refused", b"f", b"answer", 200)
    with pytest.raises(LogUnavailable) as raised:
        log.append(entries or [entry(), entry()], once)
    assert raised.value.code == code, str(raised.value)
    assert (raised.value.zh, raised.value.en) == REASONS[code]
    assert log.backlog() == (0, 0.0)


def well(log, lines):
    """It writes again, after exactly the lines that were acknowledged before, and nothing of what was refused."""
    log.append([entry(id="well")])
    assert log.head().seq == lines + 1
    assert log.earlier("key-1", "refused") is None
    assert len(rows(log, "SELECT seq FROM sealed")) == lines + 1
    assert verify(log, [log.head()]).intact
    log.ready()


def path_of(url):
    return Path(make_url(url).database)


# --- the clock


def test_a_small_step_back_of_the_clock_is_evened_out(log, clock):
    log.append([entry()])
    clock.forward(-5)
    log.append([entry(), entry()])
    clock.forward(6)
    log.append([entry()])
    first, *same, last = [line.at for line in log.find()]
    assert same == [first, first]
    assert last - first == timedelta(seconds=1)
    assert verify(log).intact


def test_a_clock_far_behind_is_refused_until_it_is_right(log, clock):
    log.append([entry()])
    clock.forward(-5.000001)
    refused(log, "clock")
    with pytest.raises(LogUnavailable, match="clock"):
        log.ready()
    clock.forward(1)
    well(log, 1)


def test_how_far_the_clock_may_lag_can_be_set(url, clock):
    log = opened(url, clock, tolerance=timedelta(seconds=60))
    log.append([entry()])
    clock.forward(-60)
    log.append([entry()])
    clock.forward(-1)
    refused(log, "clock")
    log.close()


# --- the file


@pytest.fixture
def disk(tmp_path):
    if not may_mount(tmp_path / "try"):
        pytest.skip(NO_MOUNT)
    with small_disk(tmp_path / "disk") as folder:
        yield folder


def test_a_full_disk(disk):
    log = opened(f"sqlite:///{disk / 'log.db'}")
    log.append([entry()])
    filler = fill(disk)
    written = 1
    with pytest.raises(LogUnavailable) as raised:  # the write-ahead log has some room left inside
        for _ in range(1000):
            log.append([entry(body=bytes(5000))])
            written += 1
    assert raised.value.code == "disk_full"
    refused(log, "disk_full")
    with pytest.raises(LogUnavailable, match="full"):
        log.ready()
    filler.unlink()
    well(log, written)
    log.close()


def test_a_disk_that_fills_up_in_the_middle_of_an_append(disk):
    """What was begun is in the write-ahead log, and a little room is enough to get that back."""
    log = opened(f"sqlite:///{disk / 'log.db'}")
    log.append([entry()])
    (disk / "filler").write_bytes(bytes(SMALL // 8))
    refused(log, "disk_full", *(entry(inputs=bytes(SMALL // 20)) for _ in range(30)))
    log.append([entry()])
    (disk / "filler").unlink()
    well(log, 2)
    log.close()


def test_a_database_that_may_not_grow(sqlite):
    log = opened(sqlite)
    log.append([entry()])
    log.database.write(lambda cursor: cursor.execute("PRAGMA max_page_count = 1"))
    refused(log, "disk_full", entry(inputs=bytes(100_000)))
    well(log, 1)
    log.close()


def test_a_disk_that_becomes_read_only(disk, tmp_path):
    url = f"sqlite:///{tmp_path / 'seen' / 'log.db'}"
    with mounted(tmp_path / "seen", "--bind", str(disk)) as seen:
        log = opened(url)
        log.append([entry()])
        log.close()  # a disk with files open for writing cannot become read-only
        with read_only(seen):
            refused(log, "read_only")
        well(log, 1)
        log.close()


@pytest.mark.skipif(os.getuid() == 0, reason="root may write to any file")
def test_a_file_that_may_not_be_written_to(sqlite):
    log = opened(sqlite)
    log.append([entry()])
    log.close()
    path_of(sqlite).chmod(0o400)
    log = opened(sqlite)
    refused(log, "read_only")
    path_of(sqlite).chmod(0o600)
    log.close()


def damage(path):
    """Overwrite everything after the first page's header with nonsense."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(100)
        file.write(b"\xa5" * (size - 100))


def test_a_damaged_file_that_is_replaced_by_a_good_one(sqlite, quick):
    log = opened(sqlite)
    log.append([entry()])
    log.close()
    path = path_of(sqlite)
    backup = path.read_bytes()
    damage(path)
    log = DecisionLog(sqlite, SEALER, SIGNER, clock=Clock())
    refused(log, "corrupt")
    with pytest.raises(LogUnavailable, match="damaged"):
        log.get("any")
    (quick / "backup").write_bytes(backup)
    (quick / "backup").replace(path)
    well(log, 1)
    log.close()


def test_a_file_that_is_damaged_while_in_use(sqlite):
    """Pages in memory are still good; what is read from the disk is not, and that is told."""
    log = opened(sqlite)
    log.append([entry(body=bytes(200_000))])
    log.database.write(lambda cursor: None)
    with closing(sqlite3.connect(path_of(sqlite))) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    good = path_of(sqlite).read_bytes()
    damage(path_of(sqlite))
    log.database.engine.dispose()
    with pytest.raises(LogUnavailable, match="damaged"):
        verify(log)
    path_of(sqlite).write_bytes(good)
    log.database.engine.dispose()
    well(log, 1)
    log.close()


def test_a_file_that_is_no_database(sqlite):
    path_of(sqlite).write_text("a letter, and by no means a database; long enough to be looked at" * 20)
    log = DecisionLog(sqlite, SEALER, SIGNER, clock=Clock())
    refused(log, "corrupt")
    log.close()


def test_a_file_that_is_gone_does_not_come_back_empty(sqlite, quick):
    log = opened(sqlite)
    log.append([entry()])
    with closing(sqlite3.connect(path_of(sqlite))) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path_of(sqlite).rename(quick / "elsewhere")
    refused(log, "away")
    with pytest.raises(LogUnavailable, match="reached"):
        log.head()
    with pytest.raises(LogUnavailable, match="reached"):
        log.ready()
    assert not path_of(sqlite).exists()
    (quick / "elsewhere").rename(path_of(sqlite))
    well(log, 1)
    log.close()


def test_a_file_that_is_replaced_is_opened_anew(sqlite, quick):
    other = f"sqlite:///{quick / 'other.db'}"
    replacement = opened(other)
    replacement.append([entry(id="of the other")])
    replacement.close()
    log = opened(sqlite)
    log.append([entry(), entry()])
    for suffix in ("-wal", "-shm"):
        path_of(f"{sqlite}{suffix}").unlink()
    path_of(other).replace(path_of(sqlite))
    assert log.get("of the other").seq == 1
    refused(log, "rolled_back")  # it ends before what was written here
    log.close()
    log = opened(sqlite)
    well(log, 1)
    log.close()


def test_a_database_that_another_program_holds(sqlite, monkeypatch):
    monkeypatch.setattr("service.log.kinds.Sqlite.READY", ("PRAGMA journal_mode = WAL", "PRAGMA busy_timeout = 20"))
    log = opened(sqlite)
    log.append([entry()])
    with closing(sqlite3.connect(path_of(sqlite), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused(log, "locked")
        with pytest.raises(LogUnavailable, match="Another program"):
            log.ready()
        assert log.get("any") is None
        other.execute("ROLLBACK")
    well(log, 1)
    log.close()


def test_a_database_without_tables(quick):
    (quick / "empty.db").touch()
    log = DecisionLog(f"sqlite:///{quick / 'empty.db'}", SEALER, SIGNER, clock=Clock())
    refused(log, "tables")
    log.upgrade()
    well(log, 0)
    log.close()


# --- the server


def test_a_server_that_is_killed_and_comes_back(postgresql, server):
    log = opened(postgresql)
    log.append([entry(id="before")])
    server.kill()
    try:
        refused(log, "away")
        with pytest.raises(LogUnavailable, match="reached"):
            log.get("before")
        with pytest.raises(LogUnavailable, match="reached"):
            log.ready()
    finally:
        server.start()
    assert log.get("before").seq == 1
    well(log, 1)
    log.close()


def test_connections_that_the_server_dropped_are_not_noticed(postgresql, server):
    """Nothing had been asked of them yet, so a fresh one does it without anybody being refused."""
    log = opened(postgresql)
    log.append([entry()])
    log.head()
    server.command("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert log.head().seq == 1
    server.command("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    well(log, 1)
    log.close()


def test_a_server_that_is_read_only(postgresql, server):
    log = opened(postgresql)
    log.append([entry()])
    name = make_url(postgresql).database
    server.command(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    server.command("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    refused(log, "read_only")
    server.command(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    well(log, 1)
    log.close()


def test_a_server_on_which_another_program_holds_the_turn(postgresql, monkeypatch):
    begins = Postgresql.begins.replace(f"{PATIENCE}ms", "20ms")
    monkeypatch.setattr("service.log.kinds.Postgresql.begins", begins)
    log = opened(postgresql)
    log.append([entry()])
    with closing(psycopg.connect(postgresql.replace("+psycopg", ""))) as other:
        other.execute(log.database.kind.take_turn)
        refused(log, "locked")
    well(log, 1)
    log.close()


def test_a_server_whose_disk_is_full(server, tmp_path):
    if not may_mount(tmp_path / "try"):
        pytest.skip(NO_MOUNT)
    with small_disk(server.folder / "small", 24 << 20) as disk:
        os.chown(disk, server.data.stat().st_uid, -1)
        server.command(f"CREATE TABLESPACE small LOCATION '{disk}'")
        server.command(f"CREATE DATABASE small TEMPLATE {TEMPLATE} TABLESPACE small")
        log = opened(server.url("small"))
        try:
            log.append([entry()])
            filler = fill(disk)
            refused(log, "disk_full", entry(inputs=os.urandom(1 << 20)))
            filler.unlink()
            well(log, 1)
        finally:
            log.close()
            server.command("DROP DATABASE small WITH (FORCE)")
            server.command("DROP TABLESPACE small")


def test_a_server_that_does_not_wait_for_its_disk_is_told_to(postgresql, server):
    name = make_url(postgresql).database
    server.command(f"ALTER DATABASE {name} SET synchronous_commit = off")
    log = opened(postgresql)
    assert rows(log, "SHOW synchronous_commit") == [("on",)]
    log.close()
    server.command(f"ALTER DATABASE {name} RESET synchronous_commit")


# --- in general


def test_a_commit_that_is_acknowledged_is_on_the_disk(sqlite):
    log = opened(sqlite)
    asked = ("journal_mode", "synchronous")
    found = log.database.write(lambda cursor: [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in asked])
    assert found == ["wal", 2]
    log.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "nonsense", ""])
def test_an_address_that_will_not_do(url):
    with pytest.raises(Misconfigured, match=r"file|address"):
        Database(url)


def test_an_unknown_error_of_a_database_has_a_code_too():
    assert reason_of(sqlite3.OperationalError("what?")) == "fault"
    assert reason_of(psycopg.errors.lookup("22012")("division")) == "fault"
    assert reason_of(psycopg.errors.lookup("53100")("full")) == "disk_full"
    assert reason_of(psycopg.OperationalError("gone")) == "away"


def test_every_reason_is_said_in_both_languages():
    assert all(zh.endswith("。") and en.endswith(".") for zh, en in REASONS.values())
    for code in REASONS:
        assert LogUnavailable(code, "why").detail == "why"


def test_what_is_not_the_databases_fault_is_not_called_so(log):
    def broken(cursor):
        cursor.execute("SELECT 1")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        log.database.write(broken)
    well(log, 0)


def test_a_closed_log_opens_again_when_it_is_used(log):
    log.append([entry()])
    log.close()
    log.close()
    well(log, 1)


def test_the_clock_is_asked_for_every_append(sqlite):
    clock = Clock()
    log = opened(sqlite, clock)
    for _ in range(3):
        log.append([entry()])
        clock.forward(1)
    assert len({line.at for line in log.find()}) == 3
    log.close()
