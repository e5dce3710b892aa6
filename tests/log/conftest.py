"""Each test on SQLite and, where its server is on the machine, on PostgreSQL."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.log.postgres import ABSENT, TEMPLATE, Server, binaries, roomy_memory
from tests.log.samples import Clock, opened


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """What was held a moment ago is tried again at once."""
    monkeypatch.setattr("service.log.writer.HELD", 0)
    monkeypatch.setattr("service.log.database.HELD", 0)


@pytest.fixture(scope="session")
def server():
    programs = binaries()
    if programs is None:
        pytest.skip(ABSENT)
    server = Server(programs)
    server.command(f"CREATE DATABASE {TEMPLATE}")
    opened(server.url(TEMPLATE)).close()
    yield server
    server.remove()


def memory():
    """A folder on a disk of memory where there is one: every commit is synced, and disks are slow at that."""
    return TemporaryDirectory(prefix="vc-log-", dir=roomy_memory())


@pytest.fixture
def quick():
    with memory() as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def sqlite_template():
    with memory() as folder:
        path = Path(folder) / "template.db"
        opened(f"sqlite:///{path}").close()
        yield path


@pytest.fixture
def sqlite(quick, sqlite_template):
    """The address of a database with tables in it."""
    return f"sqlite:///{shutil.copy(sqlite_template, quick / 'log.db')}"


@pytest.fixture
def postgresql(server):
    return server.upgraded()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def log(url, clock):
    log = opened(url, clock)
    yield log
    log.close()
