"""The shipped edition, compiled once; and the sentences of the features."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from rules import Edition, Engine
from tests.editions import POLICIES, store
from tests.parsed import remember

# So that a sentence that is not true shows both sides, as a test does.
for _name in ("assigning", "case", "conclusions", "counting", "facts", "rankings", "readings", "shortfalls"):
    pytest.register_assert_rewrite(f"service.examples.{_name}")

from service.examples import scenarios  # noqa: E402 -- importing it declares all sentences
from service.examples.case import Case  # noqa: E402
from service.examples.sentences import ACTION, CONTEXT, OUTCOME, SENTENCES  # noqa: E402

for _one in SENTENCES:  # each is a step of pytest-bdd here
    {CONTEXT: given, ACTION: when, OUTCOME: then}[_one.kind](parsers.re(_one.pattern))(_one.action)

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
    return Case(engine, POLICIES)
