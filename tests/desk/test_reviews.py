"""The pages of reviewers and auditors: what is to be done, the case, the outcome; the log with what was done since."""

import re
from datetime import timedelta
from html import unescape

import pytest

from rules.cases.files import read_cases
from rules.values.text import Text
from service.desk import reviews
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


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_request_is_overdue_on_every_page_once_its_day_has_passed_until_it_has_its_outcome(
    api, someone, log_id, request_id, beyond
):
    api.clock.now += timedelta(days=api.service.settings.review_days + beyond)
    reviewer, auditor = someone("analyst"), someone("auditor")

    def marked():
        pages = [
            reviewer.get("/reviews"),
            reviewer.get("/reviews?state=closed"),
            reviewer.get(f"/reviews/{request_id}"),
        ]
        return ["已过期" in one.text for one in (*pages, auditor.get(f"/audit/{log_id}"))]

    assert marked() == [bool(beyond), False, bool(beyond), bool(beyond)]
    assert reviewer.post(f"/reviews/{request_id}", result="upheld").status_code == 303
    assert marked() == [False] * 4


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
    given = example("village_misses_narrowly")["facts"]
    assert {name: one for name, one in given.items() if name in case.facts} == case.facts
    assert {*given} - {*case.facts} == {"title_in_force", "titled_on"}  # which the decision does not need
    assert auditor.person.name in auditor.get(f"/audit/{log_id}").text
    assert "credit_village.yaml" in auditor.get(f"/audit/{log_id}/edition").text


def test_the_case_of_a_person_says_what_is_needed_and_not_who_it_is(api, someone):
    given = example("household_granted")
    id = api.caller("caller").decided("screening", given)["log_id"]
    inputs = someone("auditor").post(f"/audit/{id}/inputs").text
    text = unescape(inputs.rpartition("<pre")[2].partition(">")[2].partition("</pre>")[0])
    [case] = read_cases(text, "cases.yaml")
    assert re.fullmatch("household-[0-9a-f]{8}", case.subject_id)
    assert given["subject"]["id"] not in text
    assert {"birth_date", "status"} <= {*case.facts} < {*given["facts"]}


def test_a_decision_that_is_not_there_is_not_found(someone):
    assert someone("auditor").get(f"/audit/{'0' * 32}").status_code == 404


def test_a_form_with_a_mistake_comes_back_as_it_was_filled_in(someone, request_id):
    page = someone("analyst").post(f"/reviews/{request_id}", result="changed", note="查过户口簿").text
    assert "查过户口簿</textarea>" in page
    assert 'value="changed" checked' in page
    assert 'value="upheld" required checked' not in page


def test_the_same_form_twice_is_recorded_once_and_is_no_error(api, someone, log_id, request_id):
    reviewer = someone("analyst")
    answers = [reviewer.post(f"/reviews/{request_id}", result="changed", outcome="qualified", note="查实")
               for _ in range(2)]  # fmt: skip
    assert [one.status_code for one in answers] == [303, 303]
    assert len([one for one in api.service.log.about(log_id) if one.kind == "reviewed"]) == 1


def test_who_comes_second_is_told_and_keeps_his_words(api, someone, log_id, request_id):
    first, second = someone("analyst"), someone("admin")
    first.post(f"/reviews/{request_id}", result="upheld", note="无误")
    answer = second.post(f"/reviews/{request_id}", result="changed", outcome="qualified", note="有误")
    assert answer.status_code == 409
    for words in ("这个申请已有复核结果", "无误", "您写的答复没有记录：有误"):
        assert words in answer.text
    assert len([one for one in api.service.log.about(log_id) if one.kind == "reviewed"]) == 1


def test_who_comes_second_by_a_moment_is_told_the_same(someone, request_id, monkeypatch):
    first, second = someone("analyst"), someone("admin")
    recorded = reviews.record

    def late(found, said):
        monkeypatch.setattr(reviews, "record", recorded)
        first.post(f"/reviews/{request_id}", result="upheld")
        return recorded(found, said)

    monkeypatch.setattr(reviews, "record", late)
    answer = second.post(f"/reviews/{request_id}", result="changed", outcome="qualified")
    assert answer.status_code == 409
    assert "这个申请已有复核结果" in answer.text


def test_an_auditor_searches_by_what_the_pages_call_things(api, someone, log_id):
    """Titles in either language; codes are offered with their titles."""
    auditor = someone("auditor")
    rule = api.service.policies.current().edition("xx-county/2026-05-01").edition.rules["credit_village"]
    logged = rule.outcomes[api.service.log.get(log_id).outcome]
    for text in (*rule.title, rule.id):
        assert log_id in auditor.get("/audit", query_string={"decision": text, "outcome": logged.id}).text
    for text in logged.title:
        assert log_id in auditor.get("/audit", query_string={"outcome": text, "decision": rule.id}).text
    assert f'<option value="{rule.id}">{rule.title.zh}</option>' in auditor.get("/audit").text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("trace_id=zz", "链路编号（trace-id）：trace-id 是 32 位"),
        ("from=soon", "从：请写日期"),
        ("from=2026-12-31&to=2026-12-01", "从：起始日在结束日 2026-12-01 之后"),
        ("from=2026-12-31&to=2026-12-01", "到：结束日在起始日 2026-12-31 之前"),
        ("nothing=1", "nothing：没有这一项"),
    ],
)
def test_a_search_that_cannot_be_made_says_which_field_and_what_to_write(someone, log_id, asked, said):
    answer = someone("auditor").get(f"/audit?{asked}")
    fields = re.sub("<[^>]*>", "", answer.text)
    assert (answer.status_code, said in fields) == (422, True)
    assert log_id not in answer.text


def test_what_is_wrong_in_a_search_is_told_at_its_field_which_keeps_what_was_typed(someone, log_id):
    page = someone("auditor").get("/audit?from=soon&subject=V-1").text
    field = '<input type="text" id="from" name="from" value="soon" aria-invalid="true" aria-describedby="from-wrong">'
    assert f'{field}<p class="bad" id="from-wrong">请写日期' in page
    assert 'name="subject" value="V-1"' in page
    assert page.count("aria-invalid") == 1


def test_a_list_of_reviews_that_there_is_not_is_refused(someone):
    answer = someone("analyst").get("/reviews?state=lost", headers={"Accept": "text/html"})
    assert (answer.status_code, "open, closed" in answer.text) == (422, True)


@pytest.mark.parametrize("asked", ["subject=%B4%E5", "%ff=1"])
def test_a_search_in_another_encoding_is_refused_and_finds_not_nothing_in_silence(someone, log_id, asked):
    page = someone("auditor").get(f"/audit?{asked}", headers={"Accept": "text/html"})
    assert (page.status_code, "UTF-8" in page.text) == (400, True)


def test_a_title_of_several_codes_is_asked_for_by_one_of_them(someone, log_id, monkeypatch):
    titles = {"decision": {}, "outcome": {"no": [Text("不", "no")], "never": [Text("不", "never")]}}
    monkeypatch.setattr("service.desk.titles.codes", lambda: titles)
    page = someone("auditor").get("/audit?outcome=不").text
    assert "请写其中之一：no, never" in page
    assert log_id not in page


def test_times_on_pages_name_their_zone(someone, log_id, request_id):
    reviewer, auditor = someone("analyst"), someone("auditor")
    pages = [reviewer.get("/reviews"), reviewer.get(f"/reviews/{request_id}"), auditor.get("/audit"),
             auditor.get(f"/audit/{log_id}"), auditor.get("/audit/sign-ins")]  # fmt: skip
    assert ["Asia/Shanghai" in page.text for page in pages] == [True] * 5
