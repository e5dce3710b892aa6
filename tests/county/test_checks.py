"""The checks in SQL find what the fact dictionary's own checker finds, row for row and column for column."""

from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import FactChecker, FactError
from service.county.backend import Duck, rows_of
from service.county.intake.checks import Checks
from service.county.intake.forms import HAS, HAS_NOT, NO, YES
from service.county.intake.inputs import Source
from tests.county.making import as_csv
from tests.editions import shipped
from tests.unit.small import ON, TITLE, count, derived, small, table

EDITION = shipped()
CHECKER = FactChecker(EDITION)
ON = date(2026, 12, 31)
PART = "part_exceeds_whole"

NUMBERS = ("0", "1", "-1", "2", "100", "101", "1.5", "0.07", "1.123456", "1.1234567", "1,000", "999999999999999",
           "999999999999999.999999", "1000000000000000", "-1000000000000000", "some", "1.2.3", "12 345")  # fmt: skip
TEXTS = {
    "boolean": ("true", "FALSE", "是", "否", "1", "0", "maybe", "2"),
    "date": ("2024-02-29", "2026-12-31", "2027-01-01", "1899-12-31", "1900-01-01",
             "2023-02-29", "0001-01-01", "9999-12-31", "31.12.2026", "2026-13-01", "someday"),
    "rate": (*NUMBERS, "5%", "1.8%", "0.1234%", "0.12345%", "0.1200000%", "101%", "%"),
}  # fmt: skip
VOTES = (
    *([], [{"side": "committee", "verdict": "approve", "related": False}], [{"side": None, "verdict": None}]),
    *([{"id": "A"}, {"id": "B"}, {"id": None}, {}], [{"id": "A"}, {"id": "B"}, {"id": "A"}], [{"id": ""}, {"id": "A"}]),
    *([{"side": "nobody", "verdict": "oppose", "related": True}], [{"side": " lender ", "verdict": "perhaps"}]),
)
ASIDE = (
    pa.field("id", pa.string()),
    pa.field("side", pa.string()),
    pa.field("verdict", pa.string()),
    pa.field("related", pa.bool_()),
)


def facts(subject):
    return {fact.name: fact for fact in EDITION.subjects[subject].facts.values() if fact.given}


def texts(fact):
    """Cells of a CSV: right ones, wrong ones, with spaces around, none."""
    pool = (*fact.choices, "none of them") if fact.type.kind == "choice" else TEXTS.get(fact.type.kind, NUMBERS)
    return st.sampled_from([*pool, *(f" {one} " for one in pool), ""])


def cells(fact):
    """Columns of a Parquet file: a type, and cells of it."""
    kind = fact.type.kind
    if kind == "list":
        return st.just((pa.list_(pa.struct(ASIDE)), st.sampled_from([*VOTES, None])))
    if kind == "boolean":
        return st.just((pa.bool_(), st.sampled_from([True, False, None])))
    if kind == "date":
        return st.just(
            (
                pa.date32(),
                st.sampled_from(
                    [date(1, 1, 1), date(1900, 1, 1), ON, date(2027, 1, 1), date(2024, 2, 29), date(9999, 12, 31), None]
                ),
            )
        )
    if kind == "choice":
        return st.just((pa.string(), st.sampled_from([*fact.choices, "none of them", None])))
    return st.sampled_from([
        (pa.int64(), st.sampled_from([-1, 0, 1, 100, 101, 10**15 - 1, 10**15, 2**63 - 1, None])),
        (pa.uint32(), st.sampled_from([0, 1, 100, 101, 2**32 - 1, None])),
        (pa.decimal128(18, 2), st.sampled_from([Decimal(one) for one in ("-0.01", "0.00", "0.50", "100.01")] + [None])),
        (pa.decimal128(30, 8), st.sampled_from([Decimal(one) for one in ("1.00000000", "0.00000100", "0.00000001",
                                                                         "999999999999999.99999900")] + [None])),
        (pa.float64(), st.sampled_from([0.5, 1.0, None])),
    ])  # fmt: skip


@cache
def duck_in(folder):
    return Duck(folder)


def judged(subject, path, scratch):
    """The columns that are wrong in each row, the parts that exceed their wholes, and the good rows by id."""
    duck = duck_in(scratch.parent / path.suffix)
    checks = Checks(EDITION, duck, scratch, on=ON)
    checks.look(Source(subject, path))
    wrong, parts = {}, {}
    for row, column, code in duck.run(f'SELECT row__, col, code FROM "bad__{subject}"'):
        (parts if code.startswith(PART) else wrong).setdefault(row - Source(subject, path).first, set()).add(column)
    good = {one.pop("id"): one for one in duck.dicts(f"SELECT * FROM {rows_of(checks.clean[subject])}")}
    return wrong, parts, good


def typed(text, type):
    """A cell of text as the checker takes it; text that fits nothing stays, and the checker says what is wrong."""
    if not text:
        return None
    if type.kind == "boolean":
        return True if text.lower() in YES | HAS else False if text.lower() in NO | HAS_NOT else text
    if not type.is_number or text.endswith("%"):
        return text
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return text
    return int(number) if number.is_finite() and number == number.to_integral_value() else number


def expected(subject, row):
    """The same of one row, by the checker; a whole number may stand in a column of decimals."""
    row = {name: int(one) if isinstance(one, Decimal) and one == one.to_integral_value() else one
           for name, one in row.items()}  # fmt: skip
    try:
        return set(), set(), CHECKER.check(subject, row, ON)
    except FactError as error:
        at = [(one.pointer.strip("/").split("/"), one.code) for one in error.problems]
        named = [(".".join((where[0], where[2])) if len(where) > 2 else where[0], code) for where, code in at]
        parts = {column for column, code in named if code == PART}
        return {column for column, code in named if code != PART}, parts, None


def agree(subject, rows, path, scratch):
    wrong, parts, good = judged(subject, path, scratch)
    for number, row in enumerate(rows):
        columns, exceed, _ = expected(subject, row)
        assert wrong.get(number, set()) == columns, row
        assert exceed <= parts.get(number, set()), row  # SQL compares figures that are wrong, too
        kept(subject, row, good[f"R{number:03}"], columns, parts.get(number, set()))


def kept(subject, row, good, columns, parts):
    """A fact that is wrong is unknown, and with a part its whole; all others are as the checker reads them."""
    wrong = {one.partition(".")[0] for one in columns}
    assert all(good[name] is None for name in wrong), row
    if not parts:
        assert all(good[name] is not None for name, value in row.items() if value is not None and name not in wrong)
    left = {name: value for name, value in row.items() if good.get(name) is not None}
    assert {name: plain(one) for name, one in good.items() if one is not None} == \
           {name: plain(one) for name, one in expected(subject, left)[2].items()}, row  # fmt: skip


def plain(value):
    if isinstance(value, list):
        return [{name: one for name, one in record.items() if one is not None} for record in value]
    return Fraction(value) if isinstance(value, Decimal) else value


def drawn(data, columns):
    """Rows of a table."""
    rows = data.draw(st.lists(st.tuples(*columns.values()), min_size=1, max_size=12))
    return [dict(zip(columns, row, strict=True)) for row in rows]


OFTEN = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("subject", ["household", "village", "manager"])
@OFTEN
@given(data=st.data())
def test_text_is_checked_as_the_dictionary_says(subject, tmp_path_factory, data):
    scratch, known = tmp_path_factory.mktemp("checks"), facts(subject)
    known = {name: fact for name, fact in known.items() if fact.type.kind != "list"}
    rows = drawn(data, {name: texts(fact) for name, fact in known.items()})
    path = as_csv(scratch / "rows.csv", [{"id": f"R{number:03}"} | row for number, row in enumerate(rows)])
    cells = [{name: typed(text.strip(), known[name].type) for name, text in row.items()} for row in rows]

    agree(subject, cells, path, scratch)


@pytest.mark.parametrize("subject", ["household", "village"])
@OFTEN
@given(data=st.data())
def test_typed_columns_are_checked_as_the_dictionary_says(subject, tmp_path_factory, data):
    scratch = tmp_path_factory.mktemp("checks")
    known = {name: fact for name, fact in facts(subject).items() if fact.type.of in ("", "vote")}
    columns = {name: data.draw(cells(fact)) for name, fact in known.items()}
    rows = drawn(data, {name: one for name, (_, one) in columns.items()})
    order = data.draw(st.permutations(range(len(rows))))
    schema = pa.schema([("id", pa.string()), *((name, type) for name, (type, _) in columns.items())])
    table = pa.Table.from_pylist([{"id": f"R{number:03}"} | rows[number] for number in order], schema=schema)
    pq.write_table(table, scratch / "rows.parquet")
    read = {row.pop("id"): row for row in table.to_pylist()}

    wrong, parts, good = judged(subject, scratch / "rows.parquet", scratch)
    for place, number in enumerate(order):
        row = read[f"R{number:03}"]
        columns_, exceed, _ = expected(subject, row)
        assert wrong.get(place, set()) == columns_
        assert exceed <= parts.get(place, set())
        kept(subject, row, good[f"R{number:03}"], columns_, parts.get(place, set()))


PARTS = small({
    "all": count(), "more": count(), "a": count(part_of=["all", "more"]), "b": count(),
    "few": count(part_of="a"),
    "good": {**derived(sum=["a", "b"]), "part_of": "all"},
    "born": {"type": "date", "title": TITLE}, "age": {**derived(completed_years=["born", "on"]), "part_of": "most"},
    "most": derived(dated={"2020-01-01": "60 years", "2026-06-01": "65 years"}),
    "need": {"type": "amount", "title": TITLE}, "limit": {"type": "amount", "title": TITLE},
    "granted": {**derived(sum=["give.money", "0 yuan"]), "part_of": "limit"},
    "spare": count(), "used": {**derived(sum=["spare", "0 houses"]), "part_of": "room"}, "kept": count(),
    "room": derived(first_known=["kept", "0 houses"]),
}, {
    "give": table("first", {"when": {"need": {"above": "0 yuan"}}, "then": {"money": "need"}},
                  outputs={"money": {"type": "amount", "title": TITLE}}, otherwise={"then": {"money": "0 yuan"}}),
})  # fmt: skip


@pytest.mark.parametrize(("row", "columns"), [
    ({"all": 4, "more": 9, "a": 2, "b": 2}, set()),
    ({"all": 4, "more": 9, "a": 2, "b": 3}, {"a"}),  # all parts of a derived fact are given: they are more than all
    ({"all": 4, "more": 1, "a": 2, "b": ""}, {"a"}),
    ({"all": 4, "more": "", "a": 2, "b": ""}, set()),
    ({"few": 3, "a": "", "all": 2}, {"few"}), ({"few": 3, "a": 4, "all": 2}, {"a"}),  # of the whole of its whole
    ({"few": 3, "a": "", "all": 3, "more": 3}, set()),
    ({"born": "1960-12-31"}, {"born"}), ({"born": "1961-01-01"}, set()),  # by the day, against a dated value
    ({"need": 9, "limit": 8}, {"need"}), ({"need": 8, "limit": 8}, set()),  # by a decision
    ({"spare": 1, "kept": ""}, set()), ({"spare": 1, "kept": 0}, {"spare"}),  # 0 that is known, and one that is not
])  # fmt: skip
def test_no_part_exceeds_any_of_its_wholes_derived_ones_too(tmp_path, row, columns):
    path = as_csv(tmp_path / "rows.csv", [{"id": "R"} | row])
    checks = Checks(PARTS, Duck(tmp_path), tmp_path, on=ON)
    checks.look(Source("thing", path))

    assert {column for (column,) in checks.duck.run('SELECT col FROM "bad__thing"')} == columns
    try:
        FactChecker(PARTS).check("thing", {name: value for name, value in row.items() if value != ""}, ON)
        wrong = set()
    except FactError as error:
        wrong = {one.pointer.strip("/") for one in error.problems}
    assert wrong == columns
