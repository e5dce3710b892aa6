"""Who is chosen from a list, in which place, and who is not and why."""

from __future__ import annotations

from rules.model import criteria_of
from service.examples import words
from service.examples.case import Case
from service.examples.sentences import then


@then("入选的是“(?P<names>[^”]+)”")
def chosen(case: Case, names: str) -> None:
    assert [one.id for one in case.decision.ranking if one.chosen] == words.listed(names)


@then("“(?P<name>[^”]+)”排第 (?P<place>\\d+)")
def place(case: Case, name: str, place: str) -> None:
    assert [one.place for one in case.decision.ranking if one.id == name] == [int(place)]


@then("“(?P<name>[^”]+)”不参加排序，因为不符合“(?P<title>[^”]+)”")
def not_eligible(case: Case, name: str, title: str) -> None:
    titles = {one.id: one.title.zh for one in criteria_of(case.decision.rule)}
    assert [titles[one.why] for one in case.decision.ranking if one.id == name] == [title]


@then("“(?P<name>[^”]+)”不参加排序，因为信息不全")
def not_known(case: Case, name: str) -> None:
    assert [(one.place, one.why) for one in case.decision.ranking if one.id == name] == [(None, "unknown")]
