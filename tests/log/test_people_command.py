"""`village-credit people`, as it is typed."""

import json
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from service.commands.main import cli
from service.keys import PERMISSIONS
from service.people import Passwords, People, Sessions
from tests.log.samples import Clock, key_file, opened

ADD = "add", "wang", "--name", "王某", "--role", "analyst"


@pytest.fixture
def run(url, tmp_path_factory):
    key = key_file(tmp_path_factory.mktemp("keys") / "signing.pem")

    def run(*words, of="people"):
        environment = {
            "VILLAGE_CREDIT_DATABASE": url,
            "VILLAGE_CREDIT_SIGNING_KEY": str(key),
            "LC_ALL": "en",
        }
        return CliRunner(env=environment).invoke(cli, [of, *words])

    return run


def passwords(log):
    return Passwords(log, People(log))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE credentials SET hash = 'x'", "credential_changed"),
        ("DELETE FROM credentials", "credential_missing"),
        ("UPDATE credentials SET person = 'somebody'", "credential_stray"),
    ],
)
def test_a_verification_tells_of_passwords_that_the_log_does_not_speak_of(run, url, statement, said):
    run(*ADD)
    whole = run("verify", of="log")
    assert whole.exit_code == 0, whole.output
    with closing(opened(url)) as log:
        log.database.write(lambda cursor: cursor.execute(statement))
    told = run("verify", "--json", of="log")
    assert told.exit_code == 1
    assert said in [one["code"] for one in json.loads(told.stdout)["passwords_wrong"]]
    assert "password" in run("verify", of="log").stderr


def test_people_are_added_listed_changed_and_ended(run, url):
    added = run(*ADD)
    first = added.stdout.strip()
    assert (added.exit_code, "shown this once" in added.stderr) == (0, True)
    with closing(opened(url)) as log:
        assert passwords(log).check("wang", first).temporary
        assert "first password not changed yet" in run("list").stdout
        assert run("role", "wang", "auditor").exit_code == 0
        person = People(log).by_login("wang")
        assert person.role == "auditor"
        hours = timedelta(hours=1)
        session = Sessions(log, People(log), hours, hours).begin(person)
        second = json.loads(run("reset", "wang", "--json").stdout)["password"]
        assert passwords(log).check("wang", first) is None
        assert passwords(log).check("wang", second)
        assert Sessions(log, People(log), hours, hours).find(session.token) is None
        assert run("end", "wang").exit_code == 0
        assert passwords(log).check("wang", second) is None
    assert "ended 20" in run("list").stdout
    assert run("add", "li", "--name", "李某", "--role", "store", "--elsewhere").exit_code == 0
    assert [one["login"] for one in json.loads(run("list", "--json").stdout)] == ["wang", "li"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "wang li", "--name", "a", "--role", "caller"), "A login is 1 to 64 of letters"),
        (("add", "110101199003070038", "--name", "a", "--role", "caller"), "and no identity number"),
        (("add", "li", "--name", "110101199003070038", "--role", "caller"), "and no identity number"),
        (("add", "li", "--name", "a\x1b[2Jb", "--role", "caller"), "A name or post is 1 to 64 characters"),
        (("add", "WANG", "--name", "a", "--role", "caller"), "Somebody signs in as WANG already."),
        (("end", "nobody"), "Nobody signs in as nobody."),
        (("reset", "nobody"), "Nobody signs in as nobody."),
    ],
)
def test_what_cannot_be_done_is_said(run, words, said):
    run(*ADD)
    result = run(*words)
    assert (result.exit_code, said in result.stderr) == (2, True), result.output


def test_a_quiet_log_asks_for_a_word_on_the_clock_and_a_password_stays_good_until_then(run, url):
    clock = Clock(datetime.now(UTC) - timedelta(days=30))
    with closing(opened(url, clock)) as log:
        log.introduce("operator")
        person = People(log).add("wang", "王某", "analyst")
        first = passwords(log).first(person)
        result = run("reset", "wang")
        assert (result.exit_code, "accept-clock" in result.stderr) == (2, True)
        assert passwords(log).check("wang", first)
        clock.now = datetime.now(UTC)
        log.accept_clock("operator")
        assert run("reset", "wang").exit_code == 0
        assert passwords(log).check("wang", first) is None


@pytest.mark.parametrize("command", [["people", "add"], ["people", "role"], ["keys", "add"]])
def test_help_says_what_each_role_may_do(command):
    """In a line each, of every role there is."""
    told = CliRunner().invoke(cli, [*command, "--help"]).output
    for role in PERMISSIONS:
        assert re.search(rf"^ *{role} +\S", told, re.MULTILINE), role


def test_a_staff_number_makes_two_logins_one_humans(run, url):
    run(*ADD, "--number", "1023")
    run("add", "wang2", "--name", "王某", "--role", "approver")
    said = run("number", "wang2", "1023")
    assert said.exit_code == 0, said.output
    assert "The same human has: person-" in said.stdout
    assert [one["number"] for one in json.loads(run("list", "--json").stdout)] == ["1023", "1023"]
    assert "has no staff number any more" in run("number", "wang2").stdout
    with closing(opened(url)) as log:
        people = People(log)
        assert people.accounts(people.by_login("wang").id) == {people.by_login("wang").id}
    run("end", "wang2")
    assert run("number", "wang2", "1023").exit_code == 0  # of a login that was ended too
    assert "no identity number" in run("number", "wang", "11010519491231002X").stderr
    assert "Nobody signs in as" in run("number", "nobody", "1").stderr
