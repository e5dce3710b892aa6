"""The backends that tables run on: DuckDB within this process, or Spark. No other module here speaks to either."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis

from service.county.cache import Cache
from service.county.hearing import OTHER, PUT, RUN, TABLE, Heard

PARQUET = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {10**4 * 10}"  # higher is no smaller
FULL = ("No space left on device", "Disk quota exceeded", "max_temp_directory_size")  # words of DuckDB
EXACT: Mapping[str, str] = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}
REPEATS = "partial_aggregate_pushdown"  # a DuckDB step that works a column out again for every count
Codes = Mapping[str, Iterable[str]]  # column -> all that it may hold
NO_CODES: Codes = {}
REFUSED = duckdb.Error
UNLESS_SET: Mapping[str, str] = {"spark.ui.enabled": "false", "spark.log.level": "ERROR"}


def quoted(text: object) -> str:
    """A text as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"


def named(name: str) -> str:
    """A column as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def codes_of(codes: Iterable[str]) -> str:
    """The type of a column of codes."""
    return f"ENUM({', '.join(map(quoted, codes))})"


def rows_of(path: Path) -> str:
    """The rows of a file as SQL writes them after FROM: those of a Parquet file, or of the query in a file `.sql`."""
    return f"({path.read_text(encoding='utf-8')})" if path.suffix == ".sql" else f"read_parquet({quoted(path)})"


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def retyped(query: str, types: Mapping[str, str], cast: str = "CAST") -> str:
    """A query with columns of other types."""
    columns = ", ".join(f"{cast}({named(name)} AS {type}) AS {named(name)}" for name, type in types.items())
    return f"SELECT * REPLACE ({columns}) FROM ({query})" if columns else query


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that DuckDB takes of the machine: memory, as it writes it, beyond which it goes on on disk, and
    threads, 0 for as many as there are cores."""

    memory: str = "50%"
    threads: int = 0


AS_USUAL = Limits()
NOTHING_KEPT = Cache()


@dataclass(frozen=True, slots=True)
class Query:
    """A query and the columns that it gives."""

    sql: str
    columns: tuple[str, ...]


class Duck(Heard):
    """DuckDB, with a folder to spill into, and a cache of queries. What it runs raises OSError where the disk is full,
    MemoryError where it cannot do with the memory that it may take."""

    name = "duckdb"

    def __init__(self, scratch: Path, limits: Limits = AS_USUAL, cache: Cache = NOTHING_KEPT) -> None:
        super().__init__()
        scratch.mkdir(parents=True, exist_ok=True)
        spill, self.scratch, self.cache = str(scratch / "spill"), scratch, cache
        self.con = ibis.duckdb.connect(
            temp_directory=spill, memory_limit=limits.memory, threads=limits.threads or os.cpu_count() or 1
        )
        self.opened: dict[tuple[str, int, int], Any] = {}
        if self.run(f"SELECT 1 FROM duckdb_optimizers() WHERE name = {quoted(REPEATS)}"):
            self.run(f"SET disabled_optimizers = {quoted(REPEATS)}")

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a statement gives."""
        with self._heard(RUN, sql) as answer:
            try:
                rows: list[tuple[Any, ...]] = self.con.con.execute(sql).fetchall()
            except duckdb.Error as error:
                raise _plain(error) from None
            answer.append(rows)
        return rows

    def dicts(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query by column."""
        with self._heard(OTHER):
            result = self.con.con.execute(sql)
            names = [one[0] for one in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def columns(self, name: str) -> dict[str, str]:
        """The columns of a table or a query in brackets, with their types."""
        return {str(row[0]): str(row[1]) for row in self.run(f"DESCRIBE SELECT * FROM {name}")}

    def table(self, path: Path) -> Any:
        """A file as a table; one that has not changed is opened once."""
        with self._heard(TABLE, path) as answer:
            at = path.stat()
            key = str(path), at.st_mtime_ns, at.st_size
            if key not in self.opened:
                same = sum(Path(one).stem == path.stem for one, *_ in self.opened)
                name = f"{path.stem}_file{same or ''}"
                self.run(f"CREATE TEMP VIEW {named(name)} AS SELECT * FROM {rows_of(path)}")
                self.opened[key] = self.con.table(name)
            answer.append(self.described(self.opened[key]))
        return self.opened[key]

    def described(self, table: Any) -> list[Any]:
        """The name of a table of a file, and its columns with their types: all of it that a query is made of."""
        return [table.get_name(), [[name, str(type)] for name, type in table.schema().items()]]

    def rows(self, path: Path) -> str:
        """The rows of a file as SQL writes them after FROM, wherever the file is."""
        return named(self.table(path).get_name())

    def query(self, about: Any, tables: Iterable[Any], make: Callable[[], Any]) -> Query:
        """The query of the expression that `make` gives, which rests on nothing but `about`, and on what tables of
        files are called and hold."""

        def made() -> list[Any]:
            expr = make()
            return [self.sql(expr), list(expr.columns)]

        sql, columns = self.cache.once([about, [self.described(one) for one in tables]], made)
        return Query(sql, tuple(columns))

    def loaded(self, rows: Iterable[Mapping[str, Any]], types: Mapping[str, str]) -> str:
        """Rows as SQL writes them after FROM, until others are loaded: JSON is read sooner than a long statement."""
        file = self.scratch / "loaded.json"
        with self._heard(OTHER):
            file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        columns = ", ".join(f"{named(column)}: {quoted(type)}" for column, type in types.items())
        return f"read_json({quoted(file)}, format = 'newline_delimited', columns = {{{columns}}})"

    def sql(self, expr: Any) -> str:
        """An expression as a query, whose steps stand one within another: DuckDB makes them one in a fraction of the
        time that Ibis takes."""
        fused, ibis.options.sql.fuse_selects = ibis.options.sql.fuse_selects, False
        try:
            return str(self.con.compile(expr))
        finally:
            ibis.options.sql.fuse_selects = fused

    def in_order(self, rows: str, column: str) -> bool:
        """Whether rows stand in the order of a column that is known in all of them and never twice the same."""
        return bool(self.run(
            f"SELECT count(*) = count(own) AND coalesce(bool_and(own > last), true) "
            f"FROM (SELECT own, lag(own) OVER () AS last FROM (SELECT {column} AS own FROM {rows}))"
        )[0][0])  # fmt: skip

    def ordered(self, table: Any, column: str) -> Any:
        """A table in the order of a column, to be widened: fewer columns are sorted sooner, and a join keeps no
        order."""
        return table.order_by(column)

    def write(self, expr: Any, path: Path, order: str, codes: Codes = NO_CODES) -> None:
        """Run an expression into a Parquet file, as `put` does. Columns of `codes` are written sooner where these are
        said; text they are all the same."""
        types = {name: codes_of(those) for name, those in codes.items() if name in expr.columns}
        self.put(retyped(self.sql(expr), types), path, order)

    def put(self, sql: str, path: Path, order: str) -> None:
        """Run a query into a Parquet file in the order of a column: the same rows, the same bytes. Where they stand so
        already, to look is quicker than to sort."""
        with self._heard(PUT, (sql, path, order)):
            self.copy(sql, path)
            if not self.in_order(rows_of(path), named(order)):
                self.copy(f"SELECT * FROM {rows_of(path)} ORDER BY {named(order)}", path)

    def copy(self, sql: str, path: Path) -> None:
        """Run a query into a Parquet file, which may be one that it reads."""
        half = path.with_suffix(".half")
        with self._heard(OTHER):
            self.run(f"COPY ({sql}) TO {quoted(half)} ({PARQUET})")
        half.replace(path)

    def close(self) -> None:
        self.con.disconnect()


def _plain(error: duckdb.Error) -> Exception:
    """An error of DuckDB as the one of Python that says what is wanting."""
    if any(words in str(error) for words in FULL):
        return OSError(errno.ENOSPC, str(error))
    return MemoryError(str(error)) if isinstance(error, duckdb.OutOfMemoryException) else error


class Spark:
    """Spark: the master and all else as its own configuration says (spark-defaults.conf, PYSPARK_SUBMIT_ARGS,
    spark-submit), else on this machine. Where it is a cluster, the folders of a run have to be there on every node."""

    name = "spark"

    def __init__(self, scratch: Path, limits: Limits, cache: Cache) -> None:
        from pyspark import SparkConf  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 -- an extra
        from pyspark.sql import SparkSession  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415

        self.scratch, known = scratch, SparkConf()
        ours = {**UNLESS_SET, "spark.sql.warehouse.dir": str(scratch / "warehouse")}
        builder = SparkSession.builder.appName("village-credit")
        for key, value in {**{one: ours[one] for one in ours if known.get(one) is None}, **EXACT}.items():
            builder = builder.config(key, value)
        self.con = ibis.pyspark.connect(builder.getOrCreate())
        self.duck = Duck(scratch, limits, cache)

    def table(self, path: Path) -> Any:
        name = path.stem
        self.con._session.read.parquet(str(path)).createOrReplaceTempView(name)  # noqa: SLF001 -- ibis's own read drops decimals
        return self.con.table(name)

    def ordered(self, table: Any, _: str) -> Any:
        """A table as it is: Spark sorts no sooner than it writes."""
        return table

    def write(self, expr: Any, path: Path, order: str, _: Codes = NO_CODES) -> None:
        """Spark writes a folder of parts; DuckDB puts them in order into one file."""
        parts = self.scratch / f"{path.stem}.parts"
        frame = self.con._session.sql(str(ibis.to_sql(expr, dialect="pyspark")))  # noqa: SLF001
        frame.write.mode("overwrite").parquet(str(parts))
        self.duck.copy(f"SELECT * FROM {rows_of(parts / '*.parquet')} ORDER BY {named(order)}", path)
        shutil.rmtree(parts)

    def close(self) -> None:
        self.duck.close()


Backend = Duck | Spark


def backend(name: str, scratch: Path, limits: Limits, cache: Cache) -> Backend:
    """The backend of a name, with a folder to spill into and a cache of queries; ImportError where Spark is not
    installed."""
    return (Spark if name == Spark.name else Duck)(scratch, limits, cache)
