"""Requests as clients of all kinds send them: formats, encodings, ids, keys; and cases that are only tried."""

import gzip
import json

import pytest

from service.http import observing
from service.log import Entry, new_id
from tests.api.calling import JSON, NDJSON, NOON, errors, example, kind

DECIDE, BATCH = "/v1/decisions/credit_village", "/v1/decisions/credit_village/batch"
CASE = {"subject": {"id": "V-1"}, "facts": {}}
EDITION = "/v1/plans/xx-county/editions/2026-05-01"


@pytest.mark.parametrize(("sent", "type"), [
    ("application/json;charset=UTF-8", JSON), ("text/plain;charset=utf-8", "text/plain"),
    ("text/html;q=0.5, text/plain; charset=UTF-8; q=0.9", "text/plain"), ("text/*;level=1", "text/plain"),
    ("application/json; profile=x, */*;q=0.1", JSON),
])  # fmt: skip
def test_parameters_of_accept_say_nothing(caller, sent, type):
    log_id = caller.decided("credit_village", CASE)["log_id"]
    answer = caller.get(f"/v1/decisions/{log_id}/explanation", headers={"Accept": sent})
    assert (answer.status_code, answer.mimetype) == (200, type)


@pytest.mark.parametrize(("sent", "type"), [
    ("application/yaml;charset=utf-8", "application/yaml"), ("application/json;charset=UTF-8", JSON),
])  # fmt: skip
def test_an_edition_comes_in_the_format_asked_for_or_not_at_all(caller, sent, type):
    assert caller.get(EDITION, headers={"Accept": sent}).mimetype == type
    assert kind(caller.get(EDITION, headers={"Accept": "text/xml"})) == (406, "not-acceptable")


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "deflate"])
@pytest.mark.parametrize(("path", "type"), [(DECIDE, JSON), (BATCH, JSON), (BATCH, NDJSON)])
def test_a_body_that_is_compressed_is_refused(caller, encoding, path, type):
    body = gzip.compress(json.dumps(CASE).encode())
    answer = caller.post(path, body, type=type, headers={"Content-Encoding": encoding})
    assert kind(answer) == (415, "unsupported-media-type")
    assert answer.headers["Accept-Encoding"] == "identity"
    assert caller.post(DECIDE, CASE, headers={"Content-Encoding": "identity"}).status_code == 200


@pytest.mark.parametrize("path", ["/v1//decisions", "//v1/decisions", "/v1/decisions//x/inputs"])
def test_two_strokes_are_another_address_and_no_redirect(api, path):
    answer = api.nobody().get(path, base_url="http://evil.example")
    assert kind(answer) == (404, "not-found")
    assert "Location" not in answer.headers


@pytest.mark.parametrize(("sent", "encoding"), [
    ("gzip;q=0", None), ("gzip;q=0, *", None), ("*;q=0", None), ("identity", None), ("br", None),
    ("*", "gzip"), ("gzip;q=0.1", "gzip"), ("GZIP", "gzip"), ("br, gzip", "gzip"),
])  # fmt: skip
def test_zipped_is_only_sent_to_who_takes_it(caller, sent, encoding):
    answer = caller.get("/v1/facts", headers={"Accept-Encoding": sent})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("query", ["subject=%B4%E5", "decision=%ff", "%ff=1"])
def test_a_query_that_is_not_utf8_is_refused(caller, query):
    assert kind(caller.get(f"/v1/decisions?{query}")) == (400, "bad-request")
    assert caller.get("/v1/decisions?subject=%E6%9D%91").status_code == 200


def test_a_request_without_a_host_is_refused(caller):
    assert kind(caller.get("/v1/plans", environ_overrides={"HTTP_HOST": None})) == (400, "bad-request")


@pytest.mark.parametrize("path", ["/v1/plans", "/healthz", "/nowhere"])
@pytest.mark.parametrize("host", ["a b", "<>", "a,b", "a/b", "a@b", "a:99999", "a:x", "村.cn", "[::1", " "])
def test_a_host_that_is_none_is_refused(caller, path, host):
    assert kind(caller.get(path, environ_overrides={"HTTP_HOST": host})) == (400, "bad-request")


@pytest.mark.parametrize("host", ["village_credit:8000", "10.0.0.1", "[::1]:8000", "Credit.Example", "localhost"])
def test_a_host_is_a_name_or_an_address_and_may_have_a_port(caller, host):
    assert caller.get("/v1/plans", environ_overrides={"HTTP_HOST": host}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/plans", "/healthz"])
def test_a_method_in_small_letters_is_another_method(caller, path):
    assert kind(caller.get(path, environ_overrides={"REQUEST_METHOD": "get"})) == (400, "bad-request")


@pytest.mark.parametrize(
    "id", [" a", "a ", "\u3000a", "a\u00a0", "a\u2028b", "a\u2066b", "a\x85b", "a\u00adb", "\u061ca"]
)
def test_an_id_has_no_blanks_at_its_ends_and_nothing_unseen(caller, id):
    assert errors(caller.post(DECIDE, {**CASE, "subject": {"id": id}})) == [("/subject/id", "not_an_id")]
    assert caller.post(DECIDE, {**CASE, "subject": {"id": "村 1"}}).status_code == 200


@pytest.mark.parametrize("sent", ["110101199003078888", "11010119900307888X", "id-110101-19900307-8888"])
def test_a_card_number_is_no_id_of_a_request(caller, sent):
    assert caller.post(DECIDE, CASE, headers={"X-Request-ID": sent}).headers["X-Request-ID"] != sent


def test_a_trace_stands_in_the_servers_log(caller, monkeypatch):
    lines = []
    stream = type("Stream", (), {"write": staticmethod(lines.append)})
    monkeypatch.setattr(observing, "REQUEST_LINES", [stream])
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    caller.post(DECIDE, CASE, headers={"traceparent": trace})
    caller.post(DECIDE, CASE, headers={"traceparent": "110101199003078888"})
    assert [json.loads(line).get("traceparent") for line in lines] == [trace, None]


# --- keys, cursors, lines without inputs


def test_an_idempotency_key_does_not_stand_in_the_clear(api, caller):
    caller.post(DECIDE, CASE, headers={"Idempotency-Key": "2026/H-4711"})
    caller.post(BATCH, json.dumps(CASE), type=NDJSON, headers={"Idempotency-Key": "2026/H-4712"})
    with api.service.log.database.reading() as connection:
        stored = [name for (name,) in connection.exec_driver_sql("SELECT name FROM once")]
    assert not [name for name in stored if "H-471" in name]


@pytest.mark.parametrize("other", ["col#1", "col1", "col"])
def test_a_part_of_a_stream_collides_with_no_key(own, other):
    caller = own().caller("caller")
    caller.post(BATCH, json.dumps(CASE), type=NDJSON, headers={"Idempotency-Key": "col"})
    assert caller.post(DECIDE, CASE, headers={"Idempotency-Key": other}).status_code == 200


def test_a_cursor_tells_nothing_of_how_much_there_is(api, caller):
    for _ in range(3):
        caller.decided("credit_village", CASE)
    cursor = caller.get("/v1/decisions?limit=1").json["next"]
    other = caller.get("/v1/decisions?limit=1").json["next"]
    assert cursor != other
    assert caller.get(f"/v1/decisions?limit=1&cursor={cursor}").json["decisions"]
    for wrong in (f"{cursor}' OR 1=1", cursor[:-4], "MQ==", "x", ""):
        assert errors(caller.get("/v1/decisions", query_string={"cursor": wrong})) == [("/cursor", "not_a_cursor")]


def test_a_line_without_inputs_cannot_be_explained_and_says_so(api, auditor):
    edition = api.engine().edition
    line = Entry(new_id(NOON), "decision", "other", "r", edition.plan, edition.sha256, "credit_village", "2026-12-31",
                 "qualified", "s", b"{}")  # fmt: skip
    api.service.log.append([line])
    for path in ("explanation", "inputs"):
        assert kind(auditor.get(f"/v1/decisions/{line.id}/{path}")) == (410, "gone")
    assert kind(auditor.post(f"/v1/decisions/{line.id}/replay")) == (410, "gone")


# --- dry runs


def test_a_dry_run_is_marked_and_leaves_nothing(api, caller):
    case = example("village_qualifies")
    decided = caller.decided("credit_village", case)
    before = api.service.log.head().seq
    answers = [caller.decide("credit_village", {**case, "dry_run": True}, headers={"Idempotency-Key": "dry"})
               for _ in range(2)]  # fmt: skip

    del decided["log_id"]
    assert [one.json for one in answers] == [{"of_record": False, "dry_run": True, **decided}] * 2
    assert api.service.log.head().seq == before
    assert "Idempotent-Replayed" not in answers[1].headers
    assert caller.decide("credit_village", {**case, "dry_run": False}).json["log_id"]


@pytest.mark.parametrize("findings", ["true", "false"])
def test_a_batch_can_hold_dry_runs(api, caller, findings):
    before = api.service.log.head().seq
    answer = caller.post(f"{BATCH}?findings={findings}", {"cases": [{**CASE, "dry_run": True}, CASE]}).json
    tried, decided = answer["results"]
    assert (answer["decided"], answer["failed"]) == (1, 0)
    assert (tried["dry_run"], tried["of_record"], "log_id" in tried, "log_id" in decided) == (True, False, False, True)
    assert api.service.log.head().seq == before + 1


@pytest.mark.parametrize("said", ["true", 1, None, "yes"])
def test_a_dry_run_is_asked_for_plainly(caller, said):
    code = "null" if said is None else "not_boolean"
    assert errors(caller.post(DECIDE, {**CASE, "dry_run": said})) == [("/dry_run", code)]
