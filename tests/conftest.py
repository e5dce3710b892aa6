"""The shipped edition, compiled once; and the sentences of the features."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rules import Edition, Engine
from tests.editions import POLICIES, store
from tests.parsed import remember
from tests.steps.assigning import *
from tests.steps.case import Case
from tests.steps.conclusions import *
from tests.steps.counting import *
from tests.steps.facts import *
from tests.steps.rankings import *
from tests.steps.readings import *
from tests.steps.shortfalls import *

remember()  # most tests begin with a plan of thirty files, and change one of them
CLAUSE = "条款-"
LONGEST = ("tests/serving/test_crash", "tests/serving/", "tests/county/", "tests/agreement/", "tests/browser/")


# The collector of cycles walks through all that was collected and imported, again and again, a sixth of the time.
gc.disable()


def pytest_collection_finish() -> None:
    """Collect cycles seldom, and never among what lives to the end anyway."""
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "clause(id): the clause of the plan that an example stands for")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: whatever comes last, some process waits for it with nothing else to do."""

    def place(item: pytest.Item) -> int:
        return next((at for at, folder in enumerate(LONGEST) if item.nodeid.startswith(folder)), len(LONGEST))

    items.sort(key=place)


def pytest_bdd_apply_tag(tag: str, function: Callable[..., Any]) -> bool | None:
    """A tag such as 条款-四(三)1(1) becomes the one registered marker, with the clause as its argument."""
    if not tag.startswith(CLAUSE):
        return None
    pytest.mark.clause(id=tag.removeprefix(CLAUSE))(function)
    return True


@pytest.fixture(scope="session")
def edition() -> Edition:
    return store(POLICIES).in_force("xx-county", date(2026, 12, 31))


@pytest.fixture(scope="session")
def engine(edition: Edition) -> Iterator[Engine]:
    engine = Engine(edition)
    yield engine
    engine.close()


@pytest.fixture
def case(engine: Engine) -> Case:
    return Case(engine)
