"""The day is that of the time zone that is set, wherever the process runs and whatever its own zone is."""

import time
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from service.commands.common import Settings
from service.commands.main import cli
from service.settings import BadSettings, from_environment, value_of
from tests.api.calling import Clock, start
from tests.log.samples import entry, opened

CASE = {"subject": {"id": "V-1"}, "facts": {}}
EARLY = datetime(2026, 12, 30, 17, tzinfo=UTC)  # one o'clock in the morning of the last day of the year in China


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Shanghai"])
def elsewhere(request, monkeypatch):
    """The time zone of the process."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def api(elsewhere, tmp_path):
    api = start(tmp_path, Clock(EARLY))
    yield api
    api.close()


def test_without_a_day_it_is_the_day_in_china(api):
    caller = api.caller("caller")
    assert caller.decided("credit_village", CASE)["on"] == "2026-12-31"
    ready = api.nobody().get("/readyz").json
    assert (ready["time_zone"], ready["today"]) == ("Asia/Shanghai", "2026-12-31")


def test_a_search_by_day_is_by_that_day(api):
    caller = api.caller("caller")
    made = caller.decided("credit_village", CASE)["log_id"]

    def found(query):
        return [one["log_id"] for one in caller.get(f"/v1/decisions?{query}").json["decisions"]]

    assert found("from=2026-12-31&to=2026-12-31") == [made]
    assert found("to=2026-12-30") == []


def test_a_page_to_print_tells_the_time_of_that_zone_and_names_it(api):
    caller = api.caller("caller")
    made = caller.decided("credit_village", CASE)["log_id"]
    page = caller.get(f"/v1/decisions/{made}/explanation", headers={"Accept": "text/html"}).text
    assert "2026-12-31 01:00:00 Asia/Shanghai" in page
    assert "2026-12-30" not in page


def test_no_page_writes_a_time_itself():
    pages = Path(__file__).parents[2] / "service/pages/templates"
    assert [one.name for one in pages.iterdir() if "strftime" in one.read_text("utf-8")] == []


def test_another_zone_is_another_day(elsewhere, tmp_path):
    api = start(tmp_path, Clock(EARLY), time_zone=ZoneInfo("UTC"))
    assert api.caller("caller").decided("credit_village", CASE)["on"] == "2026-12-30"
    api.close()


def test_the_command_line_goes_by_it_too(elsewhere, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "service.commands.common.datetime", type("Fixed", (), {"now": staticmethod(lambda zone: EARLY)})
    )
    settings = Settings(tmp_path, None, None, "en", json=True, color=False)
    assert settings.today() == date(2026, 12, 31)
    monkeypatch.setenv("VILLAGE_CREDIT_TIME_ZONE", "UTC")
    assert settings.today() == date(2026, 12, 30)


@pytest.mark.parametrize(("zone", "seqs"), [("Asia/Shanghai", 1), ("UTC", 0)])
def test_an_export_by_day_is_by_that_day(elsewhere, tmp_path, zone, seqs):
    url = f"sqlite:///{tmp_path / 'log.db'}"
    log = opened(url, lambda: EARLY)
    log.append([entry()])
    log.close()
    environment = {"VILLAGE_CREDIT_DATABASE": url, "VILLAGE_CREDIT_TIME_ZONE": zone}
    result = CliRunner(env=environment).invoke(cli, ["log", "export", "--from", "2026-12-31", "--to", "2026-12-31"])
    assert result.stdout.count("\n") == seqs


def test_a_zone_that_there_is_not_is_told():
    for read in (from_environment, lambda told: value_of("time_zone", told)):
        with pytest.raises(BadSettings) as told:
            read({"VILLAGE_CREDIT_TIME_ZONE": "Asia/../Peking"})
        assert "Asia/Shanghai" in told.value.problems[0]["en"]
