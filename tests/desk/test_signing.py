"""Signing in and out: passwords, lock, idleness, and forms that other sites send."""

import json
import re
from datetime import timedelta
from io import BytesIO
from unittest.mock import Mock

import pytest
from sqlalchemy import delete, insert, update

from service.desk import signing
from service.http.turns import Turns
from service.keys import PERMISSIONS
from service.log import LogUnavailable
from service.log.entry import microseconds
from service.log.tables import credentials, sessions
from service.people import passwords as module
from tests.api.calling import kind, start
from tests.desk.signing import PASSWORD, signing_in, token
from tests.log.samples import rows

CASE = {"subject": {"id": "V-1"}, "facts": {}}


def sign_in(api, login, password, next="/"):
    client = api.app.test_client()
    return client, signing_in(client, login=login, password=password, next=next)


def test_a_person_signs_in_and_the_log_says_so(api, someone):
    browser = someone("caller")
    assert "caller 某" in browser.get("/").text
    [line] = [one for one in api.service.log.find(kind="person") if one.outcome == "signed_in"]
    assert line.caller == browser.person.id


def test_the_first_password_is_changed_before_anything(api):
    person = api.service.people.add("wang", "王某", "analyst")
    client, answer = sign_in(api, "wang", api.service.passwords.first(person))
    assert answer.headers["Location"] == "/account"
    assert client.get("/reviews").headers["Location"] == "/account"
    assert kind(client.get("/v1/plans")) == (401, "unauthorized")


def test_a_password_is_changed_and_other_sessions_end(api, someone):
    browser = someone("caller")
    other, _ = sign_in(api, browser.person.login, PASSWORD)
    old = browser.client.get_cookie("session").value

    answer = browser.post("/account", password=PASSWORD, new="another long password", again="another long password")

    assert answer.status_code == 303
    assert browser.client.get_cookie("session").value != old
    assert browser.get("/v1/plans").status_code == 200
    assert other.get("/v1/plans").status_code == 401
    assert sign_in(api, browser.person.login, PASSWORD)[1].status_code == 401


@pytest.mark.parametrize(
    ("now", "new", "again", "said"),
    [
        ("wrong", "another long password", "another long password", "present password is wrong"),
        (PASSWORD, "another long password", "yet another password", "typed in two ways"),
        (PASSWORD, PASSWORD, PASSWORD, "has to be another one"),
        (PASSWORD, "elevenchars", "elevenchars", "12 to 128 characters"),
        (PASSWORD, "12345the.caller", "12345the.caller", "may not contain the login"),
    ],
)
def test_a_password_that_is_not_taken_changes_nothing(api, someone, now, new, again, said):
    browser = someone("caller")
    answer = browser.post("/account?lang=en", password=now, new=new, again=again)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert sign_in(api, browser.person.login, PASSWORD)[1].status_code == 303


def test_after_five_failures_the_right_password_waits_a_quarter_of_an_hour(api, someone):
    login = someone("caller").person.login
    assert [sign_in(api, login, "wrong")[1].status_code for _ in range(5)] == [401] * 5
    assert sign_in(api, login, PASSWORD)[1].status_code == 401
    api.clock.now += timedelta(minutes=15)
    assert sign_in(api, login, PASSWORD)[1].status_code == 303
    assert [sign_in(api, login, "wrong")[1].status_code for _ in range(4)] == [401] * 4
    assert sign_in(api, login, PASSWORD)[1].status_code == 303


def test_unknown_wrong_and_locked_look_alike(api, someone):
    login = someone("caller").person.login
    answers = [sign_in(api, who, "wrong")[1].text.replace(who, "") for who in (login, "nobody") for _ in range(6)]
    texts = {re.sub('name="csrf" value="[^"]+"', "", text) for text in answers}
    assert len(texts) == 1


def test_a_session_ends_by_idleness_and_by_age(api, someone):
    browser = someone("caller")
    for _ in range(24):  # half an hour less a minute each: never idle for long
        assert browser.get("/v1/plans").status_code == 200
        api.clock.now += timedelta(minutes=29)
    api.clock.now += timedelta(minutes=30)
    assert browser.get("/v1/plans").status_code == 401
    browser = someone("auditor")
    api.clock.now += timedelta(minutes=31)
    assert browser.get("/v1/plans").status_code == 401


def test_signing_out_ends_one_session_and_everywhere_all(api, someone):
    browser = someone("caller")
    others = [sign_in(api, browser.person.login, PASSWORD)[0] for _ in range(2)]
    others[0].post("/sign-out", data={"csrf": token(others[0].get("/account"))})
    assert [one.get("/v1/plans").status_code for one in (others[0], others[1], browser.client)] == [401, 200, 200]
    browser.post("/sign-out", everywhere="yes")
    assert [one.get("/v1/plans").status_code for one in (others[1], browser.client)] == [401, 401]


def test_whoever_is_ended_or_gets_another_role_feels_it_at_once(api, someone):
    browser = someone("analyst")
    api.service.people.change_role(browser.person, "caller")
    assert browser.get("/reviews").status_code == 403
    api.service.people.end(browser.person)
    assert browser.get("/v1/plans").status_code == 401
    assert sign_in(api, browser.person.login, PASSWORD)[1].status_code == 401


def test_what_another_site_sends_is_refused(api, someone):
    browser = someone("caller")
    for path in ("/sign-out", "/account"):
        assert kind(browser.client.post(path, data={"csrf": "0" * 32})) == (403, "forbidden")
    sent = {"path": "/v1/decisions/credit_village", "json": CASE}
    assert kind(browser.client.post(**sent)) == (403, "forbidden")
    assert browser.client.post(**sent, headers={"X-CSRF-Token": token(browser.get("/"))}).status_code == 200
    answer = api.app.test_client().post("/sign-in", data={"login": "a"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert kind(answer) == (403, "forbidden")


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",  # browsers leave out tabs and ends of lines
        "/\n/evil.example",
        "/reviews\r\nSet-Cookie: session=theirs",
        "",
    ],
)
def test_nobody_is_sent_to_another_site(api, someone, next):
    login = someone("caller").person.login
    assert sign_in(api, login, PASSWORD, next)[1].headers["Location"] == "/"


def test_a_decision_of_a_person_is_the_persons(api, someone):
    browser = someone("caller")
    headers = {"X-CSRF-Token": token(browser.get("/"))}
    found = browser.client.post("/v1/decisions/credit_village", json=CASE, headers=headers).json
    assert api.service.log.get(found["log_id"]).caller == browser.person.id
    assert kind(api.caller("caller").get(f"/v1/decisions/{found['log_id']}")) == (404, "not-found")


def test_rows_that_the_service_did_not_write_let_nobody_in(api, someone):
    person = someone("caller").person
    database, now = api.service.log.database, microseconds(api.clock())
    forged = module.HASHER.hash("forged password")
    database.change(update(credentials).where(credentials.c.person == person.id).values(hash=forged))
    assert sign_in(api, person.login, "forged password")[1].status_code == 401
    row = {
        "token": module.sha256(b"mine").hexdigest(),
        "person": person.id,
        "created": now,
        "seen": now,
        "mac": "0" * 32,
    }
    database.change(insert(sessions).values(row))
    client = api.app.test_client()
    client.set_cookie("session", "mine")
    assert client.get("/v1/plans").status_code == 401


def test_no_password_and_no_token_stands_in_the_database(api, someone):
    browser = someone("caller")
    found = [rows(api.service.log, f"SELECT * FROM {table}") for table in ("credentials", "sessions", "log")]  # noqa: S608
    assert PASSWORD not in str(found)
    assert browser.client.get_cookie("session").value not in str(found)


def test_over_https_the_cookie_goes_no_other_way(tmp_path):
    api = start(tmp_path, public_address="https://credit.example")
    person = api.service.people.add("wang", "王某", "caller")
    api.service.passwords.change(person, PASSWORD)
    answer = sign_in(api, "wang", PASSWORD)[1]
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
    assert "Domain" not in cookie
    api.close()


def test_the_lines_about_people_say_what_was_done_and_nothing_secret(api, someone):
    person = someone("caller").person
    lines = [(one.outcome, json.loads(one.body)) for one in api.service.log.find(kind="person")]
    assert [deed for deed, _ in lines] == ["person_added", "password_set", "signed_in"]
    added = {"person": person.id, "login": "the.caller", "name": "caller 某", "role": "caller"}
    assert lines[0][1].items() >= added.items()


def test_no_id_of_a_subject_is_spelled_so_that_its_pseudonym_lets_somebody_in(api, someone):
    """Whoever may decide and write to the database reads the pseudonym of any id that he likes."""
    auditor, now = someone("auditor").person, microseconds(api.clock())
    for spelled in (f"session mine {auditor.id} {now}", f"session\0mine {auditor.id} {now}"):
        decided = api.caller("caller").post("/v1/decisions/credit_village", json={**CASE, "subject": {"id": spelled}})
        line = decided.status_code == 200 and api.service.log.get(decided.json["log_id"])
        mac = line.subject if line else "é"
        row = {
            "token": module.sha256(b"mine").hexdigest(),
            "person": auditor.id,
            "created": now,
            "seen": now,
            "mac": mac,
        }
        api.service.log.database.change(delete(sessions))
        api.service.log.database.change(insert(sessions).values(row))
        client = api.app.test_client()
        client.set_cookie("session", "mine")
        assert client.get("/v1/plans").status_code == 401


def test_passwords_are_tried_by_few_at_once_and_the_others_told_to_come_again(api, someone, monkeypatch):
    browser = someone("caller")
    monkeypatch.setattr(signing, "HASHING", turns := Turns(1, 0))
    with turns.turn():
        assert sign_in(api, browser.person.login, PASSWORD)[1].status_code == 503
        new = "another long password"
        assert browser.post("/account", password=PASSWORD, new=new, again=new).status_code == 503
        assert browser.get("/v1/plans").status_code == 200
    assert sign_in(api, browser.person.login, PASSWORD)[1].status_code == 303


@pytest.mark.parametrize("told", [True, False])
def test_a_form_is_small(api, told):
    """As is one of a length that nobody told."""
    body = b"login=a&password=" + b"x" * (1 << 16)
    length = {} if told else {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    answer = api.app.test_client().post("/sign-in", input_stream=BytesIO(body), environ_overrides=length,
                                        content_length=len(body) if told else None,
                                        content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert answer.status_code == 413


def test_a_password_stays_good_where_the_line_about_another_cannot_be_written(api, someone, monkeypatch):
    login = someone("caller").person.login
    service = api.service
    monkeypatch.setattr(service.log, "append", Mock(side_effect=LogUnavailable("clock_ahead", "")))
    with pytest.raises(LogUnavailable):
        service.passwords.change(service.people.by_login(login), "another long password")
    monkeypatch.undo()
    assert sign_in(api, login, PASSWORD)[1].status_code == 303


def test_nobody_is_in_where_the_log_cannot_say_so(api, someone, monkeypatch):
    login = someone("caller").person.login
    monkeypatch.setattr(api.service.log, "append", Mock(side_effect=LogUnavailable("away", "")))
    client, answer = sign_in(api, login, PASSWORD)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (503, False)
    assert client.get_cookie("session") is None


def pages(api):
    """The views of people, with the permission that each wants."""
    views = api.app.view_functions
    return [(rule, views[rule.endpoint].permission) for rule in api.app.url_map.iter_rules()
            if hasattr(views[rule.endpoint], "permission")]  # fmt: skip


def open_to(browser, rule, method):
    path = re.sub("<[^>]*>", "x", rule.rule)
    return browser.client.open(path, method=method, data={"csrf": token(browser.get("/"))})


def test_every_page_wants_somebody_who_signed_in_with_its_permission(api, someone):
    """But for those that anybody may see, which are named here."""
    free = {rule.rule for rule in api.app.url_map.iter_rules()} - {rule.rule for rule, _ in pages(api)}
    assert {one for one in free if not one.startswith("/v1/")} == {
        "/", "/account", "/docs", "/docs/assets/<path:name>",
        "/healthz", "/metrics", "/openapi.json", "/problems/<kind>", "/readyz", "/sign-in",
        "/sign-in/back", "/sign-in/elsewhere", "/sign-out", "/static/<path:filename>", "/try-it.json",
    }  # fmt: skip
    assert len(pages(api)) > 30
    for rule, _ in pages(api):
        for method in rule.methods & {"GET", "POST"}:
            answer = api.app.test_client().open(re.sub("<[^>]*>", "x", rule.rule), method=method)
            sent = answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?")
            assert sent or answer.status_code == 401, (method, rule)


@pytest.mark.parametrize("role", PERMISSIONS)
def test_a_page_opens_to_exactly_the_roles_that_its_permission_says(api, someone, role):
    browser = someone(role)
    for rule, permission in pages(api):
        for method in rule.methods & {"GET", "POST"}:
            allowed = open_to(browser, rule, method).status_code != 403
            assert allowed == (permission in PERMISSIONS[role]), (method, rule)
