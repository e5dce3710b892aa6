"""Comments by line and the patch over the API; and that every change is before whoever approves."""

import re

import pytest

from tests.api.calling import errors, kind
from tests.desk.drafting import key, person, service
from tests.desk.test_desk import html
from tests.log.deskwork import NEW, OLD
from tests.log.samples import tamper

FILE = "limit.yaml"
CHILD = """\
plan: child
title: {zh: 子方案, en: Child}
issuer: {zh: 试验, en: Trial}
effective: {from: 2027-02-01}
extends: {plan: base, edition: 2026-05-01}
"""


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    api = service(tmp_path_factory.mktemp("comments"))
    yield api
    api.close()


@pytest.fixture(scope="module")
def editor(api):
    return person(api, "editor", "editor")


@pytest.fixture(scope="module")
def approver(api):
    return person(api, "approver", "approver")


def changed(editor, **more):
    draft = editor.begin(**more)
    return editor.save(draft, OLD, NEW).json


def said(who, draft, **more):
    number = draft["revision"]
    return who.post(f"/drafts/{draft['id']}/comments", {"revision": number, "text": "依据在哪？", **more})


def page(who, draft, at=""):
    return html(who.client.get(f"/desk/drafts/{draft['id']}?at={at}").text)


def line_of(draft, text, file=FILE):
    return next(at for at, one in enumerate(draft["files"][file].splitlines(), 1) if text in one)


def test_comments_are_made_answered_and_resolved_over_the_api(api, editor, approver):
    draft = changed(editor)
    made = said(approver, draft, file=FILE, line=line_of(draft, NEW))
    assert made.status_code == 201, made.text
    path = f"/drafts/{draft['id']}/comments/{made.json['id']}"
    assert editor.post(f"{path}/answers", {"text": "见通知"}).json["about"] == made.json["id"]
    assert kind(editor.post(f"{path}/resolve", {})) == (403, "forbidden")
    assert approver.post(f"{path}/resolve", {"text": "好"}).status_code == 201
    [found] = editor.get(f"/drafts/{draft['id']}/comments").json["comments"]
    assert (found["line_now"], found["resolved"], [one["outcome"] for one in found["answers"]]) == (
        line_of(draft, NEW), True, ["answered", "resolved"])  # fmt: skip
    edited = editor.save(draft, NEW, "amount: 7 万元").json
    [found] = editor.get(f"/drafts/{edited['id']}/comments").json["comments"]
    assert (found["line_now"], found["revision"], NEW in found["quoted"]) == (None, 2, True)


def test_a_comment_hangs_on_the_path_of_a_difference(api, editor, approver):
    draft = changed(editor)
    made = said(approver, draft, path="limit.top")
    assert (made.status_code, made.json["at"]["file"], made.json["at"]["line"]) == (201, FILE, line_of(draft, NEW))
    assert errors(said(approver, draft, path="limit.none")) == [("/path", "unknown_place")]


@pytest.mark.parametrize(("more", "pointers"), [
    ({}, ["/file", "/line"]), ({"file": FILE}, ["/line"]), ({"file": FILE, "line": 1, "path": "limit"}, ["/path"]),
    ({"file": "none.yaml", "line": 1}, ["/file"]), ({"file": FILE, "line": 9999}, ["/line"]),
    ({"file": FILE, "line": 0}, ["/line"]), ({"file": FILE, "line": 1, "text": ""}, ["/text"]),
    ({"file": FILE, "line": 1, "text": " \u3000\u200b\n"}, ["/text"]),
    ({"file": FILE, "line": 1, "warning": "no_such"}, ["/warning"]),
    ({"file": FILE, "line": 1, "revision": 77}, ["/revision"]),
])  # fmt: skip
def test_what_is_wrong_with_a_comment_is_told_by_field(api, editor, more, pointers):
    answer = said(editor, editor.begin(), **more)
    assert answer.status_code == 422
    assert [pointer for pointer, *_ in errors(answer)] == pointers


def test_nobody_gives_blanks_for_a_reason(api, editor, approver):
    draft = changed(editor)
    tag, blank = f'"{draft["revision"]}"', " \u3000\t"
    source = {"title": blank, "sha256": "ab" * 32}
    sent = editor.post(f"/drafts/{draft['id']}/submit", {"reason": blank, "source": source}, If_Match=tag)
    assert [one[:2] for one in errors(sent)] == [("/reason", "blank"), ("/source/title", "blank")]
    assert editor.submit(draft).status_code == 201
    for act in ("request-changes", "reject", "discard"):
        refused = approver.post(f"/drafts/{draft['id']}/{act}", {"reason": blank})
        assert [one[:2] for one in errors(refused)] == [("/reason", "blank")]
    refused = approver.post("/plans/base/editions/2026-05-01/withdraw", {"reason": blank})
    assert [one[:2] for one in errors(refused)] == [("/reason", "blank")]
    refused = approver.post(f"/drafts/{draft['id']}/shadow", {"until": "2026-08-01", "reason": blank})
    assert ("/reason", "blank") in [one[:2] for one in errors(refused)]


def test_a_program_comments_as_the_person_whose_key_it_has(api, editor):
    draft = changed(editor)
    assert said(key(api, "editor", editor.id), draft, file=FILE, line=1).json["by"] == editor.id
    assert kind(said(key(api, "editor"), draft, file=FILE, line=1)) == (403, "forbidden")


def test_the_patch_and_what_to_do_with_it(api, editor):
    draft = changed(editor)
    found = editor.get(f"/drafts/{draft['id']}/patch").json
    assert found["patch"].startswith(f"diff --git a/{draft['plan']}/{draft['day']}/")
    assert any(found["name"] in one["zh"] for one in found["steps"])
    download = editor.client.get(f"/desk/drafts/{draft['id']}/patch")
    assert (download.mimetype, download.get_data(as_text=True)) == ("text/x-diff", found["patch"])
    assert f'filename="{found["name"]}"' in download.headers["Content-Disposition"]


def test_every_file_that_changes_is_before_the_approver(api, editor, approver):
    """A file under another name, a reading, the days that are counted: whatever the difference in words tells of it."""
    draft = editor.begin()
    files = {**draft["files"], "renamed.yaml": draft["files"][FILE].replace(OLD, NEW)}
    del files[FILE]
    files["plan.yaml"] += "# 说明\n"
    tag = f'"{draft["revision"]}"'
    assert editor.send("PUT", f"/drafts/{draft['id']}/files", {"files": files}, If_Match=tag).status_code == 200
    shown = page(approver, draft)
    assert re.search(rf'id="{FILE}">.*?删去的文件', shown)
    assert re.search(r'id="renamed.yaml">.*?新文件', shown)
    assert all(f"<ins>{line}</ins>" in shown for line in files["renamed.yaml"].splitlines())
    assert all(f"<del>{line}</del>" in shown for line in draft["files"][FILE].splitlines())
    assert "<ins># 说明</ins>" in shown


def test_a_line_that_is_removed_takes_a_comment(api, editor, approver):
    draft = changed(editor)
    line = line_of(editor.begin(day="2027-03-01"), OLD)
    made = said(approver, draft, file=FILE, line=line, removed=True, text="为什么去掉？")
    assert made.status_code == 201, made.text
    [found] = editor.get(f"/drafts/{draft['id']}/comments").json["comments"]
    assert (found["removed"], found["line_now"], OLD in found["quoted"]) == (True, line, True)
    shown = page(approver, draft, f"{FILE}:-{line}")
    assert "删去的第" in shown
    assert re.search(rf'id="{FILE}:-{line}" class="removed">.*?为什么去掉？', shown, re.DOTALL)
    assert "为什么去掉？" not in shown.partition("对以前文字的意见")[2].partition("</section>")[0]
    back = editor.save(draft, NEW, OLD).json
    [found] = editor.get(f"/drafts/{back['id']}/comments").json["comments"]
    assert found["line_now"] is None  # it is not removed any more
    assert "为什么去掉？" in page(approver, back).partition("对以前文字的意见")[2]


def test_a_file_that_is_deleted_takes_a_comment_at_each_of_its_lines(api, editor, approver):
    draft = editor.begin()
    files = {name: text for name, text in draft["files"].items() if name != FILE}
    tag = f'"{draft["revision"]}"'
    draft = editor.send("PUT", f"/drafts/{draft['id']}/files", {"files": files}, If_Match=tag).json
    assert f"{FILE}:-1#comment" in page(approver, draft)
    data = {"csrf": csrf(approver, draft), "revision": str(draft["revision"]), "file": FILE, "line": "1",
            "removed": "1", "text": "整个文件都去掉？"}  # fmt: skip
    answer = approver.client.post(f"/desk/drafts/{draft['id']}/comments", data=data)
    assert (answer.status_code, answer.location.rpartition("#")[2]) == (303, f"{FILE}:-1")
    assert "整个文件都去掉？" in page(editor, draft)


def csrf(who, draft):
    return re.search(r'name="csrf" value="(\w+)"', page(who, draft))[1]


@pytest.mark.parametrize("more", [{"line": 1}, {"line": 9999}, {"file": "none.yaml", "line": 1}])
def test_a_line_that_is_not_removed_takes_none_as_such(api, editor, approver, more):
    answer = said(approver, changed(editor), **{"file": FILE, "removed": True, **more})
    assert answer.status_code == 422


def test_the_days_of_a_value_alone_are_before_the_approver(api, editor, approver):
    """The figures stay: from another day on they hold."""
    files = editor.begin()["files"]
    dated = "dated: {{2024-01-01: 7 days, {}: 9 days}}".format
    assert "value: 7 days" in files["facts.yaml"]
    first = {**files, "facts.yaml": files["facts.yaml"].replace("value: 7 days", dated("2027-05-01"))}
    begun = editor.begin(plan="dated", day="2027-02-01", files={
        **first, "plan.yaml": first["plan.yaml"].replace("plan: base", "plan: dated")})  # fmt: skip
    sent = editor.submit(begun)
    assert sent.status_code == 201, sent.text
    said = {"sha256": sent.json["changes"][0]["sha256"], "acknowledged": [one["id"] for one in sent.json["warnings"]]}
    assert approver.post(f"/drafts/{begun['id']}/approve", said).status_code == 201
    draft = editor.save(editor.begin(plan="dated", day="2027-03-01"), "2027-05-01", "2027-06-01").json
    shown = page(approver, draft)
    told = shown.partition('id="changes"')[2].partition("</section>")[0]
    assert "2027-05-01" in told
    assert "2027-06-01" in told
    assert (
        f"<ins>{next(one for one in draft['files']['facts.yaml'].splitlines() if '2027-06-01' in one)}</ins>" in shown
    )


def test_what_changes_with_a_parent_is_before_the_approver(api, editor, approver):
    begun = editor.begin(plan="child", day="2027-02-01", files={"plan.yaml": CHILD})
    sent = editor.submit(begun)
    assert sent.status_code == 201, sent.text
    seen = [one["id"] for one in sent.json["warnings"]]
    [sha256] = [one["sha256"] for one in sent.json["changes"] if one["edition"] == "child/2027-02-01"]
    approved = approver.post(f"/drafts/{begun['id']}/approve", {"sha256": sha256, "acknowledged": seen})
    assert approved.status_code == 201, approved.text
    draft = changed(editor, day="2026-05-01", amend=True)
    shown = page(approver, draft)
    for edition in ("base/2026-05-01", "child/2027-02-01"):
        [told] = [part for part in shown.split("<h3>")[1:] if edition in part.partition("</h3>")[0]]
        assert "5万元 → 金额 6万元" in told
    editor.post(f"/drafts/{draft['id']}/discard", {"reason": "试过了"})


def test_a_comment_that_was_altered_is_left_out_and_that_is_told(tmp_path):
    """On the page and over the API, in every draft: which one it is about cannot be known."""
    api = service(tmp_path)
    editor, approver = person(api, "editor", "editor"), person(api, "approver", "approver")
    draft = changed(editor)
    made = said(approver, draft, file=FILE, line=line_of(draft, NEW), text="原来的意见").json["id"]
    body = api.service.log.get(made).body.replace("原来".encode(), "改过".encode())
    tamper(api.service.log, ("UPDATE log SET body = ? WHERE id = ?", (body, made)))

    found = editor.get(f"/drafts/{draft['id']}/comments").json
    assert found == {"comments": [], "refused": [{"log_id": made, "code": "signature_wrong"}]}
    shown = editor.client.get(f"/desk/drafts/{draft['id']}?lang=en").text
    assert "These comments of the log are left out" in shown
    assert made in shown
    assert "的意见" not in shown
    api.close()


def test_the_difference_is_of_what_is_decided_and_not_of_texts(api, editor, approver):
    """Comments and figures in them decide nothing: the lines show them, the words say nothing of them."""
    draft = editor.begin(day="2027-05-01")
    address = f"/drafts/{draft['id']}"
    before = editor.get(f"{address}/effect").json["changes"]  # its day alone
    draft = editor.save(draft, "decision: limit\n", f"# {NEW}\ndecision: limit\n# 说明 100%\n").json
    assert editor.get(f"{address}/check").json["errors"] == []
    assert editor.get(f"{address}/effect").json["changes"] == before
    shown = page(approver, draft)
    assert "<ins># 说明 100%</ins>" in shown
    assert shown.partition('id="changes"')[2].partition("</section>")[0].count("→") == len(before)
    editor.save(draft, f"{{{OLD}", f"{{{NEW}")
    [told] = [one for one in editor.get(f"{address}/effect").json["changes"] if one not in before]
    assert "5万元 → 金额 6万元" in told["zh"]
