"""The OpenAPI document: valid, complete, live, and true to what the service answers."""

import json
import re
import shutil
from datetime import UTC, date, datetime

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from rules.model.needs import needed
from rules.variants.new_edition import new_edition
from tests.api.calling import DATE, JSON, NDJSON, PLAN, POLICIES, PROBLEM, errors

PLANS = POLICIES.parent / "tests" / "plans"


@pytest.fixture(scope="module")
def document(api):
    return api.nobody().get("/openapi.json").json


def operations(document):
    return {f"{method} {path}": operation for path, methods in document["paths"].items()
            for method, operation in methods.items() if method != "parameters"}  # fmt: skip


def resolved(document, part):
    """A part of the document, or what it refers to."""
    while "$ref" in part:
        found = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def sections(document, operation, what):
    """The parameters of an operation by name."""
    return {one["name"]: one for one in (resolved(document, part) for part in operation.get(what, ()))}


def test_it_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    assert [str(error)[:500] for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_it_is_valid_with_several_plans(own, tmp_path):
    folder = shutil.copytree(PLANS, tmp_path / "policies", ignore=shutil.ignore_patterns("cases"))
    shutil.copytree(POLICIES / PLAN, folder / PLAN)
    api = own(policies=folder)
    found = api.nobody().get("/openapi.json").json

    assert [str(error)[:500] for error in OpenAPIV31SpecValidator(found).iter_errors()] == []
    sender = api.caller("caller")
    for path, operation in found["paths"].items():
        for one in (
            operation.get("post", {})
            .get("requestBody", {})
            .get("content", {})
            .get(JSON, {})
            .get("examples", {})
            .values()
        ):
            answer = sender.post(path, one["value"])
            assert answer.status_code == 200, (path, answer.text)


def test_every_decision_has_a_path_of_its_own_with_typed_facts(api, document):
    edition = api.engine().edition
    for rule in edition.rules.values():
        operation = document["paths"][f"/v1/decisions/{rule.id}"]["post"]
        case = resolved(document, operation["requestBody"]["content"][JSON]["schema"])
        facts = resolved(document, case["properties"]["facts"])
        assert facts["additionalProperties"] is False
        own = {name for subject, name in needed(edition, rule) if subject == rule.subject}
        assert own <= facts["properties"].keys()
        for name in own:
            fact = resolved(document, facts["properties"][name])
            assert fact["description"].startswith(edition.subjects[rule.subject].facts[name].title.zh)
            assert {"type", "anyOf"} & fact.keys()


def test_every_decision_has_an_example_that_is_decided_and_lacks_nothing(api, caller, document):
    for rule in api.engine().edition.rules.values():
        body = document["paths"][f"/v1/decisions/{rule.id}"]["post"]["requestBody"]["content"][JSON]
        assert body["examples"]
        for one in body["examples"].values():
            found = caller.decided(rule.id, one["value"])
            assert [missing["fact"] for missing in found["missing"] if missing["why"] == "not_given"] == []


def test_the_same_routes_stand_in_the_document_as_in_the_service(api, document):
    routes = {(method.lower(), re.sub("<([^>]+)>", r"{\1}", rule.rule)) for rule in api.app.url_map.iter_rules()
              for method in rule.methods & {"GET", "POST", "PUT", "DELETE"} if rule.rule.startswith("/v1")}  # fmt: skip
    shown = {tuple(name.split(" ")) for name in operations(document)}
    concrete = {("post", f"/v1/decisions/{name}") for name in api.engine().edition.rules}

    assert shown - concrete == routes - {("post", "/v1/decisions/{decision}")}
    assert concrete <= shown


def test_every_operation_has_a_plain_name_of_its_own(document):
    names = [one["operationId"] for one in operations(document).values()]

    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch("[a-z]+(_[a-z]+)*", name)] == []
    assert {"find_decisions", "get_decision", "explain_decision", "decide_batch", "what_if"} <= set(names)


def test_every_operation_says_that_it_needs_a_key_or_a_person(document):
    found = {name: one.get("security") for name, one in operations(document).items()}
    in_person = {name for name, one in found.items() if one == [{"session": []}]}

    assert {name.rpartition("/")[2] for name in in_person} == {
        "approve", "end", "reject", "request-changes", "shadow", "withdraw"}  # fmt: skip
    assert {name for name, one in found.items() if one != [{"key": []}]} == in_person


def test_every_problem_that_can_come_is_described_as_one(document):
    for name, operation in operations(document).items():
        wanted = {"401", "403", "429", "500", "503"}
        if name.startswith("post"):
            wanted |= {"400", "413", "415", "422"}
        if "{" in name or "/decisions/" in name:
            wanted |= {"404"}
        assert wanted <= operation["responses"].keys(), name
        for status, part in operation["responses"].items():
            response = resolved(document, part)
            if status[0] in "45":
                assert response["content"].keys() == {PROBLEM}
                assert response["content"][PROBLEM]["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert "X-Request-ID" in response["headers"]


@pytest.mark.parametrize(("status", "header"), [
    ("401", "WWW-Authenticate"), ("429", "Retry-After"), ("503", "Retry-After"), ("415", "Accept"),
])  # fmt: skip
def test_a_problem_has_the_header_that_helps(document, status, header):
    found = [resolved(document, one["responses"][status]) for one in operations(document).values()
             if status in one["responses"]]  # fmt: skip

    assert found
    assert all(header in one["headers"] for one in found)


def test_what_can_be_sent_again_says_so(document):
    takes = {name for name, one in operations(document).items()
             if "Idempotency-Key" in sections(document, one, "parameters")}  # fmt: skip
    gives = {name for name, one in operations(document).items() for status, part in one["responses"].items()
             if status[0] == "2" and "Idempotent-Replayed" in part["headers"]}  # fmt: skip

    assert takes == gives
    assert {"post /v1/decisions/{decision}/batch", "post /v1/decisions/{log_id}/review-requests"} <= takes
    assert not {name for name in takes if "replay" in name or "what-if" in name or name.startswith("get")}


def test_what_has_an_etag_says_so(document):
    tagged = {name for name, one in operations(document).items() if "304" in one["responses"]}

    assert tagged == {
        "get /v1/plans", "get /v1/plans/{plan}/editions", "get /v1/plans/{plan}/editions/{date}", "get /v1/facts",
        "get /v1/clauses", "get /v1/decisions/{log_id}",
    }  # fmt: skip
    for name in tagged:
        assert "If-None-Match" in sections(document, operations(document)[name], "parameters")
        assert "ETag" in operations(document)[name]["responses"]["200"]["headers"]


def test_the_media_types_are_those_that_come(document):
    found = operations(document)
    batch = found["post /v1/decisions/{decision}/batch"]

    assert batch["requestBody"]["content"].keys() == {JSON, NDJSON}
    assert batch["responses"]["200"]["content"].keys() == {JSON, NDJSON}
    explained = found["get /v1/decisions/{log_id}/explanation"]["responses"]["200"]["content"]
    assert explained.keys() == {JSON, "text/plain", "text/html"}
    edition = found["get /v1/plans/{plan}/editions/{date}"]["responses"]["200"]["content"]
    assert edition.keys() == {JSON, "application/yaml"}


def test_every_schema_is_used(document):
    text = json.dumps(document)

    assert [name for name in document["components"]["schemas"] if f'schemas/{name}"' not in text] == []


def test_it_has_an_etag(api):
    first = api.nobody().get("/openapi.json")
    again = api.nobody().get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_a_decision_added_to_the_policies_appears_without_a_restart(own, tmp_path):
    folder = shutil.copytree(POLICIES / PLAN, tmp_path / "policies" / PLAN).parent
    api = own(policies=folder, published_in="sandbox")
    sender = api.caller("caller")
    before = sender.get("/openapi.json")
    written = folder / PLAN / DATE / "village_measures.yaml"
    added = written.with_name("village_extras.yaml")
    added.write_text(
        written.read_text("utf-8").replace("decision: village_measures", "decision: village_extras"), "utf-8"
    )

    api.reload()

    after = sender.get("/openapi.json")
    assert after.headers["ETag"] != before.headers["ETag"]
    assert set(after.json["paths"]) - set(before.json["paths"]) == {"/v1/decisions/village_extras"}
    [one] = after.json["paths"]["/v1/decisions/village_extras"]["post"]["requestBody"]["content"][JSON][
        "examples"
    ].values()
    assert sender.decided("village_extras", one["value"])["decision"] == "village_extras"


@pytest.fixture
def coming(own, tmp_path):
    """A service with an edition that begins in half a year, with a decision more and a decision less."""
    folder = shutil.copytree(POLICIES / PLAN, tmp_path / "policies" / PLAN).parent
    new_edition(folder, PLAN, date(2027, 7, 1))
    later = folder / PLAN / "2027-07-01"
    written = later / "village_measures.yaml"
    renamed = written.read_text("utf-8").replace("decision: village_measures", "decision: village_extras")
    written.rename(later / "village_extras.yaml").write_text(renamed, "utf-8")
    return own(policies=folder)


def test_it_describes_the_edition_in_force_today_and_tells_of_the_next(coming):
    found = coming.nobody().get("/openapi.json").json
    said = found["info"]["description"]

    assert "/v1/decisions/village_measures" in found["paths"]
    assert "/v1/decisions/village_extras" not in found["paths"]
    assert f"`{PLAN}/{DATE}` 自 {DATE} 至 2027-06-30" in said
    assert "from 2027-07-01: `/openapi.json?on=2027-07-01`" in said
    assert "new: `village_extras`\n  - 不再有 / gone: `village_measures`" in said


def test_it_can_be_had_for_another_day(coming):
    found = coming.nobody().get("/openapi.json?on=2027-07-01").json

    assert "/v1/decisions/village_extras" in found["paths"]
    assert "/v1/decisions/village_measures" not in found["paths"]
    assert coming.nobody().get("/openapi.json?on=2020-01-01").json == coming.nobody().get("/openapi.json").json
    assert errors(coming.nobody().get("/openapi.json?on=soon")) == [("/on", "not_a_date")]


def test_it_changes_by_itself_on_the_day_and_the_form_with_it(coming):
    def offered():
        return {form["decision"] for form in coming.nobody().get("/try-it.json").json}

    assert "village_measures" in offered()
    coming.clock.now = datetime(2027, 7, 2, 4, tzinfo=UTC)

    assert "/v1/decisions/village_extras" in coming.nobody().get("/openapi.json").json["paths"]
    assert "village_extras" in offered()


def test_a_policy_with_an_error_changes_nothing(own, tmp_path):
    folder = shutil.copytree(POLICIES / PLAN, tmp_path / "policies" / PLAN).parent
    api = own(policies=folder, published_in="sandbox")
    sender = api.caller("caller")
    before = sender.get("/openapi.json").data
    (folder / PLAN / DATE / "village_measures.yaml").write_text("decision: 5", "utf-8")

    api.reload()

    assert sender.get("/openapi.json").data == before
    assert api.nobody().get("/readyz").json["policies"]["rejected"]


def patterns(value):
    if isinstance(value, dict):
        found = value.get("pattern")
        yield from [found] if isinstance(found, str) else []
        value = list(value.values())
    for one in value if isinstance(value, list) else ():
        yield from patterns(one)


def test_patterns_are_of_the_language_that_json_schema_has(api):
    """Which knows no anchors and inline flags of Python, and looks for a pattern anywhere in the text."""
    found = set(patterns(api.nobody().get("/openapi.json").json))
    assert len(found) > 5
    assert [one for one in found if re.search(r"\\[AZz]|\(\?[aiLmsuxP]", one) or not one.startswith("^")] == []


@pytest.mark.parametrize(("asked", "code"), [
    ("on=2026-12-31&on=2026-12-30", ("/on", "twice")), ("x=1", ("/x", "unknown_field")),
    ("on=soon", ("/on", "not_a_date")),
])  # fmt: skip
def test_a_query_that_the_document_does_not_take_is_refused(api, asked, code):
    assert errors(api.nobody().get(f"/openapi.json?{asked}")) == [code]
