"""Drafts of editions: everything that was saved of them, by whom and when. What came of a draft is in the acts."""

from __future__ import annotations

import re
import secrets
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, func, select

from rules.values.exact import read_date
from service.log import DecisionLog, Misconfigured, Overtaken, Spoiled
from service.log.entry import microseconds, moment
from service.log.errors import NO_SIGNER
from service.log.signing import Trust
from service.log.statements import keys
from service.log.tables import add, drafts, revisions
from service.publishing.contents import in_place

ID = re.compile(r"draft-[0-9a-f]{12}")
CHANCE = 6  # bytes of an id
MOST_UNPACKED = 1000 * 1000 * 1000  # bytes: more than the files of a draft may have, less than would fill the memory
SAVED = f"SELECT max(revision) FROM {revisions.name} WHERE draft = "  # noqa: S608 -- and the mark of a parameter


WORD = b"village-credit draft 1"  # begins what is signed of a save
Place = tuple[str, str, str]  # a draft's id, plan and day
Authors = tuple[str, ...]
Row = tuple[Any, ...]


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


class Unsigned(NamedTuple):
    """What the database holds of a draft that is not used, checked by nothing but the names of its files: for somebody
    to read, and to draft anew in a name of his own. `by` is who is said to have saved it last."""

    plan: str
    day: str
    by: str
    files: Mapping[str, str]


class Disowned(NamedTuple):
    """An unsigned draft: who is said to have saved it, and its text as saved last; none where it is no text."""

    persons: tuple[str, ...]
    files: Mapping[str, str]


class Listed(NamedTuple):
    """Drafts, and the ids of those that were altered in the database: they are not used."""

    drafts: tuple[Draft, ...]
    spoiled: tuple[str, ...]


class Drafts:
    """The drafts in the database. `still`, where a save is given it, is asked of the cursor that saves: what the save
    rests on has not changed."""

    def __init__(self, log: DecisionLog) -> None:
        self._log = log

    def begin(self, edition: str, base: Base, files: Mapping[str, str], by: str) -> Draft:
        id, mark = f"draft-{secrets.token_hex(CHANCE)}", self._log.database.mark
        plan, _, day = edition.partition("/")
        first = self._row((id, plan, day), 1, base, files, (by,))

        def work(cursor: Any) -> None:
            add(cursor, drafts, mark, 1, (id, plan, day))
            add(cursor, revisions, mark, 1, first)

        self._log.database.write(work)
        return self._there(id)

    def save(self, draft: Draft, base: Base, files: Mapping[str, str], by: str, still: Callable[[Any], bool]) -> Draft:
        """Save the next revision; Overtaken where another was saved since, or something is not as it was."""
        mark, after = self._log.database.mark, draft.saved.number
        place, authors = (draft.id, draft.plan, draft.day), (*(one for one in draft.authors if one != by), by)
        row = self._row(place, after + 1, base, files, authors)

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
        found, spoiled = self._read(drafts.c.id == id) if ID.fullmatch(id) else ((), ())
        if spoiled:
            raise Spoiled(id)
        return found[0] if found else None

    def unsigned(self, id: str) -> Unsigned | None:
        """What was saved last of a draft, whoever wrote that; Spoiled where it is no text of files."""
        asked = select(drafts.c.plan, drafts.c.day, revisions.c.by_person, revisions.c.files)
        asked = asked.join(revisions, revisions.c.draft == drafts.c.id).where(drafts.c.id == id)
        asked = asked.order_by(revisions.c.revision.desc()).limit(1)
        row = self._log.database.read(lambda connection: connection.execute(asked).first())
        return None if row is None else Unsigned(row.plan, row.day, row.by_person, _unpacked(id, row.files))

    def disowned(self, plan: str) -> tuple[Disowned, ...]:
        """The drafts of a plan that are not used, as no good signature covers them."""
        _, spoiled = self._read(drafts.c.plan == plan)
        return tuple(map(self._disowned, spoiled))

    def _disowned(self, id: str) -> Disowned:
        asked = select(revisions.c.by_person).where(revisions.c.draft == id).order_by(revisions.c.revision)
        persons = self._log.database.read(lambda connection: connection.execute(asked).scalars().all())
        try:
            found = self.unsigned(id)
        except Spoiled:
            found = None
        return Disowned(tuple(dict.fromkeys(persons)), {} if found is None else found.files)

    def listed(self) -> Listed:
        """All drafts, by plan and day."""
        found, spoiled = self._read()
        return Listed(tuple(sorted(found, key=lambda one: (one.edition, one.id))), tuple(sorted(spoiled)))

    def revisions(self, id: str) -> tuple[Revision, ...]:
        """Everything that was saved of a draft, in order; Spoiled where one of them was altered."""

        def read(connection: Connection) -> tuple[Revision, ...]:
            found_at = connection.execute(select(*drafts.columns).where(drafts.c.id == id)).first()
            place = (id, "", "") if found_at is None else (id, found_at.plan, found_at.day)
            rows = connection.execute(select(*COLUMNS).where(revisions.c.draft == id).order_by(revisions.c.revision))
            trusted, authors, found = keys(connection, self._log.known), dict[str, None](), list[Revision]()
            for row in rows:
                authors[row.by_person] = None
                found.append(_revision(place, row, tuple(authors), trusted))
            return tuple(found)

        return self._log.database.read(read)

    def _read(self, *which: Any) -> tuple[list[Draft], list[str]]:
        """The drafts that fit, and the ids of those that hold what nobody has saved."""
        last = select(revisions.c.draft, func.max(revisions.c.revision).label("n")).group_by(revisions.c.draft)
        newest = last.subquery()
        asked = (
            select(drafts.c.id, drafts.c.plan, drafts.c.day, *COLUMNS)
            .join(newest, newest.c.draft == drafts.c.id)
            .join(revisions, (revisions.c.draft == drafts.c.id) & (revisions.c.revision == newest.c.n))
            .where(*which)
        )

        def read(connection: Connection) -> tuple[list[Draft], list[str]]:
            rows, trusted = connection.execute(asked).all(), keys(connection, self._log.known)
            authors: dict[str, dict[str, None]] = {}
            wrote = select(revisions.c.draft, revisions.c.by_person).order_by(revisions.c.revision)
            for id, person in connection.execute(wrote.where(revisions.c.draft.in_([row[0] for row in rows]))):
                authors.setdefault(id, {})[person] = None
            found, spoiled = list[Draft](), list[str]()
            for row in rows:
                try:
                    found.append(_draft(row, tuple(authors[row[0]]), trusted))
                except Spoiled:
                    spoiled.append(row[0])
            return found, spoiled

        return self._log.database.read(read)

    def _there(self, id: str) -> Draft:
        draft = self.get(id)
        assert draft is not None  # no draft is ever deleted
        return draft

    def _row(self, place: Place, number: int, base: Base, files: Mapping[str, str], authors: Authors) -> Row:
        """What is saved by the last of those who have written it so far."""
        packed = zlib.compress(orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS))
        saved = number, microseconds(self._log.clock()), authors[-1], base.edition, base.sha256, packed
        if self._log.signer is None:
            raise Misconfigured(*NO_SIGNER)
        return place[0], *saved, self._log.signer.vouch(_said(place, saved, authors))


def _said(place: Place, saved: Row, authors: Authors) -> bytes:
    """What is signed of a save: all of it, and all who have written the draft so far, in any order."""
    *columns, packed = saved
    said = [*place, *columns, sha256(bytes(packed)).hexdigest(), sorted(set(authors))]
    return b"%s\n%s" % (WORD, orjson.dumps(said))


COLUMNS = tuple(column for column in revisions.columns if column.name != "draft")


def _draft(row: Sequence[Any], authors: Authors, trusted: Trust) -> Draft:
    id, plan, day, *rest = row
    if read_date(day) is None or not in_place([f"{plan}/{day}/name"]):
        raise Spoiled(id)
    return Draft(id, plan, day, _revision((id, plan, day), rest, authors, trusted), authors)


def _revision(place: Place, row: Sequence[Any], authors: Authors, trusted: Trust) -> Revision:
    """What a row says; Spoiled where it is not what the service has saved, or another wrote it."""
    *saved, signature = row
    number, at, by, edition, sha256, packed = saved
    if not trusted.vouched(_said(place, tuple(saved), authors), signature):
        raise Spoiled(place[0])
    return Revision(number, moment(at), by, Base(edition, sha256), _unpacked(place[0], packed))


def _unpacked(id: str, packed: bytes) -> Mapping[str, str]:
    """The files of a save, by name; Spoiled where they are none."""
    try:
        files = orjson.loads(zlib.decompressobj().decompress(packed, MOST_UNPACKED))
    except (TypeError, ValueError, zlib.error):
        raise Spoiled(id) from None
    if not (isinstance(files, dict) and all(isinstance(one, str) for one in files.values())):
        raise Spoiled(id)
    if not in_place(f"plan/day/{name}" for name in files):
        raise Spoiled(id)
    return files
