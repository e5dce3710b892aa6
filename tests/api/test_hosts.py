"""Which hosts serve what: told by each, on /readyz and in the metrics, and in the log at the start."""

import shutil
from datetime import timedelta

import pytest

from service.log.tables import hosts as table
from service.policies.hosts import BEAT, FORGOTTEN, SILENT, Hosts
from service.publishing.contents import EDITIONS
from tests.api.calling import DATE, PLAN, POLICIES, Clock
from tests.log.samples import rows


@pytest.fixture
def other(tmp_path):
    """A folder of policies with another figure in it."""
    folder = shutil.copytree(POLICIES / PLAN, tmp_path / "policies" / PLAN).parent
    changed = folder / PLAN / DATE / "credit_village.yaml"
    changed.write_text(changed.read_text("utf-8").replace("at_least: 55%", "at_least: 56%"), "utf-8")
    return folder


def hosts(api):
    return api.nobody().get("/readyz").json["policies"]["hosts"]


def differing(api):
    [line] = [one for one in api.nobody().get("/metrics").text.splitlines()
              if one.startswith("village_credit_hosts_differing ")]  # fmt: skip
    return float(line.split()[1])


def again(api):
    """What a worker does at its next look, once its host has to say something again."""
    api.service.hosts._told = "", 0.0
    api.service.hosts.tell(api.service.policies.current())


def test_a_host_says_what_it_serves_before_anybody_asks(own):
    api = own(port=8001)
    [said] = rows(api.service.log, "SELECT host, digest FROM hosts")
    assert said == (api.service.hosts.name, api.service.policies.current().digest)
    [line] = api.service.log.find(kind=EDITIONS)
    assert said[1] in line.body.decode()


def test_hosts_that_serve_the_same_are_told_so(own):
    first, second = own(port=8001), own(port=8002)
    assert [(one["host"], one["same"], one["seconds_ago"]) for one in hosts(first)] == [
        (one.service.hosts.name, True, 0) for one in (first, second)
    ]
    assert differing(second) == 0


def test_a_host_that_serves_something_else_is_told_by_name(own, other):
    first, second = own(port=8001), own(port=8002, policies=other, published_in="sandbox")
    told = {one["host"]: one for one in hosts(first)}
    assert {name: one["same"] for name, one in told.items()} == {
        first.service.hosts.name: True,
        second.service.hosts.name: False,
    }
    edition = second.service.policies.current().edition(f"{PLAN}/{DATE}").edition
    assert told[second.service.hosts.name]["live"] == [{"edition": edition.id, "sha256": edition.sha256}]
    assert differing(second) == 1


def test_what_a_host_serves_is_changed_where_its_policies_are(own, other):
    api = own(policies=other, published_in="sandbox")
    changed = other / PLAN / DATE / "credit_village.yaml"
    changed.write_text(changed.read_text("utf-8").replace("at_least: 56%", "at_least: 57%"), "utf-8")
    api.reload()
    api.service.hosts.tell(api.service.policies.current())
    [said] = hosts(api)
    assert (said["digest"], said["same"]) == (api.service.policies.current().digest, True)


def test_a_silent_host_is_not_counted_and_later_forgotten(own):
    clock = Clock()
    own(port=8001, clock=clock)
    second = own(port=8002, clock=clock)
    clock.now += SILENT
    again(second)
    assert [one["host"] for one in hosts(second)] == [second.service.hosts.name]
    clock.now += FORGOTTEN
    again(second)
    assert len(rows(second.service.log, "SELECT host FROM hosts")) == 1


def test_one_worker_of_a_host_writes_for_all(own, monkeypatch):
    clock = Clock()
    api = own(clock=clock)
    worker, snapshot, wrote = Hosts(api.service.log, api.service.settings.port), api.service.policies.current(), []
    write = Hosts._write
    monkeypatch.setattr(Hosts, "_write", lambda *parts: wrote.append(1) or write(*parts))
    worker.tell(snapshot)
    assert wrote == []
    clock.now += BEAT + timedelta(seconds=1)
    worker._told = "", 0.0
    worker.tell(snapshot)
    assert wrote == [1]


@pytest.mark.parametrize("editions", ["{", "[]", "null", '{"a": 1}', ""])
def test_a_row_that_no_host_has_written_is_told_and_stops_nothing(own, editions):
    api = own(port=8001)
    row = {"host": "made up:1", "digest": "0", "editions": editions, "seen": 2**62}
    api.service.log.database.change(table.insert().values(row))
    told = {one["host"]: one for one in hosts(api)}
    assert (told["made up:1"]["same"], told["made up:1"]["live"]) == (False, [])
