"""People and keys who draft over the API, before a small plan that is published."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from flask.testing import FlaskClient

from service.exact_json import dumps
from service.publishing import newest
from tests.api.calling import Api, start
from tests.desk.signing import PASSWORD, signing_in, token
from tests.log.deskwork import FIRST, imported

FOLDER = Path(__file__).parents[1] / "policy" / "base"
SOURCE = {"title": "县政府办公室通知〔2026〕9号", "sha256": "ab" * 32}
SUBMISSION = {"reason": "提高额度", "source": SOURCE}


@dataclass
class Someone:
    """A person's browser, or a program with a key, that calls the API."""

    client: FlaskClient
    id: str
    headers: dict[str, str]

    def send(self, method, path, body=None, **headers):
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        data = None if body is None else body if isinstance(body, bytes) else dumps(body)
        return self.client.open(f"/v1{path}", method=method, headers=sent, data=data, content_type="application/json")

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, body, **headers):
        return self.send("POST", path, body, **headers)

    def begin(self, day="2027-01-01", **more):
        answer = self.post("/drafts", {"plan": "base", "day": day, **more})
        assert answer.status_code == 201, answer.text
        return answer.json

    def save(self, draft, old, new, tag=None):
        files = {name: text.replace(old, new) for name, text in draft["files"].items()}
        tag = f'"{draft["revision"]}"' if tag is None else tag
        return self.send("PUT", f"/drafts/{draft['id']}/files", {"files": files}, If_Match=tag)

    def submit(self, draft):
        tag = f'"{draft["revision"]}"'
        return self.post(f"/drafts/{draft['id']}/submit", SUBMISSION, If_Match=tag)


def person(api: Api, login: str, role: str) -> Someone:
    """Somebody new who has signed in."""
    made = api.service.people.add(login, login, role)
    assert made is not None
    api.service.passwords.change(made, PASSWORD)
    client = api.app.test_client()
    assert signing_in(client, login=login, password=PASSWORD).status_code == 303
    return Someone(client, made.id, {"X-CSRF-Token": token(client.get("/account"))})


def key(api: Api, role: str, person: str = "") -> Someone:
    """A program with a key of a person's, or of nobody's."""
    made, text = api.service.keys.add("program", role, person=person)
    return Someone(api.app.test_client(), made.id, {"Authorization": f"Bearer {text}"})


def service(folder: Path) -> Api:
    """A service in a folder that has the plan."""
    policies = shutil.copytree(FOLDER, folder / "policies" / "base").parent
    api = start(folder, policies=policies)
    if not newest(api.service.log):
        imported(api.service.log, policies, FIRST)
    return api
