"""Checks of drafts that are kept: shown again at once, for the same content alone, and never acted on."""

import os
from datetime import date
from pathlib import Path

import pytest

from service.publishing import kept
from service.publishing.kept import MOST, Checks
from tests.desk.test_desk import LIMIT, begun, submitted, written

BASE = {f"base/2026-05-01/{path.name}": path.read_text("utf-8")
        for path in sorted((Path(__file__).parents[1] / "policy/base/2026-05-01").glob("*.yaml"))}  # fmt: skip
OWN = {path.rpartition("/")[2]: text for path, text in BASE.items()}
EDITION, TODAY = "base/2027-01-01", date(2026, 11, 30)
NEW = OWN | {"plan.yaml": OWN["plan.yaml"].replace("2026-05-01", "2027-01-01")}


@pytest.fixture
def made(monkeypatch):
    """What was checked, each time that it was."""
    made, check = [], kept.check
    monkeypatch.setattr(kept, "check", lambda *asked: made.append(asked) or check(*asked))
    return made


def test_a_check_is_made_once_and_kept_whole_for_all_workers(tmp_path, made):
    first = Checks(tmp_path / "checks").of(BASE, EDITION, NEW, TODAY)
    again = Checks(tmp_path / "checks").of(BASE, EDITION, NEW, TODAY)  # another process
    assert (again, len(made)) == (first, 1)
    assert again.sha256(EDITION)


OTHERWISE = {
    "its text": (BASE, EDITION, NEW | {"plan.yaml": NEW["plan.yaml"] + "# other\n"}, TODAY),
    "what is published": ({name: text + "# other\n" for name, text in BASE.items()}, EDITION, NEW, TODAY),
    "its edition": (BASE, "base/2027-02-01", NEW, TODAY),
    "the day": (BASE, EDITION, NEW, date(2027, 1, 1)),
    "its cases": (BASE, EDITION, NEW | {"cases.yaml": "facts: {}\n"}, TODAY),
}


@pytest.mark.parametrize("asked", OTHERWISE.values(), ids=OTHERWISE)
def test_nothing_else_is_shown_what_was_kept(tmp_path, made, asked):
    checks = Checks(tmp_path)
    checks.of(BASE, EDITION, NEW, TODAY)
    checks.of(*asked)
    assert [*made] == [(BASE, EDITION, NEW, TODAY), asked]


def test_the_oldest_go_and_a_folder_that_cannot_be_written_keeps_nobody_from_a_check(tmp_path, made):
    checks = Checks(tmp_path)
    for number in range(MOST + 6):
        (tmp_path / f"old-{number}").write_text("{}")
        os.utime(tmp_path / f"old-{number}", (number, number))
    checks.of(BASE, EDITION, NEW, TODAY)
    left = {one.name for one in tmp_path.iterdir()}
    assert (len(left), "old-0" in left, f"old-{MOST + 5}" in left) == (MOST, False, True)
    gone = Checks(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert gone.of(BASE, EDITION, NEW, TODAY).changes


def test_a_page_is_made_of_what_was_kept_and_an_act_of_what_is_checked_now(api, someone, tmp_path, monkeypatch):
    author = someone("editor")
    checks = Checks(tmp_path / "kept")
    monkeypatch.setattr(type(api.service), "checks", checks, raising=False)
    draft = begun(author)
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    first = author.get(draft).text
    monkeypatch.setattr(kept, "check", None)  # would raise
    assert "不低于 55% → 不低于 60%" in author.get(draft).text
    assert first.count("提醒：") == author.get(draft).text.count("提醒：")
    assert submitted(author, draft).status_code == 303  # by another way
