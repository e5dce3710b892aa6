"""How far a subject is from meeting a criterion, said in whole households, villages or yuan."""

from __future__ import annotations

from rules.judging.distance import Change, Distance, distances
from service.examples import words
from service.examples.case import Case
from service.examples.sentences import then

WHY = {
    "no_lever": "不是补办手续就能达到的",
    "out_of_reach": "无法达到",
    "unknown": "信息不足",
    "not_computed": "未测算",
}


@then("“(?P<title>[^”]+)”还差“(?P<wanted>[^”]+)”")
def shortfall(case: Case, title: str, wanted: str) -> None:
    distance = distances(case.decision).criteria.get(case.finding(title).id)
    assert (words.NONE if distance is None else _said(distance)) == wanted


@then("“(?P<title>[^”]+)”(?P<why>不是补办手续就能达到的|无法达到)")
def not_attained(case: Case, title: str, why: str) -> None:
    shortfall(case, title, why)


@then("合计(?P<why>不是补办手续就能达到的|无法达到)")
def whole_not_attained(case: Case, why: str) -> None:
    whole_shortfall(case, why)


@then("合计还差“(?P<wanted>[^”]+)”")
def whole_shortfall(case: Case, wanted: str) -> None:
    whole = distances(case.decision).outcome
    assert (words.NONE if whole is None else _said(whole)) == wanted


def _said(distance: Distance) -> str:
    return WHY[distance.why] if distance.why else "；".join(map(_change, distance.changes))


def _change(change: Change) -> str:
    if change.by is None:
        to = change.answer.zh if change.answer else "是" if change.to else "否"
        return f"{change.title.zh}改为{to}"
    less = "减少 " if change.by < 0 else ""
    return f"{less}{words.amount(abs(change.by), change.type)} {change.title.zh}"
