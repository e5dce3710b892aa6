"""Prepares `serve --demo`: secrets, a data folder, and a key and a person for each role, made on the
first run."""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.commands.carrying import carry_over
from service.keys import PERMISSIONS, Keys, user
from service.log import DecisionLog, Sealer, Signer
from service.people import Passwords, People
from service.settings import DATA, DEFAULTS

SECRETS, SIGNING = "demo.json", "signing.pem"


def prepare(environment: Mapping[str, str], folder: Path = DATA) -> tuple[dict[str, str], dict[str, str]]:
    """The environment with missing settings filled in, and an API key for each role."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n")
    kept = folder / SECRETS
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(json.dumps({"settings": _secrets(folder), "keys": {}}))
    found = json.loads(kept.read_text())
    signing = folder / SIGNING
    settings = {"VILLAGE_CREDIT_SIGNING_KEY": str(signing), **found["settings"], **environment}
    if not signing.exists():
        Signer.new(signing)
        _carry_over(settings)
    if PERMISSIONS.keys() - found["keys"].keys() or "passwords" not in found:
        found |= _callers(settings, found["keys"], found.get("passwords", {}))
        kept.write_text(json.dumps(found))
    with closing(_log(settings)) as log:  # days may lie between two tries
        last = log.last_at()
        if last is not None and datetime.now(UTC) - last > timedelta(seconds=DEFAULTS["clock_ahead"]):
            log.accept_clock(user())
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


def _callers(
    settings: Mapping[str, str], keys: Mapping[str, str], passwords: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """A person for each role, and an API key, which is the person's where it drafts; those there are stay."""
    made, chosen = {**keys}, {**passwords}
    with closing(_log(settings)) as log:
        people = People(log)
        for role, may in PERMISSIONS.items():
            person = people.by_login(role) or people.add(role, f"demo {role}", role)
            assert person is not None
            if role not in chosen:
                chosen[role] = secrets.token_urlsafe(12)
                Passwords(log, people).change(person, chosen[role])
            if role not in made:
                _, made[role] = Keys(log).add(f"demo {role}", role, person=person.id if "draft" in may else "")
    return {"keys": made, "passwords": chosen}


def _carry_over(settings: Mapping[str, str]) -> None:
    """Have the new key known to the log: of an older demonstration there are lines already."""
    with closing(_log(settings)) as log:
        if log.head().seq:
            carry_over(log)
        else:
            log.introduce(user())


def _log(settings: Mapping[str, str]) -> DecisionLog:
    sealer = Sealer.of(settings["VILLAGE_CREDIT_SEAL_KEYS"], settings["VILLAGE_CREDIT_BLIND_KEY"])
    log = DecisionLog(settings["VILLAGE_CREDIT_DATABASE"], sealer, Signer.of(settings["VILLAGE_CREDIT_SIGNING_KEY"]))
    log.upgrade()
    return log


def secret() -> str:
    """256 random bits, in the settings' encoding."""
    return b64encode(os.urandom(32)).decode()
