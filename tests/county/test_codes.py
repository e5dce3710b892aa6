"""Ids and codes that are read by shortcuts come to the same as by the long way."""

from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.values.ids import LONGEST, PLAIN, is_id
from service.county.backend import Duck, rows_of
from service.county.intake.checks import Checks
from service.county.intake.inputs import Source
from tests.county.test_checks import EDITION

IDS = ["V01", " V02 ", "", "  ", None, "\u3000", "V\t3", "V 4", "村五", "V\x7f6", "~" * LONGEST, "~" * (LONGEST + 1),
       *("1" * 17 + one for one in ("", "1", "x", "11")), f" {'1' * 18} "]  # fmt: skip
ODD = pa.struct([("side", pa.string()), ("verdict", pa.string()), ('said "so"', pa.string())])
VOTES = pa.struct([("verdict", pa.string()), ("related", pa.bool_()), ("side", pa.string()), ("note", pa.string())])


@pytest.fixture
def duck(tmp_path):
    duck = Duck(tmp_path / "scratch")
    yield duck
    duck.close()


def looked_at(duck, folder, columns):
    pq.write_table(pa.table(columns), folder / "rows.parquet")
    checks = Checks(EDITION, duck, folder, on=date(2026, 12, 31))
    found = checks.look(Source("household", folder / "rows.parquet"))
    clean = rows_of(checks.clean["household"])
    return found, duck.dicts(f"SELECT * FROM {clean}"), duck.columns(clean)


@given(st.from_regex(PLAIN, fullmatch=True))
def test_what_is_plain_is_an_id_and_needs_no_trimming(text):
    assert is_id(text)
    assert text.strip() == text


def test_ids_are_those_that_they_are_elsewhere(duck, tmp_path):
    found, rows, _ = looked_at(duck, tmp_path, {"id": pa.array(IDS, pa.string())})
    assert sorted(row["id"] for row in rows) == sorted(one.strip() for one in IDS if one and is_id(one.strip()))
    wrong = {row for (row,) in duck.run('SELECT DISTINCT row__ FROM "bad__household"')}
    assert wrong == {number for number, one in enumerate(IDS, 1) if not one or not is_id(one.strip())}
    assert found.bad == len(wrong)


@pytest.mark.parametrize(("type", "coded"), [(VOTES, True), (ODD, False)])
def test_codes_are_read_as_codes_and_written_as_text(duck, tmp_path, type, coded):
    votes = [[{"side": "lender", "verdict": "approve"}, {"side": None, "verdict": "oppose"}], [], None,
             [{"side": "nobody", "verdict": "oppose"}]]  # fmt: skip
    table = {"id": pa.array(["A", "B", "C", "D"]), "status": pa.array(["resident", " deceased ", None, "resident"]),
             "votes": pa.array(votes, pa.list_(type))}  # fmt: skip
    found, rows, types = looked_at(duck, tmp_path, table)
    assert types["status"].startswith("ENUM(")
    assert ("ENUM(" in types["votes"]) is coded
    assert (found.bad, found.missing["status"], found.missing["votes"]) == (0, 1, 2)
    assert [row["status"] for row in rows] == ["resident", "deceased", None, "resident"]
    assert [row["votes"] for row in rows] == [*table["votes"].to_pylist()[:3], None]

    duck.write(duck.table(tmp_path / "clean_household.sql"), tmp_path / "out.parquet", "id")
    written = pq.read_table(tmp_path / "out.parquet")
    assert written.schema.field("status").type == pa.string()
    assert written.to_pylist() == rows


def test_no_code_is_lost_in_writing(duck, tmp_path):
    pq.write_table(pa.table({"id": ["A", "B"], "said": ["yes", "no"]}), tmp_path / "in.parquet")
    table = duck.table(tmp_path / "in.parquet")
    duck.write(table, tmp_path / "out.parquet", "id", {"said": ("no", "yes"), "unsaid": ("no",)})
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == pq.read_table(tmp_path / "in.parquet").to_pylist()
    with pytest.raises(duckdb.ConversionException):
        duck.write(table, tmp_path / "out.parquet", "id", {"said": ("yes",)})
