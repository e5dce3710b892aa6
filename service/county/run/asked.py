"""The question of a run, and its files: what is hashed is what is read, for a run reads copies of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

from rules.model import Edition
from rules.values.text import TextErrors
from service.county.backend import AS_USUAL, Limits, digest
from service.county.intake.extract import pairs
from service.county.intake.inputs import FileError, Source
from service.county.run.history import Before
from service.county.run.manifest import Input, Stamp

FORMAT = 1  # of the folder: a run of another does not go on with it
MAPPING, MENDED = "mapping", "mended"  # their subjects among the inputs


@dataclass(frozen=True, slots=True)
class Assigned:
    """A file with the bearer of each record of a subject, as `county assign` writes one; `columns` are the headings
    that the column of the records may have, and that of the bearers."""

    subject: str
    path: Path
    columns: tuple[tuple[str, ...], tuple[str, ...]]

    def pairs(self) -> dict[str, str]:
        """The bearer of each record; Unreadable, BadRows."""
        return pairs(self.path, *self.columns)


@dataclass(frozen=True, slots=True)
class Asked:
    """The question of a run: an edition, a day, the extracts, and options."""

    edition: Edition
    on: date
    sources: tuple[Source, ...]
    out: Path
    engine: str = "duckdb"
    at_most: float = 0.01
    keep_given: bool = False
    publish: bool = False
    replace: bool = False  # the results of a run of another stamp
    before: tuple[Before, ...] = ()
    assigned: Assigned | None = None
    mapping: Path | None = None  # how the columns of files are told
    mended: tuple[Path, ...] = ()  # workbooks of rows set aside that were corrected
    limits: Limits = AS_USUAL  # which change no result
    cache: Path | None = None  # the folder of the query cache, which changes none either

    @property
    def files(self) -> tuple[tuple[str, Path], ...]:
        """The files that the run reads, each with its subject."""
        files = [(one.subject, path) for one in self.sources for path in one.paths] + [
            (MAPPING, one) for one in [self.mapping] if one
        ]
        files += [(one.subject, one.path) for one in [self.assigned] if one]
        return *files, *((MENDED, one) for one in self.mended)

    @property
    def stamp(self) -> Stamp:
        """What the results follow from, with the files as they are now."""
        return Stamp(
            format=FORMAT,
            edition=self.edition.id,
            edition_sha256=self.edition.sha256,
            readings=self.edition.under,
            on=self.on,
            engine=self.engine,
            given_figures="kept" if self.keep_given else "counted",
            publish=self.publish,
            at_most=self.at_most,
            inputs=tuple(Input(subject, path.name, digest(path)) for subject, path in self.files),
            last=tuple(one.stamp for one in self.before),
            versions={name: version(name) for name in ("village-credit", "duckdb", "ibis-framework")},
        )

    def reading(self, copies: Mapping[Path, Path]) -> Asked:
        """The same question about copies of the files."""
        return replace(
            self,
            sources=tuple(
                replace(one, path=copies[one.path], others=tuple(copies[other] for other in one.others))
                for one in self.sources
            ),
            assigned=None if self.assigned is None else replace(self.assigned, path=copies[self.assigned.path]),
            mapping=None if self.mapping is None else copies[self.mapping],
            mended=tuple(copies[one] for one in self.mended),
        )


class Changed(Exception):
    """A file was changed while it was copied; `file` is its name."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file


@contextmanager
def copied(asked: Asked, stamp: Stamp, folder: Path) -> Iterator[Asked]:
    """The question about copies of its files in a folder, each of the sha256 in the stamp; Changed where one is not.
    Errors that name a copy name its file."""
    copies: dict[Path, Path] = {}
    for number, ((_, path), known) in enumerate(zip(asked.files, stamp.inputs, strict=True)):
        copies[path] = folder / str(number) / path.name
        copies[path].parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copies[path])
        if digest(copies[path]) != known.sha256:
            raise Changed(path.name)
    names = {str(copy): str(path) for path, copy in copies.items()}
    try:
        yield asked.reading(copies)
    except FileError as error:
        error.where = names.get(error.where, error.where)
        raise
    except TextErrors as error:
        error.problems = [{**one, "where": _renamed(one["where"], names)} for one in error.problems]
        raise


def _renamed(where: str, names: Mapping[str, str]) -> str:
    return next((name + where.removeprefix(copy) for copy, name in names.items() if where.startswith(copy)), where)
