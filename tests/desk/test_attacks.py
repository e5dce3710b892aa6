"""What is posted to the desk by whoever means it ill, or writes much: told in words, and nothing comes of it."""

import re
from io import BytesIO

import pytest

from service.http.security import LIMITS, RateLimits
from tests.api.calling import errors, kind
from tests.desk.drafting import person, service
from tests.desk.test_desk import begun, field, html

ODD = ("", "x", "-1", "1.5", "²", "٣", "9" * 5000, "2027-01-01", "\0", "<b>")
PLACES = ("text/plan.yaml", "undo", "submit", "form/plan", "add/plan")
NAMES = ("..", ".", ".yaml", "x", "a b.yaml", "草.yaml", "n" * 300 + ".yaml", "x.yaml%00")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    api = service(tmp_path_factory.mktemp("small"))
    yield api
    api.close()


@pytest.fixture(scope="module")
def editor(small):
    return person(small, "editor", "editor")


@pytest.fixture(scope="module")
def approver(small):
    return person(small, "approver", "approver")


@pytest.fixture(scope="module")
def draft(editor):
    return editor.begin()["id"]


@pytest.mark.parametrize("number", ODD)
@pytest.mark.parametrize("place", PLACES)
def test_a_number_that_is_none_is_told(editor, draft, place, number):
    said = {"csrf": editor.headers["X-CSRF-Token"], "revision": number, "number": number, "way": number, "text": "x"}
    answer = editor.client.post(f"/desk/drafts/{draft}/{place}", data=said)
    assert answer.status_code in (404, 409, 422), answer.text
    assert editor.get(f"/drafts/{draft}").json["revision"] == 1


@pytest.mark.parametrize("number", ODD[1:])
def test_a_number_that_is_none_does_not_count_as_nought(editor, draft, number):
    said = {"csrf": editor.headers["X-CSRF-Token"], "text": "x"}
    saved = editor.client.post(f"/desk/drafts/{draft}/text/plan.yaml", query_string={"revision": number}, data=said)
    shown = editor.client.get(f"/desk/drafts/{draft}/add/plan", query_string={"way": number})
    for answer, name in ((saved, "revision"), (shown, "way")):
        assert (answer.status_code, errors(answer)) == (422, [(f"/{name}", "not_whole")])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", ["text/{}", "text/{}/check"])
def test_a_name_that_no_file_may_have_is_told(editor, draft, place, name):
    said = {"csrf": editor.headers["X-CSRF-Token"], "revision": "1", "text": "plan: x"}
    answer = editor.client.post(f"/desk/drafts/{draft}/{place.format(name)}", data=said)
    assert answer.status_code in (404, 422), answer.text
    assert editor.get(f"/drafts/{draft}").json["revision"] == 1


def test_the_longest_file_of_a_plan_is_saved_and_checked_as_text(someone):
    author = someone("editor")
    address = f"{begun(author)}/text/readings.yaml"
    page = author.get(address).text
    text = html(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)[1])
    assert len(text.encode()) > 64_000
    said = {"csrf": field(page, "csrf"), "revision": field(page, "revision"), "text": f"{text}# 补记\n"}
    assert author.client.post(f"{address}/check", data=said).json == {"problems": []}
    assert author.client.post(address, data=said).status_code == 303
    assert "# 补记" in author.get(address).text


def test_a_scanned_document_is_submitted(someone):
    author = someone("editor")
    draft = begun(author)
    said = {"csrf": field(author.get(draft).text, "csrf"), "revision": "1", "reason": "县里下了文", "title": "通知"}
    scan = BytesIO(bytes(400_000)), "扫描件.pdf"
    assert author.client.post(f"{draft}/submit", data={**said, "document": scan}).status_code == 303


def test_a_form_of_whoever_is_not_signed_in_stays_small(small):
    answer = small.app.test_client().post("/sign-in", data={"login": "x" * 100_000})
    assert answer.status_code == 413


LONG = "长" * 1001


@pytest.mark.parametrize(("deed", "said"), [
    ("reject", {"reason": LONG}), ("discard", {"reason": LONG}), ("request-changes", {"reason": LONG}),
    ("submit", {"reason": LONG, "title": "通知"}), ("submit", {"reason": "x", "title": "题" * 201}),
    ("approve", {"sha256": "x"}), ("approve", {"sha256": "0" * 64, "reason": LONG}),
    ("approve", {"sha256": "0" * 64, "acknowledged": "x" * 501}),
])  # fmt: skip
def test_what_the_api_would_not_take_no_form_says(small, approver, draft, deed, said):
    """Each would stand in the log for good."""
    before = small.service.log.head()
    fields = {"csrf": approver.headers["X-CSRF-Token"], "revision": "1", **said, "document": (BytesIO(b"x"), "a.pdf")}
    answer = approver.client.post(f"/desk/drafts/{draft}/{deed}", data=fields)
    assert answer.status_code == 422
    assert "处要改" in answer.text
    assert small.service.log.head() == before


@pytest.mark.parametrize("hash", ["%00", "x", "A" * 64, "0" * 63])
def test_no_database_is_asked_for_what_is_no_hash(editor, small, hash, monkeypatch):
    monkeypatch.setattr(type(small.service.log), "edition", lambda *asked: pytest.fail("it was asked"))
    assert editor.client.get(f"/desk/contents/{hash}.zip").status_code == 404


def test_pages_count_like_calls_and_who_asks_too_often_is_told_when_to_come_back(tmp_path):
    api = service(tmp_path)
    editor, other = person(api, "editor", "editor"), person(api, "other", "editor")
    api.app.extensions[LIMITS] = RateLimits(3, lambda: 0.0)
    statuses = [editor.client.get("/desk").status_code for _ in range(3)]
    refused = editor.client.get("/desk")
    assert (statuses, refused.status_code, "Retry-After" in refused.headers) == ([200, 200, 200], 429, True)
    assert editor.client.post("/desk/drafts", data={"csrf": "x"}).status_code == 429
    assert kind(editor.get("/drafts")) == (429, "too-many-requests")
    assert other.client.get("/desk").status_code == 200
    api.close()
