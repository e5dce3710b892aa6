"""What DuckDB is asked of rows and their order."""

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.county.backend import Duck, rows_of


@pytest.fixture
def duck(tmp_path):
    duck = Duck(tmp_path / "scratch")
    yield duck
    duck.close()


def saved(path, ids):
    pq.write_table(pa.table({"id": pa.array(ids, pa.string())}), path)
    return path


@pytest.mark.parametrize(
    ("ids", "said"),
    [(["a", "b", "c"], True), ([], True), (["a"], True), (["b", "a"], False), (["a", "a"], False),
     ([None, "a"], False), (["a", None, "b"], False)],
)  # fmt: skip
def test_order_is_seen(duck, tmp_path, ids, said):
    assert duck.in_order(rows_of(saved(tmp_path / "ids.parquet", ids)), "id") is said


def test_rows_that_are_not_in_order_are_written_in_order(duck, tmp_path):
    table = duck.table(saved(tmp_path / "ids.parquet", ["c", "a", "b"]))
    duck.write(table.mutate(one=ibis.literal(1)), tmp_path / "out.parquet", "id")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [{"id": id_, "one": 1} for id_ in "abc"]


def test_a_file_that_has_changed_is_opened_anew(duck, tmp_path):
    path = tmp_path / "ids.parquet"
    assert duck.table(saved(path, ["a"])).count().to_pyarrow().as_py() == 1
    assert duck.table(saved(path, ["a", "b", "c"])).count().to_pyarrow().as_py() == 3


def test_a_query_in_a_file_stands_for_its_rows(duck, tmp_path):
    saved(tmp_path / "ids.parquet", ["a", "b"])
    (tmp_path / "some.sql").write_text(f"SELECT * FROM '{tmp_path}/ids.parquet' WHERE id = 'b'", encoding="utf-8")
    assert duck.run(f"SELECT id FROM {rows_of(tmp_path / 'some.sql')}") == [("b",)]
