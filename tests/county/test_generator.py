"""The generated county: the same for a seed, fit for the fact dictionary, and like life."""

import csv
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from examples.county_generator.chance import Chance
from examples.county_generator.places import names
from examples.generate import Wanted, generate, main
from rules import FactChecker

MANY = 20_000


def made(folder, **more):
    return generate(Wanted(**{"households": MANY, **more}), folder)


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return made(tmp_path_factory.mktemp("county"))


def test_no_name_occurs_twice_however_many_there_are():
    many = names(Chance(7), "village", 50_000, "村")
    assert len({*many}) == len(many)


def table(folder: Path, name: str):
    return pq.read_table(folder / f"{name}.parquet")


@pytest.mark.parametrize("piece", [1_000, 7_777, MANY])
def test_the_same_seed_gives_the_same_bytes_in_pieces_of_any_size(county, tmp_path, piece):
    assert contents(made(tmp_path, piece=piece)) == contents(county)


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_other_formats_are_the_same_twice(tmp_path, format_):
    once = made(tmp_path / "a", households=500, format=format_)
    again = made(tmp_path / "b", households=500, format=format_)
    assert contents(once) == contents(again)


def test_another_seed_gives_another_county(county, tmp_path):
    assert contents(made(tmp_path, seed=8)) != contents(county)


@pytest.mark.parametrize(
    ("name", "subject"),
    [("households", "household"), ("villages", "village"), ("townships", "township"), ("county", "county"),
     ("managers", "manager"), ("village_history", "village")],
)  # fmt: skip
def test_every_row_fits_the_fact_dictionary(edition, county, name, subject):
    checker, given = FactChecker(edition), edition.subjects[subject].facts
    shown = table(county, name)
    columns = [one for one in shown.column_names if one in given and given[one].given]
    assert len(columns) >= 2
    for row in shown.slice(0, 2_000).select(columns).to_pylist():
        checker.check(subject, row)


def test_columns_carry_every_given_fact(edition, county):
    for name, subject in (("households", "household"), ("villages", "village"), ("townships", "township")):
        given = {one.name for one in edition.subjects[subject].facts.values() if one.given} - {"villages"}
        assert given - set(table(county, name).column_names) == set()


def test_villages_add_up_their_households(county):
    homes, villages = table(county, "households"), table(county, "villages")
    sums = homes.group_by("village").aggregate([("loan_balance", "sum"), ("filed", "sum")]).sort_by("village")
    assert sums["loan_balance_sum"].to_pylist() == villages["loan_balance"].to_pylist()
    assert sums["filed_sum"].to_pylist() == villages["filed_households"].to_pylist()
    assert pc.sum(villages["households"]).as_py() == MANY


def share(villages, part, whole):
    return float(pc.sum(villages[part]).as_py()) / float(pc.sum(villages[whole]).as_py())


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        ("a_grade_households", "households", 0.50, 0.60),
        ("collectable_households", "households", 0.68, 0.80),
        ("filed_households", "collectable_households", 0.87, 0.94),
        ("granted_households", "filed_households", 0.48, 0.60),
        ("borrowing_households", "households", 0.28, 0.42),
        ("npl_balance", "loan_balance", 0.010, 0.030),
        ("lender_npl_balance", "lender_loan_balance", 0.010, 0.030),
    ],
)
def test_the_county_is_like_life(county, part, whole, low, high):
    assert low < share(table(county, "villages"), part, whole) < high


def test_villages_differ_in_size_and_many_stand_near_the_line(county):
    villages = table(county, "villages")
    sizes, top = villages["households"].to_pylist(), villages["a_grade_households"].to_pylist()
    assert max(sizes) > 4 * min(sizes)
    assert sum(2 * size < max(sizes) for size in sizes) > len(sizes) / 2
    near = [abs(has - 0.55 * size) <= 5 for has, size in zip(top, sizes, strict=True)]
    assert sum(near) / len(near) > 0.05


def test_history_has_a_table_for_each_year_before(county):
    assert sorted(set(table(county, "village_history")["year"].to_pylist())) == [2024, 2025]


def test_faults_are_written_down_and_nothing_else_differs(county, tmp_path):
    spoilt = made(tmp_path, faults=0.01)
    notes = list(csv.DictReader((spoilt / "faults.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len({one["fault"] for one in notes}) >= 8
    for name in ("households", "villages"):
        good, bad = table(county, name).to_pylist(), table(spoilt, name).to_pylist()
        differing = {at for at, (one, other) in enumerate(zip(good, bad, strict=True), 1) if one != other}
        assert differing == {int(one["row"]) for one in notes if one["file"] == name}


def test_faulty_csv_is_gb18030_and_clean_csv_has_a_mark(tmp_path):
    made(tmp_path / "bad", households=300, format="csv", faults=0.1)
    made(tmp_path / "good", households=300, format="csv")
    (tmp_path / "bad" / "households.csv").read_bytes().decode("gb18030")
    assert (tmp_path / "good" / "households.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_it_runs_as_a_command(tmp_path):
    words = ["--households", "400", "--villages", "3", "--townships", "2", "--out", str(tmp_path), "--faults", "0.5%"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert table(tmp_path, "villages").num_rows == 3
    assert CliRunner().invoke(main, [*words[:-1], "much"]).exit_code == 2
    assert CliRunner().invoke(main, ["--households", "2", "--villages", "3", "--out", str(tmp_path)]).exit_code == 2
