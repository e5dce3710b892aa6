"""Passwords: argon2id hashes beside the log, bound to a line of it, and a lock after failures in a row."""

from __future__ import annotations

import secrets
import threading
from datetime import timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import Update, case, insert, select, update

from service.log import DecisionLog
from service.log.entry import MICROSECOND, microseconds
from service.log.tables import credentials
from service.people import refusals
from service.people.errors import TooWeak
from service.people.persons import PASSWORD, People, Person
from service.people.refusals import Refusals

LEAST, MOST = 12, 128  # characters
FAILURES = 5  # in a row, after which a login is locked
LOCKED = timedelta(minutes=15)
CHANCE = 12  # bytes of a first password
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # OWASP's figures: 19 MiB, 2 passes
NOBODY = HASHER.hash("")  # tried for an unknown login, so that it takes as long


class Passwords:
    """Sets and tries passwords. One hash at a time in a process: each takes 19 MiB."""

    def __init__(self, log: DecisionLog, people: People) -> None:
        self._log, self._people, self.refusals = log, people, Refusals(log)
        self._turn = threading.Lock()

    def first(self, person: Person) -> str:
        """A password by chance, to be changed at the first sign-in."""
        password = secrets.token_urlsafe(CHANCE)
        self._keep(person, password, temporary=True)
        return password

    def change(self, person: Person, password: str) -> None:
        """Set a password of the person's own choice. TooWeak where it is too short, too long, or the login."""
        if not LEAST <= len(password) <= MOST:
            raise TooWeak(f"密码要 {LEAST} 到 {MOST} 个字符。", f"A password has {LEAST} to {MOST} characters.")
        if person.login.casefold() in password.casefold():
            raise TooWeak("密码里不能有登录名。", "A password may not contain the login.")
        self._keep(person, password, temporary=False, by=person)

    def check(self, login: str, password: str) -> Person | None:
        """The person, where the password is right and the login is not locked. Unknown, wrong and locked look alike;
        `refusals` takes them down."""
        person = self._people.by_login(login)
        hash = self._hash_of(person)
        if person is None or not hash or not self._may_try(person):
            self._matches(NOBODY, password)
            self.refusals.refused(refusals.LOCKED if person and hash else refusals.UNKNOWN)
            return None
        if not self._matches(hash, password):
            self.refusals.failed(person, locks=self._locked(person))
            return None
        self._log.database.change(_of(person).values(failures=0))
        return person

    def _matches(self, hash: str, password: str) -> bool:
        with self._turn:
            try:
                return HASHER.verify(hash, password[: MOST + 1])
            except Argon2Error:
                return False

    def _hash_of(self, person: Person | None) -> str:
        """The hash of the password; empty where there is none, or another than the log says."""
        if person is None:
            return ""
        asked = select(credentials.c.hash).where(credentials.c.person == person.id)
        hash = self._log.database.read(lambda connection: connection.execute(asked).scalar()) or ""
        return hash if sha256(hash.encode()).hexdigest() == person.password else ""

    def _may_try(self, person: Person) -> bool:
        """Count a try before it is made, so that many at once are no more than one after the other."""
        now = microseconds(self._log.clock())
        locked = credentials.c.failures >= FAILURES
        over = credentials.c.since <= now - LOCKED // MICROSECOND
        more = case((locked, 1), else_=credentials.c.failures + 1)
        return self._log.database.change(_of(person).where(~locked | over).values(failures=more, since=now)) > 0

    def _locked(self, person: Person) -> bool:
        """Whether the last try was the one too many."""
        asked = select(credentials.c.failures).where(credentials.c.person == person.id)
        failures = self._log.database.read(lambda connection: connection.execute(asked).scalar())
        return failures is not None and failures >= FAILURES

    def _keep(self, person: Person, password: str, *, temporary: bool, by: Person | None = None) -> None:
        """The line first: where it cannot be written, the present password stays good."""
        with self._turn:
            hash = HASHER.hash(password)
        said = {"person": person.id, "sha256": sha256(hash.encode()).hexdigest(), "temporary": temporary}
        self._people.say(PASSWORD, said, by)
        database = self._log.database
        if not database.change(_of(person).values(hash=hash, failures=0, since=0)):
            database.change(insert(credentials).values(person=person.id, hash=hash, failures=0, since=0))


def _of(person: Person) -> Update:
    return update(credentials).where(credentials.c.person == person.id)
