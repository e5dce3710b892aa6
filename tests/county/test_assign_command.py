"""`village-credit county assign`: files in, files out, and how it ends when they will not do."""

import csv
import json
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from service.commands.county_assign import signed
from service.commands.main import cli
from tests.county.making import excel

VILLAGES = [["编号", "全村农户数", "人均年收入", "a_grade_households", "常住人口", "remark"]] + [
    [f"V{number}", str(100 + 10 * number), "12,000.50", str(50 + 5 * number), str(300 + 30 * number), "x"]
    for number in range(6)
]
MANAGERS = [["id", "working_share", "most_villages"], ["M1", "", ""], ["M2", "100%", "4"]]


def put(path, rows, encoding="utf-8-sig"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def files(tmp_path):
    put(tmp_path / "v.csv", VILLAGES, "gb18030")
    put(tmp_path / "m.csv", MANAGERS)
    return tmp_path


def call(files, *more, villages="v.csv", lang="en"):
    words = ["county", "assign", "--villages", str(files / villages), "--managers", str(files / "m.csv")]
    words += ["--on", "2026-12-31", "--out", str(files / "out"), "--lang", lang, *map(str, more)]
    return CliRunner().invoke(cli, words)


def test_it_writes_the_assignment_twice_and_a_report(files):
    result = call(files)
    assert result.exit_code == 0, result.output
    assert "could be gained" in result.stdout
    assert sorted(path.name for path in (files / "out").iterdir()) == [
        "assignment.csv",
        "assignment.parquet",
        "report.json",
    ]
    rows = list(csv.DictReader((files / "out" / "assignment.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["village"] for row in rows] == [f"V{number}" for number in range(6)]
    assert pq.read_table(files / "out" / "assignment.parquet")["manager"].to_pylist() == [
        one["manager"] for one in rows
    ]
    report = json.loads((files / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["clause"] == "三(二)1"
    assert sum(one["records"] for one in report["loads"]) == 6


def test_villages_are_named_beside_their_ids(files):
    names = [f"{one[0]}村" if one[0] != "V3" else "" for one in VILLAGES[1:]]
    rows = [[*one, name] for one, name in zip(VILLAGES[1:], names, strict=True)]
    put(files / "v.csv", [[*VILLAGES[0], "村名"], *rows])
    last = put(files / "last.csv", [["village", "manager"], *([f"V{number}", "M1"] for number in range(6))])
    result = call(files, "--last", last)
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader((files / "out" / "assignment.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert list(rows[0]) == ["village", "name", "manager", "last"]
    assert [one["name"] for one in rows] == names
    changed = [one for one in rows if one["manager"] != "M1"]
    assert changed
    for one in changed:
        assert f"{one['name']} {one['village']}".strip() + "  M1 → M2" in result.stdout
    again = call(files, "--last", files / "out" / "assignment.csv")  # its own columns are read back
    assert again.exit_code == 0, again.output


def test_an_even_assignment_says_that_nothing_could_be_gained(files):
    put(files / "v.csv", [VILLAGES[0], VILLAGES[1], [f"{VILLAGES[1][0]}b", *VILLAGES[1][1:]]], "gb18030")
    assert "已无改进余地。" in call(files, lang="zh").stdout


def test_its_own_result_is_the_last_assignment_of_the_next_run(files):
    assert call(files).exit_code == 0
    result = call(files, "--last", files / "out" / "assignment.parquet", "--json")
    report = json.loads(result.stdout)
    assert (report["stays"], report["changes"]) == (6, [])


def test_the_same_files_give_the_same_bytes(files):
    def content():
        call(files)
        return [path.read_bytes() for path in sorted((files / "out").iterdir())]

    assert content() == content()


def test_parquet_is_read_as_well(files):
    names = ("id", "residents", "per_capita_income", "a_grade_households")
    columns = dict(zip(names, (["A", "B"], [10, 10], [1, 1], [5, 5]), strict=True))
    pq.write_table(pa.table(columns), files / "v.parquet")
    assert json.loads(call(files, "--json", villages="v.parquet").stdout)["outcome"] == "balanced"


def test_excel_is_read_as_well_and_comes_to_the_same(files):
    assert call(files).exit_code == 0
    expected = (files / "out" / "assignment.csv").read_bytes()
    heads, *rows = VILLAGES
    typed = [[int(one[1]), Decimal(one[2].replace(",", "")), int(one[3]), int(one[4])] for one in rows]
    excel(files / "v.xlsx", [dict(zip(heads, (name, *given, rest), strict=True))
                             for (name, *_, rest), given in zip(rows, typed, strict=True)])  # fmt: skip
    assert call(files, villages="v.xlsx").exit_code == 0
    assert (files / "out" / "assignment.csv").read_bytes() == expected


def test_what_is_missing_is_told_and_exit_is_three(files):
    rows = [list(row) for row in VILLAGES]
    rows[2][2] = ""
    put(files / "v.csv", rows)
    result = call(files, lang="zh")
    assert result.exit_code == 3
    assert "V1  缺：人均年收入" in result.stdout
    assert json.loads(call(files, "--json").stdout)["missing"][0]["id"] == "V1"
    assert not (files / "out").exists()


@pytest.mark.parametrize(
    ("row", "column", "text", "said"),
    [
        (2, 1, "many", "v.csv:3 全村农户数: Write a number."),
        (2, 0, "V0", "v.csv:3 id: The id occurs more than once"),
        (2, 0, "", "v.csv:3 id: There is no id."),
        (
            2,
            0,
            "110101199001011234",
            "v.csv:3 id: An id is 1 to 64 characters that can be seen, no blank at its ends, and no identity",
        ),
        (2, 3, "999", "v.csv:3 a_grade_households: A part cannot exceed its whole: A-grade households > "),
    ],
)
def test_bad_cells_are_named_with_file_and_row(files, row, column, text, said):
    rows = [list(one) for one in VILLAGES]
    rows[row][column] = text
    put(files / "v.csv", rows)
    result = call(files)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_date_ahead_is_refused_as_in_every_command(files):
    rows = [[*VILLAGES[0], "公示张贴日"], *([*row, "2027-01-01"] for row in VILLAGES[1:])]
    put(files / "v.csv", rows)
    result = call(files)
    assert (result.exit_code, result.stderr.count("after the day of the decision (2026-12-31)")) == (2, 6)


def test_what_cannot_be_is_explained(files):
    put(files / "m.csv", [*MANAGERS[:1], ["M1", "", "2"], ["M2", "", "3"]])
    result = call(files)
    assert result.exit_code == 2
    assert "the limits of all bearers add up to 5: 1 too few" in result.stderr


def test_a_last_assignment_without_its_columns_is_refused(files):
    put(files / "last.csv", [["a", "b"], ["1", "2"]])
    result = call(files, "--last", files / "last.csv")
    assert result.exit_code == 2
    assert "Two columns are wanted" in result.stderr


def test_neither_encoding_nor_parquet_is_refused(files):
    (files / "v.csv").write_bytes(b"\xff\xff\xff")
    assert "neither UTF-8, UTF-16 nor GB18030" in call(files).stderr
    (files / "v.parquet").write_bytes(b"nothing")
    assert call(files, villages="v.parquet").exit_code == 2


def test_an_assignment_is_not_decided_case_by_case(files):
    case = files / "case.yaml"
    case.write_text("facts: {}\n", encoding="utf-8")
    result = CliRunner().invoke(cli, ["decide", "manager_assignment", str(case), "--lang", "en"])
    assert result.exit_code == 2
    assert "village-credit county assign" in result.stderr


def test_neither_engine_decides_an_assignment(engine):
    with pytest.raises(LookupError, match="judges no single case"):
        engine.decide("manager_assignment", {}, None)


def test_an_unknown_assignment_is_named(files):
    result = call(files, "--assignment", "nothing")
    assert result.exit_code == 2
    assert "manager_assignment" in result.stderr


def test_a_distance_has_its_sign_behind_that_of_rounding():
    offs = (Fraction(1, 20), Fraction(1, 30), Fraction(-1, 30), Fraction(0))
    assert [signed(one) for one in offs] == ["+5%", "≈+3.33%", "≈-3.33%", "0%"]


def test_the_villages_of_a_run_have_the_names_that_lie_beside_them(files):
    facts = ("id", "households", "per_capita_income", "a_grade_households", "residents")
    rows = [dict(zip(facts, (f"V{one}", 100, 12000, 50, 300), strict=True)) for one in range(4)]
    pq.write_table(pa.Table.from_pylist(rows), files / "village.parquet")
    known = [{"subject": "village", "id": f"V{one}", "name": f"{one}村", "bearer": None} for one in range(4)]
    pq.write_table(pa.Table.from_pylist(known), files / "directory.parquet")
    result = call(files, villages="village.parquet")
    assert result.exit_code == 0, result.output
    made = list(csv.DictReader((files / "out" / "assignment.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [one["name"] for one in made] == [f"{one}村" for one in range(4)]
