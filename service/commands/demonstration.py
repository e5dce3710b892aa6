"""Prepares `serve --demo`: secrets, a data folder, and a key for each role, made on the first run."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from service.keys import PERMISSIONS, Keys
from service.log import DecisionLog, Sealer
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
    if not found["keys"]:
        found["keys"] = _keys(settings)
        kept.write_text(json.dumps(found))
    return settings, found["keys"]


def _secrets(folder: Path) -> dict[str, str]:
    return {
        "VILLAGE_CREDIT_DATABASE": f"sqlite:///{folder / 'demo.db'}",
        "VILLAGE_CREDIT_SEAL_KEYS": f"demo:{secret()}",
        "VILLAGE_CREDIT_BLIND_KEY": secret(),
    }


def _keys(settings: Mapping[str, str]) -> dict[str, str]:
    sealer = Sealer.of(settings["VILLAGE_CREDIT_SEAL_KEYS"], settings["VILLAGE_CREDIT_BLIND_KEY"])
    log = DecisionLog(settings["VILLAGE_CREDIT_DATABASE"], sealer)
    log.upgrade()
    keys = Keys(log)
    made = {role: keys.add(f"demo {role}", role)[1] for role in PERMISSIONS}
    log.close()
    return made


def secret() -> str:
    """256 random bits, in the settings' encoding."""
    return b64encode(os.urandom(32)).decode()
