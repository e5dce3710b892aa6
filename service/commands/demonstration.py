"""Prepares `serve --demo`: secrets, a data folder, and a key and a person for each role, made on the
first run."""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from service.keys import PERMISSIONS, Keys
from service.log import DecisionLog, Sealer
from service.people import Passwords, People
from service.settings import DATA

SECRETS = "demo.json"


def prepare(environment: Mapping[str, str], folder: Path = DATA) -> tuple[dict[str, str], dict[str, str]]:
    """The environment with missing settings filled in, and an API key for each role."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n")
    kept = folder / SECRETS
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(json.dumps({"settings": _secrets(folder), "keys": {}}))
    found = json.loads(kept.read_text())
    settings = {**found["settings"], **environment}
    if not found["keys"] or "passwords" not in found:
        found |= _callers(settings, found["keys"])
        kept.write_text(json.dumps(found))
    return settings, found["keys"]


def passwords(folder: Path = DATA) -> dict[str, str]:
    """The password of each person of the demonstration; each signs in by the name of the role."""
    found: dict[str, str] = json.loads((folder / SECRETS).read_text())["passwords"]
    return found


def _secrets(folder: Path) -> dict[str, str]:
    return {
        "VILLAGE_CREDIT_DATABASE": f"sqlite:///{folder / 'demo.db'}",
        "VILLAGE_CREDIT_SEAL_KEYS": f"demo:{secret()}",
        "VILLAGE_CREDIT_BLIND_KEY": secret(),
    }


def _callers(settings: Mapping[str, str], keys: dict[str, str]) -> dict[str, dict[str, str]]:
    """An API key and a person for each role."""
    sealer = Sealer.of(settings["VILLAGE_CREDIT_SEAL_KEYS"], settings["VILLAGE_CREDIT_BLIND_KEY"])
    log = DecisionLog(settings["VILLAGE_CREDIT_DATABASE"], sealer)
    log.upgrade()
    people = People(log)
    made = keys or {role: Keys(log).add(f"demo {role}", role)[1] for role in PERMISSIONS}
    chosen = {role: secrets.token_urlsafe(12) for role in PERMISSIONS}
    for role, password in chosen.items():
        person = people.by_login(role) or people.add(role, f"demo {role}", role)
        assert person is not None
        Passwords(log, people).change(person, password)
    log.close()
    return {"keys": made, "passwords": chosen}


def secret() -> str:
    """256 random bits, in the settings' encoding."""
    return b64encode(os.urandom(32)).decode()
