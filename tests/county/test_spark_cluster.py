"""On a cluster the county run says what it says on DuckDB, and goes on when a worker is lost."""

import pytest

from benchmarks.spark import on_cluster
from examples.generate import Wanted, generate
from tests.agreement.backends import why_no_spark

pytestmark = pytest.mark.skipif(bool(why_no_spark()), reason=why_no_spark() or "there")
FEW = "spark.sql.shuffle.partitions=4"  # tasks, for so few rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return generate(Wanted(3000, townships=3, faults=0.01), tmp_path_factory.mktemp("cluster") / "files")


@pytest.mark.parametrize("lose", [False, True])
def test_a_cluster_gives_the_tables_of_duckdb(lose, folder, tmp_path):
    steps = on_cluster(folder, tmp_path, FEW, lose=lose)
    assert ("killed in" in steps) == lose
