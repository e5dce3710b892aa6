"""An explanation and an answer say what is left of an output or an outcome that is open."""

import pytest

from rules import Engine, FactChecker
from rules.words.explain import explain
from tests.unit.small import ON, TITLE, choice, count, derived, given, head, small, table


def named(zh, en=""):
    return {"zh": zh, "en": en or zh}


OUTCOMES = {"granted": {"title": named("给予")}, "less": {"title": named("减半")}, "none": {"title": named("不给")},
            "open": {"if": "unknown", "title": named("待定")}}  # fmt: skip
EDITION = small({
    "filed": count(), "income": given("amount"), "clean": given("boolean"), "kind": choice("a", "b", "c"),
    "half": derived(product=["income", "50%"]),
}, {
    "grant": table("first",
        {"when": {"filed": {"at_least": "3 houses"}}, "outcome": "granted",
         "then": {"limit": "half", "term": "2 years"}},
        {"when": {"clean": True}, "outcome": "less", "then": {"limit": "1 yuan", "term": "2 years"}},
        outcomes=OUTCOMES, otherwise={"outcome": "none", "then": {"limit": "0 yuan", "term": "1 year"}},
        outputs={"limit": {"type": "amount", "title": named("额度", "limit")},
                 "term": {"type": "count", "unit": "year", "title": named("期限", "term")}}),
    "named": table("first", {"when": {"clean": True}, "outcome": "granted", "then": {"title": "a"}}, outcomes=OUTCOMES,
        otherwise={"outcome": "none", "then": {"title": "c"}},
        outputs={"title": {"type": "choice", "title": named("称号", "title"),
                           "choices": {"a": named("甲"), "b": named("乙"), "c": named("丙")}}}),
    "card": head("scorecard", outcomes=OUTCOMES,
        items=[{"id": "one", "title": TITLE, "fact": "filed", "bands": [
            {"below": "3 houses", "points": 0}, {"at_least": "3 houses", "points": 6}]}],
        grades=[{"grade": "granted", "at_least": 9}, {"grade": "less", "at_least": 5, "below": 9},
                {"grade": "none", "below": 5}]),
    "carded": table("sum", {"when": {"card": ["less", "none"]}, "outcome": "less", "then": {"limit": "5 yuan"}},
        outcomes=OUTCOMES, otherwise={"outcome": "none", "then": {"limit": "0 yuan"}},
        outputs={"limit": {"type": "amount", "title": named("额度", "limit")}}),
})  # fmt: skip
CHECKER, ENGINE = FactChecker(EDITION), Engine(EDITION)


def decided(name, **facts):
    return ENGINE.decide(name, CHECKER.check("thing", facts), ON)


def line(told, start):
    """The words of the line of what follows that begins so."""
    return next(" ".join(one.split()) for one in told.splitlines() if one.strip().lstrip("? ").startswith(start))


@pytest.mark.parametrize(("name", "facts", "start", "zh", "en"), [
    ("grant", {"filed": 3, "income": {"at_least": 4, "at_most": 8}}, ("额度", "limit"),
     "? 额度 2元至4元 信息补齐后才能确定", "? limit 2 yuan to 4 yuan can be told once the information is complete"),
    ("grant", {"filed": 3, "income": {"at_least": 4}}, ("额度", "limit"),
     "? 额度 至少2元 信息补齐后才能确定", "? limit at least 2 yuan can be told once the information is complete"),
    ("grant", {"clean": True, "income": 4}, ("期限", "term"),
     "? 期限 只可能是：2年 信息补齐后才能确定",
     "? term can only be: 2 years can be told once the information is complete"),
    ("grant", {"clean": True}, ("结论 ", "Outcome  "), "? 结论 只可能是：给予、减半",
     "? Outcome can only be: 给予, 减半"),
    ("named", {}, ("称号", "title"), "? 称号 只可能是：甲、丙 信息补齐后才能确定",
     "? title can only be: 甲, 丙 can be told once the information is complete"),
    ("carded", {}, ("额度", "limit"), "? 额度 只可能是：5元 信息补齐后才能确定",
     "? limit can only be: 5 yuan can be told once the information is complete"),
    ("card", {}, ("总分", "Total"), "? 总分 0分至6分 有的项目还不能计分",
     "? Total 0 points to 6 points some items cannot be scored yet"),
    ("card", {}, ("结论 ", "Outcome  "), "? 结论 只可能是：减半、不给", "? Outcome can only be: 减半, 不给"),
])  # fmt: skip
def test_what_is_left_is_said(name, facts, start, zh, en):
    decision = decided(name, **facts)
    assert line(explain(decision), start[0]) == zh
    assert line(explain(decision, "en"), start[1]) == en


def test_an_answer_has_it_as_data():
    shown = decided("grant", filed=3, income={"at_least": 4, "at_most": 8}).as_dict()
    assert shown["left"] == {"outcomes": ["granted"], "outputs": {"limit": {"at_least": 2, "at_most": 4}}}
    assert shown["outputs"] == {"term": 2}
    assert decided("named").as_dict()["left"]["outputs"] == {"title": {"one_of": ["a", "c"]}}
    assert "left" not in decided("grant", filed=3, income=4).as_dict()


def test_what_says_nothing_is_not_said():
    assert decided("named", kind="a").left.outcomes == ("granted", "none")
    assert decided("grant").left.outcomes == ()  # all three
    assert set(decided("grant").left.outputs) == {"limit", "term"}
    scored = decided("card", filed={"at_least": 3})
    assert (scored.outcome, scored.as_dict().get("left")) == ("less", None)
