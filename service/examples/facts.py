"""What is known of a subject: single facts, tables of facts, and lists of records (villages, votes)."""

from __future__ import annotations

from rules import FactError
from service.examples import words
from service.examples.case import Case
from service.examples.sentences import given, then, when


@given("判定日是(?P<day>.+)")
def decision_day(case: Case, day: str) -> None:
    case.on = words.day(day)


@given("情况如下：")
def facts(case: Case, datatable: list[list[str]]) -> None:
    header, *rows = datatable
    assert header == ["事实", "值"], header
    case.given.update((title, value) for title, value in rows)


@given("“(?P<title>[^”]+)”是 ?(?P<value>.*)")
def fact(case: Case, title: str, value: str) -> None:
    case.given[title] = value


@given("“(?P<title>[^”]+)”如下：")
def records(case: Case, title: str, datatable: list[list[str]]) -> None:
    case.given[title] = [list(row) for row in datatable]


@when("判定“(?P<title>[^”]+)”")
def decide(case: Case, title: str) -> None:
    case.ask(title)


@then("“(?P<title>[^”]+)”不能是 ?(?P<value>.+)，因为“(?P<reason>[^”]+)”")
def impossible(case: Case, title: str, value: str, reason: str) -> None:
    asked = case.decider.edition.rules[case.asked].title.zh
    try:
        case.read(asked, {**case.given, title: value})
        refused: list[str] = []
    except FactError as error:
        refused = [one.zh for one in error.problems]
    assert reason in refused
