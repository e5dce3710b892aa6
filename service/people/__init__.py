"""The people who sign in: who they are, their passwords, and their sessions.

In: the log, in which every person, role and change of a password is a line. Out: the person behind a login or a
session. May be imported by `http` and everything above it; API keys are for machines.
"""

from service.people.passwords import Passwords, TooWeak
from service.people.persons import People, Person
from service.people.sessions import Session, Sessions, end_sessions

__all__ = ["Passwords", "People", "Person", "Session", "Sessions", "TooWeak", "end_sessions"]
