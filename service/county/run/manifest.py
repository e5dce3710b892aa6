"""The manifest of a run: its inputs and options, and its results. It is typed, written and read only here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from service.county.intake.checks import CheckedFile
from service.county.intake.inputs import FileError

MANIFEST = "manifest.json"


class NotARun(FileError):
    """A folder without a manifest, or with one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file that was read."""

    subject: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Last:
    """An earlier run that was read."""

    on: date
    edition: str
    manifest_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """The inputs and options of a run: two runs of one stamp have the same results."""

    format: int
    edition: str
    edition_sha256: str
    on: date
    engine: str
    given_figures: str  # `kept` or `counted`
    publish: bool
    at_most: float
    inputs: tuple[Input, ...]
    last: tuple[Last, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)  # taken otherwise than the plan does
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A decision that a run does not make, and why."""

    decision: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Level:
    """The decisions made about one subject, and the way of making them."""

    subject: str
    bulk: tuple[str, ...]  # decisions made in tables
    singly: tuple[str, ...]  # decisions made row by row
    left_out: tuple[LeftOut, ...]
    reads: Mapping[str, tuple[str, ...]]  # subject around -> the facts that decisions read of it
    beyond: int = 0  # rows too large for the arithmetic of tables, decided row by row

    @property
    def made(self) -> tuple[str, ...]:
        """The decisions about the subject, those in bulk first."""
        return *self.bulk, *self.singly


@dataclass(frozen=True, slots=True)
class Counts:
    """The rows of one subject, by outcome of each decision."""

    rows: int
    outcomes: Mapping[str, Mapping[str, int]]
    beyond: int  # rows too large for the arithmetic of tables
    nowhere: int  # rows counted nowhere, since the row above them was set aside


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that a file gave and that its records add up to differently, and in how many rows."""

    subject: str
    fact: str
    rows: int


@dataclass(frozen=True, slots=True)
class Childless:
    """Records without any record below them, and the ids of the first."""

    subject: str
    below: str
    rows: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A part counted larger than its whole, or worked out so from counts: the `facts` counted are not known. The number
    of records, and their ids."""

    subject: str
    part: str
    whole: str
    rows: int
    ids: tuple[str, ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """The number of records below that leave figures above unknown, and of those looked into."""

    below: str
    doubtful: int
    looked: int


@dataclass(frozen=True, slots=True)
class Bounded:
    """The number of records with figures known within bounds only, of those looked into, and of those that each
    decision could not have told without the bounds, with their ids."""

    rows: int
    looked: int
    decided: Mapping[str, int]
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The outcome of a ranking about one record."""

    decision: str
    id: str
    outcome: str
    take: int | None
    chosen: tuple[str, ...]
    eligible: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(Stamp):
    """The stamp of a run and its results; mappings are by subject, `files` by name with the sha256 of each."""

    checked: tuple[CheckedFile, ...]
    carried: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # fact -> rows filled from the run before
    levels: Mapping[str, Level]
    counts: Mapping[str, Counts]
    differences: tuple[Difference, ...] = ()
    empty: tuple[Childless, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    gaps: Mapping[str, Doubt] = field(default_factory=dict)
    bounded: Mapping[str, Bounded] = field(default_factory=dict)
    rankings: tuple[Ranked, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def made(self, subject: str, decision: str) -> bool:
        """Whether the run made a decision about a subject."""
        return subject in self.counts and decision in self.counts[subject].outcomes

    def decided(self, subject: str) -> tuple[str, ...]:
        """The conclusions that a file gave about a subject."""
        return tuple(name for one in self.checked if one.subject == subject for name in one.decided)


FIELDS = get_type_hints(Manifest)

# --- as JSON


def canonical(value: Any) -> str:
    """A value as JSON: the same value, the same bytes."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=_simpler) + "\n"


def plain(value: Any) -> Any:
    """A value of the manifest in the types of JSON."""
    return json.loads(json.dumps(value, default=_simpler))


def _simpler(value: Any) -> Any:
    return (
        value.isoformat() if isinstance(value, date) else {one.name: getattr(value, one.name) for one in fields(value)}
    )


def typed(kind: Any, value: Any) -> Any:
    """The inverse of `plain`: a value in the types of JSON as a type of the manifest. Names unknown here are left out,
    those that are missing take their defaults; TypeError or ValueError where there is none or a value does not fit."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: typed(hints[name], one) for name, one in value.items() if name in hints})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        return tuple(typed(get_args(kind)[0], one) for one in value)
    if get_origin(kind) is Mapping:
        return {name: typed(get_args(kind)[1], one) for name, one in value.items()}
    return date.fromisoformat(value) if kind is date else value


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the run in a folder; NotARun where there is none."""
    try:
        manifest: Manifest = typed(Manifest, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError):
        raise NotARun(
            folder,
            "不是一次运行的结果（没有可用的 manifest.json）。",
            "This is no run (no manifest.json that can be read).",
        ) from None
    return manifest
