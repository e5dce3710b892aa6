"""Records below, added up as the fact dictionary says, with the plain evaluator: who counts and who does not."""

from __future__ import annotations

from dataclasses import replace

from rules import FactChecker, Reference
from rules.model import Const
from rules.table import Counting
from service.examples import words
from service.examples.case import Case
from service.examples.sentences import given, then


@given("由以下“(?P<title>[^”]+)”汇总：")
def added_up(case: Case, title: str, datatable: list[list[str]]) -> None:
    edition = case.decider.edition
    [below] = [name for name, one in edition.subjects.items() if one.title.zh == title]
    above = edition.subjects[below].within
    assert case.on is not None
    records = [FactChecker(edition).check(below, row) for row in case.records(below, datatable)]
    rule = next(one for one in edition.rules.values() if one.subject == above)
    scope = Reference(edition).scope(rule, {}, case.on)
    for fact in Counting(edition, case.on).declared(above, below).values():
        assert fact.counted is not None
        counted = replace(fact.counted, args=(Const(records, fact.counted.args[0].type),))
        value = scope.evaluate(counted)
        case.given[fact.title.zh] = words.UNKNOWN if value is None else str(value)


@then("汇总的“(?P<title>[^”]+)”是 ?(?P<value>.+)")
def figure(case: Case, title: str, value: str) -> None:
    _, fact = words.fact_titled(case.decider.edition, case.decision.rule.subject, title)
    assert hasattr(fact, "name")
    assert case.facts.get(fact.name) == words.value_of(fact, value)
