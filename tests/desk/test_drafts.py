"""Drafts and their approval over the API: by people with a session, and by programs with a person's key."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.log.tables import revisions
from service.publishing import acts, published
from tests.api.calling import errors, kind
from tests.desk.drafting import SOURCE, SUBMISSION, key, person, service
from tests.log.deskwork import FIRST, NEW, OLD

SECOND = "base/2027-01-01"


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    api = service(tmp_path_factory.mktemp("drafts"))
    yield api
    api.close()


@pytest.fixture(scope="module")
def editor(api):
    return person(api, "editor", "editor")


@pytest.fixture(scope="module")
def second(api):
    return person(api, "second", "editor")


@pytest.fixture(scope="module")
def approver(api):
    return person(api, "approver", "approver")


def releases(api):
    return {name: one.sha256 for name, one in published(api.service.log).releases.items()}


def test_the_whole_way(api, editor, approver):
    draft = editor.begin()
    saved = editor.save(draft, OLD, NEW)
    assert (saved.status_code, saved.headers["ETag"], saved.json["merged"]) == (200, '"2"', False)
    checked = editor.get(f"/drafts/{draft['id']}/check").json
    assert (checked["publishable"], checked["outdated"], checked["errors"]) == (True, False, [])
    submitted = editor.submit(saved.json)
    assert submitted.status_code == 201
    assert [one["edition"] for one in submitted.json["changes"]] == [SECOND]
    assert kind(editor.post(f"/drafts/{draft['id']}/approve", {"sha256": checked["sha256"]})) == (403, "forbidden")
    shown = approver.get("/drafts?state=submitted&plan=base").json["drafts"]
    assert [(one["id"], one["last_act"]["reason"], one["last_act"]["source"]) for one in shown] == [
        (draft["id"], "提高额度", SOURCE)]  # fmt: skip
    done = approver.post(f"/drafts/{draft['id']}/approve", {"sha256": checked["sha256"], "reason": "同意"})
    assert done.status_code == 201, done.text
    assert (done.json["act"]["by"], done.json["act"]["authors"]) == (approver.id, [editor.id])
    assert releases(api)[SECOND] == checked["sha256"]
    assert kind(approver.post(f"/drafts/{draft['id']}/approve", {"sha256": checked["sha256"]})) == (409, "conflict")
    would = approver.get("/plans/base/editions/2027-01-01/withdrawal").json
    assert (would["publishable"], would["changes"][0]["sha256"]) == (True, "")
    withdrawn = approver.post("/plans/base/editions/2027-01-01/withdraw", {"reason": "推迟"})
    assert withdrawn.status_code == 201
    assert releases(api).keys() == {FIRST}
    assert editor.get(f"/drafts/{draft['id']}").json["state"] == "withdrawn"


def test_others_changes_are_merged_or_told(editor, second):
    draft = editor.begin()
    assert second.save(draft, "amount: 1 万元", "amount: 2 万元").status_code == 200
    merged = editor.save(draft, "试验方案", "试行方案").json
    assert (merged["merged"], merged["revision"], merged["authors"]) == (True, 3, [editor.id, second.id])
    assert "amount: 2 万元" in merged["files"]["limit.yaml"]
    clash = second.save(draft, "试验方案", "试点方案")
    assert kind(clash) == (409, "edit-conflict")
    [one] = clash.json["conflicts"]
    assert ("试点方案" in one["yours"], "试行方案" in one["theirs"], one["file"], one["line"]) == (
        True,
        True,
        "plan.yaml",
        2,
    )


@pytest.mark.parametrize(("tag", "found"), [
    (None, (428, "precondition-required")), ("*", (422, "invalid-input")), ('"0"', (404, "not-found")),
    ('"99"', (404, "not-found")), ('"1:gzip"', (200, "")), ('W/"1"', (200, "")), ("1", (200, "")),
    ('"-1"', (422, "invalid-input")), ("", (422, "invalid-input")),
])  # fmt: skip
def test_a_save_names_the_revision_it_was_made_of(editor, tag, found):
    draft = editor.begin()
    headers = {} if tag is None else {"If_Match": tag}
    answer = editor.send("PUT", f"/drafts/{draft['id']}/files", {"files": draft["files"]}, **headers)
    assert (answer.status_code, "") == found if found[0] == 200 else kind(answer) == found


def test_undo_lists_what_it_takes_back(editor, second):
    draft = editor.begin()
    editor.save(draft, OLD, NEW)
    second.save(draft, "试验方案", "试行方案")
    undone = editor.post(f"/drafts/{draft['id']}/undo", {"revision": 1}, If_Match='"3"').json
    assert [(one["revision"], one["saved_by"]) for one in undone["takes_back"]] == [(2, editor.id), (3, second.id)]
    assert undone["files"] == draft["files"]
    revisions = editor.get(f"/drafts/{draft['id']}/revisions").json["revisions"]
    assert [one["revision"] for one in revisions] == [1, 2, 3, 4]
    assert NEW in editor.get(f"/drafts/{draft['id']}/revisions/2").json["files"]["limit.yaml"]


def test_an_error_is_told_at_its_line_before_it_is_submitted(editor):
    draft = editor.begin()
    saved = editor.save(draft, OLD, "amount: 五万").json
    found = editor.get(f"/drafts/{draft['id']}/check").json
    assert [(one["file"], one["line"]) for one in found["errors"]] == [(f"{SECOND}/limit.yaml", 15)]
    answer = editor.submit(saved)
    assert kind(answer) == (409, "not-publishable")
    assert [pointer for pointer, _ in errors(answer)] == ["/files/limit.yaml"]
    assert "limit.yaml:15" in answer.json["errors"][0]["zh"]


def test_an_earlier_content_is_restored_in_one_call(api, editor):
    sha256 = releases(api)[FIRST]
    draft = editor.begin("2027-03-01", sha256=sha256)
    again = editor.begin("2027-03-01", edition=FIRST)
    assert draft["files"] == again["files"]
    assert kind(editor.post("/drafts", {"plan": "base", "day": "2027-03-01", "sha256": "0" * 64})) == (404, "not-found")
    assert kind(editor.post("/drafts", {"plan": "base", "day": "2027-03-01", "edition": "x"})) == (404, "not-found")
    both = editor.post("/drafts", {"plan": "base", "day": "2027-03-01", "edition": FIRST, "sha256": sha256})
    assert errors(both) == [("/sha256", "not_wanted")]


def test_warnings_are_acknowledged_by_their_ids(api, editor, approver):
    draft = editor.begin("2026-12-31")  # today
    saved = editor.save(draft, OLD, NEW).json
    assert editor.submit(saved).status_code == 201
    sha256 = editor.get(f"/drafts/{draft['id']}/check").json["sha256"]
    path = f"/drafts/{draft['id']}/approve"
    refused = approver.post(path, {"sha256": sha256})
    assert kind(refused) == (409, "not-publishable")
    assert errors(refused) == [("/acknowledged", "warning.back_dated")]
    ids = [one["id"] for one in refused.json["warnings"]]
    assert approver.post(path, {"sha256": sha256, "acknowledged": ids}).status_code == 201


@pytest.mark.parametrize(("body", "wrong"), [
    ({}, ["/day", "/plan"]),
    ({"plan": "base", "day": "2027-02-30"}, ["/day"]),
    ({"plan": "base", "day": "2027-02-01", "files": {}}, ["/files"]),
    ({"plan": "base", "day": "2027-02-01", "files": {"../x.yaml": "a", "b.yaml": "\0"}},
     ["/files/..~1x.yaml", "/files/b.yaml"]),
    ({"plan": "base", "day": "2027-02-01", "files": {"a.yaml": 1}}, ["/files"]),
    ({"plan": "base", "day": "2027-02-01", "amend": "yes", "x": 1}, ["/amend", "/x"]),
])  # fmt: skip
def test_a_draft_is_begun_with_what_fits_or_told_field_by_field(editor, body, wrong):
    assert sorted(pointer for pointer, _ in errors(editor.post("/drafts", body))) == wrong


def test_a_submission_gives_reason_and_document(editor):
    draft = editor.begin()
    answer = editor.post(f"/drafts/{draft['id']}/submit", {"source": {"title": "", "sha256": "x"}}, If_Match='"1"')
    assert sorted(errors(answer)) == [("/reason", "required"), ("/source/sha256", "not_a_hash"),
                                      ("/source/title", "wrong_length")]  # fmt: skip
    answer = editor.post(f"/drafts/{draft['id']}/submit", SUBMISSION)
    assert kind(answer) == (428, "precondition-required")


def test_comments_come_back_by_line(editor, approver):
    draft = editor.begin("2027-06-01")
    saved = editor.save(draft, "试验方案", "试行方案").json
    assert editor.submit(saved).status_code == 201
    comment = {"file": "plan.yaml", "line": 2, "text": "为什么改名？"}
    answer = approver.post(f"/drafts/{draft['id']}/request-changes", {"reason": "请说明", "comments": [comment]})
    assert answer.status_code == 201
    shown = editor.get(f"/drafts/{draft['id']}").json
    assert (shown["state"], shown["last_act"]["comments"]) == ("changes_requested", [comment])


# --- who


def test_a_key_drafts_for_its_person_and_approves_nothing(api, editor, approver):
    program = key(api, "approver", approver.id)
    draft = program.begin("2027-07-01")
    assert draft["saved_by"] == approver.id
    saved = program.save(draft, "试验方案", "试行方案").json
    assert program.submit(saved).status_code == 201
    sha256 = program.get(f"/drafts/{draft['id']}/check").json["sha256"]
    for who in (program, approver):
        assert kind(who.post(f"/drafts/{draft['id']}/approve", {"sha256": sha256})) == (403, "forbidden")


def test_a_key_of_nobody_drafts_nothing(api):
    answer = key(api, "editor").post("/drafts", {"plan": "base", "day": "2027-01-01"})
    assert kind(answer) == (403, "forbidden")
    assert "keys add --of" in answer.json["detail"]


def test_a_key_drafts_no_longer_than_its_person_may(api):
    owner = person(api, "leaving", "editor")
    program = key(api, "editor", owner.id)
    program.begin()
    api.service.people.end(api.service.people.by_login("leaving"))
    assert kind(program.post("/drafts", {"plan": "base", "day": "2027-01-01"})) == (403, "forbidden")


def test_another_site_has_a_browser_publish_nothing(api, editor, approver):
    draft = editor.begin("2027-08-01")
    assert editor.submit(editor.save(draft, "试验方案", "试行方案").json).status_code == 201
    sha256 = editor.get(f"/drafts/{draft['id']}/check").json["sha256"]
    before = len(acts(api.service.log))
    for headers in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": editor.headers["X-CSRF-Token"]}):
        answer = approver.client.post(f"/v1/drafts/{draft['id']}/approve", json={"sha256": sha256}, headers=headers)
        assert kind(answer) == (403, "forbidden")
    assert len(acts(api.service.log)) == before


@pytest.mark.parametrize("role", ["caller", "analyst", "auditor", "store", "admin"])
def test_other_roles_reach_no_draft(api, role):
    somebody = person(api, f"the.{role}", role)
    assert kind(somebody.get("/drafts")) == (403, "forbidden")
    assert kind(somebody.post("/drafts/draft-000000000000/approve", {})) == (403, "forbidden")


# --- whatever is sent

json = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8),
                    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
                    max_leaves=6)  # fmt: skip
FIELDS = ("plan", "day", "amend", "files", "edition", "sha256", "reason", "source", "comments", "acknowledged",
          "revision", "title", "file", "line")  # fmt: skip
VALUES = st.sampled_from(["base", "2027-09-01", True, {"plan.yaml": "plan: base"}, FIRST, "0" * 64, SOURCE, 1, [], ""])
bodies = st.dictionaries(st.sampled_from(FIELDS), VALUES | json, max_size=5) | json
PATHS = ("", "/{0}/files", "/{0}/undo", "/{0}/update", "/{0}/submit", "/{0}/request-changes", "/{0}/reject",
         "/{0}/approve", "/{0}/discard")  # fmt: skip
IDS = st.sampled_from(["", "x", "draft-000000000000", "../..", "%00", "草稿"])


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=st.sampled_from(PATHS), body=bodies, id=IDS, tag=st.sampled_from(['"1"', "*", "x"]), who=st.integers(0, 2))
def test_whatever_is_posted_no_500_and_nothing_published(api, editor, approver, second, path, body, id, tag, who):
    before = releases(api)
    mine = editor.begin("2027-09-01")["id"] if id == "" else id
    method = "PUT" if path.endswith("files") else "POST"
    answer = (editor, approver, second)[who].send(method, "/drafts" + path.format(mine), body, If_Match=tag)
    assert answer.status_code < 500, answer.text
    assert releases(api) == before


def test_one_draft_that_was_altered_in_the_database_stops_no_list_and_no_page(api, editor):
    good, bad = editor.begin("2028-01-01"), editor.begin("2028-02-01")
    altered = revisions.update().values(by_person="person-of-no-log").where(revisions.c.draft == bad["id"])
    api.service.log.database.change(altered)
    listed = editor.get("/drafts").json
    assert good["id"] in {one["id"] for one in listed["drafts"]}
    assert listed["spoiled"] == [bad["id"]]
    home = editor.client.get("/desk?lang=en")
    assert (home.status_code, bad["id"] in home.text, "was altered" in home.text) == (200, True, True)
    assert kind(editor.get(f"/drafts/{bad['id']}")) == (503, "unavailable")
    assert editor.get(f"/drafts/{good['id']}").status_code == 200
