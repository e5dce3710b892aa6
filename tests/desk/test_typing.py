"""Drafts as they are typed: saved by themselves, and what may stand where the cursor is."""

import pytest

from service.publishing.drafts import Drafts
from tests.desk.test_desk import begun, submitted
from tests.desk.test_forms import FILE, fields, text

SHARE = f"value:{FILE}.criteria.a_grade_share.require.a_grade_share.at_least"


@pytest.fixture
def author(someone):
    return someone("editor")


def revision(api, draft):
    return Drafts(api.service.log).get(draft.rpartition("/")[2]).saved.number


def sent(person, draft, at, **said):
    return person.client.post(f"{draft}/{at}", data={"csrf": fields(person.get(draft).text)["csrf"], **said})


def test_a_text_saves_itself_and_stops_where_another_has_saved(api, author, someone):
    draft, at = begun(author), f"text/{FILE}.yaml/autosave"
    first = text(api, draft, FILE)
    mine, theirs = (first.replace("at_least: 55%", f"at_least: {one}%") for one in (60, 65))
    saved = sent(author, draft, at, revision="1", text=mine)
    assert (saved.status_code, saved.json["revision"]) == (200, 2)
    assert saved.json["at"]
    assert sent(author, draft, at, revision="2", text=mine).json["revision"] == 2  # nothing new, nothing saved
    other = someone("approver")
    stopped = sent(other, draft, at, revision="1", text=theirs)
    assert (stopped.status_code, stopped.json["theirs"]) == (409, mine)
    assert "editor 某" in stopped.json["detail"]
    assert text(api, draft, FILE) == mine


def test_what_waits_for_approval_is_not_taken_back_by_a_save_that_nobody_asked_for(api, author):
    draft = begun(author)
    mine = text(api, draft, FILE).replace("at_least: 55%", "at_least: 60%")
    assert sent(author, draft, f"text/{FILE}.yaml/autosave", revision="1", text=mine).status_code == 200
    assert submitted(author, draft).status_code == 303
    assert "data-autosave" not in author.get(f"{draft}/text/{FILE}.yaml").text
    refused = sent(author, draft, f"text/{FILE}.yaml/autosave", revision="2", text=mine + "# more\n")
    assert refused.status_code == 409
    assert "待审批" in author.get(draft).text


def test_a_form_saves_itself_but_asks_about_words_and_names(api, author):
    draft = begun(author)
    said = fields(author.get(f"{draft}/form/plan").text)
    saved = author.client.post(f"{draft}/form/plan/autosave", data={**said, "value:plan.title.zh": "另一名称"})
    assert saved.json["revision"] == 2
    assert "另一名称" in text(api, draft, "plan")
    said = fields(author.get(f"{draft}/form/{FILE}").text)
    key = SHARE.replace("value:", "key:")
    for change in ({SHARE: "60"}, {key: "above"}):
        held = author.client.post(f"{draft}/form/{FILE}/autosave", data={**said, **change})
        assert "保存" in held.json["held"]
    assert revision(api, draft) == 2


def test_revisions_of_one_person_in_a_row_are_shown_folded(api, author, someone):
    draft = begun(author)
    for number in range(1, 4):
        made = text(api, draft, "plan") + "# more\n"
        assert sent(author, draft, "text/plan.yaml/autosave", revision=str(number), text=made).status_code == 200
    assert "之前连着保存的 3 稿" in author.get(draft).text


def test_what_may_stand_at_the_cursor_and_what_it_means_is_told(api, author):
    draft = begun(author)
    whole = text(api, draft, FILE)
    line = next(number for number, one in enumerate(whole.split("\n"), 1) if "at_least: 55%" in one)
    column = whole.split("\n")[line - 1].index("at_least") + 3
    at = {"text": whole.replace("\n", "\r\n"), "line": str(line), "column": str(column)}
    told = sent(author, draft, f"text/{FILE}.yaml/here", offers="1", **at).json
    assert told["means"][0] == "不低于（含）"
    assert {"at_least", "above"} <= {one["word"] for one in told["offers"]}
    assert sent(author, draft, f"text/{FILE}.yaml/here", text="{", line="1", column="1").json["means"] == []
    assert sent(author, draft, "text/nothing.yaml/here", text="", line="1").status_code == 404
    assert sent(author, draft, f"text/{FILE}.yaml/here", text="", line="x").status_code == 422
