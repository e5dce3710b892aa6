"""The question of an effect: which content against which, on which county run, held against which cases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from service.county.backend import AS_USUAL, digest
from service.county.intake.inputs import FileError
from service.county.run.manifest import MANIFEST, read_manifest
from service.publishing.comparing import Content

READINGS, SWEEP = "readings", "sweep "  # what may be asked; a sweep goes on as `county simulate --sweep`
REPLAY = "replay "  # likewise; it goes on `FROM..TO`, days


@dataclass(frozen=True, slots=True)
class Run:
    """A finished county run: its folder, the hash of its manifest, and the edition that it was judged under."""

    folder: str
    sha256: str
    edition: str
    edition_sha256: str
    readings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Heir:
    """An edition that extends the one in question, as it is and as it would be."""

    before: Content
    after: Content


@dataclass(frozen=True)
class Question:
    """What is asked. `judged` is the content that the run was judged under; None where nobody has it any more."""

    before: Content
    after: Content
    today: str
    run: Run | None = None
    judged: Content | None = None
    features: str = ""  # the folder of examples
    asks: str = ""  # `readings`, `sweep DECISION.ITEM=FROM..TO/STEP`, `replay FROM..TO`, or what the content does
    memory: str = AS_USUAL.memory  # that the tables may take
    threads: int = 0
    heirs: tuple[Heir, ...] = ()
    draft: str = ""  # its id

    @cached_property
    def key(self) -> str:
        """The same question, the same answer: of the same contents, run and day."""
        said = [self.before.sha256, self.after.sha256, self.today, self.run and self.run.sha256,
                self.asks, *((one.before.sha256, one.after.sha256) for one in self.heirs)]  # fmt: skip
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def dumped(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def loaded(cls, text: str) -> Question:
        said = json.loads(text)
        for name, kind in (("before", Content), ("after", Content), ("judged", Content), ("run", Run)):
            said[name] = said[name] and kind(**said[name])
        said["heirs"] = tuple(Heir(Content(**one["before"]), Content(**one["after"])) for one in said["heirs"])
        return cls(**said)


def latest_run(folder: Path, plans: Iterable[str]) -> Run | None:
    """The newest finished run of the first of some plans that has one: the folder is one, or has them side by side."""
    return next((one for plan in plans if (one := _latest(folder, plan)) is not None), None)


def _latest(folder: Path, plan: str) -> Run | None:
    found = [*folder.glob(MANIFEST), *folder.glob(f"*/{MANIFEST}")]
    for path in sorted(found, key=lambda one: one.stat().st_mtime_ns, reverse=True):
        try:
            manifest = read_manifest(path.parent)
        except FileError:
            continue
        if manifest.edition.startswith(f"{plan}/"):
            return Run(str(path.parent.resolve()), digest(path), manifest.edition, manifest.edition_sha256,
                       manifest.readings)  # fmt: skip
    return None
