"""The processor time of each page of the desk, against a page that shows nothing of a policy (the account):

    python -m benchmarks.desk [ROUNDS]

A draft of the shipped plan has one figure edited before every round, so that `first` is a look at a revision that
nobody has looked at, in a process that has read the editions: it says that the draft is being checked. `check` is what
that takes in the background, `again` the look after it. Medians of milliseconds of processor; an effect is worked out
in another process.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import cast

from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.commands.demonstration import passwords, prepare
from service.settings import HOME, RUNTIME, from_environment

FILE, OLD = "credit_village", "at_least: 55%"
BARE = "/account"
PAGES = ("", "/text/{file}.yaml", "/form/{file}", "/effect", "/cases/new", "/cases/new?decision={file}")
OTHERS = (BARE, "/desk", "/desk/guide", "/policies", "/policies/{plan}/{day}", "/policies/{plan}/{draft}",
          "/desk/editions/{plan}/{day}")  # fmt: skip
PLAN, DAY, NEW = "xx-county", "2026-05-01", "2031-01-01"


def main(rounds: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        os.environ[RUNTIME] = str(folder / "runtime")
        settings, _ = prepare({"VILLAGE_CREDIT_POLICIES": str(HOME / "policies")}, folder / "data")
        client = _signed_in(create_app(from_environment(settings)), passwords(folder / "data")["approver"])
        draft = _posted(client, "/desk/drafts", plan=PLAN, day=NEW)
        times: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
        for number in range(rounds * len(PAGES)):
            page = PAGES[number % len(PAGES)]
            _edit(client, draft, f"at_least: {60 + number % 30}%")
            _timed(client, BARE)
            address = draft + page.format(file=FILE)
            times["draft" + page].append(_looks(client, address))
        for page in OTHERS:
            address = page.format(plan=PLAN, day=DAY, draft=draft.rpartition("/")[2])
            times[page].extend(_looks(client, address) for _ in range(rounds))
    bare = median(again for *_, again in times[BARE])
    print(f"{'page':44}{'first':>9}{'check':>9}{'again':>9} ms   again × {BARE}")
    for page, found in times.items():
        first, check, again = (median(one) for one in zip(*found, strict=True))
        print(f"{page:44}{first:9.1f}{check:9.1f}{again:9.1f}      {again / bare:6.1f}")


def _looks(client: FlaskClient, address: str) -> tuple[float, float, float]:
    """Milliseconds of the first look, of what is done in the background meanwhile, and of the next look."""
    before = time.process_time()
    first, waits = _timed(client, address)
    spent = first
    while waits:
        time.sleep(0.02)
        again, waits = _timed(client, address)
        spent += again
    check = (time.process_time() - before) * 1000 - spent
    return first, check, _timed(client, address)[0]


def _signed_in(app: Flask, password: str) -> FlaskClient:
    client = app.test_client()
    _posted(client, "/sign-in", "/sign-in", login="approver", password=password)
    return client


def _posted(client: FlaskClient, address: str, page: str = BARE, **fields: str) -> str:
    """Send a form with the token of a page, and say where it leads."""
    shown = client.get(page).text
    token = re.search(r'name="csrf" (?:content|value)="(\w+)"', shown)
    answer = client.post(address, data={"csrf": token[1] if token else "", **fields})
    if answer.status_code >= 400:
        raise SystemExit(f"{address}: {answer.status_code}")
    return cast(str, answer.location).partition("?")[0]


def _edit(client: FlaskClient, draft: str, new: str) -> None:
    address = f"{draft}/text/{FILE}.yaml"
    while (number := re.search(r'name="revision" value="(\d+)"', client.get(address).text)) is None:
        time.sleep(0.02)  # it is being checked
    text = (HOME / f"policies/{PLAN}/{DAY}/{FILE}.yaml").read_text(encoding="utf-8")
    _posted(client, address, revision=number[1], text=text.replace(OLD, new))


def _timed(client: FlaskClient, address: str) -> tuple[float, bool]:
    """Milliseconds of processor of one page, and whether it says that the draft is being checked."""
    start = time.thread_time()
    answer = client.get(address)
    spent = (time.thread_time() - start) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code}")
    return spent, 'id="looking"' in answer.text


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 3)
