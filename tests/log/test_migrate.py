"""One history of tables for both databases, run once however many start; and lines that stay as they are."""

import secrets
import struct
import threading
from contextlib import closing, suppress
from hashlib import sha256

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import inspect, make_url

from service.commands.carrying import carry_over
from service.commands.main import cli
from service.keys import Keys
from service.log import DecisionLog, LogError, LogUnavailable, Misconfigured, migrate, verify
from service.log.database import Conflict
from service.log.entry import microseconds
from service.log.migrate import NEWEST, SCRIPTS, revision
from service.log.tables import metadata
from service.people import Passwords, People
from tests.log.samples import SEALER, SIGNER, Clock, entry, opened, rows, tamper


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request, quick):
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{quick / 'folder' / 'log.db'}"
    return request.getfixturevalue("server").database()


def test_the_newest_step_is_the_one_that_is_looked_for():
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_the_steps_lead_to_the_tables_that_the_program_knows(log):
    def differences(connection):
        return [
            one for one in compare_metadata(MigrationContext.configure(connection), metadata) if "index" not in one[0]
        ]

    assert log.database.read(differences) == []
    indexes = log.database.read(lambda connection: {one["name"] for one in inspect(connection).get_indexes("log")})
    assert indexes == {
        "log_id",
        "log_subject",
        "log_decision",
        "log_caller",
        "log_refers_to",
        "log_review_requested",
        "log_traceparent",
    }


def test_several_may_start_at_once(bare):
    logs = [DecisionLog(bare, SEALER, SIGNER, clock=Clock()) for _ in range(4)]
    failed = []

    def start(log):
        try:
            log.upgrade()
            log.append([entry()])
        except LogError as error:
            failed.append(error)

    threads = [threading.Thread(target=start, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert logs[0].head().seq == len(logs)
    assert logs[0].database.read(revision) == NEWEST
    for log in logs:
        log.close()


def test_an_upgrade_that_fails_leaves_nothing(bare, monkeypatch):
    log = DecisionLog(bare, SEALER, SIGNER, clock=Clock())
    create = op.create_index

    def fails(name, *arguments, **others):
        if name == "log_subject":
            raise ZeroDivisionError
        create(name, *arguments, **others)

    monkeypatch.setattr(op, "create_index", fails)
    with pytest.raises(ZeroDivisionError):
        log.upgrade()
    assert log.database.read(lambda connection: inspect(connection).get_table_names()) == []
    monkeypatch.undo()
    log.upgrade()
    log.append([entry()])
    log.close()


def test_an_upgrade_twice_changes_nothing(log):
    log.append([entry()])
    log.upgrade()
    assert log.head().seq == 1


def test_api_keys_of_the_first_tables_become_lines(bare):
    log, text = DecisionLog(bare, SEALER, SIGNER, clock=Clock()), "vc_b_secret"
    names = "id", "name", "created", "expires", "revoked", "hash"
    rows = [("a", "县行", 5, None, 9, b"a"), ("b", "b", 7, 10**16, None, sha256(text.encode()).digest())]
    insert = sa.text("INSERT INTO api_keys (id, name, role, sha256, created, expires, revoked) "
                     "VALUES (:id, :name, 'caller', :hash, :created, :expires, :revoked)")  # fmt: skip
    with log.database.alone() as connection:
        migrate._run(connection, "0001")
        connection.execute(insert, [dict(zip(names, row, strict=True)) for row in rows])
    log.upgrade()
    assert Keys(log).listed() == ()  # nobody has vouched for them yet
    carry_over(log)
    first, second = Keys(log).listed()
    assert (first.name, first.created, first.revoked) == ("县行", log.clock(), log.clock())
    assert [microseconds(line.at) for line in log.find(limit=3)] == [5, 7, 9]
    assert Keys(log).check(text) == second
    assert microseconds(second.expires) == 10**16
    assert [line.outcome for line in log.find()] == [
        "added",
        "added",
        "revoked",
        "introduced",
        "added",
        "added",
        "revoked",
    ]
    log.append([entry()])
    assert verify(log).intact
    log.close()


def test_lines_of_before_there_were_traces_verify_as_they_did(bare):
    """Their hash is spelled here as it was then."""
    names = "id kind caller request_id plan edition decision on_date outcome subject refers_to".split()
    values = "1 decision key-1 r plan e d1 2026-05-01 yes s about".split()
    body, sealed = b'{"a":1}', bytes(32)
    texts = "\0".join(values).encode()
    spelled = struct.pack(">qqQQQ", 2, 7, len(texts), len(body), len(sealed)) + texts + body + sealed
    log = DecisionLog(bare, SEALER, SIGNER, clock=Clock())
    log.upgrade()
    log.introduce("operator")
    hash = sha256(log.find()[0].hash + spelled).digest()
    row = dict(zip(names, values, strict=True)) | {
        "seq": 2, "at": 7, "body": body, "sealed_sha256": sealed, "hash": hash, "signer": SIGNER.id, "signed_from": 2,
        "signature": SIGNER.sign(2, 2, hash), "traceparent": "",
    }  # fmt: skip
    with log.database.alone() as connection:
        connection.execute(metadata.tables["log"].insert(), row)
    assert {(flaw.seq, flaw.code) for flaw in verify(log).flaws} == {(2, "inputs_missing"), (2, "time_went_back")}
    log.close()


def test_people_of_before_there_were_signatures_are_carried_over(log):
    unsigned = People(log)
    person = unsigned.add("wang", "王某", "analyst")
    first = Passwords(log, unsigned).first(person)
    unsigned.change_role(person, "auditor")
    unsign = "UPDATE log SET signer = '', signed_from = 0, signature = "
    tamper(log, (unsign + log.database.mark, (b"",)))
    for forget in log.database.after_fork:  # as in another process: the one that wrote them misses its lines
        forget()
    assert People(log).listed() == ()
    carry_over(log)
    [found] = People(log).listed()
    assert (found.login, found.role) == ("wang", "auditor")
    assert Passwords(log, People(log)).check("wang", first) == found
    assert verify(log).intact


def test_tables_of_a_newer_version_are_left_alone(log):
    log.database.write(lambda cursor: cursor.execute("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Misconfigured, match="newer version"):
        log.upgrade()
    log.database.write(lambda cursor: cursor.execute(f"UPDATE alembic_version SET version_num = '{NEWEST}'"))  # noqa: S608
    log.append([entry()])


def test_the_owner_makes_the_tables_by_a_command_and_reading_ones_say_which(bare):
    run = CliRunner(env={"VILLAGE_CREDIT_DATABASE": bare}).invoke
    run(cli, ["log", "upgrade"])
    assert run(cli, ["log", "upgrade"]).exit_code == 0
    assert run(cli, ["keys", "list"]).exit_code == 0
    with closing(DecisionLog(bare, SEALER)) as log:
        log.database.write(lambda cursor: cursor.execute("ALTER TABLE log DROP COLUMN signed_from"))
    told = run(cli, ["keys", "list", "--lang", "en"])
    assert told.exit_code == 2
    assert "village-credit log upgrade" in told.stderr


def test_a_role_that_may_not_make_tables_is_told_that_their_owner_does(server):
    role = f"limited_{secrets.token_hex(4)}"
    server.command(f"CREATE ROLE {role} LOGIN")
    address = make_url(server.database()).set(username=role).render_as_string(hide_password=False)
    with (
        closing(DecisionLog(address, SEALER)) as log,
        pytest.raises(LogUnavailable, match="village-credit log upgrade"),
    ):
        log.upgrade()


def test_a_folder_that_cannot_be_made_is_an_unavailable_log(quick):
    (quick / "file").touch()
    with pytest.raises(LogUnavailable, match="reached"):
        DecisionLog(f"sqlite:///{quick / 'file' / 'log.db'}", SEALER).upgrade()


DEEDS = [
    "UPDATE log SET outcome = 'no'",
    "DELETE FROM log",
    "UPDATE sealed SET content = hash FROM log",
    "UPDATE editions SET plan = 'x'",
    "DELETE FROM editions",
]


@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_written_cannot_be_changed(log, deed):
    log.append([entry()])
    log.keep_edition("a" * 64, "plan", "2026-05-01", {"plan.yaml": "id: x"})
    with pytest.raises(Conflict, match="append-only"):
        log.database.write(lambda cursor: cursor.execute(deed))


@pytest.mark.parametrize("table", ["log", "sealed", "editions"])
def test_a_table_cannot_be_emptied(postgresql, table):
    log = opened(postgresql)
    with pytest.raises(Conflict, match="append-only"):
        log.database.write(lambda cursor: cursor.execute(f"TRUNCATE {table}"))
    log.close()


def test_a_line_cannot_be_replaced(sqlite):
    log = opened(sqlite)
    log.append([entry(id="first"), entry(id="second")])
    others = ", ".join(name for name in metadata.tables["log"].columns.keys() if name not in {"seq", "id"})  # noqa: SIM118
    for seq, id in ((1, "other"), (3, "first")):
        replacing = (
            f"INSERT OR REPLACE INTO log (seq, id, {others}) SELECT {seq}, '{id}', {others} FROM log WHERE seq = 2"  # noqa: S608
        )
        with pytest.raises(Conflict, match="append-only"):
            log.database.write(lambda cursor, replacing=replacing: cursor.execute(replacing))
    assert rows(log, "SELECT seq, id FROM log") == [(1, "first"), (2, "second")]
    log.close()


def test_values_of_another_type_are_refused(sqlite):
    log = opened(sqlite)
    with pytest.raises(Conflict, match="cannot store"):
        log.database.write(lambda cursor: cursor.execute("INSERT INTO sealed VALUES (1, 'text')"))
    log.close()


def test_inputs_may_be_deleted(log):
    log.append([entry()])
    log.database.write(lambda cursor: cursor.execute("DELETE FROM sealed"))
    assert rows(log, "SELECT * FROM sealed") == []


# --- the archive of editions


def test_an_edition_is_kept_once_and_as_it_was(log):
    files = {"plan.yaml": "id: 整村授信\n", "facts.yaml": "village: {}\n"}
    assert log.edition("a" * 64) is None
    log.keep_edition("a" * 64, "plan", "2026-05-01", files)
    log.keep_edition("a" * 64, "plan", "2026-05-01", {"plan.yaml": "changed"})
    assert log.edition("a" * 64) == files
    assert rows(log, "SELECT sha256, plan, date FROM editions") == [("a" * 64, "plan", "2026-05-01")]


def test_several_may_keep_an_edition_at_once(log, monkeypatch):
    """Text have seen that it is not there yet."""
    monkeypatch.setattr("service.log.reader.edition", lambda connection, sha256: None)
    for _ in range(2):
        with suppress(LookupError):
            log.keep_edition("a" * 64, "plan", "2026-05-01", {})
    assert rows(log, "SELECT count(*) FROM editions") == [(1,)]
