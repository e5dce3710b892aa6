"""People in the log, on both databases: what several processes see of them, and what is not believed."""

import json
import threading
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import update

from service.keys import Keys
from service.log import LogUnavailable, verify
from service.log.tables import credentials
from service.people import Passwords, People, Sessions
from service.people import passwords as module
from service.people.persons import ADDED, CHANGED, PASSWORD, PERSON
from tests.log.samples import entry, opened, rows, signer, tamper

WORD = "a long enough password"


@pytest.fixture
def people(log):
    log.introduce("operator")
    return People(log)


@pytest.fixture
def other(url, people):
    """The same log in another process."""
    with closing(opened(url)) as log:
        yield log


def test_what_one_process_says_of_people_the_others_hear_at_once(people, other):
    there = People(other)
    assert there.listed() == ()
    person = people.add("wang", "王某", "analyst")
    assert there.by_login("WANG") == person
    people.change_role(person, "auditor")
    assert there.by_id(person.id).role == "auditor"
    there.end(person)
    assert people.by_login("wang") is None


def test_the_lines_are_added_up_once_and_not_for_every_request(log, people, monkeypatch):
    person, read = people.add("wang", "王某", "analyst"), []
    rights = log.rights
    monkeypatch.setattr(log, "rights", lambda *asked: read.append(asked) or rights(*asked))
    log.append([entry()])
    assert {people.by_id(person.id).login for _ in range(5)} == {"wang"}
    assert len(read) <= 1


def deleted(log, id):
    """Take the line by which somebody lost something out of the log."""
    tamper(log, (f"DELETE FROM log WHERE id = {log.database.mark}", (id,)))  # noqa: S608


@pytest.mark.parametrize("since", [0, 1], ids=["the last line", "a line among others"])
def test_a_right_that_was_taken_away_does_not_come_back_by_a_deletion(url, log, people, since):
    """Neither where the service runs on, nor to one that starts."""
    keys = Keys(log, refresh=0)
    key, text = keys.add("core", "auditor")
    person = people.add("wang", "王某", "auditor")
    people.change_role(person, "caller")
    keys.revoke(key.id)
    assert keys.check(text) is None
    assert people.by_id(person.id).role == "caller"
    for _ in range(since):
        log.append([entry()])
    lost = [line.id for line in log.find(limit=9) if line.outcome in {CHANGED, "revoked"}]
    deleted(log, lost[1])
    with pytest.raises(LogUnavailable, match="missing"):
        Keys(log, refresh=0).check(text)
    if since:
        with closing(opened(url)) as later, pytest.raises(LogUnavailable, match="missing"):
            Keys(later).check(text)
        with pytest.raises(LogUnavailable, match="missing"):
            log.ready()
    deleted(log, lost[0])
    with pytest.raises(LogUnavailable, match="missing"):
        people.by_id(person.id)
    if since:
        with closing(opened(url)) as later, pytest.raises(LogUnavailable, match="missing"):
            People(later).listed()


def test_a_right_that_was_taken_away_does_not_come_back_by_an_edit_while_the_service_runs(log, people):
    person = people.add("wang", "王某", "auditor")
    people.change_role(person, "caller")
    assert people.by_id(person.id).role == "caller"
    tamper(log, f"UPDATE log SET kind = 'x' WHERE outcome = '{CHANGED}'")  # noqa: S608
    with pytest.raises(LogUnavailable, match="missing"):
        people.by_id(person.id)


def test_what_somebody_else_writes_about_people_is_not_believed(url, log, people):
    """A forged auditor, a role that is raised, and a password with its line: by a key of the forger's own, by none,
    and by changing lines that are there."""
    person = people.add("wang", "王某", "caller")
    hash = module.HASHER.hash("forged password")
    digest = module.sha256(hash.encode()).hexdigest()
    boss = {"person": "person-0", "login": "boss", "name": "b", "role": "auditor"}
    said = [
        (ADDED, boss),
        (CHANGED, {"person": person.id, "role": "auditor"}),
        (PASSWORD, {"person": person.id, "sha256": digest, "temporary": False}),
    ]
    with closing(opened(url, signer=signer(9))) as forger:
        forged = People(forger)
        for deed, body in said:
            forged.say(deed, body, person)
        log.database.change(update(credentials).values(hash=hash))
        Passwords(forger, forged).first(person)
        log.database.change(update(credentials).values(hash=hash))
    assert [(one.login, one.role, one.password) for one in people.listed()] == [("wang", "caller", "")]
    assert Passwords(log, people).check("wang", "forged password") is None
    unsign, change = "UPDATE log SET signer = '', signature = ", "UPDATE log SET body = "
    mark, mine = log.database.mark, json.dumps({**boss, "login": "wang"}).encode()
    tamper(log, (f"{unsign}{mark} WHERE outcome = 'role_changed'", (b"",)), (f"{change}{mark} WHERE seq = 2", (mine,)))
    with closing(opened(url)) as again:
        assert People(again).listed() == ()
        assert again.refused.keys() >= {seq for (seq,) in rows(log, "SELECT seq FROM log WHERE kind = 'person'")}
    assert not verify(log).intact


def test_many_at_once_get_no_more_tries_than_one(log, other, people):
    person = people.add("wang", "王某", "analyst")
    Passwords(log, people).change(person, WORD)
    there = People(other)
    tries = [(Passwords(log, people), "wrong"), (Passwords(other, there), "wrong")] * 6
    threads = [threading.Thread(target=by.check, args=("wang", word)) for by, word in tries]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert rows(log, "SELECT failures FROM credentials") == [(module.FAILURES,)]
    assert Passwords(other, there).check("wang", WORD) is None
    log.clock.forward(module.LOCKED.total_seconds())
    assert Passwords(log, people).check("wang", WORD).id == person.id


def test_a_session_begun_in_one_process_is_good_in_another_and_ends_there(log, other, people):
    hours = timedelta(hours=1)
    here, there = Sessions(log, people, hours, hours), Sessions(other, People(other), hours, hours)
    person = people.add("wang", "王某", "analyst")
    session = here.begin(person)
    assert there.find(session.token) == session
    there.end_all(person)
    assert here.find(session.token) is None


def test_a_quiet_log_or_a_clock_gone_wrong_hinders_people_in_so_many_words(url, clock, people):
    clock.forward(3 * 86400)
    with closing(opened(url, clock, ahead=timedelta(days=1))) as log, pytest.raises(Exception, match="accept-clock"):
        People(log).add("wang", "王某", "analyst")
    assert people.listed() == ()
    log = opened(url, clock, ahead=timedelta(days=1))
    with closing(log):
        log.accept_clock("operator")
        assert People(log).add("wang", "王某", "analyst")
        assert PERSON in {one.kind for one in log.find()}
