"""The county run on Spark says what it says on DuckDB, in every cell."""

import json

import pyarrow.parquet as pq
import pytest

from tests.agreement.backends import QUIET, why_no_spark
from tests.county.conftest import run

pytestmark = [pytest.mark.skipif(bool(why_no_spark()), reason=why_no_spark() or "there"), *QUIET]


def schema(table):
    return {field.name: str(field.type) for field in table.schema}


def test_the_tables_are_those_of_duckdb(files, out, manifest, tmp_path, monkeypatch):
    few = "--conf spark.sql.shuffle.partitions=2"  # tasks, for so few rows
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", f"--master local[2] {few} pyspark-shell")
    there = json.loads(run(files, tmp_path / "spark", "--engine", "spark"))

    for subject in manifest["levels"]:
        mine, theirs = (pq.read_table(folder / f"{subject}.parquet") for folder in (out, tmp_path / "spark"))
        assert schema(theirs) == schema(mine)
        assert theirs.to_pylist() == mine.to_pylist()
    assert (there["counts"], there["levels"]) == (manifest["counts"], manifest["levels"])
    assert {one.name for one in (tmp_path / "spark").iterdir()} == {one.name for one in out.iterdir()}
