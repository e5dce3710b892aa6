"""What holds for every answer: problems, ids of requests, languages, headers, compression."""

import gzip

import pytest
from flask import Blueprint

from service.desk import signing
from service.http.problems import KINDS
from service.http.wsgi import Application
from tests.api.calling import errors, kind, start

CASE = {"subject": {"id": "V-1"}, "facts": {}}
DECIDE = "/v1/decisions/credit_village"


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/no-such", "/no-such", "/v1/decisions/x/y/z", "/problems/no-such"])
def test_what_is_not_there_is_a_problem_too(caller, path):
    assert kind(caller.get(path)) == (404, "not-found")


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("PUT", DECIDE, {"GET", "HEAD", "OPTIONS", "POST"}), ("DELETE", "/v1/decisions", {"GET", "HEAD", "OPTIONS"}),
    ("GET", f"{DECIDE}/batch", {"OPTIONS", "POST"}), ("POST", "/v1/plans", {"GET", "HEAD", "OPTIONS"}),
    ("PATCH", "/openapi.json", {"GET", "HEAD", "OPTIONS"}), ("TRACE", DECIDE, {"GET", "HEAD", "OPTIONS", "POST"}),
])  # fmt: skip
def test_a_method_that_is_not_taken_is_told_with_those_that_are(caller, method, path, allowed):
    answer = caller.send(method, path)

    assert kind(answer) == (405, "method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(("method", "path"), [
    ("POST", f"{DECIDE}?reading=a&x=1"), ("POST", f"{DECIDE}/batch?reading=a&x=1"), ("GET", "/v1/plans?reading=a&x=1"),
    ("GET", "/v1/decisions?reading=a&x=1"),
])  # fmt: skip
def test_what_nobody_reads_of_a_query_is_refused(api, method, path):
    before = api.service.log.find(kind="decision", limit=1)
    answer = api.caller("admin").send(method, path, CASE if method == "POST" else None)

    assert sorted(errors(answer)) == [("/reading", "unknown_field"), ("/x", "unknown_field")]
    assert api.service.log.find(kind="decision", limit=1) == before


@pytest.mark.parametrize(("language", "title"), [
    (None, "没有找到"), ("zh-CN,zh;q=0.9", "没有找到"), ("en", "Not found"), ("en-GB, zh;q=0.5", "Not found"),
    ("fr", "没有找到"), ("*", "没有找到"), ("zh;q=0.2, en;q=0.8", "Not found"), (";;;", "没有找到"),
    ("en;q=0, zh;q=0.1", "没有找到"), ("EN", "Not found"), ("fr, en-US;q=0.7, zh-Hant;q=0.6", "Not found"),
])  # fmt: skip
def test_a_problem_is_told_in_the_readers_language(caller, language, title):
    answer = caller.get("/v1/no-such", headers={} if language is None else {"Accept-Language": language})

    assert answer.json["title"] == title
    assert answer.headers["Content-Language"] == ("en" if title == "Not found" else "zh")


@pytest.mark.parametrize("name", KINDS)
def test_the_type_of_a_problem_can_be_opened(api, name):
    page = api.nobody().get(f"/problems/{name}")

    assert page.status_code == 200
    assert page.mimetype == "text/html"


def test_the_id_of_a_request_comes_back_and_stands_in_the_log(api, caller):
    answer = caller.post(DECIDE, CASE, headers={"X-Request-ID": "abc-123_x.Y"})

    assert answer.headers["X-Request-ID"] == "abc-123_x.Y"
    assert api.service.log.get(answer.json["log_id"]).request_id == "abc-123_x.Y"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "村", "<script>", "a;b"])
def test_an_id_that_is_none_is_replaced(caller, sent):
    given = caller.post(DECIDE, CASE, headers={"X-Request-ID": sent}).headers["X-Request-ID"]

    assert given != sent
    assert len(given) == 16


def test_requests_without_an_id_get_one_each(caller):
    assert len({caller.get("/v1/plans").headers["X-Request-ID"] for _ in range(5)}) == 5


@pytest.mark.parametrize(
    "path", ["/v1/plans", "/v1/no-such", "/healthz", "/", "/docs", "/openapi.json", "/problems/gone"]
)
def test_every_answer_has_the_headers_that_keep_browsers_careful(caller, path):
    headers = caller.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "script" not in headers["Content-Security-Policy"]
    assert headers["X-Request-ID"]


def test_no_decision_is_kept_by_caches(caller):
    assert caller.post(DECIDE, CASE).headers["Cache-Control"] == "no-store"


def test_an_answer_comes_zipped_to_whoever_takes_it_so(caller):
    plain = caller.get("/v1/facts")
    zipped = caller.get("/v1/facts", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in zipped.headers["Vary"]
    assert gzip.decompress(zipped.data) == plain.data
    assert len(zipped.data) < len(plain.data) / 2


@pytest.mark.parametrize("path", ["/v1/plans", "/v1/decisions", "/v1/facts", "/healthz", "/openapi.json"])
def test_head_says_what_get_says_without_the_body(caller, path):
    got, head = caller.get(path), caller.send("HEAD", path)

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert head.headers.get("ETag") == got.headers.get("ETag")


def test_options_says_what_is_taken(caller):
    answer = caller.send("OPTIONS", DECIDE)

    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert answer.data == b""


@pytest.mark.parametrize("path", ["/v1/plans/", "/v1/decisions/"])
def test_a_stroke_at_the_end_makes_no_difference(caller, path):
    assert caller.get(path).status_code == 200


@pytest.mark.parametrize("query", ["no_such=1", "limit=1&limit=2", "from=2026-02-30", "limit=0", "limit=1001",
                                   "limit=1_0", "limit= 5", "limit=", "limit=٣", "cursor=x", "cursor=", "subject=",
                                   "cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "cursor=LTE=", "decision=%00",
                                   "outcome=a%0Ab", "subject=11010519491231002X"])  # fmt: skip
def test_a_query_is_taken_as_strictly_as_a_body(caller, query):
    answer = caller.get(f"/v1/decisions?{query}")

    assert kind(answer) == (422, "invalid-input")
    [error] = answer.json["errors"]
    assert error["pointer"] == f"/{query.partition('=')[0]}"
    assert error["zh"] != error["en"]


def named(*args):
    """A hook."""


@pytest.mark.parametrize("hook", [
    "before_request", "after_request", "teardown_request", "url_value_preprocessor", "teardown_app_request",
])  # fmt: skip
def test_a_hook_that_would_be_passed_over_in_silence_is_refused(hook):
    app, pages = Application(__name__), Blueprint("pages", __name__)
    app.refuse_hooks()
    getattr(pages, hook)(named)
    app.register_blueprint(pages)
    with pytest.raises(RuntimeError, match="named"):
        app.refuse_hooks()


def test_a_service_with_such_a_hook_does_not_start(tmp_path, monkeypatch):
    monkeypatch.setitem(signing.blueprint.before_request_funcs, None, [named])
    with pytest.raises(RuntimeError, match="named"):
        start(tmp_path)


CARDS = ["110105491231002", "110105194912310021", "6222021234567890128", "4111111111111111"]


@pytest.mark.parametrize("number", [*CARDS, "11010519491231002X"])
@pytest.mark.parametrize("dress", ["{}", "req-{}", "{}-01", "a.{}.b"])
def test_a_request_id_that_holds_the_number_of_a_card_is_none(caller, number, dress):
    sent = dress.format(number)

    assert number not in caller.post(DECIDE, CASE, headers={"X-Request-ID": sent}).headers["X-Request-ID"]


@pytest.mark.parametrize("number", CARDS)
@pytest.mark.parametrize("fill", [str.ljust, str.rjust])
def test_a_traceparent_whose_id_is_the_number_of_a_card_is_not_kept(api, number, fill):
    sent = f"00-{fill(number, 32, '0')}-{'b' * 16}-01"
    found = api.caller("caller").decided("credit_village", CASE, headers={"traceparent": sent})

    assert api.service.log.get(found["log_id"]).traceparent == ""


def test_another_traceparent_of_digits_alone_is_kept(api):
    sent = "00-12345678901234567890123456789012-1234567890123456-01"
    found = api.caller("caller").decided("credit_village", CASE, headers={"traceparent": sent})

    assert api.service.log.get(found["log_id"]).traceparent == sent
