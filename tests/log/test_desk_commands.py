"""`village-credit policies draft`, `submit`, `approve` and what goes with them, as they are typed."""

import json
import os
import re
import subprocess
import sys
from contextlib import closing
from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from service.commands.main import cli
from service.log.log import utc_now
from service.log.tables import revisions
from service.people import Passwords, People
from service.publishing import acts, published
from service.publishing.deciding import submit
from service.publishing.desk import Desk, Doer
from service.publishing.drafting import begin, save
from tests.log.deskwork import BASE, FIRST, NEW, OLD, SHANGHAI, SOURCE, changed, imported
from tests.log.samples import key_file, opened, tamper

WRONG = "not the password"
PASSWORD = "a long enough password"  # noqa: S105 -- of people made up here


def prepared(url, folder):
    """A log with the plan published and people to act, and the settings of who types."""
    key = key_file(folder / "signing.pem")
    with closing(opened(url, utc_now)) as log:
        log.introduce("root")
        people = People(log)
        for login, role in (("zhang", "editor"), ("li", "approver"), ("wang", "approver")):
            Passwords(log, people).change(people.add(login, login, role), PASSWORD)
        imported(log, BASE, FIRST)
    return {"VILLAGE_CREDIT_DATABASE": url, "VILLAGE_CREDIT_SIGNING_KEY": str(key), "LC_ALL": "en",
            "VILLAGE_CREDIT_PASSWORD": PASSWORD}  # fmt: skip


@pytest.fixture
def run(sqlite, tmp_path):
    settings = prepared(sqlite, tmp_path)

    def run(*words, password=PASSWORD, **others):
        environment = {**settings, "VILLAGE_CREDIT_PASSWORD": password}
        return CliRunner(env=environment).invoke(cli, words, **others)

    return run


@pytest.fixture
def said(run):
    """What a command of the desk says as JSON; it has to go well."""

    def said(login, *words):
        done = run("policies", *words, "--as", login, "--json")
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    return said


def releases(url):
    with closing(opened(url)) as log:
        return {name: one.sha256 for name, one in published(log).releases.items()}


def edit(folder, old, new):
    file = folder / "limit.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "通知.pdf"
    path.write_bytes(b"%PDF")
    return str(path)


def submitted(said, folder, document, *start):
    begun = said("zhang", "draft", *(start or ("base", "--for", "2100-01-01")), "--to", str(folder))
    edit(folder, OLD, NEW)
    said("zhang", "draft", "--from", str(folder))
    said("zhang", "submit", begun["id"], "--reason", "提高额度", "--source", document)
    return begun["id"], said("li", "drafts", begun["id"])


def test_the_whole_way(run, said, sqlite, tmp_path, document):
    id, shown = submitted(said, tmp_path / "work", document)
    assert (shown["state"], shown["revision"]) == ("submitted", 2)
    assert [text for text in shown["difference"] if text[:1] in "+-" and NEW in text] != []
    assert [one["id"] for one in said("li", "drafts", "--state", "submitted")] == [id]
    own = run("policies", "approve", id, "--sha256", shown["sha256"], "--as", "zhang")
    assert (own.exit_code, "lacks the permission approve" in own.stderr) == (2, True)
    done = run("policies", "approve", id, "--sha256", shown["sha256"], "--as", "li")
    assert (done.exit_code, "in force from 2100-01-01" in done.stdout) == (0, True)
    assert releases(sqlite)["base/2100-01-01"] == shown["sha256"]
    again = run("policies", "approve", id, "--sha256", shown["sha256"], "--as", "li")
    assert (again.exit_code, "“approved” now" in again.stderr) == (2, True)
    withdrawn = said("li", "withdraw", "base/2100-01-01", "--reason", "推迟")
    assert withdrawn["outcome"] == "withdrawn"
    assert releases(sqlite).keys() == {FIRST}
    restored = said("zhang", "restore", shown["sha256"][:16], "--for", "2100-02-01", "--to", str(tmp_path / "again"))
    assert restored["edition"] == "base/2100-02-01"
    assert NEW in (tmp_path / "again" / "limit.yaml").read_text("utf-8")


def test_of_two_processes_that_approve_at_once_one_does_and_the_other_is_told(url, tmp_path):
    environment = os.environ | prepared(url, tmp_path)
    with closing(opened(url, utc_now)) as log:
        people = People(log)
        desk, who = Desk(log, people, SHANGHAI), Doer(people.by_login("zhang").id)
        draft = begin(desk, who, "base", date(2100, 1, 1))
        draft = save(desk, who, draft.id, 1, changed(draft.saved.files)).draft
        _, checked = submit(desk, who, draft.id, 2, "提高额度", SOURCE)
    approve = (
        sys.executable,
        "-m",
        "service",
        "policies",
        "approve",
        draft.id,
        "--sha256",
        checked.sha256(draft.edition),
    )
    both = [subprocess.Popen([*approve, "--as", login], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True) for login in ("li", "wang")]  # fmt: skip
    said = [(*one.communicate(), one.returncode) for one in both]
    assert sorted(code for *_, code in said) == [0, 2], said
    [refused] = [error for _, error, code in said if code]
    with closing(opened(url)) as log:
        [approved] = [one for one in acts(log) if one.outcome == "approved"]
        assert approved.by in refused
        assert f"{approved.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" in refused


def test_files_that_were_edited_elsewhere_are_taken_and_merged(run, said, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    begun = said("zhang", "draft", str(BASE / FIRST), "--for", "2100-01-01", "--to", str(one))
    said("li", "drafts", begun["id"], "--to", str(other))
    edit(one, "amount: 1 万元", "amount: 2 万元")
    edit(other, OLD, NEW)
    said("zhang", "draft", "--from", str(one))
    clash = run("policies", "draft", "--from", str(other), "--as", "li")
    assert (clash.exit_code, "you wrote:" in clash.stderr, "somebody else wrote:" in clash.stderr) == (2, True, True)
    edit(other, NEW, OLD)
    (other / "plan.yaml").write_text((other / "plan.yaml").read_text("utf-8").replace("试验方案", "试行方案"), "utf-8")
    merged = said("li", "draft", "--from", str(other))
    assert (merged["revision"], len(merged["authors"])) == (3, 2)
    assert "amount: 2 万元" in (other / "limit.yaml").read_text("utf-8")
    undone = said("zhang", "undo", begun["id"], "--to", "1")
    assert [one["revision"] for one in undone["takes_back"]] == [2, 3]
    assert said("zhang", "update", begun["id"])["revision"] == 4
    assert said("zhang", "discard", begun["id"], "--reason", "不办了")["outcome"] == "discarded"


def test_an_amendment_is_sent_back_with_comments_and_rejected(run, said, tmp_path, document):
    id, shown = submitted(said, tmp_path / "work", document, "base", "--for", "2100-01-01")
    done = said("li", "request-changes", id, "--reason", "请说明", "--comment", "limit.yaml:15:依据？")
    assert done["outcome"] == "changes_requested"
    told = run("policies", "drafts", id, "--as", "zhang").stdout
    assert "limit.yaml:15: 依据？" in told
    assert re.search(r"\d\d:\d\d: 请说明", told)  # the time that the pages show as well, not that of Greenwich
    wrong = run("policies", "request-changes", id, "--reason", "x", "--comment", "nothing", "--as", "li")
    assert (wrong.exit_code, "FILE:LINE:TEXT" in wrong.stderr) == (2, True)
    said("zhang", "submit", id, "--reason", "已说明", "--source", document)
    assert said("li", "reject", id, "--reason", "不合规定")["outcome"] == "rejected"
    amended = said("zhang", "amend", FIRST)
    assert (amended["amends"], amended["edition"]) == (True, FIRST)
    assert shown["sha256"]


def test_an_error_and_a_warning_are_told_with_their_place(run, said, tmp_path, document):
    folder = tmp_path / "work"
    begun = said("zhang", "draft", "base", "--for", "2026-05-02", "--to", str(folder))  # a day that is over
    edit(folder, OLD, "amount: 五万")
    said("zhang", "draft", "--from", str(folder))
    refused = run("policies", "submit", begun["id"], "--reason", "x", "--source", document, "--as", "zhang")
    assert (refused.exit_code, "base/2026-05-02/limit.yaml:15:" in refused.stderr) == (2, True)
    edit(folder, "amount: 五万", NEW)
    said("zhang", "draft", "--from", str(folder))
    said("zhang", "submit", begun["id"], "--reason", "x", "--source", document)
    sha256 = said("li", "drafts", begun["id"])["sha256"]
    refused = run("policies", "approve", begun["id"], "--sha256", sha256, "--as", "li")
    warning = "warning.back_dated base/2026-05-02/plan.yaml:4 effective.from"
    assert (refused.exit_code, warning in refused.stderr, "--acknowledge" in refused.stderr) == (2, True, True)
    assert said("li", "approve", begun["id"], "--sha256", sha256, "--acknowledge", warning)["outcome"] == "approved"


@pytest.mark.parametrize(("words", "told"), [
    (("draft", "base"), "--for"), (("draft", "--for", "2100-01-01"), "Name a plan"),
    (("draft", "base", "--for", "soon"), "wants a date"),
    (("draft", "base/2020-01-01", "--for", "2100-01-01"), "is published"),
    (("draft", ".", "--for", "2100-01-01"), "does not tell its plan"),
    (("submit", "x", "--reason", "y", "--source", __file__), "no draft x"),
    (("restore", "ffff", "--for", "2100-01-01"), "none has a hash that begins"), (("amend", "base"), "wants a date"),
    (("withdraw", "base/2030-01-01", "--reason", "x"), "lacks the permission"),
    (("submit", "x", "--reason", " ", "--source", __file__), "only blanks"),
    (("comment", "x", "limit.yaml:1", " "), "only blanks"),
    (("submit", "x", "--reason", "y", "--source", __file__, "--title", ""), "only blanks"),
])  # fmt: skip
def test_what_does_not_fit_is_told(run, words, told):
    done = run("policies", *words, "--as", "zhang")
    assert (done.exit_code, told in done.stderr) == (2, True), done.stderr


def test_whoever_gets_the_password_wrong_is_locked_out(run, sqlite):
    for _ in range(5):
        wrong = run("policies", "drafts", "--as", "zhang", password=WRONG)
        assert (wrong.exit_code, "password is wrong" in wrong.stderr) == (2, True)
    assert run("policies", "drafts", "--as", "zhang").exit_code == 2
    assert run("policies", "drafts", "--as", "li").exit_code == 0


def test_a_first_password_opens_nothing(run, sqlite):
    with closing(opened(sqlite, utc_now)) as log:
        people = People(log)
        password = Passwords(log, people).first(people.by_login("zhang"))
    done = run("policies", "drafts", "--as", "zhang", password=password)
    assert (done.exit_code, "first password" in done.stderr) == (2, True)


def test_a_folder_with_a_broken_note_or_a_file_of_another_kind_is_told(run, tmp_path):
    (tmp_path / ".draft.json").write_text("[]")
    done = run("policies", "draft", "--from", str(tmp_path), "--as", "zhang")
    assert (done.exit_code, "is broken" in done.stderr) == (2, True)
    (tmp_path / ".draft.json").unlink()
    (tmp_path / "plan.yml").write_bytes(b"\xff")
    done = run("policies", "draft", "base", "--for", "2100-01-01", "--from", str(tmp_path), "--as", "zhang")
    assert (done.exit_code, "plan.yml" in done.stderr) == (2, True)


def test_text_that_was_saved_before_saves_were_signed_is_taken_out_and_drafted_anew(run, said, sqlite, tmp_path):
    folder, other = tmp_path / "draft", tmp_path / "old"
    begun = said("zhang", "draft", "base", "--for", "2027-01-01", "--to", str(folder))
    edit(folder, OLD, NEW)
    said("zhang", "draft", "--from", str(folder))
    with closing(opened(sqlite)) as log:
        log.database.change(update(revisions).values(signature=""))  # as the migration leaves it
    told = run("policies", "drafts", "--as", "zhang")
    assert f"policies drafts {begun['id']} --to FOLDER --unsigned" in told.stderr
    assert run("policies", "drafts", begun["id"], "--as", "zhang", "--unsigned").exit_code == 2
    taken = said("zhang", "drafts", begun["id"], "--to", str(other), "--unsigned")
    assert (taken["plan"], taken["day"]) == ("base", "2027-01-01")
    assert {one.name: one.read_text() for one in other.iterdir()} == {
        one.name: one.read_text() for one in folder.glob("*.yaml")}  # fmt: skip
    assert run("policies", "drafts", begun["id"], "--to", str(other), "--unsigned", "--as", "zhang").exit_code == 2
    anew = said("wang", "draft", "base", "--for", "2027-01-01", "--from", str(other))
    assert anew["id"] != begun["id"]
    assert (
        run("policies", "drafts", "draft-000000000000", "--to", str(other), "--unsigned", "--as", "li").exit_code == 2
    )


@pytest.mark.parametrize("day", ["2027-01-01", "2028-01-01"])
def test_whoever_is_said_to_have_written_an_unsigned_draft_does_not_approve_it_as_anothers(
    run, said, sqlite, tmp_path, document, day
):
    old, other = _unsigned(said, sqlite, tmp_path / "draft", NEW), tmp_path / "old"
    told = run("policies", "drafts", old, "--to", str(other), "--unsigned", "--as", "zhang")
    assert "cannot approve" in told.stdout
    anew = said("zhang", "draft", "base", "--for", day, "--from", str(other))["id"]
    said("zhang", "submit", anew, "--reason", "再起草", "--source", document)
    seen = said("li", "drafts", anew)["sha256"]
    refused = run("policies", "approve", anew, "--sha256", seen, "--as", "li")
    assert (refused.exit_code, "You wrote part" in refused.stderr) == (2, True), refused.stderr
    with closing(opened(sqlite)) as log:  # what was submitted says so, though nothing else does any more
        log.database.change(update(revisions).where(revisions.c.draft == old).values(by_person="nobody"))
    assert "You wrote part" in run("policies", "approve", anew, "--sha256", seen, "--as", "li").stderr
    done = run("policies", "approve", anew, "--sha256", seen, "--as", "wang")
    assert done.exit_code == 0, done.stderr


def _unsigned(said, sqlite, folder, new, **more):
    """A draft of an approver that no good signature covers."""
    begun = said("li", "draft", "base", "--for", "2027-01-01", "--to", str(folder))
    edit(folder, OLD, new)
    said("li", "draft", "--from", str(folder))
    with closing(opened(sqlite)) as log:
        log.database.change(update(revisions).where(revisions.c.draft == begun["id"]).values(signature="", **more))
    return begun["id"]


@pytest.mark.parametrize("more", [{}, {"files": b"no text"}])
def test_whoever_wrote_something_else_of_the_plan_may_approve(run, said, sqlite, tmp_path, document, more):
    _unsigned(said, sqlite, tmp_path / "other", "amount: 7 万元", **more)
    anew, seen = submitted(said, tmp_path / "work", document)
    done = run("policies", "approve", anew, "--sha256", seen["sha256"], "--as", "li")
    assert done.exit_code == 0, done.stderr


def test_a_key_that_drafts_is_somebodys(run):
    assert "--of" in run("keys", "add", "program", "--role", "editor").stderr
    assert "Nobody signs in" in run("keys", "add", "program", "--role", "editor", "--of", "nobody").stderr
    assert run("keys", "add", "program", "--role", "editor", "--of", "zhang").exit_code == 0
    assert run("keys", "add", "program", "--role", "caller").exit_code == 0


def test_comments_by_line(run, said, tmp_path, document):
    id, _ = submitted(said, tmp_path / "work", document)
    line = next(
        at for at, one in enumerate((tmp_path / "work/limit.yaml").read_text("utf-8").splitlines(), 1) if NEW in one
    )
    made = said("li", "comment", id, f"limit.yaml:{line}", "依据在哪？")
    said("zhang", "answer", id, made["id"], "见通知")
    done = run("policies", "resolve", id, made["id"], "--as", "zhang")
    assert done.exit_code != 0
    assert "resolves it" in done.stderr
    said("li", "resolve", id, made["id"])
    [found] = said("zhang", "comments", id)
    assert (found["line_now"], found["resolved"], len(found["answers"])) == (line, True, 2)
    shown = run("policies", "comments", id, "--as", "li")
    assert "见通知" in shown.stdout
    for place in ("limit.yaml", "none.yaml:1", "limit.yaml:999"):
        done = run("policies", "comment", id, place, "?", "--as", "li")
        assert (done.exit_code != 0, place.partition(":")[0] in done.stderr) == (True, True)


@pytest.mark.parametrize("change", [
    "outcome = 'resolved'", "caller = 'another'",
    "body = CAST(replace(CAST(body AS TEXT), '原来', '改过') AS BLOB)",
])  # fmt: skip
def test_a_comment_that_was_altered_is_left_out_and_that_is_told(run, said, tmp_path, sqlite, change):
    id = said("zhang", "draft", "base", "--for", "2100-01-01", "--to", str(tmp_path / "work"))["id"]
    said("li", "comment", id, "limit.yaml:1", "原来的意见")
    with closing(opened(sqlite)) as log:
        seq = log.head().seq
        tamper(log, f"UPDATE log SET {change} WHERE seq = {seq}")  # noqa: S608
    said("li", "comment", id, "limit.yaml:2", "后来的话")
    shown = run("policies", "comments", id, "--as", "zhang")
    assert (shown.exit_code, "意见" in shown.stdout, "后来的话" in shown.stdout) == (0, False, True)
    assert f"Line {seq} of the log, a comment, is left out" in shown.stderr
    assert [one["text"] for one in said("zhang", "comments", id)] == ["后来的话"]


def test_a_patch_and_what_to_do_with_it(run, said, tmp_path, document):
    id, shown = submitted(said, tmp_path / "work", document)
    printed = run("policies", "patch", id, "--as", "li").stdout
    done = said("li", "patch", id, "--to", str(tmp_path / "a.patch"))
    assert (tmp_path / "a.patch").read_text("utf-8") == printed
    assert printed.startswith(f"diff --git a/{shown['edition']}/")
    assert "not approved yet" in done["steps"][0]


def test_publish_says_what_is_left_to_do(run, said, tmp_path, document):
    begun = said("zhang", "draft", "base", "--for", "2100-01-01", "--to", str(tmp_path / "work"))

    def published(**variables):
        return run("policies", "publish", begun["id"], "--as", "li", env=variables)

    assert "policies submit" in published().stderr
    edit(tmp_path / "work", OLD, NEW)
    said("zhang", "draft", "--from", str(tmp_path / "work"))
    said("zhang", "submit", begun["id"], "--reason", "提高额度", "--source", document)
    shown = said("li", "drafts", begun["id"])
    told = published()
    assert told.exit_code != 0
    assert f"policies approve {begun['id']} --sha256 {shown['sha256']}" in told.stderr
    said("li", "approve", begun["id"], "--sha256", shown["sha256"])
    assert "in force by itself from 2100-01-01" in published().stdout
    assert "policies patch" in published(VILLAGE_CREDIT_PUBLISHED_IN="folder").stdout
    said("li", "withdraw", "base/2100-01-01", "--reason", "撤")
    assert "policies draft" in published().stderr
