"""A PostgreSQL server of our own, for as long as the tests run."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg

ABSENT = "PostgreSQL's server (initdb, pg_ctl) is not on this machine: apt-get install postgresql"
SETTINGS = ("fsync=off", "autovacuum=off", "shared_buffers=16MB", "max_connections=40", "listen_addresses=''")
TEMPLATE = "upgraded"
ROOM = 1 << 30
TRIGGERS = 3
# Waits for the tests to close its input, which they do even if they are killed; no server is left behind.
GUARD = 'read _; "$0" -D "$1/data" -s -m immediate stop; rm -rf "$1"'


def binaries():
    """The folder with the server's programs; None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    if found := shutil.which("initdb"):
        folders.insert(0, Path(found).resolve().parent)
    return next((path for path in folders if (path / "initdb").exists() and (path / "pg_ctl").exists()), None)


def roomy_memory():
    """A disk of memory with room for databases; None where there is none."""
    shm = Path("/dev/shm")  # noqa: S108 -- the folder made in it is our own
    if not os.access(shm, os.W_OK):
        return None
    return shm if shutil.disk_usage(shm).free > ROOM else None


class Server:
    """Started, killed and started again at will."""

    def __init__(self, programs):
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="vc-pg-", dir=roomy_memory()))  # short, as paths of sockets must be
        self.data = self.folder / "data"
        self.user = self._user()
        if self.user is not None:
            shutil.chown(self.folder, self.user)
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8")
        self.numbers = itertools.count()
        self.spare = None
        self.start()
        guard = ["sh", "-c", GUARD, programs / "pg_ctl", self.folder]
        self.guard = subprocess.Popen(guard, stdin=subprocess.PIPE, user=self.user, cwd="/")

    def start(self):
        options = " ".join(f"-c {setting}" for setting in SETTINGS)
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.data, "-w", "-s", "-l", log, "-o", f"{options} -k {self.folder}", "start")

    def kill(self):
        self._run("pg_ctl", "-D", self.data, "-w", "-s", "-m", "immediate", "stop")

    def remove(self):
        self.guard.stdin.close()
        self.guard.wait()

    def url(self, name):
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def database(self, template="template1"):
        """The address of a new one."""
        name = f"d{next(self.numbers)}"
        self.command(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def upgraded(self):
        """The address of a database with all tables and nothing in them: the last one, if it can be emptied."""
        if self.spare is not None and self._emptied(self.spare):
            return self.spare
        self.spare = self.database(TEMPLATE)
        return self.spare

    def _emptied(self, url):
        with closing(psycopg.connect(url.replace("+psycopg", ""), autocommit=True)) as connection:
            triggers = connection.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal").fetchone()[0]
            if triggers == TRIGGERS:
                connection.execute("SET session_replication_role = replica")
                connection.execute(
                    "TRUNCATE log, sealed, once, editions, credentials, sessions, hosts, drafts, draft_revisions, "
                    "shadow_counts, shadow_lines"
                )
        return triggers == TRIGGERS

    def command(self, statement):
        with closing(psycopg.connect(f"host={self.folder} user=postgres", autocommit=True)) as connection:
            connection.execute(statement)

    def _user(self):
        """Who runs it: the server refuses to be root."""
        if os.getuid():
            return None
        names = {user.pw_name for user in pwd.getpwall()}
        return "postgres" if "postgres" in names else "nobody"

    def _run(self, program, *arguments):
        subprocess.run(
            [self.programs / program, *arguments],
            user=self.user,
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
