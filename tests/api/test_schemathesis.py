"""Whatever schemathesis thinks of: no 5xx, every answer as the document says, and nothing taken that it rules out."""

import os

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from tests.running import running

# The same few cases every time. A long run is one by hand: SCHEMATHESIS_EXAMPLES=500.
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "5"))
THOROUGH = "SCHEMATHESIS_EXAMPLES" in os.environ
PHASES = ("examples", "coverage", "fuzzing", "stateful")
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance", "negative_data_rejection", "missing_required_header",
          "ignored_auth")  # fmt: skip


def config(phase, keys, left_out):
    bearer = {role: f"Bearer {key}" for role, key in keys.items()}
    return SchemathesisConfig.from_dict({
        "seed": 1,
        "request-timeout": 60,  # seconds: the machine may be busy
        "headers": {"Authorization": bearer["admin"]},
        "operations": [  # only an auditor reads inputs
            {"include-path": "/v1/decisions/{log_id}/inputs", "headers": {"Authorization": bearer["auditor"]}},
            {"include-path-regex": "^/v1/drafts", "headers": {"Authorization": bearer["editor"]}},
            # of a batch a case that is wrong is answered by itself
            {"include-path": "/v1/decisions/{decision}/batch",
             "checks": {"negative_data_rejection": {"enabled": False}}},
            *({"include-path": f"/v1/decisions/{name}", "enabled": False} for name in left_out),
        ],
        "generation": {"deterministic": True, "database": "none", "max-examples": EXAMPLES, "no-shrink": True},
        "phases": {name: {"enabled": name == phase} for name in PHASES},
        "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
    })  # fmt: skip


def said(event):
    """What an event of the engine tells of what is wrong."""
    if isinstance(event, events.FatalError):
        raise event.exception
    if isinstance(event, events.NonFatalError):
        yield f"{event.label}: {event.value!r}"
    if isinstance(event, events.ScenarioFinished):
        for id, nodes in event.recorder.checks.items():
            for one in nodes:
                if one.status == Status.FAILURE and one.failure_info is not None:
                    case = event.recorder.cases[id].value
                    failure = one.failure_info.failure
                    yield f"{case.method} {case.formatted_path} {case.body!r:.200}: {failure.title}: {failure.message}"


def left_out(edition, phase):
    """The decisions that a quick run does without: those about one subject take the same facts, and to cover those
    takes thousands of requests. tests/api/test_fact_schemas.py tries them for less."""
    if THOROUGH:
        return set()
    alike = {rule.subject: name for name, rule in edition.rules.items()}
    return edition.rules.keys() if phase == "coverage" else edition.rules.keys() - alike.values()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A real one: the engine of schemathesis does not get on with Werkzeug's client."""
    with running(tmp_path_factory.mktemp("schemathesis"), rate_limit=10**9) as found:
        yield found


@pytest.mark.parametrize("phase", PHASES)
def test_every_answer_is_as_the_document_says(server, edition, phase):
    chosen = config(phase, server.keys, left_out(edition, phase))
    schema = schemathesis.openapi.from_url(f"{server.address}/openapi.json", config=chosen)
    tried = 0
    problems = set()

    for event in from_schema(schema).execute():
        problems |= set(said(event))
        if isinstance(event, events.ScenarioFinished):
            tried += len(event.recorder.cases)

    assert not problems, "\n".join(sorted(problems))
    assert tried > 10
