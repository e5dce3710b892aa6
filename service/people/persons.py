"""Persons and their roles, as the lines of the log add up to them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.exact_json import dumps
from service.keys import PERMISSIONS, user
from service.log import DecisionLog, Entry, Line, new_id

PERSON = "person"  # a kind of lines, and what came of it:
ADDED, CHANGED, ENDED, PASSWORD = "person_added", "role_changed", "person_ended", "password_set"
NUMBERED = "staff_number_set"
DEEDS = ADDED, CHANGED, ENDED, PASSWORD, NUMBERED  # what a person is made of; the others only say what was done
ID = 6  # bytes of chance


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in. `password` is the sha256 of the stored hash of the password: a hash that was put into
    the database by another way is not taken. `number` is the staff number of the human whose login this is; empty
    where nobody has said it. Logins of one number are one human's, ended ones too."""

    id: str
    login: str
    name: str
    role: str
    created: datetime
    ended: datetime | None = None
    password: str = ""
    temporary: bool = False  # a first password, to be changed before anything else
    number: str = ""

    @property
    def client(self) -> str:
        """Who stands in the log as the caller, and owns what was decided."""
        return self.id


class People:
    """The persons in the log. A login is of one person at a time.

    The lines are added up anew when there is one more of them: every request of a person asks who that is.
    """

    def __init__(self, log: DecisionLog) -> None:
        self._log = log
        self._read: tuple[int, Mapping[str, Person]] = 0, {}

    def add(self, login: str, name: str, role: str, number: str = "") -> Person | None:
        """Add a person; None where somebody has the login. KeyError for an unknown role."""
        PERMISSIONS[role]
        if self.by_login(login) is not None:
            return None
        id = f"person-{secrets.token_hex(ID)}"
        said = {"person": id, "login": login, "name": name, "role": role}
        self.say(ADDED, {**said, "number": number} if number else said)
        return self.by_id(id)

    def change_role(self, person: Person, role: str) -> None:
        PERMISSIONS[role]
        self.say(CHANGED, {"person": person.id, "role": role})

    def set_number(self, person: Person, number: str) -> None:
        """Say whose login this is, by the staff number; of an ended one too. Empty takes it back."""
        self.say(NUMBERED, {"person": person.id, "number": number})

    def end(self, person: Person) -> None:
        """The person may not sign in any more; what was done stays under the id."""
        self.say(ENDED, {"person": person.id})

    def listed(self) -> tuple[Person, ...]:
        """All of them, the first added first."""
        return tuple(self._all().values())

    def by_id(self, id: str) -> Person | None:
        return self._all().get(id)

    def by_login(self, login: str) -> Person | None:
        """The person who signs in by this name now."""
        wanted = login.casefold()
        return next((one for one in self.listed() if one.ended is None and one.login.casefold() == wanted), None)

    def may(self, id: str, permission: str, at: int | None = None) -> bool:
        """Whether a person has a permission: now, or as of a line of the log."""
        person = (self._all() if at is None else self._as_of(at)).get(id)
        return person is not None and person.ended is None and permission in PERMISSIONS[person.role]

    def accounts(self, id: str) -> frozenset[str]:
        """The ids of all logins of the human who has this one, itself among them."""
        people = self._all()
        number = people[id].number if id in people else ""
        return frozenset({id, *(one.id for one in people.values() if number and one.number == number)})

    def unchanged(self) -> Callable[[Any], bool]:
        """Asks the cursor of a transaction whether nobody's role or staff number has changed since."""
        return self._log.unchanged(self._log.newest(PERSON, *DEEDS), PERSON, *DEEDS)

    def _all(self) -> Mapping[str, Person]:
        newest = self._log.newest(PERSON, *DEEDS)
        if self._read[0] != newest:
            self._read = newest, added_up(self._log.rights(PERSON, *DEEDS))
        return self._read[1]

    def _as_of(self, at: int) -> Mapping[str, Person]:
        return added_up(line for line in self._log.rights(PERSON, *DEEDS) if line.seq <= at)

    def say(self, deed: str, body: Mapping[str, Any], by: Person | None = None) -> None:
        """Log what was done, by a person or by whoever typed the command."""
        said = dumps(dict(body) if by else {**body, "by": user()})
        who = by.id if by else ""
        self._log.append([Entry(new_id(self._log.clock()), PERSON, who, "", "", "", "", "", deed, "", said)])


def added_up(lines: Iterable[Line]) -> dict[str, Person]:
    """The persons by id that believed lines of DEEDS, in their order, speak of."""
    people: dict[str, Person] = {}
    for line in lines:
        said = json.loads(line.body)
        id = said["person"]
        if line.outcome == ADDED and id not in people:
            people[id] = Person(id, said["login"], said["name"], said["role"], line.at, number=said.get("number", ""))
        elif line.outcome == NUMBERED and id in people:
            people[id] = replace(people[id], number=said["number"])
        elif id in people and people[id].ended is None:
            people[id] = replace(people[id], **_changes(line.outcome, said, line.at))
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
