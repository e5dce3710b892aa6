"""A copy holds every line that there was at a moment, and is brought back as it was."""

import json
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from service.commands.main import cli
from service.keys import Keys
from service.log import Anchor, LogUnavailable, Misconfigured, Once, verify
from service.log.copying import TABLES, backup, restore
from service.log.database import Database
from service.people import Passwords, People, Sessions
from tests.log.samples import entry, opened, rows, tamper


def content(log):
    return [sorted(map(repr, rows(log, f"SELECT * FROM {table.name}"))) for table in TABLES]  # noqa: S608


@pytest.fixture
def filled(log):
    log.introduce("operator")
    for number in range(30):
        log.append([entry(), entry(inputs=None)], Once("key", f"request {number}", b"f", b"a", 200))
    log.keep_edition("a" * 64, "plan", "2026-05-01", {"plan.yaml": "id: 整村授信"})
    Keys(log).add("县行", "caller")
    return log


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, quick):
    """The address of another database, with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{quick / 'restored.db'}"
    return request.getfixturevalue("server").database()


def test_a_copy_is_brought_back_as_it_was(filled, quick, empty, monkeypatch):
    monkeypatch.setattr("service.log.copying.AT_ONCE", 7)
    copy = quick / "copy.db"
    assert backup(filled.database, copy) == 62
    assert copy.stat().st_mode & 0o777 == 0o600
    there = Database(empty)
    assert restore(copy, there) == 62
    there.close()
    back = opened(empty)
    assert content(back) == content(filled)
    assert verify(back, [filled.head()]).intact
    back.append([entry()])
    assert verify(back).intact
    back.close()


def test_people_sign_in_with_their_passwords_after_a_restore_and_no_old_session_is_good(filled, quick, empty):
    people = People(filled)
    person = people.add("wang", "王某", "analyst")
    Passwords(filled, people).change(person, "a long enough password")
    hours = timedelta(hours=12)
    session = Sessions(filled, people, hours, hours).begin(person)
    backup(filled.database, quick / "copy.db")
    assert session.csrf
    with closing(sqlite3.connect(quick / "copy.db")) as copy:
        [mac] = rows(filled, "SELECT mac FROM sessions")[0]
        assert mac.encode() not in (quick / "copy.db").read_bytes()
        copy.execute("INSERT INTO sessions VALUES ('of a copy made otherwise', ?, 0, 0, '')", (person.id,))
        copy.commit()
    there = Database(empty)
    restore(quick / "copy.db", there)
    there.close()
    with closing(opened(empty)) as back:
        assert Passwords(back, People(back)).check("wang", "a long enough password").id == person.id
        assert rows(back, "SELECT * FROM sessions") == []
    assert Sessions(filled, people, hours, hours).find(session.token)


def test_a_copy_is_one_file_that_verifies(filled, quick):
    backup(filled.database, quick / "copy.db")
    assert sorted(path.name for path in quick.iterdir() if path.name.startswith("copy")) == ["copy.db"]
    copy = opened(f"sqlite:///{quick / 'copy.db'}")
    assert verify(copy, [filled.head()]).intact
    copy.close()


def test_a_copy_that_ends_too_early_is_found_by_an_anchor(filled, quick):
    backup(filled.database, quick / "copy.db")
    filled.append([entry()])
    copy = opened(f"sqlite:///{quick / 'copy.db'}")
    head = filled.head()
    assert [flaw.code for flaw in verify(copy, [Anchor(head.seq, head.hash, head.at)]).flaws] == ["tail_missing"]
    copy.close()


def test_a_copy_is_consistent_while_others_write(filled, quick):
    done = threading.Event()
    other = opened(filled.database.engine.url.render_as_string(hide_password=False)
                   if filled.database.kind.file is None else f"sqlite:///{filled.database.kind.file}")  # fmt: skip

    def write():
        while not done.is_set():
            other.append([entry(), entry()])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            backup(filled.database, quick / f"copy {number}.db")
    finally:
        done.set()
        writer.join()
        other.close()
    for number in range(3):
        copy = opened(f"sqlite:///{quick / f'copy {number}.db'}")
        assert verify(copy).intact
        copy.close()


def test_nothing_is_written_over(filled, quick, empty):
    backup(filled.database, quick / "copy.db")
    with pytest.raises(Misconfigured, match="there already"):
        backup(filled.database, quick / "copy.db")
    with pytest.raises(Misconfigured, match=r"[Tt]here"):
        restore(quick / "copy.db", filled.database)


def test_a_copy_that_is_cut_short_leaves_nothing(filled, quick, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda number: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        backup(filled.database, quick / "copy.db")
    assert [path.name for path in quick.iterdir() if path.name.startswith("copy")] == []


def test_a_file_that_is_no_copy_is_told(quick, empty):
    (quick / "copy.db").write_text("no database")
    with pytest.raises(LogUnavailable):
        restore(quick / "copy.db", Database(empty))


def test_an_altered_log_is_copied_as_it_is(filled, quick):
    """It is evidence."""
    tamper(filled, "UPDATE log SET outcome = 'other' WHERE seq = 5")
    backup(filled.database, quick / "copy.db")
    copy = opened(f"sqlite:///{quick / 'copy.db'}")
    assert [(flaw.seq, flaw.code) for flaw in verify(copy).flaws] == [(5, "line_changed")]
    copy.close()


def test_copies_are_made_and_brought_back_by_commands(sqlite, quick):
    log = opened(sqlite, lambda: datetime.now(UTC))
    log.append([entry()])
    log.close()

    def run(*words, database=sqlite):
        return CliRunner(env={"VILLAGE_CREDIT_DATABASE": database, "LC_ALL": "en"}).invoke(
            cli, ["log", *map(str, words)]
        )

    assert json.loads(run("backup", quick / "copy.db", "--json").stdout)["lines"] == 1
    assert run("backup", quick / "copy.db").exit_code == 2
    restored = f"sqlite:///{quick / 'new.db'}"
    assert run("restore", quick / "copy.db", database=restored).stdout == (
        "1 lines are back. Run log verify with anchors.\n"
    )
    assert run("anchor", database=restored).stdout == run("anchor").stdout
