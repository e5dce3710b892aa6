"""Services to call, and people before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.api.calling import Api, start
from tests.desk.drafting import Someone, key, person, service
from tests.desk.signing import PASSWORD, Browser, signing_in


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    api = start(tmp_path)
    yield api
    api.close()


@pytest.fixture
def someone(api: Api) -> Callable[[str], Browser]:
    """Signs a new person in, in a role."""

    def sign_in(role: str) -> Browser:
        service = api.service
        person = service.people.add(f"the.{role}", f"{role} 某", role)
        assert person is not None
        service.passwords.change(person, PASSWORD)
        client = api.app.test_client()
        answer = signing_in(client, login=person.login, password=PASSWORD)
        assert answer.status_code == 303
        return Browser(client, person)

    return sign_in


# --- before a small plan, over the API


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Api]:
    api = service(tmp_path)
    yield api
    api.close()


@pytest.fixture
def editor(small: Api) -> Someone:
    return person(small, "editor", "editor")


@pytest.fixture
def approver(small: Api) -> Someone:
    return person(small, "approver", "approver")


@pytest.fixture
def caller(small: Api) -> Someone:
    return key(small, "caller")
