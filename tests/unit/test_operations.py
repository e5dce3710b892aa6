"""What holds of all operations and operators, whatever their family."""

from datetime import date

import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from rules.building.decisions import KINDS
from rules.engine.ladders import LADDERS
from rules.format.grammar import BODIES
from rules.format.manual import formulas
from rules.judging.evaluate import Scope, evaluate
from rules.judging.missing import missing
from rules.judging.readers import Place, reader
from rules.judging.reference import Reference
from rules.model import Comparison, Const, Leaf, Op, Ref
from rules.operations import COMPARE, KEYS, OPERATIONS, OPERATORS, PHRASES, require
from rules.operations.comparisons import passes
from rules.table.expressions import TRANSLATIONS
from rules.table.numbers import COMPARE as OF_TABLES
from rules.values.exact import BOOLEAN, Type
from rules.words.wording import phrase_of
from tests.unit.small import ON, count, derived, given, small

# a formula of each strict operation, over facts of one record
FORMULAS = {
    "ratio": {"ratio": ["m", "n"]}, "sum": {"sum": ["m", "n", "5 yuan"]}, "difference": {"difference": ["m", "n"]},
    "product": {"product": ["m", "0.5"]}, "least": {"least": ["m", "n"]}, "greatest": {"greatest": ["m", "n"]},
    "round": {"round_half_up": "m", "to": "n"}, "completed_years": {"completed_years": ["d", "on"]},
    "completed_months": {"completed_months": ["d", "on"]}, "days": {"days": ["d", "on"]},
    "date": {"date": "d", "minus": "2 months"}, "year_of": {"year_of": "d"}, "month_of": {"month_of": "d"},
}  # fmt: skip
EDITION = small(
    {"m": given("amount"), "n": given("amount"), "d": given("date"), "a": count("month"),
     **{f"f_{name}": derived(**formula) for name, formula in FORMULAS.items()}}
)  # fmt: skip
WITNESSES = [(OPERATIONS, TRANSLATIONS), (COMPARE, LADDERS), (COMPARE, OF_TABLES), (BODIES, KINDS)]
SMALL = st.one_of(st.none(), st.integers(0, 7), st.fractions(0, 7, max_denominator=4))
DAYS = st.one_of(st.none(), st.dates(date(1960, 1, 1), date(2026, 12, 31)))


def test_each_strict_operation_has_a_formula_here():
    assert FORMULAS.keys() == {name for name, one in OPERATIONS.items() if one.strict}


@cases(SMALL, SMALL, DAYS)
def test_what_is_read_at_hand_is_what_is_evaluated(m, n, day):
    record = {key: value for key, value in (("m", m), ("n", n), ("d", day)) if value is not None}
    scope = Scope(EDITION, "thing", record, ON, Reference(EDITION))
    for name in FORMULAS:
        formula = EDITION.subjects["thing"].facts[f"f_{name}"].formula
        ref = Ref("fact", "", f"f_{name}", formula.type)
        told = evaluate(formula, scope)
        for expr in (formula, ref):
            assert reader(expr, Place(EDITION, "thing"))(scope) == told, name


def test_a_strict_operation_is_not_known_where_an_argument_is_not():
    scope = Scope(EDITION, "thing", {}, ON, Reference(EDITION))
    for name in FORMULAS:
        assert evaluate(EDITION.subjects["thing"].facts[f"f_{name}"].formula, scope) is None


@pytest.mark.parametrize("name", ["ratio", "round"])
def test_a_divisor_of_zero_is_what_is_missing(name):
    scope = Scope(EDITION, "thing", {"m": 5, "n": 0}, ON, Reference(EDITION))
    formula = EDITION.subjects["thing"].facts[f"f_{name}"].formula

    assert [(one.fact, one.why) for one in missing(formula, scope)] == [("n", "zero")]


def test_every_key_and_option_has_its_words_and_its_row_in_the_manual():
    rows = formulas()
    assert rows.keys() == OPERATIONS.keys()
    for operation, key in KEYS.values():
        assert key.name in rows[operation.name]["written"]
        options = {"date": ("plus", "minus"), "rank": ("highest", "lowest")}.get(operation.name, (key.option,))
        assert all(phrase_of(operation.name, option) for option in options)
    assert {name.split(".")[0].split("@")[0] for name in PHRASES} == {*OPERATIONS, "records"}


@pytest.mark.parametrize(("declared", "known"), WITNESSES)
def test_a_witness_that_lacks_an_entry_is_refused(declared, known):
    require("complete", declared, known)
    last = [*declared][-1]
    with pytest.raises(NotImplementedError, match=last):
        require("not complete", declared, known.keys() - {last})


@pytest.mark.parametrize("name", COMPARE)
@cases(left=st.integers(-2, 2), limit=st.integers(-2, 2))
def test_an_operator_passes_what_lies_within_its_ends(name, left, limit):
    """The ends that bands are made of say what the comparison says."""
    one = OPERATORS[name]
    if one.low is one.high is None:
        return
    within = (one.low is None or (left, 0) >= (limit, one.low)) and (one.high is None or (left, 0) < (limit, one.high))
    assert passes(name, left, [limit], Type("count", "house")) is within


def test_one_of_several_limits_settles_it_and_an_unknown_one_leaves_it_open():
    kind = Type("choice", choices=("a", "b", "c"))
    assert passes("one_of", "a", ["b", "a"], kind) is True
    assert passes("one_of", "a", ["b", None], kind) is None
    assert passes("one_of", "a", ["b", "c"], kind) is False
    assert passes("one_of", None, ["a"], kind) is None


def test_an_operation_says_whether_it_looks_into_a_list():
    where = Leaf(Const(True, BOOLEAN), (Comparison("equals", (Const(True, BOOLEAN),)),))
    parts = Ref("fact", "", "parts", Type("list", of="part"))

    assert Op("count", (parts,), Type("count", "part"), where=where).inside == "part"
    assert not Op("holds", (), BOOLEAN, where=where).inside
