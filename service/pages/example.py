"""The report of the example county on a page of the service, which asks for no key. Only `serve --demo` has it.

The report is built in a process beside the requests, once for each state of policies and program.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, request, send_file

from rules.values.text import NotFound
from service import processors
from service.http import security
from service.http.context import snapshot
from service.http.problems import Problem
from service.pages.pages import page
from service.policies.compiled import Snapshot
from service.settings import HOME

NAME = "example"
AGAIN = "2"  # seconds until the page asks again
MAKER = "examples.report"
PROGRAM = (
    "examples/report.json",
    "examples/*.py",
    "examples/*/*.py",
    "rules/**/*.py",
    "service/county/**/*.py",
    "service/county/report/page/*",
)
BESIDE = ("workbook.xlsx", "set_aside.xlsx")  # files that the report offers
KEPT = 4  # of the latest: a change of the policies may be taken back


class ExampleReport:
    """A folder of reports, each under the digest of its inputs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._making = folder, threading.Thread()
        folder.mkdir(parents=True, exist_ok=True)

    def key(self, snapshot: Snapshot) -> str:
        return sha256(f"{snapshot.digest} {_program()}".encode()).hexdigest()[:32]

    @staticmethod
    def fits(snapshot: Snapshot) -> bool:
        """Whether the plan that the county is made for is in force on its day."""
        with suppress(NotFound):
            made_for = json.loads((HOME / "examples/report.json").read_text(encoding="utf-8"))
            snapshot.store.in_force(made_for["plan"], date.fromisoformat(made_for["on"]))
            return True
        return False

    def page(self, snapshot: Snapshot) -> bytes | None:
        """The report under these policies, or None while it is not ready."""
        with suppress(OSError):
            return (self.folder / self.key(snapshot) / "report.html").read_bytes()
        return None

    def file(self, snapshot: Snapshot, name: str) -> Path | None:
        """A file beside the report, or None where there is none."""
        path = self.folder / self.key(snapshot) / name
        return path if name in BESIDE and path.is_file() else None

    def failure(self, snapshot: Snapshot) -> str:
        """Why the report could not be made; empty if no failure is known."""
        with suppress(OSError):
            return self._said(snapshot, "failed").read_text(encoding="utf-8", errors="replace").strip()
        return ""

    def begin(self, snapshot: Snapshot) -> None:
        """Start making the report in another process, unless it exists, does not fit, or another process makes it."""
        if not self.fits(snapshot) or self.page(snapshot) is not None:
            return
        self._said(snapshot, "failed").unlink(missing_ok=True)
        with (
            suppress(BlockingIOError),
            self._said(snapshot, "lock").open("w") as lock,
            self._said(snapshot, "saying").open("w") as said,
        ):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            words = ["--policies", str(snapshot.root), "--out", str(self.folder / self.key(snapshot))]
            made = subprocess.Popen(
                [sys.executable, "-m", MAKER, *words],
                cwd=HOME, pass_fds=[lock.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
            )  # fmt: skip
            processors.leave(made.pid)
            self._making = threading.Thread(target=self._end, args=(made, snapshot), daemon=True)
            self._making.start()

    def wait(self) -> None:
        """Wait for the process that this one started."""
        if self._making.ident is not None:
            self._making.join()

    def _end(self, made: subprocess.Popen[bytes], snapshot: Snapshot) -> None:
        if made.wait() == 0:
            self._said(snapshot, "saying").unlink(missing_ok=True)
            self._prune()
        else:
            with suppress(OSError):
                self._said(snapshot, "saying").rename(self._said(snapshot, "failed"))

    def _said(self, snapshot: Snapshot, what: str) -> Path:
        return self.folder / f"{self.key(snapshot)}.{what}"

    def _prune(self) -> None:
        made = sorted((one for one in self.folder.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
        for old in made[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)


@cache
def _program() -> str:
    """A digest of the program that makes the report: another program makes another report."""
    files = sorted(path for pattern in PROGRAM for path in HOME.glob(pattern) if path.is_file())
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in files)).hexdigest()


def pages(reports: ExampleReport) -> Blueprint:
    blueprint = Blueprint(NAME, __name__)

    @blueprint.get("/example/report")
    def report() -> Response:
        """The report, or a page that asks for it again."""
        here = snapshot()
        if not reports.fits(here):
            raise Problem("not-found", "政策目录里没有示例县所用的方案，或这个方案没有有效版本，因此没有示例县的报告。",
                          "There is no report of the example county: its plan is not in force here.")  # fmt: skip
        found = reports.page(here)
        if found is not None:
            security.self_contained()
            response = Response(found, mimetype="text/html")
            response.headers["Cache-Control"] = "no-cache"
            response.set_etag(reports.key(here))
            response.make_conditional(request)
            return response
        failure = reports.failure(here)
        if not failure:
            reports.begin(here)
        response = page("example.html", failure=failure)
        response.status_code = 500 if failure else 202
        if not failure:
            response.headers["Refresh"] = AGAIN
        return response

    @blueprint.get("/example/<name>")
    def file(name: str) -> Response:
        """A file that the report offers."""
        path = reports.file(snapshot(), name)
        if path is None:
            raise Problem("not-found", f"没有 {name}。", f"There is no {name}.")
        return send_file(path, as_attachment=True)

    return blueprint
