"""Whether the passwords in the table are those that the lines of the log speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, select

from service.log import DecisionLog
from service.log.tables import credentials
from service.people.persons import DEEDS, PERSON, Person, added_up

WORDS: Mapping[str, tuple[str, str]] = {
    "credential_changed": ("的密码与日志不符，登不进来", "has a password that the log does not speak of"),
    "credential_missing": ("的密码不见了", "lacks the password that the log speaks of"),
    "credential_stray": ("有密码，日志里却没有这个人", "has a password, and there is no such person in the log"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a person's password: a code of WORDS."""

    person: str
    code: str

    @property
    def zh(self) -> str:
        return f"{self.person} {WORDS[self.code][0]}"

    @property
    def en(self) -> str:
        return f"{self.person} {WORDS[self.code][1]}"

    def as_dict(self) -> dict[str, str]:
        return {"person": self.person, "code": self.code, "zh": self.zh, "en": self.en}


def faults(log: DecisionLog) -> tuple[Fault, ...]:
    """The faults by person. Persons are those of the believed lines, however many are missing: a verification tells
    of those itself."""
    people = added_up(log.believed(PERSON, *DEEDS))
    kept = log.database.read(_hashes)
    found = {id: _fault(people.get(id), kept.get(id)) for id in sorted({*people, *kept})}
    return tuple(Fault(id, code) for id, code in found.items() if code)


def _hashes(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(credentials.c.person, credentials.c.hash))
    return {person: hash for person, hash in rows}  # noqa: C416 -- a row is no pair


def _fault(person: Person | None, hash: str | None) -> str:
    if person is None:
        return "credential_stray"
    if hash is None:
        return "credential_missing" if person.password else ""
    return "" if sha256(hash.encode()).hexdigest() == person.password else "credential_changed"
