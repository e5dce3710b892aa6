"""Each warning is acknowledged for itself: none hides behind another of the same name, or of an edition that is called
the same."""

from tests.desk.test_heirs import approved, child
from tests.desk.test_replay import edited
from tests.log.deskwork import NEW, OLD
from tests.log.test_workflow import CHILD

CLAUSES = "clauses:\n  一: {text: 信用户占比高于70%。}\n"
KEPT = "      sound: {type: boolean, title: {zh: 良好, en: Sound}}\n"
FACTS = """\
      elders: {type: count, unit: household, title: {zh: 赡养老人, en: Care for elders}}
      sons: {type: count, unit: household, title: {zh: 男性子女, en: Male children}}
"""
CRITERION = "      - {id: sound, clause: 一(一), require: {sound: true}}\n"
KIN = "when: {elders: {above: 0 households}}, require: {sons: {above: 0 households}}"
TWO = f"{CRITERION}      - {{id: kin, set_by: lender, {KIN}}}\n"


def test_two_warnings_of_one_place_are_acknowledged_with_the_words_of_both(editor, approver):
    draft = edited(editor, editor.begin(), (OLD, NEW), (KEPT, KEPT + FACTS), (CRITERION, TWO))
    checked = editor.get(f"/drafts/{draft['id']}/check").json
    ids = [one["id"] for one in checked["warnings"]]
    assert len(ids) == len({*ids})
    [of_both] = [one for one in checked["warnings"] if one["code"] == "warning.protected"]
    assert all(one in of_both["zh"] for one in ("赡养老人", "男性子女"))
    assert all(one in of_both["en"] for one in ("Care for elders", "Male children"))
    approved(approver, editor, draft)
    history = approver.client.get("/desk/editions/base/2027-01-01").text
    [line] = [one for one in history.split("<li") if "男性子女" in one and "涉及受保护" in one]
    assert "赡养老人" in line


def test_heirs_of_one_title_and_day_have_each_its_warning(editor, approver):
    approved(approver, editor, child(editor, clauses=CLAUSES))
    files = {"plan.yaml": CHILD.replace("plan: child", "plan: other"), "clauses.yaml": CLAUSES}
    approved(approver, editor, editor.post("/drafts", {"plan": "other", "day": "2027-02-01", "files": files}).json)
    draft = edited(editor, editor.begin(day="2026-05-01", amend=True), (OLD, NEW))
    checked = editor.get(f"/drafts/{draft['id']}/check").json
    told = {one["edition"]: one["id"] for one in checked["warnings"]}
    assert told.keys() == {"child/2027-02-01", "other/2027-02-01"}
    assert editor.submit(draft).status_code == 201
    said = {"sha256": checked["sha256"], "acknowledged": [told["child/2027-02-01"]]}
    refused = approver.post(f"/drafts/{draft['id']}/approve", said)
    assert [one["id"] for one in refused.json["warnings"]] == [told["other/2027-02-01"]]
