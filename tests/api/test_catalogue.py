"""What there is to know of the policies: plans, editions, facts, clauses."""

import shutil

import pytest
import yaml

from tests.api.calling import DATE, PLAN, POLICIES, kind

EDITION = f"/v1/plans/{PLAN}/editions/{DATE}"
PATHS = ["/v1/plans", f"/v1/plans/{PLAN}/editions", EDITION, "/v1/facts", "/v1/clauses"]


def test_the_plans_and_their_editions_are_listed(caller):
    assert [(one["plan"], one["editions"]) for one in caller.get("/v1/plans").json["plans"]] == [(PLAN, [DATE])]
    [edition] = caller.get(f"/v1/plans/{PLAN}/editions").json["editions"]
    assert (edition["date"], edition["to"]) == (DATE, None)


def test_an_edition_is_shown_with_its_decisions_and_readings(api, caller):
    found, edition = caller.get(EDITION).json, api.engine().edition

    assert found["edition"]["sha256"] == edition.sha256
    assert [one["decision"] for one in found["decisions"]] == list(edition.rules)
    assert [one["id"] for one in found["readings"]] == list(edition.readings)


def test_an_edition_comes_as_the_yaml_it_is_written_in(caller):
    answer = caller.get(EDITION, headers={"Accept": "application/yaml"})

    assert answer.mimetype == "application/yaml"
    files = sorted((POLICIES / PLAN / DATE).glob("*.yaml"))
    assert [path.name for path in files if path.read_text("utf-8").rstrip() not in answer.text] == []
    assert len(list(yaml.parse(answer.text, yaml.CSafeLoader))) > len(files)


def test_every_fact_is_in_the_dictionary(api, caller):
    found, edition = caller.get("/v1/facts").json, api.engine().edition

    assert {name: {fact["fact"] for fact in one["facts"]} for name, one in found["subjects"].items()} == {
        name: set(subject.facts) for name, subject in edition.subjects.items()
    }


def test_the_dictionary_and_the_schema_say_which_dates_may_lie_ahead(caller):
    facts = {one["fact"]: one for one in caller.get("/v1/facts").json["subjects"]["village"]["facts"]}
    assert {name: facts[name]["ahead"] for name in ("completed_on", "notice_posted_on", "households")} == {
        "completed_on": True, "notice_posted_on": False, "households": None,
    }  # fmt: skip
    schemas = caller.get("/openapi.json").json["components"]["schemas"]
    [village] = [one["properties"] for name, one in schemas.items() if name.endswith("VillageFacts")]
    assert "可晚于判定日" in village["completed_on"]["description"]
    assert "不晚于判定日" in village["notice_posted_on"]["description"]


def test_every_clause_is_quoted(api, caller):
    found = caller.get(f"/v1/clauses?plan={PLAN}&on=2026-12-31").json

    assert {one["id"]: one["text"] for one in found["clauses"]} == {
        one.id: one.text for one in api.engine().edition.clauses.values()
    }


@pytest.mark.parametrize("path", PATHS)
def test_whoever_has_it_already_is_told_that_it_is_the_same(caller, path):
    first = caller.get(path)
    etag = first.headers["ETag"]

    for known in (etag, f'"x", {etag}', "*", f"W/{etag}"):
        again = caller.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == etag
        assert "Content-Type" not in again.headers
    assert caller.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_zipped_it_has_an_etag_of_its_own_that_counts_as_well(caller):
    zipped = {"Accept-Encoding": "gzip"}
    first = caller.get("/v1/facts", headers=zipped)

    again = caller.get("/v1/facts", headers={**zipped, "If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304


def test_json_and_yaml_have_different_etags(caller):
    assert (
        caller.get(EDITION).headers["ETag"]
        != caller.get(EDITION, headers={"Accept": "application/yaml"}).headers["ETag"]
    )


@pytest.mark.parametrize("path", [
    "/v1/plans/no-such/editions", f"/v1/plans/{PLAN}/editions/2020-01-01", f"/v1/plans/{PLAN}/editions/x",
    "/v1/plans/no-such/editions/2026-05-01", "/v1/facts?plan=no-such", "/v1/clauses?on=2020-01-01",
    "/v1/plans/../editions", f"/v1/plans/{PLAN}/editions/%2e%2e",
])  # fmt: skip
def test_what_is_not_there_is_not_found(caller, path):
    assert kind(caller.get(path)) == (404, "not-found")


def test_with_several_plans_one_says_which(own, tmp_path):
    folder = shutil.copytree(POLICIES / PLAN, tmp_path / "policies" / PLAN).parent
    for plan in ("yun-county", "heng-county"):
        shutil.copytree(POLICIES.parent / "tests" / "plans" / plan, folder / plan)
    caller = own(policies=folder).caller("caller")

    answer = caller.get("/v1/facts")
    assert kind(answer) == (422, "invalid-input")
    assert answer.json["errors"][0]["pointer"] == "/plan"
    assert caller.get("/v1/facts?plan=heng-county").json["edition"].startswith("heng-county/")
    case = {"subject": {"id": "V"}, "facts": {}}
    assert kind(caller.decide("credit_village", case)) == (422, "invalid-input")
    assert caller.decided("credit_village", {**case, "plan": PLAN})["plan"] == PLAN


def test_the_plan_of_the_settings_goes_without_saying(own, tmp_path):
    folder = shutil.copytree(POLICIES / PLAN, tmp_path / "policies" / PLAN).parent
    shutil.copytree(POLICIES.parent / "tests" / "plans" / "yun-county", folder / "yun-county")
    caller = own(policies=folder, plan=PLAN).caller("caller")

    assert caller.decided("credit_village", {"subject": {"id": "V"}, "facts": {}})["plan"] == PLAN
