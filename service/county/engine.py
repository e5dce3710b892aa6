"""The engine that tables run on: DuckDB within this process, or Spark. The only module here that speaks to one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis

GROUP = 10**4 * 10  # rows of a group in Parquet
SETTINGS: Mapping[str, str] = {
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.log.level": "ERROR",
}


def quoted(text: object) -> str:
    """A text as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"


def named(name: str) -> str:
    """A column as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


class Duck:
    """DuckDB, with room on disk for what memory does not hold."""

    name = "duckdb"

    def __init__(self, scratch: Path) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self.con = ibis.duckdb.connect(temp_directory=str(scratch / "spill"), threads=os.cpu_count() or 1)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a statement gives."""
        found: list[tuple[Any, ...]] = self.con.con.execute(sql).fetchall()
        return found

    def dicts(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query by column."""
        found = self.con.con.execute(sql)
        names = [one[0] for one in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def columns(self, name: str) -> dict[str, str]:
        """The columns of a table or a query in brackets, with their types."""
        return {str(row[0]): str(row[1]) for row in self.run(f"DESCRIBE SELECT * FROM {name}")}

    def table(self, path: Path) -> Any:
        return self.con.read_parquet(str(path))

    def sql(self, expr: Any) -> str:
        """An expression as a query."""
        return str(ibis.to_sql(expr, dialect="duckdb"))

    def write(self, expr: Any, path: Path, order: str) -> None:
        """Run an expression into a Parquet file, in the order of a column: the same rows, the same bytes."""
        self.copy(f"SELECT * FROM ({self.sql(expr)}) ORDER BY {named(order)}", path)

    def copy(self, sql: str, path: Path) -> None:
        self.run(f"COPY ({sql}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP})")

    def close(self) -> None:
        self.con.disconnect()


class Still(Duck):
    """DuckDB over files that do not change any more: each is opened once."""

    def __init__(self, duck: Duck) -> None:
        self.con = duck.con
        self._tables: dict[Path, Any] = {}

    def table(self, path: Path) -> Any:
        if path not in self._tables:
            self._tables[path] = super().table(path)
        return self._tables[path]


class Spark:
    """Spark, as the session that is there says, else on this machine."""

    name = "spark"

    def __init__(self, scratch: Path) -> None:
        from pyspark.sql import SparkSession  # type: ignore[import-not-found] # noqa: PLC0415 -- an extra

        builder = SparkSession.builder.appName("village-credit").config(
            "spark.sql.warehouse.dir", str(scratch / "warehouse")
        )
        for key, value in SETTINGS.items():
            builder = builder.config(key, value)
        self.con = ibis.pyspark.connect(builder.getOrCreate())
        self.duck = Duck(scratch)

    def table(self, path: Path) -> Any:
        name = path.stem
        self.con._session.read.parquet(str(path)).createOrReplaceTempView(name)  # noqa: SLF001 -- ibis's own read drops decimals
        return self.con.table(name)

    def write(self, expr: Any, path: Path, order: str) -> None:
        """Spark writes a folder of parts; DuckDB puts them in order into one file."""
        parts = path.with_suffix(".parts")
        frame = self.con._session.sql(str(ibis.to_sql(expr, dialect="pyspark")))  # noqa: SLF001
        frame.write.mode("overwrite").parquet(str(parts))
        self.duck.copy(f"SELECT * FROM read_parquet({quoted(parts / '*.parquet')}) ORDER BY {named(order)}", path)

    def close(self) -> None:
        self.duck.close()


Engine = Duck | Spark


def engine(name: str, scratch: Path) -> Engine:
    return Spark(scratch) if name == Spark.name else Duck(scratch)
