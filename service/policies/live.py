"""The policies in force in the running service: watched, tried off to the side, and swapped at once.

A change of the folder is copied to the runtime folder under its digest, loaded and compiled there. Where it has an
error nothing changes and the problems are told. Else the worker votes for it, and the swap happens in all workers at
one moment, when the last of them is ready: a single file names the digest that is live.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

from rules import Edition, Engine, FactChecker, Store, read_store
from rules.building.store import lineage
from rules.problems.problem import Problem
from rules.values.text import Mark

Signature = tuple[tuple[str, int, int], ...]
KEPT = 8  # copies of policies in the runtime folder, for requests still under way with an older one


@dataclass(frozen=True, slots=True)
class Compiled:
    """An edition ready to judge, and the text of its files by path."""

    edition: Edition
    engine: Engine
    checker: FactChecker
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All editions as they were at one moment. A request uses one snapshot from beginning to end."""

    digest: str
    root: Path
    store: Store
    compiled: Mapping[str, Compiled]

    def in_force(self, plan: str, on: date) -> Compiled:
        """The edition of a plan in force on a date; LookupError says which there are."""
        return self.compiled[self.store.in_force(plan, on).id]

    def edition(self, name: str) -> Compiled:
        """The edition called `plan/date`."""
        return self.compiled[self.store.edition(name).id]


class Policies:
    """Keeps a snapshot of a policies folder current. `current()` is all that a request needs."""

    def __init__(
        self,
        folder: Path,
        runtime: Path | None = None,
        *,
        rescue: Callable[[], Mapping[str, str]] = dict,
        before: Callable[[Snapshot], None] = lambda _: None,
        after: Callable[[Snapshot, str], None] = lambda *_: None,
    ) -> None:
        """`rescue` gives the files that were live before, for a start with policies that cannot be used; `before` is
        told of a snapshot that could go live (where it raises Later, it is tried again), `after` of one that did."""
        self.folder, self.rejected = folder, tuple[Problem, ...]()
        self._before, self._after = before, after
        self.swaps = 0
        self._runtime = runtime or Path(mkdtemp(prefix="village-credit-"))
        self._vote = self._runtime / "votes" / str(os.getpid())
        self._vote.parent.mkdir(parents=True, exist_ok=True)
        self._live = self._runtime / "live"
        self._changed = _shared(self._runtime / "changed")
        self._prepared: dict[str, Snapshot] = {}
        self._turn = threading.Lock()
        self._tried: Signature = ()
        self._previous: Signature | None = None
        self._mark = b""
        self._snapshot = self._first(rescue)
        self._stop = threading.Event()

    # --- what requests use

    def current(self) -> Snapshot:
        """The snapshot that is live now; all workers agree on it."""
        if self._changed[:] != self._mark:
            self._switch()
        return self._snapshot

    # --- watching

    def watch(self, seconds: float, then: Callable[[], None] = lambda: None) -> None:
        """Look at the folder every so often, in a thread that ends with the process."""

        def run() -> None:
            while not self._stop.wait(seconds):
                self.look()
                then()

        threading.Thread(target=run, name="policies", daemon=True).start()

    def close(self) -> None:
        self._stop.set()
        self._vote.unlink(missing_ok=True)

    def look(self) -> None:
        """Try what changed, once it has come to rest: a folder half written is not looked into."""
        with self._turn:
            with suppress(OSError, Later):  # files come and go while they are written; the next look sees the rest
                signature = _signature(self.folder)
                if signature != self._tried and signature == self._previous:
                    self._try(signature)
                self._previous = signature
            self._agree()
            _prune(self._runtime, _read(self._live))

    def _try(self, signature: Signature) -> None:
        staged = _stage(self.folder, self._runtime)
        if _signature(self.folder) != signature:
            return
        snapshot, self.rejected = self._load(staged.name)
        if snapshot is not None:
            self._before(snapshot)
            self._prepared[snapshot.digest] = snapshot
            _write(self._vote, snapshot.digest)
        self._tried = signature

    def _load(self, digest: str) -> tuple[Snapshot | None, tuple[Problem, ...]]:
        """A staged copy, compiled; or the problems for which it cannot be used."""
        root = self._runtime / digest
        store = read_store(root)
        errors = tuple(one for one in store.problems if one.severity == "error")
        if not errors and not store.plans:
            said = "没有政策版本（plan.yaml）。", "There is no edition (plan.yaml)."
            errors = (Problem(Mark("", 1, 1), "", "no_editions", *said),)
        if errors:
            return None, errors
        known = {one.edition.sha256: one for old in self._prepared.values() for one in old.compiled.values()}
        compiled = {
            edition.id: known.get(edition.sha256) or compiled_of(root, edition)
            for editions in store.plans.values()
            for edition in editions
        }
        return Snapshot(digest, root, store, compiled), ()

    def _agree(self) -> None:
        """Make a digest live once every worker has voted for it."""
        votes = {vote.read_text() for vote in self._vote.parent.iterdir() if vote == self._vote or _alive(vote.name)}
        if len(votes) == 1 and (digest := votes.pop()) and digest != _read(self._live):
            _write(self._live, digest)
            self._changed[:] = time.time_ns().to_bytes(len(self._changed), "big")

    def _switch(self) -> None:
        with self._turn:
            mark, digest = self._changed[:], _read(self._live)
            if digest not in self._prepared:
                snapshot, _ = self._load(digest)
                if snapshot is None:
                    return
                self._prepared[digest] = snapshot
            if digest != self._snapshot.digest:
                self.swaps += 1
            self._snapshot, self._mark = self._prepared[digest], mark
            self._after(self._snapshot, mark.hex())
            self._prepared = {name: one for name, one in self._prepared.items() if name in (digest, _read(self._vote))}

    def _first(self, rescue: Callable[[], Mapping[str, str]]) -> Snapshot:
        """What to serve first: the folder; else what other workers serve; else what was live before."""
        for _ in range(10):
            signature = _signature(self.folder) if self.folder.is_dir() else ()
            staged = _stage(self.folder, self._runtime)
            if _signature(self.folder) == signature:
                break
        self._tried = self._previous = signature
        snapshot, problems = self._load(staged.name)
        self.rejected = problems
        if snapshot is not None:
            self._before(snapshot)
        for digest in (_read(self._live), _stage_files(rescue(), self._runtime) if snapshot is None else ""):
            if snapshot is None and digest:
                snapshot, _ = self._load(digest)
        if snapshot is None:
            raise NoPolicies(problems)
        self._prepared[snapshot.digest] = snapshot
        _write(self._vote, snapshot.digest)
        self._agree()
        return snapshot


class Later(Exception):
    """A snapshot cannot go live just now."""


class NoPolicies(Exception):
    """There is no usable edition to start with."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def compiled_of(root: Path, edition: Edition) -> Compiled:
    """Ready to judge; its files lie below `root`."""
    return Compiled(edition, Engine(edition), FactChecker(edition), files_of(root, edition))


def files_of(root: Path, edition: Edition) -> dict[str, str]:
    """The text of an edition's files and of those it extends, by path below the policies folder."""
    folder = root / edition.plan / edition.effective_from.isoformat()
    paths = sorted(path for one in lineage(root, folder) for path in one.glob("*.yaml"))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def compile_files(files: Mapping[str, str], sha256: str) -> Compiled:
    """An edition from the text of its files, as an archive holds it."""
    runtime = Path(mkdtemp(prefix="village-credit-"))
    try:
        root = runtime / _stage_files(files, runtime)
        for editions in read_store(root).plans.values():
            for edition in editions:
                if edition.sha256 == sha256:
                    return compiled_of(root, edition)
    finally:
        shutil.rmtree(runtime, ignore_errors=True)
    raise LookupError(f"没有版本 {sha256} / there is no edition {sha256}")


def _policy_files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.glob("*/*/*.y*ml")) if path.is_file())


def _signature(root: Path) -> Signature:
    """What changes whenever a file does."""
    stats = ((path.relative_to(root).as_posix(), path.stat()) for path in _policy_files(root))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _stage(folder: Path, runtime: Path) -> Path:
    """A copy of the policies under the digest of their content."""
    data = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _policy_files(folder)}
    return runtime / _stage_bytes(data, runtime)


def _stage_files(files: Mapping[str, str], runtime: Path) -> str:
    return _stage_bytes({name: text.encode() for name, text in files.items()}, runtime) if files else ""


def _stage_bytes(data: Mapping[str, bytes], runtime: Path) -> str:
    parts = (hashlib.sha256(part).digest() for name, found in sorted(data.items()) for part in (name.encode(), found))
    digest = hashlib.sha256(b"".join(parts)).hexdigest()
    if not (runtime / digest).is_dir():
        copy = Path(mkdtemp(prefix="staging-", dir=runtime))
        for name, found in data.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(found)
        with suppress(OSError):  # another worker was first: its copy is the same
            copy.rename(runtime / digest)
        shutil.rmtree(copy, ignore_errors=True)
    return digest


def _prune(runtime: Path, live: str) -> None:
    """Remove old copies; other workers may be doing the same."""
    copies = [(mark, copy) for copy in runtime.iterdir() if len(copy.name) == len(live) and (mark := _mark(copy))]
    for _, old in sorted(copies)[:-KEPT]:
        if old.name != live:
            shutil.rmtree(old, ignore_errors=True)


def _mark(file: Path) -> tuple[int, int] | None:
    try:
        stat = os.stat(file)  # noqa: PTH116 -- on the path of every request
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino


def _shared(file: Path) -> mmap.mmap:
    """Eight bytes that all workers see: to look at them costs no system call, on the path of every request."""
    with file.open("a+b") as opened:
        opened.truncate(8)
        return mmap.mmap(opened.fileno(), 8)


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def _write(file: Path, text: str) -> None:
    """Replace a file in one step, so that a reader sees the old text or the new."""
    part = file.with_name(f".{file.name}-{os.getpid()}-{threading.get_ident()}")
    part.write_text(text)
    part.replace(file)


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
