"""Drafts of editions: everything that was saved of them, by whom and when. What came of a draft is in the acts."""

from __future__ import annotations

import re
import secrets
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, func, select

from rules.values.exact import read_date
from service.log import DecisionLog, Overtaken, Spoiled
from service.log.entry import microseconds, moment
from service.log.tables import add, drafts, revisions
from service.publishing.contents import in_place

ID = re.compile(r"draft-[0-9a-f]{12}")
CHANCE = 6  # bytes of an id
SAVED = f"SELECT max(revision) FROM {revisions.name} WHERE draft = "  # noqa: S608 -- and the mark of a parameter


@dataclass(frozen=True, slots=True)
class Base:
    """The published edition that a draft would follow or amend, and the hash it had; both empty where a draft begins
    a plan."""

    edition: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Revision:
    """What somebody saved: the edition's own files, by name. `by` is the id of a person."""

    number: int
    at: datetime
    by: str
    base: Base
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of the edition of a plan for a day, as it was saved last."""

    id: str
    plan: str
    day: str
    saved: Revision
    authors: tuple[str, ...]  # all who saved a revision, the first first

    @property
    def edition(self) -> str:
        return f"{self.plan}/{self.day}"

    @property
    def amends(self) -> bool:
        """Whether it changes a published edition, instead of following one."""
        return self.saved.base.edition == self.edition


class Drafts:
    """The drafts in the database. `still`, where a save is given it, is asked of the cursor that saves: what the save
    rests on has not changed."""

    def __init__(self, log: DecisionLog) -> None:
        self._log = log

    def begin(self, edition: str, base: Base, files: Mapping[str, str], by: str) -> Draft:
        id, mark = f"draft-{secrets.token_hex(CHANCE)}", self._log.database.mark
        plan, _, day = edition.partition("/")
        first = self._row(id, 1, by, base, files)

        def work(cursor: Any) -> None:
            add(cursor, drafts, mark, 1, (id, plan, day))
            add(cursor, revisions, mark, 1, first)

        self._log.database.write(work)
        return self._there(id)

    def save(self, draft: Draft, base: Base, files: Mapping[str, str], by: str, still: Callable[[Any], bool]) -> Draft:
        """Save the next revision; Overtaken where another was saved since, or something is not as it was."""
        mark, after = self._log.database.mark, draft.saved.number
        row = self._row(draft.id, after + 1, by, base, files)

        def work(cursor: Any) -> None:
            if not (self.unchanged(draft)(cursor) and still(cursor)):
                raise Overtaken
            add(cursor, revisions, mark, 1, row)

        self._log.database.write(work)
        return self._there(draft.id)

    def unchanged(self, draft: Draft) -> Callable[[Any], bool]:
        """Asks a cursor whether a draft is as it was read."""
        asked = SAVED + self._log.database.mark

        def still(cursor: Any) -> bool:
            cursor.execute(asked, (draft.id,))
            return bool(cursor.fetchone()[0] == draft.saved.number)

        return still

    def get(self, id: str) -> Draft | None:
        found = self._read(drafts.c.id == id) if ID.fullmatch(id) else ()
        return found[0] if found else None

    def listed(self) -> tuple[Draft, ...]:
        """All drafts, by plan and day."""
        return tuple(sorted(self._read(), key=lambda one: (one.edition, one.id)))

    def revisions(self, id: str) -> tuple[Revision, ...]:
        """Everything that was saved of a draft, in order."""
        asked = select(*COLUMNS).where(revisions.c.draft == id).order_by(revisions.c.revision)
        return tuple(_revision(id, row) for row in self._rows(asked))

    def _read(self, *which: Any) -> Sequence[Draft]:
        last = select(revisions.c.draft, func.max(revisions.c.revision).label("n")).group_by(revisions.c.draft)
        newest = last.subquery()
        asked = (
            select(drafts.c.id, drafts.c.plan, drafts.c.day, *COLUMNS)
            .join(newest, newest.c.draft == drafts.c.id)
            .join(revisions, (revisions.c.draft == drafts.c.id) & (revisions.c.revision == newest.c.n))
            .where(*which)
        )
        rows = self._rows(asked)
        authors: dict[str, dict[str, None]] = {}
        wrote = select(revisions.c.draft, revisions.c.by_person).order_by(revisions.c.revision)
        for id, person in self._rows(wrote.where(revisions.c.draft.in_([row[0] for row in rows]))):
            authors.setdefault(id, {})[person] = None
        return [_draft(row, authors) for row in rows]

    def _rows(self, asked: Select[Any]) -> Sequence[Any]:
        return self._log.database.read(lambda connection: connection.execute(asked).all())

    def _there(self, id: str) -> Draft:
        draft = self.get(id)
        assert draft is not None  # no draft is ever deleted
        return draft

    def _row(self, id: str, number: int, by: str, base: Base, files: Mapping[str, str]) -> tuple[Any, ...]:
        packed = zlib.compress(orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS))
        return id, number, microseconds(self._log.clock()), by, base.edition, base.sha256, packed


COLUMNS = tuple(column for column in revisions.columns if column.name != "draft")


def _draft(row: Sequence[Any], authors: Mapping[str, Mapping[str, None]]) -> Draft:
    id, plan, day, *rest = row
    if read_date(day) is None or not in_place([f"{plan}/{day}/name"]):
        raise Spoiled(id)
    return Draft(id, plan, day, _revision(id, rest), tuple(authors[id]))


def _revision(id: str, row: Sequence[Any]) -> Revision:
    """What a row says; Spoiled where no save can have written it: nobody signs what is drafted."""
    number, at, by, edition, sha256, packed = row
    try:
        files = orjson.loads(zlib.decompress(packed))
    except (TypeError, ValueError, zlib.error):
        raise Spoiled(id) from None
    if not (isinstance(files, dict) and all(isinstance(one, str) for one in files.values())):
        raise Spoiled(id)
    if not in_place(f"plan/day/{name}" for name in files):
        raise Spoiled(id)
    return Revision(number, moment(at), by, Base(edition, sha256), files)
