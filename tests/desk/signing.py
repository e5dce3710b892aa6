"""People with a browser before the application in the test's own process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.people import Person

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
