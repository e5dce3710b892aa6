"""What a check works out again after an edit of one figure: the edition that was edited, and no other."""

from datetime import date

import pytest

from service.publishing import checking, comparing
from tests.desk.test_kept import BASE, EDITION, NEW, TODAY


@pytest.fixture
def read(monkeypatch):
    """The editions that were loaded, each time that one was."""
    for one in (checking._looked_at, checking._loaded, checking._warned, checking._missed, comparing._read):
        one.cache_clear()
    read, alone = [], checking.load_alone

    def load_alone(folder, root, **more):
        read.extend([] if more.get("warn", True) else [folder.name])  # its warnings are another thing
        return alone(folder, root, **more)

    monkeypatch.setattr(checking, "load_alone", load_alone)
    return read


def test_an_edition_that_nobody_edited_is_not_loaded_again(read):
    checking.check(BASE, EDITION, NEW, TODAY)
    assert sorted(read) == ["2026-05-01", "2027-01-01"]
    edited = {**NEW, "plan.yaml": NEW["plan.yaml"] + "# edited\n"}
    checking.check(BASE, EDITION, edited, date(2026, 12, 2))
    assert sorted(read) == ["2026-05-01", "2027-01-01", "2027-01-01"]


def test_a_difference_is_told_of_the_editions_that_were_checked(read):
    checking.check(BASE, EDITION, NEW, TODAY)
    assert comparing.edition_of(BASE | {f"{EDITION}/{name}": text for name, text in NEW.items()}, EDITION)
    assert sorted(read) == ["2026-05-01", "2027-01-01"]


def test_an_edition_is_loaded_again_where_one_that_it_extends_was_edited(read):
    heir = {"heir/2027-01-01/plan.yaml": "extends: {plan: base, edition: 2026-05-01}\n"}
    checking.check(BASE | heir, EDITION, NEW, TODAY)
    loaded = len(read)
    above = {path.rpartition("/")[2]: text for path, text in BASE.items()}
    checking.check(BASE | heir, "base/2026-05-01", above | {"plan.yaml": above["plan.yaml"] + "# edited\n"}, TODAY)
    assert sorted(read[loaded:]) == ["2026-05-01", "2027-01-01"]


def test_the_hash_of_an_edition_with_errors_is_that_of_its_text(read):
    broken = {**NEW, "plan.yaml": NEW["plan.yaml"] + "stranger: 1\n"}
    found = checking.check(BASE, EDITION, broken, TODAY)
    other = checking.check(BASE, EDITION, {**broken, "plan.yaml": broken["plan.yaml"] + "# edited\n"}, TODAY)
    assert found.errors
    assert found.sha256(EDITION) not in {"", other.sha256(EDITION)}
