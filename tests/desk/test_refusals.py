"""Sign-ins that failed stand in the log, however many; forms of other sites; what a browser is told where something is
wrong."""

import json
from datetime import timedelta
from unittest.mock import Mock

import pytest

from service.log import LogUnavailable, verify
from service.people import refusals
from tests.api.calling import PROBLEM
from tests.desk.signing import PASSWORD, signing_in

TYPED = "typed-by-mistake"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def tried(api, login, password=TYPED, times=1):
    client = api.app.test_client()
    return [answered(signing_in(client, login=login, password=password)) for _ in range(times)]


def answered(answer):
    """The status of an answer, which a server closes once it is sent."""
    answer.close()
    return answer.status_code


def said(api):
    """What the log says of failures, once it is written."""
    api.service.passwords.refusals.write()
    lines = api.service.log.believed("person", refusals.FAILED, refusals.REFUSED)
    return [json.loads(line.body) for line in lines]


def test_wrong_passwords_of_a_person_stand_in_the_log_and_the_lock_with_them(api, someone):
    person = someone("caller").person
    assert tried(api, person.login, times=8) == [401] * 8
    said(api)
    api.clock.now += refusals.EVERY
    lines = said(api)
    assert lines[:5] == [{"person": person.id, "locks": number == 4} for number in range(5)]
    assert [(one["locked"], "person" in one) for one in lines[5:]] == [(1, False), (2, False)]
    assert verify(api.service.log).intact


def test_what_was_typed_stands_nowhere(api, someone):
    tried(api, someone("caller").person.login)
    tried(api, TYPED)
    said(api)
    assert TYPED not in str(api.service.log.find(limit=100))


def test_tries_at_logins_that_nobody_has_are_counted_into_one_line_each_quarter_of_an_hour(api):
    for number in range(30):
        tried(api, f"nobody-{number}")
    assert said(api) == [{"since": api.clock().isoformat(), "unknown": 1}]  # the others when it is time
    api.clock.now += refusals.EVERY
    assert [one["unknown"] for one in said(api)] == [1, 29]
    api.clock.now += refusals.EVERY
    assert len(said(api)) == 2


def test_what_cannot_be_written_waits_and_is_bounded(api, someone, monkeypatch):
    person, found = someone("caller").person, api.service.passwords.refusals
    monkeypatch.setattr(refusals, "MOST", 3)
    monkeypatch.setattr(api.service.log, "append", Mock(side_effect=LogUnavailable("away")))
    for _ in range(5):
        found.failed(person, locks=False)
    found.write()
    monkeypatch.undo()
    assert [one.get("person", one.get(refusals.FAILED)) for one in said(api)] == [person.id] * 3 + [2]


def test_an_auditor_sees_who_failed_and_others_do_not(api, someone):
    person, auditor = someone("caller").person, someone("auditor")
    tried(api, person.login, times=5)
    tried(api, "nobody")
    said(api)
    page = auditor.get("/audit/sign-ins?lang=en").text
    assert (page.count("wrong password"), page.count("which locks the login")) == (5, 1)
    assert "no such login 1" in page
    assert person.id in page
    assert "/audit/sign-ins" in auditor.get("/audit").text
    assert someone("analyst").get("/audit/sign-ins").status_code == 200
    api.service.people.change_role(person, "caller")
    api.clock.now += timedelta(minutes=15)
    client = api.app.test_client()
    signing_in(client, login=person.login, password=PASSWORD)
    assert client.get("/audit/sign-ins").status_code == 403


# --- forms of other sites


@pytest.mark.parametrize("form", ["", "0" * 64, "of another browser"])
def test_a_form_that_is_not_of_our_page_signs_nobody_in(api, someone, form):
    """It would sign somebody in as another person, who would then see what is done."""
    login = someone("caller").person.login
    client, other = api.app.test_client(), api.app.test_client()
    client.get("/sign-in")
    if form == "of another browser":
        form = other.get("/sign-in").text.partition('name="csrf" value="')[2].partition('"')[0]
    answer = client.post("/sign-in", data={"csrf": form, "login": login, "password": PASSWORD})
    assert answer.status_code == 403
    assert client.get("/v1/plans").status_code == 401
    assert signing_in(client, login=login, password=PASSWORD).status_code == 303


def test_without_its_cookie_a_form_signs_nobody_in(api, someone):
    login = someone("caller").person.login
    form = api.app.test_client().get("/sign-in").text.partition('name="csrf" value="')[2].partition('"')[0]
    answer = api.app.test_client().post("/sign-in", data={"csrf": form, "login": login, "password": PASSWORD})
    assert answer.status_code == 403


def test_two_pages_to_sign_in_at_are_both_good(api, someone):
    login, client = someone("caller").person.login, api.app.test_client()
    first = client.get("/sign-in").text.partition('name="csrf" value="')[2].partition('"')[0]
    client.get("/sign-in")
    answer = client.post("/sign-in", data={"csrf": first, "login": login, "password": PASSWORD})
    assert answer.status_code == 303


# --- pages for browsers


def test_a_browser_is_told_by_a_page_that_the_log_is_away(api, someone, monkeypatch):
    login, client = someone("caller").person.login, api.app.test_client()
    form = client.get("/sign-in").text.partition('name="csrf" value="')[2].partition('"')[0]
    monkeypatch.setattr(api.service.log.database, "change", Mock(side_effect=LogUnavailable("locked")))
    fields = {"csrf": form, "login": login, "password": PASSWORD}
    told = client.post("/sign-in?lang=en", data=fields, headers=HTML)
    assert (told.status_code, told.mimetype, told.headers["Retry-After"]) == (503, "text/html", "2")
    assert "Another program holds" in told.text
    assert told.headers["X-Request-ID"] in told.text
    assert client.post("/sign-in", data=fields).mimetype == PROBLEM


@pytest.mark.parametrize(("path", "status"), [("/audit/unknown", 404), ("/reviews/unknown", 404)])
def test_a_browser_is_told_by_a_page_what_is_not_there(someone, path, status):
    browser = someone("auditor" if path.startswith("/audit") else "analyst")
    told = browser.get(path, headers=HTML)
    assert (told.status_code, told.mimetype) == (status, "text/html")
    assert browser.get(path).mimetype == PROBLEM
