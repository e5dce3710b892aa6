"""A client generated from the document decides against the running service, over the network."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.exact_json import dumps
from tests.api.calling import DATE, example
from tests.running import running

NAME = "village_credit_client"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("client")) as found:
        yield found


@pytest.fixture(scope="module")
def package(server, tmp_path_factory):
    """The generated package, imported from a folder of its own; `package("api.decisions.get_decision")` is a module."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_text(json.dumps(server.call("GET", "/openapi.json")[1]))
    (folder / "config.json").write_text(json.dumps({"post_hooks": []}))
    done = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", folder / "openapi.json",
         "--config", folder / "config.json", "--meta", "none", "--output-path", folder / NAME],
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    warned = [line for line in (done.stdout + done.stderr).splitlines() if "WARNING" in line or "Unsupported" in line]
    assert warned == [
        "WARNING parsing POST /v1/decisions/{decision}/batch within batch.",
        "Unsupported content type application/x-ndjson",
    ]
    sys.path.insert(0, str(folder))
    yield lambda module: importlib.import_module(f"{NAME}.{module}")
    sys.path.remove(str(folder))


@pytest.fixture
def client(server, package):
    with package("client").AuthenticatedClient(base_url=server.address, token=server.keys["admin"]) as found:
        yield found


def village(package, name="village_qualifies"):
    return package("models.village_case").VillageCase.from_dict(json.loads(dumps(example(name))))


def test_it_decides(client, package):
    found = package("api.decisions.decide_credit_village").sync(client=client, body=village(package))

    assert type(found).__name__ == "CreditVillageDecision"
    assert found.outcome == "qualified"
    assert found.edition.isoformat() == DATE
    assert {finding.verdict for finding in found.findings} == {"met"}
    assert found.title.zh


def test_its_types_take_a_case_written_by_hand(client, package):
    models = package("models")
    case = models.VillageCase(
        subject=models.Subject(id="V-9"), facts=models.VillageFacts(households=100, a_grade_households=54)
    )

    found = package("api.decisions.decide_credit_village").sync(client=client, body=case)

    assert [one.criterion for one in found.findings if one.verdict == "not_met"] == ["a_grade_share"]


def test_what_is_wrong_comes_back_as_a_problem(client, package):
    models = package("models")
    case = models.VillageCase(subject=models.Subject(id="V-9"), facts=models.VillageFacts(households=-1))

    found = package("api.decisions.decide_credit_village").sync(client=client, body=case)

    assert type(found).__name__ == "Problem"
    assert [(error.pointer, error.code) for error in found.errors] == [("/facts/households", "too_small")]


def test_it_decides_a_batch(client, package):
    models = package("models")
    names = ("village_qualifies", "village_misses_narrowly", "village_facts_missing")
    cases = [models.Case.from_dict(village(package, name).to_dict()) for name in names]

    found = package("api.batch.decide_batch").sync("credit_village", client=client, body=models.Batch(cases=cases))

    assert (found.decided, found.failed) == (3, 0)
    assert [one["outcome"] for one in found.results] == ["qualified", "not_qualified", "needs_information"]


def test_it_sends_again_under_a_key(client, package):
    decide = package("api.decisions.decide_credit_village")
    first, second = (
        decide.sync_detailed(client=client, body=village(package), idempotency_key="k-1") for _ in range(2)
    )

    assert second.headers["Idempotent-Replayed"] == "true"
    assert first.parsed.log_id == second.parsed.log_id


def test_it_finds_and_explains(client, package):
    made = package("api.decisions.decide_credit_village").sync(client=client, body=village(package))

    page = package("api.decisions.find_decisions").sync(client=client, subject="V-001", limit=1)
    line = package("api.decisions.get_decision").sync(made.log_id, client=client)
    told = package("api.explanations.explain_decision").sync(made.log_id, client=client)

    assert [one.log_id for one in page.decisions] == [made.log_id]
    assert (line.log_id, line.outcome) == (made.log_id, made.outcome)
    assert told.outcome == made.outcome
    assert told.explanation["zh"]


def test_it_lists_the_policies(client, package):
    assert package("api.catalogue.list_plans").sync(client=client).plans
    assert package("api.catalogue.list_facts").sync(client=client).subjects
