"""Request bodies that cannot be read, whatever they are sent to."""

import json
import tracemalloc
from io import BytesIO

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from rules.values.limits import MOST_MISSING
from service.exact_json import dumps
from tests.api.calling import JSON, NDJSON, errors, kind

PATH = "/v1/decisions/credit_village"
CASE = b'{"subject":{"id":"V-1"},"facts":{}}'
POSTS = [PATH, f"{PATH}/batch", "/v1/what-if/credit_village"]


@pytest.mark.parametrize("body", [
    b"", b" ", b"{", b"{}x", b"{'a':1}", b'{"a":1,}', b"NaN", b'{"facts":{"households":NaN}}', b"[Infinity]",
    b"[-Infinity]", b"[01]", b"[1.]", b"[.5]", b"[+1]", b"\xef\xbb\xbf" + CASE, CASE.decode().encode("utf-16"),
    b'{"a":"\xff"}', '{"a":"é"}'.encode("latin-1"), b'{"a":1,"a":2}', b'{"facts":{"x":1,"x":1}}', b"[" * 100_000,
    b'{"a":' * 100_000, b"1" * 5000, b"[1e999999999999999999999]", b"[1e-999999999999999999999]",
    b'{"subject":{"id":"\\ud800"},"facts":{}}', b'{"subject":{"id":"V"},"facts":{"\\udfff":1}}', b'["\x00"]', b'["\n"]',
], ids=lambda body: repr(body[:30]))  # fmt: skip
@pytest.mark.parametrize("path", POSTS)
def test_what_is_not_json_is_refused_in_words(analyst, path, body):
    answer = analyst.post(path, body)

    assert kind(answer) == (400, "malformed-json")


@pytest.mark.parametrize(("body", "zh"), [
    (b'{"a":', "1:6 这里要一个值"), (b'{"a":1,"a":2}', "'a' 写了两次"), (b"[NaN]", "NaN 不是数"),
    (b"\xef\xbb\xbf" + CASE, "字节顺序标记"), (b"1" * 5000, "数字太长。"),
], ids=lambda one: repr(one[:20]))  # fmt: skip
def test_what_is_not_json_is_told_in_chinese(caller, body, zh):
    answer = caller.post(PATH, body, headers={"Accept-Language": "zh"})

    assert zh in answer.json["detail"]


def test_facts_that_are_null_are_told_once(caller):
    assert errors(caller.post(PATH, b'{"subject":{"id":"V-1"},"facts":null}')) == [("/facts", "null")]


@pytest.mark.parametrize("facts", ["[]", "0", '""', "false"])
def test_facts_that_are_no_mapping_are_refused(caller, facts):
    body = f'{{"subject":{{"id":"V-1"}},"facts":{facts}}}'.encode()
    assert errors(caller.post(PATH, body)) == [("/facts", "not_a_mapping")]


def test_both_halves_of_a_character_are_a_character(caller):
    found = caller.decided("credit_village", b'{"subject":{"id":"\\ud83c\\udfe1"},"facts":{}}')

    assert found["subject"]["id"] == "🏡"


@pytest.mark.parametrize("type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", NDJSON, ""])
def test_another_content_type_than_json_is_refused_and_the_right_one_named(analyst, type):
    for path in (PATH, "/v1/what-if/credit_village"):
        answer = analyst.post(path, CASE, type=type)
        assert kind(answer) == (415, "unsupported-media-type")
        assert answer.headers["Accept"] == JSON


def test_a_batch_takes_json_and_ndjson(caller):
    answer = caller.post(f"{PATH}/batch", CASE, type="text/csv")

    assert kind(answer) == (415, "unsupported-media-type")
    assert answer.headers["Accept"] == f"{JSON}, {NDJSON}"


def test_a_charset_beside_the_content_type_does_not_matter(caller):
    assert caller.post(PATH, CASE, type="application/json; charset=utf-8").status_code == 200


@pytest.mark.parametrize("path", POSTS)
def test_a_body_that_is_too_large_is_refused(own, path):
    sender = own(max_body=2000).caller("analyst")

    answer = sender.post(path, json.dumps({"x": "y" * 2000}))

    assert kind(answer) == (413, "payload-too-large")
    assert "2000" in answer.json["detail"]
    assert sender.post(PATH, CASE).status_code == 200


def test_a_body_of_a_length_nobody_told_is_not_cut_but_refused(own):
    """Cut at the limit it would still be JSON, for what is over it is blank."""
    api = own(max_body=2000)
    sender = api.caller("caller")
    for body, status in ((CASE, "200 OK"), (CASE + b" " * 2000, "413 REQUEST ENTITY TOO LARGE")):
        environ = create_environ(PATH, method="POST", headers={"Authorization": f"Bearer {sender.key}"})
        environ |= {"CONTENT_TYPE": JSON, "wsgi.input": BytesIO(body), "wsgi.input_terminated": True}
        assert run_wsgi_app(api.app, environ)[1] == status


def test_a_body_in_a_coding_nobody_asked_for_is_not_read_as_json(caller):
    assert kind(caller.post(PATH, b"\x1f\x8b\x08\x00", headers={"Content-Encoding": "gzip"}))[0] in (400, 415)


def test_records_nested_without_end_are_refused(caller):
    body = b'{"subject":{"id":"C"},"facts":' + b'{"villages":[{"county":' * 300 + b"{}" + b"}]}" * 300 + b"}"

    assert {code for _, code in errors(caller.post("/v1/decisions/pilots", body))} <= {"too_deep", "unknown_fact"}


def test_a_text_that_is_kept_takes_no_more_memory_than_it_is_long():
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        texts = [dumps({"number": number}) for number in range(1000)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert after - before < 200 * len(texts)


def test_an_answer_lists_the_first_that_is_missing_and_says_that_there_is_more(caller):
    """Else a list of empty records would be answered by a thousand times its size."""
    case = {"subject": {"id": "T-1"}, "facts": {"villages": [{} for _ in range(MOST_MISSING // 10)]}}
    found = caller.decided("credit_township", case)
    assert (len(found["missing"]), found["missing_more"]) == (MOST_MISSING, True)
    assert found["missing"] == caller.decided("credit_township", case)["missing"]
    [line] = caller.post("/v1/decisions/credit_township/batch", {"cases": [case]}).json["results"]
    assert (len(line["missing"]), line["missing_more"]) == (MOST_MISSING, True)
    told = caller.get(f"/v1/decisions/{found['log_id']}/explanation", headers={"Accept": "text/plain"})
    assert "还有别的，这里没有列出" in told.text
    few = {"subject": {"id": "T-1"}, "facts": {"villages": [{}]}}
    assert "missing_more" not in caller.decided("credit_township", few)
