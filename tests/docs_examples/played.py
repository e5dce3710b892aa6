"""The example calls of a document: run as they stand, against a running service, and held against what is shown."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.running import Running

ROOT = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:8000"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY = "…"  # shown where an answer has some text or other
VARYING = re.compile(r"[0-9a-f]{16,64}|vc_…|\d{4}-\d\d-\d\dT[\d:.]+\+00:00")  # ids, hashes, times
ROLES = {"KEY": "caller", "ANALYST": "analyst", "AUDITOR": "auditor"}


def blocks(name: str) -> list[tuple[str, str]]:
    """The fenced blocks of a document, as (language, text)."""
    return BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))


def calls(name: str) -> list[tuple[str, str, str, str]]:
    """The blocks that call the service, each with what is shown after it."""
    found = blocks(name)
    return [(*one, *after) for one, after in pairwise(found) if ADDRESS in one[1] and "/v1/" in one[1]]


def play(name: str, server: Running) -> Iterator[tuple[str, str, str]]:
    """Language and text of what is shown, and what came. An answer's ids are at hand for the calls that follow."""
    environment = {**os.environ, **{variable: server.keys[role] for variable, role in ROLES.items()}}
    for language, text, shown, wanted in calls(name):
        came = run(language, text.replace(ADDRESS, server.address), environment)
        yield shown, wanted, came
        environment |= _ids(came)


def run(language: str, text: str, environment: Mapping[str, str]) -> str:
    text = re.sub(r"^export KEY=.*\n", "", text, flags=re.MULTILINE)
    command = [sys.executable, "-c", text] if language == "python" else ["bash", "-euc", text]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), (text, done.stdout, done.stderr)
    return done.stdout


def _ids(came: str) -> dict[str, str]:
    try:
        answer = json.loads(came)
    except ValueError:
        return {}
    named = {"LOG_ID": answer.get("log_id"), "REVIEW_ID": answer["id"] if "decision_log_id" in answer else None}
    return {name: id for name, id in named.items() if id}


def unlike(language: str, wanted: str, came: str) -> str:
    """What is shown and did not come; nothing where the document is right."""
    match language:
        case "json":
            return _unlike(json.loads(wanted), json.loads(came))
        case "ndjson":
            pairs = zip(wanted.splitlines(), came.splitlines(), strict=False)
            return "; ".join(filter(None, (_unlike(json.loads(one), json.loads(other)) for one, other in pairs)))
        case _:
            return "" if came.startswith(wanted) else f"{wanted}\nis not the beginning of\n{came}"


def _unlike(wanted: Any, came: Any, where: str = "") -> str:
    """A shown object may leave members out, a shown list what follows."""
    if isinstance(wanted, dict) and isinstance(came, dict):
        missing = [f"{where}/{key} is not there" for key in wanted if key not in came]
        return "; ".join([*missing, *filter(None, (_unlike(wanted[key], came[key], f"{where}/{key}")
                                                   for key in wanted if key in came))])  # fmt: skip
    if isinstance(wanted, list) and isinstance(came, list) and len(wanted) <= len(came):
        pairs = enumerate(zip(wanted, came, strict=False))
        return "; ".join(filter(None, (_unlike(one, other, f"{where}/{n}") for n, (one, other) in pairs)))
    if isinstance(wanted, str) and isinstance(came, str):
        pattern = VARYING.fullmatch(wanted)
        if wanted == ANY or (pattern and VARYING.fullmatch(came) and len(wanted) == len(came)):
            return ""
    return "" if wanted == came and type(wanted) is type(came) else f"{where}: {wanted!r} is shown, {came!r} came"
