"""The people who sign in: who they are, their passwords, and their sessions.

In: the log, in which every person, role and change of a password is a line. Out: the person behind a login or a
session. May be imported by `http` and everything above it; API keys are for machines. `openid` is imported only where
people sign in elsewhere: its libraries take memory.
"""

from service.people.auditing import Fault, faults
from service.people.errors import NotSignedIn, TooWeak
from service.people.passwords import Passwords
from service.people.persons import People, Person
from service.people.sessions import Session, Sessions, end_sessions

__all__ = [
    "Fault", "NotSignedIn", "Passwords", "People", "Person", "Session", "Sessions", "TooWeak", "end_sessions", "faults",
]  # fmt: skip
