"""Reads the folder of a run: its tables, the criteria that its rows do not meet, its rows as cases, and its decisions
held against the online engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped] # ships no types

from rules import Decision, FactChecker
from rules.cases.ranges import ranged
from rules.judging.decider import Decider
from rules.model import Edition
from rules.table.columns import ENDS, KEY, SEPARATOR, around, key_of, own_columns
from rules.table.verdicts import NOT_MET, WIDTH, Kind, Verdicts
from rules.values.exact import CONTRADICTED
from service.county.backend import Duck, Query, named, quoted, rows_of
from service.county.cache import digest_of
from service.county.intake.extract import told
from service.county.run.manifest import Contradiction, Manifest, read_manifest

DIRECTORY = "directory"  # the names of records, where names are public, and their bearers


def write_directory(
    duck: Duck, names: Mapping[str, str], assigned: Mapping[str, Mapping[str, str]], folder: Path
) -> None:
    """Write the names of records (`names`: a query by subject), where names are public, and the bearer that each was
    `assigned` to, by subject."""
    rows = [{"subject": one, "id": id, "bearer": to} for one, pairs in assigned.items() for id, to in pairs.items()]
    bearers = duck.loaded(rows, dict.fromkeys(("subject", "id", "bearer"), "VARCHAR"))
    known = [f"SELECT {quoted(one)} AS subject, id, name FROM ({query})" for one, query in names.items()]
    there = " UNION ALL ".join(known or ["SELECT '' AS subject, '' AS id, '' AS name WHERE false"])
    duck.copy(f"SELECT subject, id, name, bearer FROM ({there}) FULL JOIN {bearers} USING (subject, id) "
              "ORDER BY subject, id", folder / f"{DIRECTORY}.parquet")  # fmt: skip


Directory = Mapping[tuple[str, str], tuple[str | None, str | None]]  # subject and id -> name and bearer


def directory(folder: Path) -> Directory:
    """The name and the bearer of each record of a run that has either; empty for runs without the file."""
    file = folder / f"{DIRECTORY}.parquet"
    rows = pq.ParquetFile(file).read().to_pylist() if file.is_file() else []
    return {(row["subject"], row["id"]): (row["name"], row["bearer"]) for row in rows}


def shown(known: Directory, subject: str, id: str) -> str:
    """A record as people read it: its name before its id, where it has one."""
    name, _ = known.get((subject, id), (None, None))
    return f"{name} {id}" if name else id


class Disagreement(Exception):
    """The engine and the table judge a row differently: one of them is wrong. Of a row with ranges the table may leave
    unknown what the engine tells."""


class Outputs:
    """The folder of one run. Without a manifest that of the folder is read; NotARun where there is none."""

    def __init__(self, folder: Path, edition: Edition, duck: Duck, manifest: Manifest | None = None) -> None:
        self.folder, self.edition, self.duck = folder, edition, duck
        self.manifest = read_manifest(folder) if manifest is None else manifest
        self.checker, self.on = FactChecker(edition), self.manifest.on
        self.surroundings: dict[Any, dict[str, Any]] = {}  # the checked facts of records around
        self.memo: dict[str, Any] = {}  # what several pages show and the tables alone decide

    @cached_property
    def directory(self) -> Directory:
        """`directory` of this run."""
        return directory(self.folder)

    def names(self, subject: str) -> dict[str, str]:
        """The names of the records of a subject by id."""
        return {id: name for (of, id), (name, _) in self.directory.items() if of == subject and name}

    @cached_property
    def named(self) -> dict[tuple[str, str], str]:
        """The names of all records that have one, by subject and id."""
        return {key: name for key, (name, _) in self.directory.items() if name}

    def bearers(self, subject: str) -> dict[str, str]:
        """The bearer of each record of a subject by id."""
        return {id: bearer for (of, id), (_, bearer) in self.directory.items() if of == subject and bearer}

    def path(self, name: str) -> Path:
        """The file of a subject's judged rows, or another table of the run."""
        return self.folder / f"{name}.parquet"

    def file(self, name: str) -> str:
        """The rows of `path` as SQL writes them after FROM."""
        return rows_of(self.path(name))

    def query(self, about: Sequence[Any], subjects: Iterable[str], make: Callable[[], Any]) -> Query:
        """`Duck.query` about the edition on the day of the run, from the judged tables of some subjects."""
        if "edition" not in self.memo:
            self.memo["edition"] = digest_of(self.edition)
        tables = [self.duck.table(self.path(one)) for one in subjects]
        return self.duck.query([self.memo["edition"], self.on, *about], tables, make)

    def row(self, subject: str, id: str) -> dict[str, Any] | None:
        """A row by its id, as `rows` gives it; None where the run has none."""
        return next(iter(self.rows(subject, [id])), None)

    def rows(
        self, subject: str, ids: Sequence[str] | None = None, columns: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """All rows of a subject, or those of some ids, with the facts of the records around that decisions read; of
        their own columns all, or some."""
        rows = self._some(subject, ids, columns)
        for level, names in self.manifest.levels[subject].reads.items():
            if self.path(level).is_file():
                keys = None if ids is None else {row[key_of(level)] for row in rows if row.get(key_of(level))}
                there = self.duck.columns(self.file(level))
                shown = {name: level + SEPARATOR + name for one in names for name in (one, *(one + end for end in ENDS))
                         if name in there}  # fmt: skip
                those = {one[KEY]: one for one in self._some(level, keys, [KEY, *shown])}
                for row in rows:
                    above = those.get(row.get(key_of(level)), {})
                    row |= {column: above.get(name) for name, column in shown.items()}
        return rows

    def _some(self, subject: str, ids: Iterable[str] | None, columns: Collection[str] = ()) -> list[dict[str, Any]]:
        some = "true" if ids is None else f"{KEY} IN ({', '.join(map(quoted, ids)) or 'NULL'})"
        read = ", ".join(map(named, columns)) or "*"
        return self.duck.dicts(f"SELECT {read} FROM {self.file(subject)} WHERE {some} ORDER BY {KEY}")

    def facts(self, subject: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of a row as the engine takes them; FactError where they do not fit the dictionary."""
        own, decided = {name: row[name] for name in _own(tuple(row))}, self.manifest.decided(subject)
        given = told(self.edition, subject, own) | {name: own[name] for name in decided if own.get(name) is not None}
        facts = self.checker.check(subject, given) | self._contradicted(subject, row[KEY])
        levels = {level: self._around(level, row) for level in around(self.edition, subject)}
        return facts | {level: about for level, about in levels.items() if about}

    def _around(self, level: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of a record around, which many rows share."""
        names = tuple(name for name in row if name.startswith(level + SEPARATOR))
        key = level, row.get(key_of(level)), names
        if key not in self.surroundings:
            facts = self.checker.check(level, told(self.edition, level, row, level + SEPARATOR))
            self.surroundings[key] = facts and facts | self._contradicted(level, row.get(key_of(level)))
        return self.surroundings[key]

    def _contradicted(self, subject: str, id: str | None) -> dict[str, Any]:
        """The facts of a record that are not known for they contradict each other; nothing where there are none."""
        pairs = (
            name for one in self.contradicting.get((subject, id), ()) for name in one.facts or (one.part, one.whole)
        )
        names = tuple(dict.fromkeys(pairs))
        return {CONTRADICTED: names} if names else {}

    @cached_property
    def contradicting(self) -> dict[tuple[str, str | None], list[Contradiction]]:
        """The parts counted larger than their wholes, by the subject and the id of the record."""
        found: dict[tuple[str, str | None], list[Contradiction]] = {}
        for one in self.manifest.contradictions:
            for id in one.ids:
                found.setdefault((one.subject, id), []).append(one)
        return found

    def decide(self, engine: Decider, subject: str, id: str, decision: str) -> Decision | None:
        """The engine's decision about the row of an id, None where there is no row; Disagreement where the table holds
        another outcome or verdict."""
        row = self.row(subject, id)
        return None if row is None else self.decided(engine, subject, row, decision)

    def decided(self, engine: Decider, subject: str, row: Mapping[str, Any], decision: str) -> Decision:
        """The engine's decision about a row of `rows`; Disagreement as in `decide`, but for a conclusion that
        a file gave."""
        id, facts, bulk = row[KEY], self.facts(subject, row), row.get(decision)
        if decision in self.manifest.decided(subject):
            return engine.decide(decision, facts, self.on, id)
        online, may_be_open = engine.decide(decision, facts, self.on, id), ranged(facts)
        outcomes = [online.outcome, *([self.edition.rules[decision].role("unknown")] if may_be_open else [])]
        if bulk is not None and not (bulk in outcomes and self._agree(decision, row, online, may_be_open=may_be_open)):
            raise Disagreement(f"{subject} {id} {decision}: {bulk} / {online.outcome}")
        return online

    def _agree(self, decision: str, row: Mapping[str, Any], online: Decision, *, may_be_open: bool) -> bool:
        layout = Verdicts.of(self.edition.rules[decision])
        if layout.columns(NOT_MET)[0] not in row:
            return True
        verdicts = {one.id: one.verdict for one in online.findings}
        return all(verdicts[code] is verdict or (verdict is None and may_be_open)
                   for code, verdict in layout.read(row).items())  # fmt: skip


@lru_cache(maxsize=1 << 8)
def _own(columns: tuple[str, ...]) -> tuple[str, ...]:
    """`own_columns`: many rows have the same."""
    return tuple(own_columns(columns))


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """A set of criteria for every row of a judged table: an SQL expression for each column of bits, the first criteria
    first."""

    parts: tuple[str, ...]

    @classmethod
    def of(cls, layout: Verdicts, kind: Kind, table: str = "") -> CriteriaSet:
        """The set that the columns of a table hold."""
        return cls(tuple((f"{table}." if table else "") + named(one) for one in layout.columns(kind)))

    def __or__(self, other: CriteriaSet) -> CriteriaSet:
        return self._with(other, "({} | {})")

    def __sub__(self, other: CriteriaSet) -> CriteriaSet:
        return self._with(other, "({} & ~{})")

    def _with(self, other: CriteriaSet, form: str) -> CriteriaSet:
        return CriteriaSet(tuple(form.format(*pair) for pair in zip(self.parts, other.parts, strict=True)))

    @property
    def some(self) -> str:
        """Whether the set has a criterion."""
        return _joined(" OR ", (f"{part} > 0" for part in self.parts))

    @property
    def none(self) -> str:
        """Whether the set is empty."""
        return _joined(" AND ", (f"{part} = 0" for part in self.parts))

    @property
    def size(self) -> str:
        """The number of criteria."""
        return _joined(" + ", (f"bit_count({part})::INTEGER" for part in self.parts))

    @property
    def listed(self) -> str:
        """The columns as a list, for `rules.table.verdicts.places` to read."""
        return f"[{', '.join(self.parts)}]"

    def has(self, place: int) -> str:
        """1 where the set has the criterion at a place, else 0."""
        return f"(({self.parts[place // WIDTH]} >> {place % WIDTH}) & 1)"

    def apart(self, unknown: CriteriaSet, place: int) -> dict[str, str]:
        """The records about the criterion at a place of this set of unmet criteria: not met; alone, with all others
        met; with others that are not met; and those that lack data for it, where nothing is known to refuse them."""
        has, only = f"{self.has(place)} = 1", self.only(place)
        return {"not_met": has, "alone": f"{only} AND {unknown.none}", "others": f"{has} AND NOT {only}",
                "unknown": f"{unknown.has(place)} = 1 AND {self.none}"}  # fmt: skip

    def only(self, place: int) -> str:
        """Whether the set has the criterion at a place and no other."""
        wanted = (1 << place % WIDTH if number == place // WIDTH else 0 for number in range(len(self.parts)))
        return _joined(" AND ", (f"{part} = {value}" for part, value in zip(self.parts, wanted, strict=True)))


def _joined(word: str, parts: Iterable[str]) -> str:
    return f"({word.join(parts)})"
