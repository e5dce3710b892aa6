"""The role of the service with the rights of deploy/grants.sql does its work, and no harm to what was written."""

import re
import secrets
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from rules import Store
from service.keys import Keys
from service.log import Once, verify
from service.log.retention import expire
from service.people import Passwords, People, Sessions, end_sessions
from service.policies.compiled import Snapshot
from service.policies.hosts import Hosts
from tests.log.samples import Clock, entry, opened

ROOT = Path(__file__).parents[2]
GRANTS = (ROOT / "deploy/grants.sql").read_text("utf-8")
HARM = ("UPDATE log SET outcome = 'x'", "DELETE FROM log", "TRUNCATE log", "DROP TRIGGER log_append_only ON log",
        "CREATE RULE r AS ON INSERT TO log DO INSTEAD NOTHING", "ALTER TABLE log DISABLE TRIGGER ALL",
        "UPDATE sealed SET content = ''", "TRUNCATE sealed", "DELETE FROM editions", "UPDATE editions SET plan = 'x'",
        "DELETE FROM credentials", "TRUNCATE sessions", "DELETE FROM draft_revisions",
        "UPDATE draft_revisions SET files = ''", "DROP TABLE once",
        "UPDATE alembic_version SET version_num = 'x'")  # fmt: skip


@pytest.fixture
def limited(postgresql, server):
    """The address of the same database for a role with these rights."""
    url = make_url(postgresql)
    role, word = f"limited_{secrets.token_hex(4)}", secrets.token_hex(8)
    server.command(f"CREATE ROLE {role} LOGIN PASSWORD '{word}'")
    with closing(psycopg.connect(postgresql.replace("+psycopg", ""), autocommit=True)) as owner:
        owner.execute(re.sub(r"\bvillage_credit\b", role, GRANTS))
    return url.set(username=role, password=word).render_as_string(hide_password=False)


def test_the_role_of_the_service_can_do_its_work(limited):
    clock = Clock()
    with closing(opened(limited, clock)) as log:
        key, text = Keys(log).add("core", "caller")
        assert Keys(log).check(text)
        log.append([entry()], Once("key-1", "once", b"f", b"answer", 200))
        log.keep_edition("e" * 64, "plan", "2026-01-01", {"plan.yaml": "a"})
        log.ready()
        hosts = Hosts(log, 8000)
        hosts.tell(Snapshot("d", ROOT, Store({}, ()), {}))
        assert [one.digest for one in hosts.listed()] == ["d"]
        clock.now += timedelta(days=3)
        assert Keys(log).revoke(key.id)
        expire(log, clock.now - timedelta(days=1))
        assert verify(log, [log.head()]).intact


def test_people_sign_in_and_out_by_the_role_of_the_service(limited):
    clock = Clock()
    with closing(opened(limited, clock)) as log:
        people = People(log)
        passwords, person = Passwords(log, people), people.add("wang", "王某", "analyst")
        first = passwords.first(person)
        assert passwords.check("wang", "wrong") is None
        assert passwords.check("wang", first).id == person.id
        passwords.change(people.by_id(person.id), "a long enough password")
        sessions = Sessions(log, people, timedelta(minutes=30), timedelta(hours=12))
        found, other = sessions.begin(person), sessions.begin(person)
        clock.now += timedelta(minutes=2)
        assert sessions.find(found.token)
        sessions.end(found)
        end_sessions(log, person)
        assert sessions.find(other.token) is None


@pytest.mark.parametrize("statement", HARM)
def test_the_role_of_the_service_can_change_nothing_that_was_written(limited, statement):
    with closing(opened(limited)) as log:
        log.append([entry()])
    with (
        closing(psycopg.connect(limited.replace("+psycopg", ""), autocommit=True)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_the_manual_grants_the_same():
    for name in ("docs/deploy.md", "docs/deploy.zh-CN.md"):
        manual = (ROOT / name).read_text("utf-8")
        granted = [line.partition("  --")[0] for line in GRANTS.splitlines() if line.startswith("GRANT")]
        assert [line for line in granted if line not in manual] == [], name
