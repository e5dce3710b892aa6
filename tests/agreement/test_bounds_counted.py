"""Villages whose households cannot all be told are counted within bounds, which no completion of the records leaves."""

from itertools import product
from random import Random

import pyarrow as pa
import pytest

from rules import Reference
from rules.table import Counting, TableJudge
from rules.table.columns import ASIDE, ENDS
from tests.agreement.backends import connect, put, rows_of
from tests.unit.small import ON, checklist, count, derived, given, small

VILLAGE = {
    "all": count(counted={"count": "house"}),
    "filed": count(part_of="all", counted={"count": "house", "where": {"done": True}}),
    "money": given("amount", counted={"total": "owed", "over": "house", "where": {"done": True}}),
    "share": derived(ratio=["filed", "all"]),
}
HOUSE = {"within": "thing", "done": given("boolean"), "owed": given("amount", maximum="9 yuan")}
RULES = {
    "high": checklist({"require": {"share": {"at_least": "60%"}}}),
    "few": checklist({"require": {"money": {"at_most": "12 yuan"}}}),
}
EDITION = small(VILLAGE, RULES, house=HOUSE)
MISSING = {"done": (True, False), "owed": (0, 4, 9)}
HOUSES = pa.schema({"id": pa.string(), "thing_id": pa.string(), "done": pa.bool_(), "owed": pa.int64()})


def drawn(random):
    return [
        {"done": random.choice((True, True, False, None)), "owed": random.choice((0, 4, 9, 9, None))}
        for _ in range(random.randint(0, 4))
    ]


def completions(houses, aside):
    """Every way in which what is missing could be, with each house that was set aside or without it."""
    for more in range(aside + 1):
        known = [*houses, *[{"done": None, "owed": None}] * more]
        choices = [[(value,) if value is not None else MISSING[name] for name, value in one.items()] for one in known]
        for values in product(*(product(*each) for each in choices)):
            done = [owed for done, owed in values if done]
            yield {"all": len(values), "filed": len(done), "money": sum(done)}


@pytest.mark.parametrize("seed", range(4))
def test_no_completion_leaves_the_bounds(seed):
    random, con = Random(seed), connect("duckdb")
    villages = [(drawn(random), random.choice((0, 0, 1, 2))) for _ in range(12)]
    rows = [{"id": f"{v}-{n}", "thing_id": str(v), **one} for v, (own, _) in enumerate(villages)
            for n, one in enumerate(own)]  # fmt: skip
    houses = put(con, pa.Table.from_pylist(rows, schema=HOUSES), "houses")
    above = pa.table({"id": list(map(str, range(12))), "house" + ASIDE: [aside or None for _, aside in villages]})
    filled = Counting(EDITION, ON).fill("thing", put(con, above, "villages"), {"house": houses})
    judged, refused = TableJudge(EDITION, ON).add_possible(filled.select(*filled.columns), *RULES)
    assert not refused
    told = 0
    for row in sorted(rows_of(con, judged), key=lambda one: int(one["id"])):
        own, aside = villages[int(row["id"])]
        whole = list(completions(own, aside))
        for name in ("all", "filed", "money"):
            low, high = min(one[name] for one in whole), max(one[name] for one in whole)
            least, most = (row[name] if row[name] is not None else row[name + end] for end in ENDS)
            assert least == low, (name, row)
            assert most == high or (name == "money" and (most is None or most >= high)), (name, row)
        for rule in RULES:
            outcomes = {Reference(EDITION).judge(rule, one, ON).outcome for one in whole}
            assert row[rule] == "open" or {row[rule]} == outcomes
            told += row[rule] != "open" and row["all"] is None
    assert told
