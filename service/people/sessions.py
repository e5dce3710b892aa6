"""Sessions of people who signed in: found by the token in their cookie, ended by idleness, age, or one word."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, insert, select, update

from service.log import DecisionLog
from service.log.entry import MICROSECOND, microseconds
from service.log.tables import sessions
from service.people.persons import People, Person

CHANCE = 32  # bytes of a token
OFTEN = timedelta(minutes=1) // MICROSECOND  # a session that was seen within this is not written again


@dataclass(frozen=True, slots=True)
class Session:
    """A person at a browser. `csrf` has to come with whatever the browser sends to change something."""

    person: Person
    token: str  # empty where the bank's proxy says who it is
    csrf: str


class Sessions:
    """The sessions in the database. A row that the service did not write is of no use: its mac wants the blind key."""

    def __init__(self, log: DecisionLog, people: People, idle: timedelta, longest: timedelta) -> None:
        self._log, self._people = log, people
        self._idle, self._longest = idle // MICROSECOND, longest // MICROSECOND

    def begin(self, person: Person) -> Session:
        token, now = secrets.token_urlsafe(CHANCE), microseconds(self._log.clock())
        mac = self._mac(token, person.id, now)
        row = insert(sessions).values(token=_hash(token), person=person.id, created=now, seen=now, mac=mac)
        self._log.database.change(row)
        return self._session(person, token)

    def find(self, token: str) -> Session | None:
        """The session of a token, while it lasts and its person may sign in."""
        asked = select(sessions.c.person, sessions.c.created, sessions.c.seen, sessions.c.mac)
        row = self._log.database.read(
            lambda connection: connection.execute(asked.where(sessions.c.token == _hash(token))).first()
        )
        if row is None:
            return None
        id, created, seen, mac = row
        now = microseconds(self._log.clock())
        over = now - seen > self._idle or now - created > self._longest
        person = self._people.by_id(id)
        genuine = hmac.compare_digest(mac.encode(), self._mac(token, id, created).encode())
        if over or not genuine or person is None or person.ended is not None:
            return None
        if now - seen > OFTEN:
            self._log.database.change(update(sessions).where(sessions.c.token == _hash(token)).values(seen=now))
        return self._session(person, token)

    def of_login(self, login: str) -> Session | None:
        """The session of somebody whom the bank's proxy signed in: as long as the proxy says so."""
        person = self._people.by_login(login)
        return None if person is None else Session(person, "", self._log.sealer.mark("csrf of", person.id))

    def lasts(self, session: Session) -> bool:
        """Whether a session that was good still is."""
        again = self.find(session.token) if session.token else self.of_login(session.person.login)
        return again is not None

    def end(self, session: Session) -> None:
        self._delete(sessions.c.token == _hash(session.token))

    def end_all(self, person: Person) -> None:
        """Sign the person out everywhere."""
        end_sessions(self._log, person)

    def _session(self, person: Person, token: str) -> Session:
        return Session(person, token, self._log.sealer.mark("csrf", token))

    def _mac(self, token: str, person: str, created: int) -> str:
        return self._log.sealer.mark("session", f"{token} {person} {created}")

    def _delete(self, which: ColumnElement[bool]) -> None:
        """... and those that are over by age."""
        oldest = microseconds(self._log.clock()) - self._longest
        self._log.database.change(delete(sessions).where(which | (sessions.c.created < oldest)))


def end_sessions(log: DecisionLog, person: Person) -> None:
    """Sign a person out everywhere."""
    log.database.change(delete(sessions).where(sessions.c.person == person.id))


def _hash(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()
