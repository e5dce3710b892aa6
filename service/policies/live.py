"""The policies in force in the running service: their source is watched; a change is compiled aside, voted on by all
workers, and swapped in one step."""

from __future__ import annotations

import mmap
import os
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from rules import read_store
from rules.problems.problem import Problem
from rules.values.text import Mark
from service.log import LogUnavailable
from service.policies.compiled import Snapshot, compiled_of, prune, read, stage, write
from service.policies.sources import Found, Source
from service.policies.watching import Watcher
from service.publishing import Act

MOST = 100  # problems that are kept of a refused change
WORKERS, ARCHIVE = "workers", "archive"  # where the editions of a start come from that cannot use their source


class Policies:
    """Keeps a snapshot of the policies current. `current()` is all that a request needs."""

    def __init__(
        self,
        source: Source,
        runtime: Path | None = None,
        *,
        before: Callable[[Snapshot], None] = lambda _: None,
        after: Callable[[Snapshot, str], None] = lambda *_: None,
    ) -> None:
        """`before` is called with a snapshot before it goes live (Later postpones it), `after` once it is live."""
        self._from, self.back_dated, self.lost = source, tuple[Problem, ...](), tuple[Problem, ...]()
        self.rejected, self.rejected_count = tuple[Problem, ...](), 0  # the first of them, and their number
        self.untaken, self.amended = tuple[Problem, ...](), dict[str, Act]()  # see sources.Found
        self.source, self.watcher = source.name, Watcher()
        self._before, self._after = before, after
        self.swaps = 0
        self._runtime = runtime or Path(mkdtemp(prefix="village-credit-"))
        self._vote = self._runtime / "votes" / str(os.getpid())
        self._vote.parent.mkdir(parents=True, exist_ok=True)
        self._live = self._runtime / "live"
        self._changed = _shared(self._runtime / "changed")
        self._prepared: dict[str, Snapshot] = {}
        self._turn = threading.Lock()
        self._tried: Hashable = ()
        self._previous: Hashable | None = None
        self._mark = b""
        self._snapshot = self._first()

    # --- what requests use

    def current(self) -> Snapshot:
        """The snapshot that is live now; all workers agree on it."""
        if self._changed[:] != self._mark:
            self._switch()
        return self._snapshot

    def warnings(self) -> tuple[Problem, ...]:
        """What is wrong with the dates of the live editions, but for what is acknowledged."""
        found = {*self.current().store.problems, *self.back_dated, *self.lost}
        return tuple(sorted(one for one in found if one.severity == "warning"))

    # --- watching

    def watch(self, seconds: float, then: Callable[[], None] = lambda: None) -> None:
        """Look at the source every so often, and do something after each look; `watcher` says how that goes."""

        def look() -> None:
            self.look()
            then()

        self.watcher.start(seconds, look)

    def close(self) -> None:
        self.watcher.stop()
        self._vote.unlink(missing_ok=True)

    def look(self) -> None:
        """Load what has changed once its signature has stayed the same for one look: a half-written folder is not
        read."""
        with self._turn:
            try:
                with suppress(FileNotFoundError, Later, LogUnavailable):  # the next look sees the rest
                    signature = self._from.signature()
                    if signature != self._tried and signature == self._previous:
                        self._try(signature)
                    self._previous = signature
            finally:
                self._agree()
                prune(self._runtime, read(self._live))

    def _try(self, signature: Hashable) -> None:
        found = self._from.read()
        digest = "" if found.problems else stage(found.files, self._runtime)
        if self._from.signature() != signature:
            return
        snapshot = self._take(found, digest)
        if snapshot is not None:
            self._prepared[snapshot.digest] = snapshot
            write(self._vote, snapshot.digest)
        self._tried = signature

    def _take(self, found: Found, digest: str) -> Snapshot | None:
        """What was found, ready to go live; None where it cannot, and `rejected` says why."""
        snapshot, problems = (None, found.problems) if found.problems else self._load(digest)
        self._refuse(problems)
        if snapshot is not None:
            self._before(snapshot)
            self._from.taken(snapshot)
        self.untaken, self.amended = found.untaken, dict(found.amended)
        return snapshot

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        self.rejected, self.rejected_count = problems[:MOST], len(problems)

    def _load(self, digest: str) -> tuple[Snapshot | None, tuple[Problem, ...]]:
        """A staged and compiled copy, or the problems that make it unusable."""
        root = self._runtime / digest
        store = read_store(root, warn=False)
        errors = tuple(one for one in store.problems if one.severity == "error")
        if not errors and not store.plans:
            missing = "没有政策版本（plan.yaml）。", "There is no edition (plan.yaml)."
            errors = (Problem(Mark("", 1, 1), "", "no_editions", *missing),)
        if errors:
            return None, errors
        known = {one.edition.sha256: one for old in self._prepared.values() for one in old.compiled.values()}
        compiled = {edition.id: known.get(edition.sha256) or compiled_of(root, edition)
                    for editions in store.plans.values() for edition in editions}  # fmt: skip
        return Snapshot(digest, root, store, compiled), ()

    def _agree(self) -> None:
        """Make a digest live once every worker has voted for it."""
        votes = {vote.read_text() for vote in self._vote.parent.iterdir() if vote == self._vote or _alive(vote.name)}
        if len(votes) == 1 and (digest := votes.pop()) and digest != read(self._live):
            write(self._live, digest)
            self._changed[:] = time.time_ns().to_bytes(len(self._changed), "big")

    def _switch(self) -> None:
        with self._turn:
            mark, digest = self._changed[:], read(self._live)
            if digest not in self._prepared:
                snapshot, _ = self._load(digest)
                if snapshot is None:
                    return
                self._prepared[digest] = snapshot
            if digest != self._snapshot.digest:
                self.swaps, self.source = self.swaps + 1, self._from.name
            self.lost = _lost(self._snapshot, self._prepared[digest]) or self.lost
            self._snapshot, self._mark = self._prepared[digest], mark
            self._after(self._snapshot, mark.hex())
            self._prepared = {name: one for name, one in self._prepared.items() if name in (digest, read(self._vote))}

    def _first(self) -> Snapshot:
        """The first snapshot: from the source; else from the other workers; else from the archive."""
        for _ in range(10):
            self._tried = self._previous = signature = self._from.signature()
            found = self._from.read()
            snapshot = self._take(found, "" if found.problems else stage(found.files, self._runtime))
            if snapshot is not None:
                self._prepared[snapshot.digest] = snapshot
            if self._from.signature() == signature:
                break
        if snapshot is None and (digest := read(self._live)):
            snapshot, _ = self._load(digest)
            self.source = WORKERS
        if snapshot is None and (archived := self._from.rescue()):
            snapshot, _ = self._load(stage({name: text.encode() for name, text in archived.items()}, self._runtime))
            self.source = ARCHIVE
        if snapshot is None:
            raise NoPolicies(self.rejected)
        self._prepared[snapshot.digest] = snapshot
        write(self._vote, snapshot.digest)
        self._agree()
        return snapshot


def _lost(before: Snapshot, after: Snapshot) -> tuple[Problem, ...]:
    """A warning for each decision that an edition had and has no longer: its file was deleted, by mistake perhaps."""
    told = []
    for name, one in before.compiled.items():
        if name in after.compiled:
            for gone in one.edition.rules.keys() - after.compiled[name].edition.rules.keys():
                zh, en = f"判定 {gone} 不再有了：文件删除了？", f"The decision {gone} is gone: was its file deleted?"
                told.append(Problem(Mark(f"{name}/{gone}.yaml", 1, 1), "", "decision_gone", zh, en, "warning"))
    return tuple(sorted(told))


class Later(Exception):
    """A snapshot cannot go live just now."""


class NoPolicies(Exception):
    """There is no usable edition to start with."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def _shared(file: Path) -> mmap.mmap:
    """Eight bytes shared by all workers: reading them costs no system call, and every request reads them."""
    with file.open("a+b") as opened:
        opened.truncate(8)
        return mmap.mmap(opened.fileno(), 8)


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:  # the process of another user
        return True
    return True
