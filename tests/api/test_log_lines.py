"""`GET /v1/log-lines`, and the folder of a nightly export: the log leaves, and can be verified where it arrives."""

import json

import pytest
from click.testing import CliRunner

from service.commands.main import cli
from service.log import Signer
from tests.api.calling import NDJSON, errors, kind
from tests.log.samples import tamper
from tests.log.test_outside import verified
from tests.log.test_signatures import forge

CASE = {"subject": {"id": "V-1"}, "facts": {}}


@pytest.fixture
def api(own):
    api = own()
    caller = api.caller("caller")
    caller.decided("credit_village", CASE)
    caller.post("/v1/decisions/credit_village/batch", {"cases": [CASE] * 5})
    return api


def public(api):
    return Signer.read(api.folder / "signing.pem").public


def pulled(store, after=0, **said):
    """All lines after one, page by page."""
    data = b""
    while True:
        page = store.get(f"/v1/log-lines?after={after}&limit={said.get('limit', 1000)}")
        assert (page.status_code, page.mimetype) == (200, NDJSON)
        if not page.data:
            return data
        data += page.data
        after = json.loads(page.data.splitlines()[-1])["seq"]


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_what_a_store_pulled_is_the_log_and_verifies(api, tmp_path, limit):
    store = api.caller("store")
    data = pulled(store, limit=limit)

    assert [json.loads(line)["seq"] for line in data.splitlines()] == list(range(1, api.service.log.head().seq + 1))
    assert verified(data, tmp_path, public(api))[0] == 0
    changed = data.replace(b'"outcome":"needs_information"', b'"outcome":"qualified"', 1)
    assert changed != data
    assert verified(changed, tmp_path, public(api))[0] == 1


def test_a_store_goes_on_where_it_stopped(api):
    store = api.caller("store")
    before = pulled(store)
    api.caller("caller").decided("credit_village", CASE)
    after = pulled(store, json.loads(before.splitlines()[-1])["seq"])

    assert before + after == pulled(store)
    assert [json.loads(line)["kind"] for line in after.splitlines()] == ["key", "decision"]


def test_a_store_reads_nothing_else(api):
    store = api.caller("store")

    assert kind(store.get("/v1/decisions")) == (403, "forbidden")
    assert kind(api.caller("admin").get("/v1/log-lines")) == (403, "forbidden")
    assert b"V-1" not in pulled(store)


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=" + "9" * 19, "limit=0", "limit=10001"])
def test_what_is_asked_is_checked(api, query):
    [(pointer, _)] = errors(api.caller("store").get(f"/v1/log-lines?{query}"))

    assert pointer == f"/{query.partition('=')[0]}"


def test_a_folder_is_filled_night_by_night(api, tmp_path):
    folder = tmp_path / "store"

    def run():
        environment = {"VILLAGE_CREDIT_DATABASE": f"sqlite:///{api.folder / 'log.db'}"}
        result = CliRunner(env=environment).invoke(cli, ["log", "export-next", str(folder), "--json"])
        return json.loads(result.stdout)["file"]

    first, seq = run(), api.service.log.head().seq
    assert first == str(folder / f"log-000000000001-{seq:012}.ndjson")
    assert run() is None
    api.caller("caller").decided("credit_village", CASE)
    assert run() == str(folder / f"log-{seq + 1:012}-{seq + 2:012}.ndjson")
    data = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    assert data == pulled(api.caller("auditor"))[: len(data)]
    assert verified(data, tmp_path, public(api))[0] == 0


def test_a_line_that_nobody_signed_leaves_with_a_mark(api, tmp_path):
    log, folder = api.service.log, tmp_path / "store"
    auditor = api.caller("auditor")
    api.caller("caller").decided("credit_village", CASE)
    whole = pulled(auditor)
    tamper(log, "UPDATE log SET outcome = 'qualified' WHERE seq = (SELECT max(seq) FROM log)")
    forge(log, {}, kind="decision", outcome="qualified", decision="credit_village")
    altered, forged = (json.loads(line) for line in pulled(auditor).splitlines()[-2:])
    assert (altered["doubt"], forged["doubt"]) == ("signature_wrong", "unsigned")
    assert b'"doubt"' not in whole
    environment = {"VILLAGE_CREDIT_DATABASE": f"sqlite:///{api.folder / 'log.db'}",
                   "VILLAGE_CREDIT_SIGNING_KEY": str(api.folder / "signing.pem")}  # fmt: skip
    result = CliRunner(env=environment).invoke(cli, ["log", "export-next", str(folder), "--lang", "en"])
    assert result.exit_code == 1
    assert f"line {altered['seq']} and what its signature covers" in result.stderr
    [file] = folder.iterdir()
    assert [json.loads(line).get("doubt") for line in file.read_bytes().splitlines()][-2:] == [
        "signature_wrong", "unsigned"
    ]  # fmt: skip
    assert verified(file.read_bytes(), tmp_path, public(api))[0] == 1
