"""A service for the session, and somebody in each role; tests that change the service start one of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.calling import Api, Caller, start


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    made = start(tmp_path_factory.mktemp("api"))
    yield made
    made.close()


@pytest.fixture
def own(tmp_path: Path):
    """Starts services of a test's own in its folder: settings by name."""
    made = []

    def begin(**settings):
        made.append(start(tmp_path, **settings))
        return made[-1]

    yield begin
    for one in made:
        one.close()


@pytest.fixture
def caller(api: Api) -> Caller:
    return api.caller("caller")


@pytest.fixture(scope="session")
def analyst(api: Api) -> Caller:
    return api.caller("analyst")


@pytest.fixture(scope="session")
def auditor(api: Api) -> Caller:
    return api.caller("auditor")


@pytest.fixture(scope="session")
def admin(api: Api) -> Caller:
    return api.caller("admin")
