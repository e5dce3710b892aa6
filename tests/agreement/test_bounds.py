"""A case with numbers known within bounds is decided only as every case that they allow would be."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Engine, FactChecker, FactError, Reference
from rules.judging.decision import Decision
from rules.model import Edition
from rules.table import NotTabular, TableJudge
from rules.values.exact import RANGES, Range
from rules.values.limits import HUGE
from tests.agreement.agreeing import agree
from tests.agreement.backends import connect
from tests.agreement.drawing import Drawing
from tests.agreement.tabular import judged, tabular, tabular_decisions
from tests.agreement.test_random_editions import made

WIDTHS = (0, 1, 1, 2, 5, 50)


def records(edition: Edition, subject: str, record: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A record and all records in it, with their subjects."""
    yield subject, record
    for name, value in record.items():
        if isinstance(value, dict) and name in edition.subjects:
            yield from records(edition, name, value)
        elif isinstance(value, list):
            for one in value:
                yield from records(edition, edition.subjects[subject].facts[name].type.of, one)


def copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: copied(one) for name, one in value.items()}
    return [copied(one) for one in value] if isinstance(value, list) else value


def widened(edition: Edition, random: Random, subject: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The case with some of its numbers as ranges around them."""
    wide = copied(facts)
    for of, record in records(edition, subject, wide):
        for name, fact in edition.subjects[of].facts.items():
            if name in record and fact.type.is_number and random.random() < 0.4:
                step = 1 if fact.type.kind == "count" and not fact.decimals else random.choice((1, 0))
                ends = [record[name] - random.choice(WIDTHS) * step, record[name] + random.choice(WIDTHS) * step]
                low = max(ends[0], 1 - HUGE if fact.minimum is None else fact.minimum)
                high = min(ends[1], HUGE - 1 if fact.maximum is None else fact.maximum)
                pair = {"at_least": low, "at_most": high}
                if random.random() < 0.2:
                    del pair[random.choice(list(pair))]
                record[name] = pair
    return wide


def completed(random: Random, wide: dict[str, Any], checked: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """The case with a value for each range, as it was or at another place in it."""
    done = copied(wide)

    def fill(given: Any, narrowed: Any, true: Any) -> None:
        for name in list(given):
            if isinstance(true.get(name), dict):
                fill(given[name], narrowed[name], true[name])
            elif isinstance(true.get(name), list):
                for place, one in enumerate(given[name]):
                    fill(one, narrowed[name][place], true[name][place])
            elif isinstance(given[name], dict):
                low, high = narrowed.get(RANGES, {}).get(name, (true[name], true[name]))
                given[name] = random.choice([one for one in (low, high, true[name]) if one is not None])

    fill(done, checked, facts)
    return done


def check(random: Random, cases: int) -> int:
    """Hold ranges against values within them; the number of decisions that a range settled."""
    edition = made(random)
    if edition is None:
        return 0
    engine, reference, drawing, checker = Engine(edition), Reference(edition), Drawing(edition), FactChecker(edition)
    settled = 0
    for name, rule in edition.rules.items():
        for _ in range(cases):
            on = drawing.day(random)
            facts = drawing.case(random, rule.subject, on)
            wide = widened(edition, random, rule.subject, facts)
            checked = checker.check(rule.subject, wide)
            decision = agree(engine, reference, name, checked, on)
            for _ in range(4):
                try:
                    one = checker.check(rule.subject, completed(random, wide, checked, facts))
                except FactError:
                    continue  # a part above its whole
                other = reference.decide(name, one, on, "one")
                assert decision.outcome in (other.outcome, rule.role("unknown"))
                for mine, theirs in zip(decision.findings, other.findings, strict=True):
                    assert mine.verdict in (theirs.verdict, None)
                    assert mine.points in (theirs.points, None)
                assert_left(decision, other)
                settled += decision.outcome != rule.role("unknown") and str(checked).count("at_least") > 0
    engine.close()
    return settled


def assert_left(decision: Decision, other: Decision) -> None:
    """What is open of a decision is in a closer one as it leaves it."""
    assert not decision.left.outcomes or other.outcome in (*decision.left.outcomes, decision.rule.role("unknown"))
    assert {name: other.outputs.get(name) for name in decision.outputs} == decision.outputs
    for name, (values, _) in decision.left.outputs.items():
        value, _ = other.outputs.get(name, (None, None))
        if value is not None and isinstance(values, Range):
            low, high = values
            assert low is None or low <= value, (name, values, value)
            assert high is None or value <= high, (name, values, value)
        elif value is not None:
            assert value in values, (name, values, value)


def check_table(random: Random, cases: int) -> tuple[int, int]:
    """Hold the table against the reference: it may be unable to tell, but not tell otherwise. How many rows it tells
    as well, and how many not."""
    edition = made(random)
    if edition is None:
        return 0, 0
    reference, drawing, checker = Reference(edition), Drawing(edition), FactChecker(edition)
    same = other = 0
    on = drawing.day(random)
    for name, why_not in tabular_decisions(edition, on).items():
        rule = edition.rules[name]
        if why_not is not None:
            continue
        drawn = [drawing.case(random, rule.subject, on) for _ in range(cases)]
        checked = [checker.check(rule.subject, widened(edition, random, rule.subject, one)) for one in drawn]
        facts = [tabular(edition, rule.subject, one) for one in checked]
        try:
            rows = judged(connect("duckdb"), edition, name, facts, on)
        except NotTabular:  # with the columns of ranges, it grows too long
            continue
        for row, one in zip(rows, facts, strict=True):
            expected = reference.judge(name, one, on)
            if row["beyond"]:
                continue
            assert row["outcome"] in (expected.outcome, rule.role("unknown")), (one, row, expected)
            same, other = same + (row["outcome"] == expected.outcome), other + (row["outcome"] != expected.outcome)
            for criterion, verdict in expected.verdicts:
                found = TableJudge(edition, on).findings(name, row)[criterion.id]
                assert found in (verdict, None), (criterion.id, one, row, expected)
    return same, other


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 2**32))
def test_tables_of_ranges(seed):
    check_table(Random(seed), 20)


def test_tables_tell_nearly_all_that_the_engines_tell():
    """Of records in lists they look at ranges of given facts alone."""
    told = [check_table(Random(seed), 20) for seed in (5, 6)]
    same, wider = map(sum, zip(*told, strict=True))
    assert same > 20 * wider, told
    assert same >= 100


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_ranges(seed):
    check(Random(seed), 4)


@pytest.mark.parametrize("seed", [3, 4])
def test_ranges_settle_decisions(seed):
    assert check(Random(seed), 6) > 10
