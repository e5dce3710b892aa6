"""Who may call: keys, roles, and how often."""

from datetime import timedelta

import pytest

from service.keys import PERMISSIONS
from tests.api.calling import ROLES, kind
from tests.log.test_signatures import forge, forged_key

CASE = {"subject": {"id": "V-1"}, "facts": {}}
OPEN = {"/healthz", "/readyz", "/metrics", "/openapi.json"}  # without a key, on purpose


def views(api):
    """The rules of the API with the views behind them."""
    rules = [rule for rule in api.app.url_map.iter_rules() if rule.rule.startswith("/v1")]
    return [(rule, api.app.view_functions[rule.endpoint]) for rule in rules]


def test_every_route_of_the_api_needs_a_permission_that_some_role_holds(api):
    held = frozenset().union(*PERMISSIONS.values())

    assert len(views(api)) > 10
    assert [rule.rule for rule, view in views(api) if view.contract.permission not in held] == []


def test_every_permission_stands_before_a_route_or_says_how_far_one_reaches(api):
    asked = {view.contract.permission for _, view in views(api)}

    assert frozenset().union(*PERMISSIONS.values()) - asked <= {"read_all", "inputs_all", "replay_period"}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_exactly_what_its_permissions_say(api, role):
    somebody = api.caller(role)
    for rule, view in views(api):
        path = rule.rule.replace("<date>", "2026-05-01")
        for name in rule.arguments:
            path = path.replace(f"<{name}>", "xx-county")
        for method in rule.methods & {"GET", "POST", "PUT"}:
            allowed = somebody.send(method, path).status_code != 403
            may = view.contract.permission in PERMISSIONS[role] and not view.contract.in_person
            assert allowed == may, (method, path)


def test_a_role_that_may_not_is_told_what_is_lacking(auditor):
    answer = auditor.decide("credit_village", CASE, headers={"Accept-Language": "en"})

    assert kind(answer) == (403, "forbidden")
    assert answer.json["detail"] == "The role auditor lacks the permission decide."


@pytest.mark.parametrize("sent", [
    None, "", "Bearer", "Bearer ", "Bearer x", "Bearer vc_x_y", "Basic dTpw", "bearer vc__", "Bearer 村", "vc_1_2",
])  # fmt: skip
def test_without_a_good_key_nothing_is_answered(api, sent):
    answer = api.nobody().get("/v1/plans", headers={} if sent is None else {"Authorization": sent})

    assert kind(answer) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_that_is_altered_in_one_character_is_none(api, caller):
    for changed in (caller.key[:-1] + ("A" if caller.key[-1] != "A" else "B"), caller.key + "A", caller.key[:-1]):
        assert kind(api.nobody(changed).get("/v1/plans")) == (401, "unauthorized")
    assert caller.get("/v1/plans").status_code == 200


def test_the_scheme_may_be_written_in_any_case(api, caller):
    sent = {"Authorization": f"bEARER {caller.key}"}

    assert api.nobody().get("/v1/plans", headers=sent).status_code == 200


def test_a_revoked_key_is_none(api, caller):
    assert caller.get("/v1/plans").status_code == 200

    assert api.service.keys.revoke(caller.key.split("_")[1])

    told = caller.get("/v1/plans")
    assert kind(told) == (401, "unauthorized")
    assert "已吊销" in told.json["detail"]
    assert "Authorization" in api.nobody().get("/v1/plans").json["detail"]


def test_a_key_ends_at_its_time(own):
    api = own()
    _, key = api.service.keys.add("for a day", "caller", api.clock.now + timedelta(days=1))
    holder = api.nobody(key)

    api.clock.now += timedelta(hours=23, minutes=59)
    assert holder.get("/v1/plans").status_code == 200
    api.clock.now += timedelta(minutes=1)
    assert kind(holder.get("/v1/plans")) == (401, "unauthorized")


def test_who_asks_too_often_is_told_when_to_come_back_and_others_are_not(own):
    api = own(rate_limit=2)
    eager, other = api.caller("caller"), api.caller("caller")

    answers = [eager.get("/v1/plans") for _ in range(5)]  # a minute may end between two of them, but not twice

    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused
    for answer in refused:
        assert kind(answer) == (429, "too-many-requests")
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert other.get("/v1/plans").status_code == 200


@pytest.mark.parametrize("path", sorted(OPEN))
def test_what_operators_read_needs_no_key(api, path):
    assert api.nobody().get(path).status_code == 200


def test_a_key_that_somebody_wrote_into_the_database_is_refused(own):
    api = own()
    auditor = api.caller("auditor")
    text, body = forged_key()
    seq = forge(api.service.log, body)

    assert kind(api.nobody(text).get("/v1/decisions")) == (401, "unauthorized")
    assert auditor.get("/v1/decisions").status_code == 200
    assert api.nobody().get("/readyz").json["log"]["refused"] == [{"seq": seq, "code": "unsigned"}]
