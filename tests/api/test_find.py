"""`GET /v1/decisions`, `/v1/decisions/{id}`: what was decided, for whoever may see it."""

from datetime import timedelta

import pytest

from service.http.turns import Turns
from tests.api.calling import errors, kind
from tests.log.samples import tamper
from tests.log.test_signatures import forge

KNOWN = {"log_id", "at", "caller", "request_id", "decision", "on", "outcome", "plan", "edition_sha256", "not_met",
         "unknown", "hash"}  # fmt: skip


def case(id="V-1", **facts):
    return {"subject": {"id": id}, "facts": facts}


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [one["log_id"] for one in answer.json["decisions"]]


@pytest.fixture
def made(caller):
    """Six decisions, the oldest first: two decisions about three subjects."""
    return [caller.decided(decision, case(subject))["log_id"]
            for subject in ("V-1", "V-2", "村") for decision in ("credit_village", "village_measures")]  # fmt: skip


def test_the_newest_come_first(caller, made):
    assert ids(caller.get("/v1/decisions")) == made[::-1]


def test_few_search_or_pull_the_log_at_once_and_the_others_are_told(api, caller, monkeypatch):
    """Or all threads would, and /healthz wait behind them."""
    turns = Turns(1, 0)
    for where in ("decisions", "log_lines"):
        monkeypatch.setattr(f"service.api.{where}.SEARCHING", turns)
    with turns.turn():
        for who, path in ((caller, "/v1/decisions"), (api.caller("store"), "/v1/log-lines")):
            told = who.get(path)
            assert (*kind(told), "Retry-After" in told.headers) == (503, "busy", True)
    assert caller.get("/v1/decisions").status_code == 200


def test_a_caller_sees_its_own_and_an_analyst_everybodys(api, caller, analyst, made):
    other = api.caller("caller")

    assert ids(other.get("/v1/decisions")) == []
    assert kind(other.get(f"/v1/decisions/{made[0]}")) == (404, "not-found")
    assert set(made) <= set(ids(analyst.get("/v1/decisions?limit=1000")))
    assert analyst.get(f"/v1/decisions/{made[0]}").status_code == 200


@pytest.mark.parametrize(("query", "found"), [
    ("subject=V-1", [0, 1]), ("subject=村", [4, 5]), ("subject=V-9", []), ("decision=village_measures", [1, 3, 5]),
    ("decision=no_such", []), ("outcome=needs_information", [0, 2, 4]), ("subject=V-2&decision=credit_village", [2]),
    ("from=2026-12-31&to=2026-12-31", [0, 1, 2, 3, 4, 5]), ("to=2026-12-30", []), ("from=2027-01-01", []),
    ("from=9999-12-31", []), ("to=9999-12-31", [0, 1, 2, 3, 4, 5]), ("from=0001-01-01", [0, 1, 2, 3, 4, 5]),
])  # fmt: skip
def test_what_is_asked_for_is_found_and_nothing_else(caller, made, query, found):
    shown = {one["log_id"] for one in caller.get(f"/v1/decisions?{query}").json["decisions"]}

    if query.startswith("outcome"):  # what the other decision comes to is the plan's affair
        assert {made[number] for number in found} <= shown
    else:
        assert shown == {made[number] for number in found}


@pytest.mark.parametrize("more", ["", "&limit=x"])
def test_a_period_that_ends_before_it_begins_is_refused_at_both_ends(caller, more):
    answer = caller.get(f"/v1/decisions?from=2027-01-01&to=2026-12-31{more}")
    assert kind(answer) == (422, "invalid-input")
    assert {("/from", "after_to"), ("/to", "before_from")} <= {*errors(answer)}
    found = {one["pointer"]: one["en"] for one in answer.json["errors"]}
    assert found["/from"] == "It is after `to`, 2026-12-31: write that day or an earlier one."


def test_a_day_is_a_day_of_the_log(own):
    api = own()
    sender, days = api.caller("caller"), []
    for _ in range(3):
        days.append(sender.decided("credit_village", case())["log_id"])
        api.clock.now += timedelta(days=1)

    assert ids(sender.get("/v1/decisions?from=2027-01-01&to=2027-01-01")) == [days[1]]
    assert ids(sender.get("/v1/decisions?from=2027-01-01")) == [days[2], days[1]]


def test_pages_follow_each_other_without_a_gap_though_new_ones_come_in(caller, made):
    seen, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"/v1/decisions?limit=2{f'&cursor={cursor}' if cursor else ''}")
        seen += ids(page)
        cursor = page.json["next"]
        caller.decided("credit_village", case("new"))
        assert len(seen) <= 6

    assert seen == made[::-1]


def test_the_last_page_says_that_it_is_the_last(caller, made):
    assert caller.get("/v1/decisions?limit=6").json["next"] is None
    assert caller.get("/v1/decisions?limit=5").json["next"] is not None


def test_a_line_says_what_came_out_and_nothing_of_the_person(caller):
    sent = caller.decided("credit_village", case("Zhang-San", households=987654))
    answer = caller.get("/v1/decisions")

    [line] = answer.json["decisions"]
    assert line.keys() == KNOWN
    assert line["outcome"] == sent["outcome"]
    assert line["edition_sha256"] == sent["edition_sha256"]
    assert line["caller"] == caller.key.split("_")[1]
    assert "Zhang" not in answer.text
    assert "987654" not in answer.text


def test_one_decision_is_shown_with_its_reviews_and_an_etag(caller, made):
    path = f"/v1/decisions/{made[0]}"
    first = caller.get(path)

    assert first.json["reviews"] == []
    again = caller.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    caller.post(f"{path}/review-requests", {"reason": "it is not so"})
    changed = caller.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert [one["kind"] for one in changed.json["reviews"]] == ["review_requested"]


def test_a_decision_that_was_altered_is_not_shown(own):
    """Nor explained, nor reviewed; the list of reviews goes on."""
    api = own()
    caller, analyst = api.caller("caller"), api.caller("analyst")
    good, bad = (caller.decided("credit_village", case(subject))["log_id"] for subject in ("V-1", "V-2"))
    for id in (good, bad):
        assert caller.post(f"/v1/decisions/{id}/review-requests", {}).status_code == 201
    tamper(api.service.log, ("UPDATE log SET outcome = 'qualified' WHERE id = ?", (bad,)))
    for path in ("", "/explanation"):
        assert kind(caller.get(f"/v1/decisions/{bad}{path}")) == (503, "unavailable")
    assert caller.get(f"/v1/decisions/{good}").status_code == 200
    assert [one["decision_log_id"] for one in analyst.get("/v1/review-requests").json["review_requests"]] == [good]
    assert "signature_wrong" in api.nobody().get("/readyz").text


def test_a_search_finds_no_decision_that_nobody_signed_and_says_which_it_left_out(own):
    api = own()
    caller = api.caller("caller")
    good, bad, last = (caller.decided("credit_village", case("V-1"))["log_id"] for _ in range(3))
    log = api.service.log
    tamper(log, ("UPDATE log SET outcome = 'qualified' WHERE id = ?", (bad,)))
    forged = forge(log, {}, kind="decision", outcome="qualified", decision="credit_village")
    answer = api.caller("analyst").get("/v1/decisions?decision=credit_village")
    assert ids(answer) == [last, good]
    assert {one["code"] for one in answer.json["refused"]} == {"unsigned", "signature_wrong"}
    assert answer.json["refused"][1]["log_id"] == bad
    assert {"seq": forged, "code": "unsigned"} in api.nobody().get("/readyz").json["log"]["refused"]
    first = caller.get("/v1/decisions?limit=2").json
    assert [one["log_id"] for one in first["decisions"]] == [last]
    assert ids(caller.get(f"/v1/decisions?limit=2&cursor={first['next']}")) == [good]


@pytest.mark.parametrize("change", ["body = x'ff'", "outcome = cast(x'ff' as text)", "at = 9000000000000000000"])
def test_a_line_of_nonsense_stops_no_search_and_no_pull(own, change):
    api = own()
    caller, auditor = api.caller("caller"), api.caller("auditor")
    bad, good = (caller.decided("credit_village", case("V-1"))["log_id"] for _ in range(2))
    tamper(api.service.log, (f"UPDATE log SET {change} WHERE id = ?", (bad,)))  # noqa: S608
    answer = caller.get("/v1/decisions")
    assert ids(answer) == [good]
    assert [one["log_id"] for one in answer.json["refused"]] == [bad]
    assert len(auditor.get("/v1/log-lines").data.splitlines()) == api.service.log.head().seq


TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_what_was_decided_under_a_trace_is_found_by_it(caller, analyst):
    sent = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
    traced = caller.decided("credit_village", case(), headers=sent)["log_id"]
    other = caller.decided("credit_village", case(), headers={"traceparent": f"00-{'a' * 32}-{SPAN}-01"})["log_id"]
    caller.decided("credit_village", case())

    assert ids(analyst.get(f"/v1/decisions?trace_id={TRACE}")) == [traced]
    assert ids(caller.get(f"/v1/decisions?trace_id={'a' * 32}&decision=credit_village")) == [other]
    assert analyst.get(f"/v1/decisions/{traced}").json["traceparent"] == sent["traceparent"]


@pytest.mark.parametrize(
    "sent",
    [
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        "",
        "x" * 5000,
    ],
)
def test_a_traceparent_that_is_none_is_left_out(caller, sent):
    id = caller.decided("credit_village", case(), headers={"traceparent": sent})["log_id"]
    assert "traceparent" not in caller.get(f"/v1/decisions/{id}").json


def test_a_trace_id_is_32_digits(analyst):
    for said in ("1", "a" * 32 + "%0A", "A" * 32, "g" * 32):
        assert errors(analyst.get(f"/v1/decisions?trace_id={said}")) == [("/trace_id", "not_a_trace_id")]


@pytest.mark.parametrize("id", ["x", "0" * 32, "credit_village", "%00", "%F0%9F%8F%A1", "..", "a" * 5000])
def test_a_decision_that_is_not_in_the_log_is_not_found(analyst, id):
    assert kind(analyst.get(f"/v1/decisions/{id}")) == (404, "not-found")


def test_only_decisions_are_found_not_other_lines_of_the_log(api, analyst, caller, made):
    asked = caller.post(f"/v1/decisions/{made[0]}/review-requests", {}).json["id"]

    assert api.service.log.get(asked).kind == "review_requested"
    assert kind(analyst.get(f"/v1/decisions/{asked}")) == (404, "not-found")
    assert asked not in ids(analyst.get("/v1/decisions?limit=1000"))
