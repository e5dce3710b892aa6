"""The engines that tables are judged on: DuckDB always, Spark where it is installed."""

import shutil
import tempfile
from functools import cache
from importlib.util import find_spec
from typing import Any

import ibis
import pyarrow as pa
import pytest


def why_no_spark() -> str:
    """What is missing for Spark; nothing where it can run."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed: make spark-test"
    return "" if shutil.which("java") else "no Java to run Spark on"


@cache
def connect(name: str) -> Any:
    if name == "duckdb":
        return ibis.duckdb.connect()
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    settings = {
        "spark.master": "local[2]", "spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2", "spark.sql.ansi.enabled": "true", "spark.log.level": "ERROR",
        "spark.driver.host": "localhost", "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.warehouse.dir": tempfile.mkdtemp(prefix="warehouse"),
    }  # fmt: skip
    builder = SparkSession.builder.appName("table")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return ibis.pyspark.connect(builder.getOrCreate())


def put(con: Any, table: pa.Table, name: str = "cases") -> Any:
    """A table of an engine; Ibis's own ways stumble over DuckDB 2, and go through floats to Spark."""
    if con.name == "duckdb":
        con.con.register(name, table)
    else:
        con._session.createDataFrame(table).createOrReplaceTempView(name)
    return con.table(name)


def rows_of(con: Any, expr: Any) -> list[dict[str, Any]]:
    """The rows of an expression, exactly."""
    if con.name == "duckdb":
        return con.to_pyarrow(expr).to_pylist()
    return con._session.sql(str(ibis.to_sql(expr, dialect="pyspark"))).toArrow().to_pylist()


QUIET = [  # py4j leaves sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
SPARK = pytest.param("pyspark", marks=QUIET)
EACH = pytest.mark.parametrize("name", ["duckdb", *([] if why_no_spark() else [SPARK])])
