"""Takes the small pictures of both READMEs from the running service: `python -m tests.browser.pictures`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page

from tests import chromium
from tests.api.calling import example
from tests.browser.conftest import Visitor
from tests.running import POLICIES, Running, running

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDE, NARROW = {"width": 800, "height": 560}, {"width": 375, "height": 560}
COLOURS, MOST = 48, 60_000  # of a picture; bytes
PATIENCE = 300_000  # milliseconds until the report is made
PLAN, DAY, FILE = "xx-county", "2027-05-01", "credit_village.yaml"
BEFORE, AFTER = "at_least: 55%", "at_least: 60%"
LETTER, CASE = "screening", "household_several_reasons"
LANGUAGES = "zh", "en"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        there = Path(folder)
        with running(there, policies=POLICIES, example=there / "example") as server:
            for name, page in _pages(server):
                data = _small(page.screenshot())
                if len(data) > MOST:
                    raise SystemExit(f"{name}: {len(data)} bytes, at most {MOST}")
                (FOLDER / f"{name}.png").write_bytes(data)
                sys.stdout.write(f"{name}.png: {len(data)} bytes\n")


def _small(data: bytes) -> bytes:
    """A picture of few colours."""
    made = BytesIO()
    Image.open(BytesIO(data)).convert("RGB").quantize(COLOURS).save(made, "PNG", optimize=True)
    return made.getvalue()


def _pages(server: Running) -> Iterator[tuple[str, Page]]:
    visitor = Visitor(chromium.browser(), server)
    for lang in LANGUAGES:  # first: until it is made, the service has little time for anything else
        page = visitor.open(f"/example/report?lang={lang}", lang, WIDE)
        page.wait_for_selector(f"body[data-ready={lang}]", timeout=PATIENCE)
        yield f"report.{lang}", page
    draft = _drafted(server)
    _, decided, _ = server.call("POST", f"/v1/decisions/{LETTER}", example(CASE))
    for lang in LANGUAGES:
        yield f"desk.{lang}", visitor.signed_in("approver", f"/desk/drafts/{draft}", lang, WIDE)
        page = visitor.signed_in("auditor", f"/v1/decisions/{decided['log_id']}/explanation", lang, NARROW)
        page.emulate_media(media="print")
        yield f"letter.{lang}", page


def _drafted(server: Running) -> str:
    """A draft that raises a limit."""
    _, made, _ = server.call("POST", "/v1/drafts", {"plan": PLAN, "day": DAY}, role="editor")
    address, text = f"/v1/drafts/{made['id']}", made["files"][FILE].replace(BEFORE, AFTER)
    server.call("PUT", f"{address}/files", {"files": {**made["files"], FILE: text}}, role="editor", If_Match='"1"')
    return str(made["id"])


if __name__ == "__main__":
    main()
