"""What a decision says: its conclusion, its findings, what it gives, and what it lacks."""

from __future__ import annotations

from rules.values.exact import POINTS
from service.examples import words
from service.examples.case import Case
from service.examples.sentences import then


@then("结论是“(?P<title>[^”]+)”")
def conclusion(case: Case, title: str) -> None:
    assert case.decision.rule.outcomes[case.decision.outcome].title.zh == title


@then("不满足的是“(?P<titles>[^”]+)”")
def not_met(case: Case, titles: str) -> None:
    assert _titles(case, False) == words.listed(titles)


@then("因缺数据不能判断的是“(?P<titles>[^”]+)”")
def not_known(case: Case, titles: str) -> None:
    assert _titles(case, None) == words.listed(titles)


@then("(?:未到判断时间|不适用)的是“(?P<titles>[^”]+)”")
def not_applied(case: Case, titles: str) -> None:
    assert [one.title.zh for one in case.decision.findings if not one.applies] == words.listed(titles)


@then("依据的是“(?P<title>[^”]+)”")
def ground(case: Case, title: str) -> None:
    """The first row that holds; “无” where none does and the remaining cases follow."""
    hits = _titles(case, True) or [words.NONE]
    assert hits[0] == title


@then("给出的“(?P<title>[^”]+)”是 ?(?P<value>.+)")
def output(case: Case, title: str, value: str) -> None:
    body = case.decision.rule.body
    found = [one for one in body.outputs.values() if one.title.zh == title]
    assert len(found) == 1, f"“{title}” names {len(found)} outputs"
    name, choices = found[0].name, {code: words_.zh for code, words_ in found[0].choices.items()}
    said = [case.decision.outputs, *(outputs for _, outputs in case.decision.measures)]
    values = [outputs[name][0] for outputs in said if name in outputs]
    assert values == ([] if value == words.NOT_GIVEN else [words.typed(found[0].type, choices, value)])


@then("适用的优惠是“(?P<titles>[^”]+)”")
def measures(case: Case, titles: str) -> None:
    known = {one.id: one.title.zh for one in case.decision.findings}
    assert [known[name] for name, _ in case.decision.measures] == words.listed(titles)


@then("总分是 ?(?P<points>.+)")
def total(case: Case, points: str) -> None:
    wanted = {} if points == words.NONE else {"total": (words.typed(POINTS, {}, points), POINTS)}
    assert case.decision.outputs == wanted


@then("“(?P<title>[^”]+)”得 ?(?P<points>.+)")
def item_points(case: Case, title: str, points: str) -> None:
    assert case.finding(title).points == words.typed(POINTS, {}, points)


@then("缺少的信息是“(?P<titles>[^”]+)”")
def missing(case: Case, titles: str) -> None:
    assert _missing(case, "not_given", "not_decided") == words.listed(titles)


@then("因为“(?P<titles>[^”]+)”为零，无法计算")
def zero(case: Case, titles: str) -> None:
    assert _missing(case, "zero") == words.listed(titles)


def _titles(case: Case, verdict: bool | None) -> list[str]:
    return [one.title.zh for one in case.decision.findings if one.verdict is verdict]


def _missing(case: Case, *why: str) -> list[str]:
    return list(dict.fromkeys(one.title.zh for one in case.decision.missing if one.why in why))
