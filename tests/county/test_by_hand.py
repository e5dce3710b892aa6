"""The SQL of the county benchmark, written by hand and apart from the table engine, says the same as the run."""

import shutil

import duckdb
import pytest

from benchmarks import county
from examples.generate import Wanted, generate
from service.county.backend import Duck
from service.county.running import run
from tests.editions import shipped


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The folders of the run and of the SQL, and an engine to compare them with."""
    folder = tmp_path_factory.mktemp("by_hand")
    duck = Duck(folder / "duck")
    faulty = generate(Wanted(900, townships=6, villages=30, faults=0.05), folder / "faulty")
    made = county.gappy(duck, faulty, folder / "gappy")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("write_workbook", "write_report"):  # neither writes a table
            patch.setattr(f"service.county.running.{name}", lambda *_: 0)
        run(county.asked(shipped(), made, folder / "run"))
    county.by_hand(made, folder / "hand")
    return folder / "run", folder / "hand", duck


def test_every_cell_is_the_same(both):
    out, hand, duck = both
    assert county.compare(duck, out, hand) > 60_000


@pytest.mark.parametrize(("table", "query", "message"), [
    ("village", "* REPLACE (CASE WHEN id = 'V000007' THEN -1 ELSE residents END AS residents) FROM old",
     "village V000007, residents .of 1 rows.: the run .*, the SQL -1"),
    ("township", "* FROM old WHERE id <> 'T00002'", "township T00002: only the run has it"),
    ("household", "* EXCLUDE (usage) FROM old", "household: columns that only one has: .'usage'."),
    ("set_aside", "* REPLACE (file || '2' AS file) FROM old", "set_aside: only the run says .*parquet"),
    ("directory", "* REPLACE (name || '2' AS name) FROM old", "directory: only the run says .*T00001"),
    ("set_aside", "* FROM old WHERE code <> 'no_id'", "set_aside: only the run says .*no_id"),
])  # fmt: skip
def test_the_first_difference_is_named(both, tmp_path, table, query, message):
    out, hand, duck = both
    other = shutil.copytree(hand, tmp_path / "other")
    old = f"read_parquet('{hand / table}.parquet')"
    duckdb.sql(f"COPY (WITH old AS (SELECT * FROM {old}) SELECT {query}) TO '{other / table}.parquet'")
    with pytest.raises(AssertionError, match=message):
        county.compare(duck, out, other)
