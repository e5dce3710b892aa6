"""What was altered in the archive of editions is judged by in no way, and said."""

import json
import shutil
import zlib

import pytest

from service.log import Altered
from service.log.tables import editions as table
from service.policies import archive
from service.policies.live import NoPolicies
from tests.api.calling import DATE, PLAN, POLICIES, example, kind
from tests.log.samples import rows, tamper


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(POLICIES / PLAN, tmp_path / "policies" / PLAN).parent


@pytest.fixture
def api(own, folder):
    return own(policies=folder, published_in="sandbox")


def rewrite(log, change):
    """Put other files under the same hash."""
    [(sha256, packed)] = rows(log, "SELECT sha256, files FROM editions")
    files = change(json.loads(zlib.decompress(packed)))
    packed = zlib.compress(json.dumps(files).encode())
    tamper(log, (f"UPDATE {table.name} SET files = ? WHERE sha256 = ?", (packed, sha256)))  # noqa: S608
    return sha256


def laxer(files):
    name = f"{PLAN}/{DATE}/credit_village.yaml"
    return {**files, name: files[name].replace("at_least: 55%", "at_least: 5%")}


ALTERATIONS = [
    laxer,
    lambda files: {**files, "../../../tmp/x.yaml": "x"},
    lambda files: {**files, f"{PLAN}/2099-01-01/plan.yaml": files[f"{PLAN}/{DATE}/plan.yaml"]},
    lambda files: {**files, f"{PLAN}/{DATE}/more.yaml": "x: y"},
    lambda files: {},
]


@pytest.mark.parametrize("change", ALTERATIONS)
def test_a_start_with_a_broken_folder_refuses_an_altered_edition(api, own, folder, change):
    assert archive.faults(api.service.log) == (1, ())
    sha256 = rewrite(api.service.log, change)
    with pytest.raises(Altered, match=sha256):
        archive.last_live(api.service.log)
    assert [(one.sha256, one.code) for one in archive.faults(api.service.log)[1]] == [(sha256, "edition_changed")]
    (folder / PLAN / DATE / "plan.yaml").write_text("broken: [")
    with pytest.raises((Altered, NoPolicies)):
        own(policies=folder)


def test_a_start_with_a_broken_folder_takes_a_whole_one(api, own, folder):
    (folder / PLAN / DATE / "plan.yaml").write_text("broken: [")
    again = own(policies=folder)
    assert again.caller("caller").decided("credit_village", example("village_qualifies"))["edition"] == DATE


def test_an_edition_with_another_day_is_told(api):
    tamper(api.service.log, "UPDATE editions SET date = '2020-01-01'")
    assert [one.code for one in archive.faults(api.service.log)[1]] == ["edition_changed"]


def test_an_edition_that_is_gone_is_told(api):
    tamper(api.service.log, "DELETE FROM editions")
    [fault] = archive.faults(api.service.log)[1]
    assert (fault.code, f"{PLAN}/{DATE}" in fault.en) == ("edition_missing", True)


def test_a_replay_by_an_altered_edition_says_so(api, folder):
    analyst = api.caller("analyst")
    first = analyst.decided("credit_village", example("village_qualifies"))
    rewrite(api.service.log, laxer)
    (folder / PLAN / DATE / "plan.yaml").write_text(
        (folder / PLAN / DATE / "plan.yaml").read_text("utf-8") + "# another\n", "utf-8"
    )
    api.reload()

    answer = analyst.post(f"/v1/decisions/{first['log_id']}/replay", {})

    assert kind(answer) == (503, "unavailable")
    assert "存档" in answer.json["detail"]
