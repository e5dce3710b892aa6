"""Persons and their roles, as the lines of the log add up to them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from service.exact_json import dumps
from service.keys import PERMISSIONS, operator
from service.log import DecisionLog, Entry, new_id
from service.log.entry import moment
from service.log.tables import log as lines

PERSON = "person"  # a kind of lines, and what came of it:
ADDED, CHANGED, ENDED, PASSWORD = "person_added", "role_changed", "person_ended", "password_set"
ID = 6  # bytes of chance


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in. `password` is the sha256 of the stored hash of the password: a hash that was put into
    the database by another way is not taken."""

    id: str
    login: str
    name: str
    role: str
    created: datetime
    ended: datetime | None = None
    password: str = ""
    temporary: bool = False  # a first password, to be changed before anything else

    @property
    def client(self) -> str:
        """Who stands in the log as the caller, and owns what was decided."""
        return self.id


class People:
    """The persons in the log. A login is of one person at a time."""

    def __init__(self, log: DecisionLog) -> None:
        self._log = log

    def add(self, login: str, name: str, role: str) -> Person | None:
        """Add a person; None where somebody has the login. KeyError for an unknown role."""
        PERMISSIONS[role]
        if self.by_login(login) is not None:
            return None
        id = f"person-{secrets.token_hex(ID)}"
        self.say(ADDED, {"person": id, "login": login, "name": name, "role": role})
        return self.by_id(id)

    def change_role(self, person: Person, role: str) -> None:
        PERMISSIONS[role]
        self.say(CHANGED, {"person": person.id, "role": role})

    def end(self, person: Person) -> None:
        """The person may not sign in any more; what was done stays under the id."""
        self.say(ENDED, {"person": person.id})

    def listed(self) -> tuple[Person, ...]:
        """All of them, the first added first."""
        return tuple(self._log.database.read(_all).values())

    def by_id(self, id: str) -> Person | None:
        return self._log.database.read(_all).get(id)

    def by_login(self, login: str) -> Person | None:
        """The person who signs in by this name now."""
        wanted = login.casefold()
        return next((one for one in self.listed() if one.ended is None and one.login.casefold() == wanted), None)

    def say(self, deed: str, body: Mapping[str, Any], by: Person | None = None) -> None:
        """Log what was done, by a person or by whoever typed the command."""
        said = dumps(dict(body) if by else {**body, "by": operator()})
        who = by.id if by else ""
        self._log.append([Entry(new_id(self._log.clock()), PERSON, who, "", "", "", "", "", deed, "", said)])


def _all(connection: Connection) -> dict[str, Person]:
    asked = select(lines.c.at, lines.c.outcome, lines.c.body).where(
        lines.c.decision == "", lines.c.outcome.in_((ADDED, CHANGED, ENDED, PASSWORD)), lines.c.kind == PERSON
    )  # fmt: skip
    people: dict[str, Person] = {}
    for at, deed, body in connection.execute(asked.order_by(lines.c.seq)):
        said = json.loads(body)
        id = said["person"]
        if deed == ADDED and id not in people:
            people[id] = Person(id, said["login"], said["name"], said["role"], moment(at))
        elif id in people and people[id].ended is None:
            people[id] = replace(people[id], **_changes(deed, said, moment(at)))
    return people


def _changes(deed: str, said: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    match deed:
        case "role_changed":
            return {"role": said["role"]}
        case "person_ended":
            return {"ended": at}
        case "password_set":
            return {"password": said["sha256"], "temporary": said["temporary"]}
        case _:
            return {}
