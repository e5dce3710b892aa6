"""People with a browser before the application in the test's own process."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.people import Person
from tests.api.calling import Api, start

PASSWORD = "a long enough password"  # noqa: S105 -- of people made up here


@dataclass
class Browser:
    """A person's browser; forms are sent with the token of the page they stand on."""

    client: FlaskClient
    person: Person

    def get(self, path: str, **others: Any) -> TestResponse:
        return self.client.get(path, **others)

    def post(self, path: str, page: str = "/account", **fields: str) -> TestResponse:
        return self.client.post(path, data={"csrf": token(self.get(page)), **fields})


def token(page: TestResponse) -> str:
    found = re.search(r'name="csrf" content="(\w+)"', page.text)
    return found[1] if found else ""


def signing_in(client: FlaskClient, **fields: str) -> TestResponse:
    """Sends the form to sign in with, as it stands on its page."""
    found = re.search(r'name="csrf" value="(\w+)"', client.get("/sign-in").text)
    return client.post("/sign-in", data={"csrf": found[1] if found else "", **fields})


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
