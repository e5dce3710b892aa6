"""`village-credit policies history`, `export`, `import` and `check --against-log`, as they are typed."""

import json
import re
import shutil
from contextlib import closing

import pytest
from click.testing import CliRunner

from rules import read_store
from service.commands.main import cli
from service.log.log import utc_now
from service.people import Passwords, People
from service.publishing import IMPORTED, Act, Change, acts, files_of, publish, published
from tests.log.samples import key_file, opened
from tests.policy import __path__ as policy

PASSWORD = "a long enough password"  # noqa: S105 -- of people made up here
FIRST, NEW = "base/2026-05-01", "base/2100-01-01"
PEOPLE = "--by", "zhang", "--approved-by", "li"


@pytest.fixture
def policies(tmp_path):
    folder = tmp_path / "policies"
    shutil.copytree(f"{policy[0]}/base", folder / "base")
    return folder


@pytest.fixture
def run(sqlite, tmp_path, policies):
    """A published edition, an editor, an approver and an administrator."""
    key = key_file(tmp_path / "signing.pem")
    with closing(opened(sqlite, utc_now)) as log:
        log.introduce("root")
        people = People(log)
        for login, role in (("zhang", "editor"), ("li", "approver"), ("wang", "admin")):
            Passwords(log, people).change(people.add(login, f"{login} name", role), PASSWORD)
        sha256 = read_store(policies, warn=False).edition(FIRST).sha256
        act = Act(outcome=IMPORTED, by="root", changes=(Change(FIRST, sha256),))
        publish(log, act, {sha256: files_of(policies, FIRST)}, 0)

    def run(*words, password=PASSWORD, second=PASSWORD):
        environment = {"VILLAGE_CREDIT_DATABASE": sqlite, "VILLAGE_CREDIT_SIGNING_KEY": str(key), "LC_ALL": "en",
                       "VILLAGE_CREDIT_PASSWORD": password, "VILLAGE_CREDIT_APPROVER_PASSWORD": second}  # fmt: skip
        return CliRunner(env=environment).invoke(cli, ["policies", *words])

    return run


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "notice.pdf"
    path.write_bytes(b"%PDF")
    return "--reason", "提高标准", "--source", str(path)


def second(policies):
    """An edition whose day is to come."""
    shutil.copytree(policies / FIRST, policies / NEW)
    plan = policies / NEW / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("2026-05-01", "2100-01-01"), "utf-8")
    return policies


def names(url):
    with closing(opened(url, utc_now)) as log:
        return [*published(log).releases]


def test_what_is_exported_is_what_was_imported(run, policies, tmp_path):
    assert run("export", str(tmp_path / "out")).exit_code == 0
    found = {path.relative_to(tmp_path / "out"): path.read_bytes() for path in (tmp_path / "out").rglob("*.yaml")}
    assert found == {path.relative_to(policies): path.read_bytes() for path in policies.rglob("*.yaml")}
    again = run("export", str(tmp_path / "out"))
    assert (again.exit_code, "not empty" in again.stderr) == (2, True)


def test_a_new_edition_is_imported_by_two_people_and_the_history_says_so(run, policies, sqlite, source):
    done = run("import", str(second(policies)), *PEOPLE, *source)
    assert done.exit_code == 0, done.stderr
    assert names(sqlite) == [FIRST, NEW]
    [first, *_, last] = json.loads(run("history", "--json").stdout)
    assert (first["outcome"], first["by"]) == ("imported", "root")
    with closing(opened(sqlite, utc_now)) as log:
        people = People(log)
        assert (last["outcome"], last["by"]) == ("approved", people.by_login("li").id)
        assert last["authors"] == [people.by_login("zhang").id]
        assert last["changes"][0]["sha256"] == published(log).releases[NEW].sha256
    assert (last["reason"], last["source"]["title"]) == ("提高标准", "notice.pdf")
    shown = run("history", NEW).stdout
    assert "approved" in shown
    assert "li name" in shown
    assert "written by zhang name" in shown
    assert "imported" not in shown


@pytest.mark.parametrize(("people", "passwords", "said"), [
    (("--by", "zhang", "--approved-by", "zhang"), {}, "another person"),
    (("--by", "zhang", "--approved-by", "wang"), {}, ""), (("--by", "wang", "--approved-by", "li"), {}, ""),
    (("--by", "li", "--approved-by", "zhang"), {}, ""),
    (PEOPLE, {"password": "wrong"}, "wrong"), (PEOPLE, {"second": "wrong"}, "wrong"),
])  # fmt: skip
def test_no_one_alone_imports_and_nobody_without_the_right(run, policies, sqlite, source, people, passwords, said):
    done = run("import", str(second(policies)), *people, *source, **passwords)
    assert done.exit_code != 0
    assert said in done.stderr
    assert names(sqlite) == [FIRST]
    with closing(opened(sqlite, utc_now)) as log:
        assert [one.outcome for one in acts(log) if one.outcome == "approved"] == []


def test_warnings_are_acknowledged_before_anything_is_drafted(run, policies, sqlite, source):
    plan = second(policies) / NEW / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("from: 2100-01-01", "from: 2100-01-01, to: 2101-01-01"), "utf-8")
    refused = run("import", str(policies), *PEOPLE, *source)
    assert refused.exit_code != 0
    name = re.search(r"warning\.ends \S+ effective\.to", refused.stderr)[0]
    with closing(opened(sqlite, utc_now)) as log:
        assert log.database.read(lambda one: one.exec_driver_sql("SELECT count(*) FROM drafts").scalar()) == 0
    assert run("import", str(policies), *PEOPLE, *source, "--acknowledge", name).exit_code == 0
    assert names(sqlite) == [FIRST, NEW]


def test_a_folder_with_nothing_new_is_told(run, policies, source):
    done = run("import", str(policies), *PEOPLE, *source)
    assert (done.exit_code, "no edition that is not published" in done.stderr) == (2, True)


def test_check_holds_a_folder_against_what_is_published(run, policies):
    def told(*words):
        done = run("check", str(policies), "--against-log", "--json", *words)
        problems = json.loads(done.stdout)["problems"]
        codes = ("locked_changed", "locked_missing", "unpublished", "missing")
        return done.exit_code, [(one["where"], one["severity"]) for one in problems if one["code"] in codes]

    (policies / "base/cases").mkdir()
    (policies / "base/cases/kept.yaml").write_text("[]\n", "utf-8")
    assert told() == (0, [])
    second(policies)
    code, [(file, severity)] = told()
    assert (code, f"{NEW}/plan.yaml" in file, severity) == (0, True, "warning")
    facts = policies / FIRST / "facts.yaml"
    facts.write_text(facts.read_text("utf-8") + "\n# a note\n", "utf-8")
    code, found = told()
    assert code == 1
    assert [severity for file, severity in found if f"{FIRST}/facts.yaml" in file] == ["error"]
    assert [file.endswith(f"/{NEW}/plan.yaml:1:1") for file, _ in found if "/plan.yaml" in file] == [True]
    assert "policies export" in run("check", str(policies), "--against-log").stderr
