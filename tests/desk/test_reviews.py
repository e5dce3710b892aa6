"""The pages of reviewers and auditors: what is to be done, the case, the outcome; the log with what was done since."""

from html import unescape

import pytest

from rules.cases.files import read_cases
from tests.api.calling import example

CASE = {"subject": {"id": "V-1"}, "facts": {}}


@pytest.fixture
def log_id(api):
    return api.caller("caller").decided("credit_village", example("village_misses_narrowly"))["log_id"]


@pytest.fixture
def request_id(api, log_id):
    answer = api.caller("analyst").post(f"/v1/decisions/{log_id}/review-requests", {"reason": "户数有误"})
    return answer.json["id"]


def test_a_reviewer_works_a_request_from_the_list_to_its_outcome(api, someone, log_id, request_id):
    reviewer = someone("analyst")
    assert f"/reviews/{request_id}" in reviewer.get("/reviews").text

    page = reviewer.get(f"/reviews/{request_id}").text
    assert "户数有误" in page
    assert "维持" in page
    answer = reviewer.post(f"/reviews/{request_id}", result="changed", outcome="qualified", note="查实")

    assert answer.status_code == 303
    assert "没有。" in reviewer.get("/reviews").text
    assert f"/reviews/{request_id}" in reviewer.get("/reviews?state=closed").text
    done = reviewer.get(f"/reviews/{request_id}").text
    assert "查实" in done
    [line] = [one for one in api.service.log.about(log_id) if one.kind == "reviewed"]
    assert line.caller == reviewer.person.id


def test_a_mistake_comes_back_and_records_nothing(api, someone, log_id, request_id):
    reviewer = someone("analyst")
    answer = reviewer.post(f"/reviews/{request_id}?lang=en", result="changed")
    assert answer.status_code == 422
    assert "Write one of" in answer.text
    assert not [one for one in api.service.log.about(log_id) if one.kind == "reviewed"]


@pytest.mark.parametrize("said", [{}, {"result": "other"}, {"result": "upheld", "note": "x" * 1001}])
def test_what_the_api_would_not_take_no_form_records(api, someone, log_id, request_id, said):
    answer = someone("analyst").post(f"/reviews/{request_id}", **said)
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert not [one for one in api.service.log.about(log_id) if one.kind == "reviewed"]


def test_what_people_write_is_text_on_every_page(api, someone, log_id):
    """Names, reasons, notes: none of them is markup."""
    marked = "<img src=x onerror=alert(1)>"
    asked = api.caller("analyst").post(f"/v1/decisions/{log_id}/review-requests", {"reason": marked}).json["id"]
    api.service.people.add("marked", marked, "auditor")
    reviewer, auditor = someone("analyst"), someone("auditor")
    pages = [reviewer.get(f"/reviews/{asked}"), reviewer.post(f"/reviews/{asked}", result=marked, note=marked)]
    reviewer.post(f"/reviews/{asked}", result="upheld", note=marked)
    pages += [reviewer.get(f"/reviews/{asked}"), auditor.get(f"/audit/{log_id}")]
    pages += [auditor.get("/audit", query_string={"subject": marked, "from": marked})]
    client = api.app.test_client()
    pages += [client.get("/sign-in", query_string={"next": f"/{marked}"}),
              client.post("/sign-in", data={"login": marked, "password": "x", "next": f"/{marked}"})]  # fmt: skip
    assert all("<img src=x" not in page.text for page in pages)
    assert sum("onerror" in page.text for page in pages) >= 4


def test_opening_the_case_is_logged(api, someone, log_id, request_id):
    reviewer = someone("analyst")
    reviewer.get(f"/reviews/{request_id}")
    assert reviewer.person.id in {one.caller for one in api.service.log.about(log_id) if one.kind == "inputs_read"}


@pytest.mark.parametrize(("role", "path"), [("caller", "/reviews"), ("auditor", "/reviews"), ("caller", "/audit")])
def test_a_role_that_may_not_is_told(someone, role, path):
    answer = someone(role).get(path)
    assert (answer.status_code, role in answer.text) == (403, True)


@pytest.mark.parametrize("path", ["/reviews", "/audit?subject=V-1"])
def test_whoever_is_out_signs_in_first_and_comes_back(api, path):
    answer = api.app.test_client().get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_an_auditor_finds_a_decision_and_what_was_done_since(api, someone, log_id, request_id):
    auditor = someone("auditor")
    subject = example("village_misses_narrowly")["subject"]["id"]
    assert log_id in auditor.get(f"/audit?subject={subject}").text
    assert log_id not in auditor.get("/audit?subject=V-other").text
    assert "from" in auditor.get("/audit?from=soon").text

    page = auditor.get(f"/audit/{log_id}").text
    assert api.service.log.get(log_id).hash.hex() in page
    assert "test caller" in page
    assert "待办" in page
    assert "结果相同" in auditor.post(f"/audit/{log_id}").text
    inputs = auditor.post(f"/audit/{log_id}/inputs").text
    assert subject in inputs
    [case] = read_cases(unescape(inputs.rpartition("<pre")[2].partition(">")[2].partition("</pre>")[0]), "cases.yaml")
    assert (case.subject_id, dict(case.wanted)) == (subject, {"credit_village": "not_qualified"})
    assert case.facts == example("village_misses_narrowly")["facts"]
    assert auditor.person.name in auditor.get(f"/audit/{log_id}").text
    assert "credit_village.yaml" in auditor.get(f"/audit/{log_id}/edition").text


def test_a_decision_that_is_not_there_is_not_found(someone):
    assert someone("auditor").get(f"/audit/{'0' * 32}").status_code == 404
