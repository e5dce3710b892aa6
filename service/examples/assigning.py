"""Villages to customer managers: who bears how much, how even it is, what changes, and why it cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules import FactChecker
from rules.judging.assignment import Incomplete, Task, judged, obstacles, task
from rules.model import Assignment
from rules.values.text import Text
from service.county.assignment.assigning import Found, assign
from service.examples import words
from service.examples.case import Case
from service.examples.sentences import given, then, when

LAST = "上次分派"
NOTHING = 0.0001  # of a gap: a hundredth of a percent


@dataclass
class Assigned:
    """What came of assigning: an answer, or what is wanted for one, or why there is none."""

    what: Assignment
    asked: Task | None = None
    found: Found | None = None
    wanted: Incomplete | None = None
    hindering: tuple[Text, ...] = ()

    def spread(self, title: str) -> Any:
        assert self.found is not None
        [place] = [place for place, one in enumerate(self.what.balance) if one.title.zh == title]
        return self.found.judged.spreads[place]


@given("上次分派如下：")
def last_assignment(case: Case, datatable: list[list[str]]) -> None:
    case.given[LAST] = [list(row) for row in datatable]


@when("分派“(?P<title>[^”]+)”")
def assign_all(case: Case, title: str) -> None:
    edition = case.decider.edition
    [what] = [one for one in edition.assignments.values() if one.title.zh == title]
    case.assigned = Assigned(what)
    records, bearers = (_records(case, subject) for subject in (what.subject, what.bearer))
    last = {str(name): str(bearer) for name, bearer in [*case.given.get(LAST, ())][1:]}
    assert case.on is not None
    try:
        asked = case.assigned.asked = task(edition, what, case.on, records, bearers, last)
    except Incomplete as error:
        case.assigned.wanted = error
        return
    case.assigned.hindering = obstacles(asked)
    if not case.assigned.hindering:
        case.assigned.found = assign(asked)


def _records(case: Case, subject: str) -> dict[str, dict[str, Any]]:
    edition = case.decider.edition
    table = case.given[edition.subjects[subject].title.zh]
    assert isinstance(table, list)
    rows = case.records(subject, table)
    return {row.pop("id"): FactChecker(edition).check(subject, row) for row in rows}


@then("分派的结论是“(?P<title>[^”]+)”")
def outcome(case: Case, title: str) -> None:
    one = case.assigned
    assert one.hindering == ()
    said = one.what.role("unknown") if one.found is None else one.found.judged.outcome
    assert one.what.outcomes[said].title.zh == title
    if one.found is not None:
        assert len(one.found.answer) == len(one.asked.records)
        assert judged(one.asked, one.found.answer) == one.found.judged


@then("“(?P<name>[^”]+)”负责 (?P<count>\\d+) 个村")
def carries(case: Case, name: str, count: str) -> None:
    loads = case.assigned.found.judged.loads
    assert [one.records for one in loads if one.bearer.id == name] == [int(count)]


@then("“(?P<title>[^”]+)”最多偏离 (?P<share>[\\d.]+%)")
def spread(case: Case, title: str, share: str) -> None:
    assert case.assigned.spread(title) == words.typed(case.assigned.what.share.type, {}, share)


@then("已无改进余地")
def gap(case: Case) -> None:
    """The solver reckons in millionths, so that a little is always left."""
    assert case.assigned.found.gap < NOTHING


@then("(?P<count>\\d+) 个村不换人")
def stays(case: Case, count: str) -> None:
    one = case.assigned
    assert one.asked.stays(one.found.answer) == int(count)


@then("“(?P<name>[^”]+)”缺“(?P<titles>[^”]+)”")
def lacks(case: Case, name: str, titles: str) -> None:
    assert [[at.title.zh for at in one.missing] for one in case.assigned.wanted.wanted if one.id == name] == [
        words.listed(titles)
    ]


@then("不能分派，因为“(?P<reason>[^”]+)”")
def impossible(case: Case, reason: str) -> None:
    assert [one.zh for one in case.assigned.hindering] == [reason]
