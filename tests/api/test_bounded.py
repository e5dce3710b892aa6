"""No refusal grows with the names and values that were sent, whatever route they were sent to."""

import pytest

from service.http.problems import LONGEST, LONGEST_NAME, bounded
from service.keys import PERMISSIONS
from tests.api.calling import example, kind

LONG = "名" * 30_000
ENOUGH = 5_000  # characters of a refusal


def asked(api):
    """Method and address of each route of the API, its names left to be filled in, and a role that may."""
    for rule in api.app.url_map.iter_rules():
        view = api.app.view_functions[rule.endpoint]
        if rule.rule.startswith("/v1"):
            role = next(role for role, may in PERMISSIONS.items() if view.contract.permission in may)
            for method in sorted(rule.methods & {"GET", "POST", "PUT", "DELETE"}):
                yield method, rule, role


def filled(rule, name=None):
    """The address with a name that is too long at one place, or at none."""
    known = {"date": "2026-05-01", "decision": "credit_village", "plan": "xx-county", "number": "1"}
    address = rule.rule
    for one in rule.arguments:
        said = LONG if one == name else known.get(one, "none")
        address = address.replace(f"<int:{one}>", "1").replace(f"<{one}>", said)
    return address


def test_a_refusal_is_as_short_whatever_is_sent(api):
    callers = {role: api.caller(role) for role in PERMISSIONS}
    refused = 0
    for method, rule, role in asked(api):
        bodies = (
            [None] if method in {"GET", "DELETE"} else [{LONG: LONG}, {"plan": LONG, "facts": {LONG: {LONG: [LONG]}}}]
        )
        ways = [(filled(rule, name), bodies[0]) for name in rule.arguments]
        ways += [(f"{filled(rule)}?{LONG}=1", bodies[0]), *((filled(rule), body) for body in bodies)]
        for address, body in ways:
            answer = callers[role].send(method, address, body)
            if answer.status_code >= 400:
                refused += 1
                assert len(answer.text) < ENOUGH, (method, address[:80], answer.text[:200])
    assert refused > 100


@pytest.mark.parametrize("name", ["plan", "subject", "on", "decision", "outcome", "from", "cursor", "trace", "limit"])
def test_nor_with_the_value_of_a_search(api, name):
    answer = api.caller("auditor").get(f"/v1/decisions?{name}={LONG}")

    assert answer.status_code in {200, 422}
    assert len(answer.text) < ENOUGH


def test_nor_with_what_stands_where_a_fact_is_known(caller):
    case = example("village_qualifies")
    long = {**case, "facts": dict.fromkeys(case["facts"], LONG)}
    unknown = {**case, "facts": {LONG: 1, "households": {LONG: LONG}}}

    for body in (long, unknown):
        answer = caller.decide("credit_village", body)
        assert kind(answer) == (422, "invalid-input")
        assert len(answer.text) < ENOUGH


def test_what_is_quoted_begins_as_it_was_sent(caller):
    answer = caller.decide("credit_village", {**example("village_qualifies"), LONG: 1})

    assert answer.json["errors"][0]["pointer"] == f"/{LONG[:LONGEST_NAME]}…"


def test_of_a_text_that_is_too_long_beginning_and_end_stay():
    assert bounded("a" * LONGEST) == "a" * LONGEST
    assert (
        bounded("a" * LONGEST + "what to do")
        == "a" * (LONGEST * 3 // 4) + "…" + "a" * (LONGEST // 4 - 10) + "what to do"
    )
