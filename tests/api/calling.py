"""The application as its callers see it, over a real log in a folder of its own."""

from __future__ import annotations

import dataclasses
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from rules import Engine
from rules.cases.files import read_cases
from service.app import create_app
from service.exact_json import dumps
from service.http.context import NAME, Service
from service.keys import PERMISSIONS
from service.log import Signer
from service.settings import from_environment

ROOT = Path(__file__).parents[2]
POLICIES = ROOT / "policies"
PLAN, DATE = "xx-county", "2026-05-01"
NOON = datetime(2026, 12, 31, 4, tzinfo=UTC)  # the same day in every time zone there is, but for a few islands
JSON, NDJSON, PROBLEM = "application/json", "application/x-ndjson", "application/problem+json"
SECRETS = {"SEAL_KEYS": f"test:{b64encode(bytes(32)).decode()}", "BLIND_KEY": b64encode(bytes(range(32))).decode()}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Caller:
    """Sends requests with one API key, or with none."""

    client: FlaskClient
    key: str = ""

    def send(self, method: str, path: str, body: Any = None, **others: Any) -> TestResponse:
        """`body` goes as JSON, bytes and text as they are; `headers` by name; `type` is the content type."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        headers |= others.pop("headers", {})
        if body is not None:
            others["content_type"] = others.pop("type", JSON)
            others["data"] = body if isinstance(body, bytes | str) else dumps(body)
        return self.client.open(path, method=method, headers=headers, **others)

    def get(self, path: str, **others: Any) -> TestResponse:
        return self.send("GET", path, **others)

    def post(self, path: str, body: Any = None, **others: Any) -> TestResponse:
        return self.send("POST", path, body, **others)

    def decide(self, decision: str, body: Any, **others: Any) -> TestResponse:
        return self.post(f"/v1/decisions/{decision}", body, **others)

    def decided(self, decision: str, body: Any, **others: Any) -> dict[str, Any]:
        """The decision, which has to come."""
        found = self.decide(decision, body, **others)
        assert found.status_code == 200, found.text
        return found.json  # type: ignore[no-any-return]


@dataclass(slots=True)
class Api:
    """A service and a way to call it in each role."""

    app: Flask
    clock: Clock
    folder: Path

    @property
    def service(self) -> Service:
        return self.app.extensions[NAME]  # type: ignore[no-any-return]

    def caller(self, role: str) -> Caller:
        """Somebody with a new key, of a person's where it drafts."""
        login = f"owner.{role}"
        owner = ""
        if "draft" in PERMISSIONS[role]:
            people = self.service.people
            person = people.by_login(login) or people.add(login, role, role)
            assert person is not None
            owner = person.id
        _, key = self.service.keys.add(f"test {role}", role, person=owner)
        return Caller(self.app.test_client(), key)

    def nobody(self, key: str = "") -> Caller:
        return Caller(self.app.test_client(), key)

    def engine(self, edition: str = f"{PLAN}/{DATE}") -> Engine:
        return self.service.policies.current().edition(edition).engine

    def reload(self) -> None:
        """Have changed policies looked at until they went live or were refused."""
        for _ in range(3):
            self.service.policies.look()

    def close(self) -> None:
        self.service.policies.close()
        self.service.log.close()


def start(folder: Path, clock: Clock | None = None, **settings: Any) -> Api:
    """A service with its data in the folder. Started again there, it goes on where it stopped."""
    clock = clock or Clock()
    told = {
        **SECRETS,
        "DATABASE": f"sqlite:///{folder / 'log.db'}",
        "RELOAD_SECONDS": "3600",
        "LOG_LEVEL": "error",
        "CLOCK_AHEAD": "1000000000",
    }  # a test's clock goes where it is told
    told["SIGNING_KEY"] = str(signing_key(folder))
    chosen = from_environment({f"VILLAGE_CREDIT_{name}": text for name, text in told.items()})
    return Api(create_app(dataclasses.replace(chosen, **settings), clock), clock, folder)


def signing_key(folder: Path) -> Path:
    """The file of the key that signs the log of a folder."""
    path = folder / "signing.pem"
    if not path.exists():
        Signer.new(path)
    return path


def example(name: str) -> dict[str, Any]:
    """An example case as a request: its facts, subject and date."""
    [case] = read_cases((ROOT / "examples" / "cases" / f"{name}.yaml").read_text("utf-8"), f"{name}.yaml")
    assert case.on is not None
    return {"on": case.on.isoformat(), "subject": {"id": case.subject_id}, "facts": case.facts}


def errors(answer: TestResponse) -> list[tuple[str, str]]:
    """The pointers and codes of a problem document."""
    assert answer.mimetype == PROBLEM, answer.text
    return [(one["pointer"], one["code"]) for one in answer.json["errors"]]


def kind(answer: TestResponse) -> tuple[int, str]:
    """The status and the kind of a problem document, whose form is checked on the way."""
    assert answer.mimetype == PROBLEM, answer.text
    said: Mapping[str, Any] = answer.json
    assert said["status"] == answer.status_code
    assert said["title"]
    assert said["detail"]
    assert said["request_id"] == answer.headers["X-Request-ID"]
    return answer.status_code, said["type"].removeprefix("/problems/")


ROLES = tuple(PERMISSIONS)
