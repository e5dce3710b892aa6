"""`POST /v1/decisions/{decision}/batch`: many cases, as JSON or as a stream of lines."""

import io
import json

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from service.exact_json import loads
from tests.api.calling import NDJSON, errors, example, kind

BATCH = "/v1/decisions/credit_village/batch"
LONG = 1 << 20


def case(id="V-1", **facts):
    return {"subject": {"id": id}, "facts": facts}


def stream(*parts):
    return b"".join(part if isinstance(part, bytes) else json.dumps(part).encode() + b"\n" for part in parts)


def results(answer):
    assert answer.status_code == 200, answer.text
    if answer.mimetype == NDJSON:
        return [json.loads(line) for line in answer.data.splitlines()]
    return answer.json["results"]


def told(result):
    return result["problem"]["type"].removeprefix("/problems/") if "problem" in result else result["outcome"]


def both(caller, *cases):
    """The results of a batch in both forms."""
    return [results(caller.post(BATCH, {"cases": list(cases)})),
            results(caller.post(BATCH, stream(*cases), type=NDJSON))]  # fmt: skip


def test_each_case_has_its_result_in_its_place(caller):
    for found in both(caller, *(case(f"V-{number}") for number in range(7))):
        assert [one["line"] for one in found] == [1, 2, 3, 4, 5, 6, 7]
        assert [one["subject"]["id"] for one in found] == [f"V-{number}" for number in range(7)]


def test_a_blank_line_has_no_result_and_moves_no_number(caller):
    found = results(caller.post(BATCH, stream(case("V-1"), b"\n", b"  \n", case("V-2")), type=NDJSON))

    assert [(one["line"], one["subject"]["id"]) for one in found] == [(1, "V-1"), (4, "V-2")]


def test_a_bad_case_has_its_own_problem_and_spoils_nothing(caller):
    for found in both(caller, case("V-1"), case("V-2", households="x"), case("V-3"), 5, case("V-4", nonsense=1)):
        assert [told(one) for one in found] == [
            "needs_information", "invalid-input", "needs_information", "invalid-input", "invalid-input",
        ]  # fmt: skip
        assert [error["pointer"] for error in found[1]["problem"]["errors"]] == ["/facts/households"]


def test_the_number_of_those_decided_and_failed_is_told(caller):
    answer = caller.post(BATCH, {"cases": [case(), {}, case()]})

    assert (answer.json["decided"], answer.json["failed"]) == (2, 1)


def test_a_result_says_the_same_as_the_decision_alone(caller):
    whole = example("village_misses_narrowly")
    alone = caller.decided("credit_village", whole)

    [short] = caller.post(BATCH, {"cases": [whole]}).json["results"]
    [full] = caller.post(f"{BATCH}?findings=true", {"cases": [whole]}).json["results"]

    assert short["outcome"] == alone["outcome"]
    assert short["not_met"] == [
        one["criterion"] for one in alone["findings"] if one["verdict"] == "not_met" and one["applies"]
    ]
    assert {**full, "log_id": alone["log_id"]} == {"line": 1, **alone}


def test_what_is_missing_is_listed(caller):
    [found] = results(caller.post(BATCH, {"cases": [case(households=3)]}))

    assert "a_grade_households" in found["missing"]


def test_every_decided_case_stands_in_the_log_and_no_other(api, caller):
    found = results(caller.post(BATCH, stream(case("V-1"), b"{\n", case("V-2")), type=NDJSON))

    assert [one.get("log_id") is not None for one in found] == [True, False, True]
    assert [told(found[1])] == ["malformed-json"]
    lines = api.service.log.find(caller=caller.key.split("_")[1], kind="decision")
    assert {line.id for line in lines} == {one["log_id"] for one in found if "log_id" in one}


def test_each_case_may_have_its_own_day(caller):
    for found in both(caller, {**case(), "on": "2026-06-01"}, {**case(), "on": "1999-01-01"}):
        assert [told(one) for one in found] == ["needs_information", "not-found"]


def test_an_empty_batch_is_none_the_worse(caller):
    assert both(caller) == [[], []]


def test_empty_lines_are_passed_over_and_the_last_needs_no_end(caller):
    answer = caller.post(BATCH, stream(b"\n", case("V-1"), b"  \r\n", case("V-2")).rstrip(b"\n"), type=NDJSON)

    assert [one["subject"]["id"] for one in results(answer)] == ["V-1", "V-2"]


def test_chinese_is_not_escaped_in_a_stream(caller):
    answer = caller.post(BATCH, stream(case("村一")), type=NDJSON)

    assert "村一".encode() in answer.data
    assert answer.headers["Content-Type"].startswith(NDJSON)


def test_more_cases_than_may_be_are_refused_as_a_whole(api, caller):
    answer = caller.post(BATCH, b'{"cases":[' + b",".join([b"{}"] * 10_001) + b"]}")

    assert errors(answer) == [("/cases", "too_many")]
    assert caller.post(BATCH, b'{"cases":[' + b",".join([b"{}"] * 10_000) + b"]}").json["failed"] == 10_000


@pytest.mark.parametrize("body", [[], {}, {"cases": {}}, {"cases": None}, {"cases": [], "more": 1}, None, "x"])
def test_what_is_no_batch_is_refused(caller, body):
    assert errors(caller.post(BATCH, json.dumps(body))) == [("", "not_a_batch")]


@pytest.mark.parametrize("type", ["application/json", NDJSON])
def test_a_decision_that_is_not_there_is_not_found(caller, type):
    assert kind(caller.post("/v1/decisions/no-such/batch", b'{"cases":[]}', type=type)) == (404, "not-found")


@pytest.mark.parametrize("query", ["findings=yes", "findings=1", "findings=", "more=1", "findings=true&findings=true"])
def test_the_query_of_a_batch_is_strict(caller, query):
    assert kind(caller.post(f"{BATCH}?{query}", {"cases": []})) == (422, "invalid-input")


@pytest.mark.parametrize("line", [
    b'{"subject":{"id":"V"},"facts":{}}' + b" " * LONG, b"x" * (3 * LONG), b'"' + b"\xff" * (2 * LONG) + b'"',
], ids=["padded", "three times", "not text"])  # fmt: skip
def test_a_line_that_is_too_long_is_refused_alone(caller, line):
    found = results(caller.post(BATCH, stream(case("V-1"), line + b"\n", case("V-2")), type=NDJSON))

    assert [told(one) for one in found] == ["needs_information", "payload-too-large", "needs_information"]


def test_a_stream_may_be_longer_than_a_body_and_json_may_not(own):
    sender = own(max_body=4000).caller("caller")
    cases = [case(f"V-{number}") for number in range(200)]

    assert len(results(sender.post(BATCH, stream(*cases), type=NDJSON))) == 200
    assert kind(sender.post(BATCH, {"cases": cases})) == (413, "payload-too-large")


class Lines(io.RawIOBase):
    """A body of 4,000 cases that come one by one; `read` tells how many came."""

    def __init__(self):
        self.read_lines = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        if self.read_lines == 4000:
            return 0
        line = stream(case(f"V-{self.read_lines}"))
        self.read_lines += 1
        buffer[: len(line)] = line
        return len(line)


def sent(app, key, lines):
    """The chunks of the answer to a stream, as they come."""
    environ = create_environ(BATCH, method="POST", headers={"Authorization": f"Bearer {key}"})
    environ |= {"CONTENT_TYPE": NDJSON, "wsgi.input": lines, "wsgi.input_terminated": True}
    chunks, status, _ = run_wsgi_app(app, environ)
    assert status == "200 OK"
    return chunks


def test_a_stream_is_answered_while_it_comes(api, caller):
    """What is read ahead is a chunk, never the whole."""
    lines = Lines()
    chunks = sent(api.app, caller.key, lines)
    first = next(chunks)

    assert len(first.splitlines()) == 1000
    assert 1000 <= lines.read_lines < 3000
    assert sum(len(chunk.splitlines()) for chunk in chunks) == 3000


def test_a_key_that_is_revoked_ends_its_stream_within_a_chunk(own):
    api = own()
    caller = api.caller("caller")
    chunks = sent(api.app, caller.key, Lines())
    decided = len(next(chunks).splitlines())
    api.service.keys.revoke(caller.key.split("_")[1])

    *rest, last = [line for chunk in chunks for line in chunk.splitlines()]

    assert decided + len(rest) <= 2000
    assert told(json.loads(last)) == "unauthorized"
    assert len(api.service.log.find(kind="decision", limit=9999)) == decided + len(rest)


def test_when_time_is_up_each_case_left_is_told_so(own):
    api = own(request_seconds=0.0, stream_seconds=0.0)
    sender = api.caller("caller")

    for found in both(sender, case("V-1"), case("V-2")):
        assert [told(one) for one in found] == ["unavailable", "unavailable"]
    assert not api.service.log.find(kind="decision")


def test_a_figure_of_a_batch_is_exact(caller):
    body = b'{"cases":[{"subject":{"id":"V"},"facts":{"npl_balance":0.1,"loan_balance":0.3}}]}'
    [found] = results(caller.post(f"{BATCH}?findings=true", body))
    alone = caller.decided("credit_village", b'{"subject":{"id":"V"},"facts":{"npl_balance":0.1,"loan_balance":0.3}}')

    assert found["id"] == alone["id"]
    assert loads(body)
