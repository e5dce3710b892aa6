"""The jobs that work effects out: one at a time on a host, each in a process of its own, their state in a folder that
the workers of the host share. A job that is not there, or died with its worker, is begun again by whoever asks."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, Any

from service import processors
from service.effect.question import Question
from service.settings import HOME, PREFIX

WAITING = 4  # jobs that wait or run on a host
TOLD = 2000  # characters of a failure, its last
KEPT = 32  # results; each is small
AGAIN = 0.2  # seconds between two looks
QUESTION, PROGRESS, FAILED, STOP, LOCK, DONE, SAID = (
    "question.json", "progress.json", "failed", "stop", "lock", "done", "said",
)  # fmt: skip
MAKER = "service.effect.making"
Fed = Callable[[], Iterable[bytes]]  # what a job is told as it goes, and is written nowhere; asked for in its turn


class Busy(Exception):
    """Too many effects are being worked out already."""


@dataclass(frozen=True, slots=True)
class State:
    """How far a job is: its finished `parts` by name, and of its steps `done` of `steps`, at `step`."""

    status: str  # none | waiting | running | done | failed | stopped
    parts: Mapping[str, Any] = field(default_factory=dict)
    done: int = 0
    steps: int = 0
    step: str = ""
    failure: str = ""

    @property
    def open(self) -> bool:
        return self.status in ("waiting", "running")


class Effects:
    """Effects that are worked out, or were, in a folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._threads = list[threading.Thread]()
        if folder is None:  # no other worker
            folder = Path(mkdtemp(prefix="village-credit-effects-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def state(self, question: Question) -> State:
        """How far the answer to a question is."""
        return self.at(question.key)

    def at(self, key: str) -> State:
        """How far the answer is to the question of a key."""
        home = self.folder / key
        parts = {one.stem.removeprefix("part-"): json.loads(one.read_text(encoding="utf-8"))
                 for one in sorted(home.glob("part-*.json"))}  # fmt: skip
        if (home / DONE).exists():
            return State("done", parts)
        if (home / STOP).exists():
            return State("stopped", parts)
        if (home / FAILED).exists():
            return State("failed", parts, failure=_read(home / FAILED).strip()[-TOLD:])
        if not _held(home / LOCK):
            return State("done", parts) if (home / DONE).exists() else State("none", parts)
        if said := _read(home / PROGRESS):
            return State("running", parts, **json.loads(said))
        return State("waiting", parts)

    def begin(self, question: Question, fed: Fed | None = None) -> State:
        """Begin to answer, unless somebody does or did; the same question of an earlier text of the draft is given up.
        Busy where too many wait."""
        home = self.folder / question.key
        if (state := self.state(question)).status != "none":
            return state
        if sum(not self._outdated(one, question) for one in self._open()) >= WAITING:
            raise Busy
        home.mkdir(exist_ok=True)
        lock = (home / LOCK).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # another worker was first
            lock.close()
            return self.state(question)
        (home / PROGRESS).unlink(missing_ok=True)
        _write(home / QUESTION, question.dumped())
        thread = threading.Thread(target=self._make, args=(home, lock, fed), name="effect", daemon=True)
        thread.start()
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        return State("waiting")

    def again(self, question: Question, fed: Fed | None = None, *, anew: bool = False) -> State:
        """Begin anew what failed or was stopped; `anew`, what is done as well."""
        home = self.folder / question.key
        if self.state(question).status in ("failed", "stopped", *["done"] * anew) and not _held(home / LOCK):
            for path in (home / FAILED, home / STOP, home / DONE, *home.glob("part-*.json")):
                path.unlink(missing_ok=True)
        return self.begin(question, fed)

    def _open(self) -> list[Path]:
        """The folders of the jobs that wait or run, and are wanted."""
        return [one.parent for one in self.folder.glob(f"*/{LOCK}") if _held(one) and not (one.parent / STOP).exists()]

    def _outdated(self, home: Path, question: Question) -> bool:
        """Whether a job asks the same of an earlier text of the draft: then it is stopped."""
        said = _read(home / QUESTION)
        other = Question.loaded(said) if said else question
        same = (other.draft, other.asks) == (question.draft, question.asks)
        outdated = bool(question.draft) and same and other.key != question.key
        if outdated:
            (home / STOP).touch()
        return outdated

    def stop(self, question: Question) -> None:
        """Have a job stopped, whichever worker began it."""
        if self.state(question).open:
            (self.folder / question.key / STOP).touch()

    def wait(self) -> None:
        """Until the jobs that this worker began have ended."""
        for one in self._threads:
            one.join()

    def _make(self, home: Path, lock: IO[str], fed: Fed | None) -> None:
        """Wait for the turn, work it out, and say how it ended."""
        try:
            with lock, self._turn(home) as mine:
                if mine:
                    self._run(home, lock, fed)
        except OSError as error:
            with suppress(OSError):  # the folder goes when the service stops
                _write(home / FAILED, str(error))
        self._prune(home)

    @contextmanager
    def _turn(self, home: Path) -> Iterator[bool]:
        """The turn of this host; False where the job is stopped before it comes."""
        with (self.folder / "turn").open("w") as turn:
            pause = threading.Event()
            while True:
                if (home / STOP).exists():
                    yield False
                    return
                with suppress(BlockingIOError):
                    fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                pause.wait(AGAIN)
            yield True

    def _run(self, home: Path, lock: IO[str], fed: Fed | None) -> None:
        bare = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}  # no secrets
        _write(home / PROGRESS, json.dumps({"step": "begin"}))  # it runs, long before its process can say so itself
        with (home / SAID).open("w") as said:
            made = subprocess.Popen([sys.executable, "-m", MAKER, str(home)], cwd=HOME, env=bare,
                                    pass_fds=[lock.fileno()], stdin=subprocess.DEVNULL if fed is None else
                                    subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)  # fmt: skip
            processors.leave(made.pid)
            feeding = threading.Thread(target=_feed, args=(made.stdin, fed), name="feed", daemon=True)
            feeding.start()
            while True:
                with suppress(subprocess.TimeoutExpired):
                    code = made.wait(AGAIN)
                    break
                if (home / STOP).exists() or not home.exists():
                    made.kill()
            feeding.join()
        if code and not (home / STOP).exists():
            _write(home / FAILED, _read(home / SAID) or f"exit {code}")

    def _prune(self, home: Path) -> None:
        """Keep the latest answers; those under way stay."""
        with suppress(OSError):
            homes = sorted((one for one in self.folder.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
            for old in homes[:-KEPT]:
                if old != home and not _held(old / LOCK):
                    shutil.rmtree(old, ignore_errors=True)


def _feed(pipe: IO[bytes] | None, fed: Fed | None) -> None:
    """Tell a job what it asks for, until it has all or has ended."""
    if pipe is not None and fed is not None:
        with suppress(BrokenPipeError), pipe:
            pipe.writelines(fed())


def _held(lock: Path) -> bool:
    """Whether somebody works on a job."""
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _write(file: Path, text: str) -> None:
    """Replace a file in one step."""
    part = file.with_name(f".{file.name}-{os.getpid()}-{threading.get_ident()}")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
