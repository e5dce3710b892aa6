"""The columns of verdicts hold what was written, whatever the number of criteria; a set in SQL says the same."""

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.table.verdicts import NOT_MET, UNKNOWN, WIDTH, Verdicts, places
from service.county.run.outputs import CriteriaSet

SIZES = (0, 1, WIDTH - 1, WIDTH, WIDTH + 1, 2 * WIDTH, 2 * WIDTH + 1, 200)


@st.composite
def lists(draw, sizes=SIZES):
    """The verdicts of some criteria: bits that say which are not met and which are unknown."""
    size = draw(st.sampled_from(sizes))
    failing, unknown = (draw(st.integers(0, 2**size - 1)) for _ in range(2))
    return [False if failing >> place & 1 else None if unknown >> place & 1 else True for place in range(size)]


@given(lists())
def test_what_is_written_is_read(verdicts):
    given_ = {f"c{place}": verdict for place, verdict in enumerate(verdicts)}
    layout = Verdicts(tuple(given_), "d__")
    row = layout.write(given_)
    assert layout.read(row) == given_
    assert all(0 <= one < 2**63 for one in row.values())
    assert places(row[one] for one in layout.columns(UNKNOWN)) == tuple(
        place for place, verdict in enumerate(verdicts) if verdict is None
    )


@pytest.mark.parametrize(("count", "last"), [(0, "not_met"), (62, "not_met"), (63, "not_met_1"), (125, "not_met_2")])
def test_columns_go_on_where_one_is_full(count, last):
    assert Verdicts(tuple(f"c{number}" for number in range(count))).columns(NOT_MET)[-1] == last


@given(lists(SIZES[1:]), st.data())
def test_a_set_in_sql_says_what_was_written(duck, verdicts, data):
    layout = Verdicts(tuple(f"c{place}" for place in range(len(verdicts))))
    row = layout.write(dict(zip(layout.codes, verdicts, strict=True)))
    table = f"(SELECT {', '.join(f'{value}::BIGINT AS {name}' for name, value in row.items())})"
    not_met, unknown = CriteriaSet.of(layout, NOT_MET), CriteriaSet.of(layout, UNKNOWN, "t")
    place = data.draw(st.sampled_from(range(len(verdicts))))
    failing = {number for number, verdict in enumerate(verdicts) if verdict is False}
    open_ = {number for number, verdict in enumerate(verdicts) if verdict is None}
    asked = (not_met.some, unknown.none, not_met.size, not_met.has(place), not_met.only(place),
             (not_met | unknown).listed, (not_met - unknown).listed)  # fmt: skip
    *said, either, rest = duck.execute(f"SELECT {', '.join(asked)} FROM {table} t").fetchone()  # noqa: S608 -- our own
    assert said == [bool(failing), not open_, len(failing), place in failing, failing == {place}]
    assert (set(places(either)), set(places(rest))) == (failing | open_, failing)


@pytest.fixture(scope="module")
def duck():
    connection = ibis.duckdb.connect()
    yield connection.con
    connection.disconnect()
