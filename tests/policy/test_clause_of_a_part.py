"""A part with a figure names the clause it stands in; what it does not name is that of its item, or of its decision."""

import json
from pathlib import Path

import pytest

from rules import Engine, Reference
from rules.building.loader import load
from rules.model import cites, parts_of
from rules.words.clauses import trace
from rules.words.diff import diff
from rules.words.explain import explained
from rules.words.rulebook import page
from tests.agreement.making import TITLE, write
from tests.unit.small import ON, checklist, choice, count, derived, given, head, loaded

CLAUSES = {
    "一": {"text": "评分内容见第二条，总分100分。"},
    "二": {"text": "信用良好的40分，一般的20分。收入3万元以上的60分，不足3万元的30分。"},
    "三": {"text": "总分不低于85分的为优。"},
    "四": {"text": "优等授信额度20万元，年利率3.85%。"},
    "五": {"text": "利率按年利率4.5%执行。"},
}
GRADES = {"best": {"title": TITLE}, "rest": {"title": TITLE}, "open": {"if": "unknown", "title": TITLE}}
ITEM = {"title": {"zh": "评分内容", "en": "what is scored"}}


def files(*, conduct, bands, grades, limit=None, rate=None):
    card = head("scorecard", outcomes=GRADES, grades=grades, items=[
        {"id": "conduct", "fact": "conduct", "points": conduct, **ITEM},
        {"id": "income", "fact": "income", "bands": bands, **ITEM},
    ])  # fmt: skip
    then = {"limit": "20 万元", "rate": "4.5%"}
    grant = head("table", hit="first", otherwise={}, rows=[
        {"id": "top", "title": TITLE, "clause": "四", "when": {"card": "best"}, "then": then},
    ], outputs={"limit": {"type": "amount", "title": TITLE, **(limit or {})},
                "rate": {"type": "rate", "title": TITLE, **(rate or {})}})  # fmt: skip
    facts = {"conduct": choice("good", "fair"), "income": given("amount")}
    return {
        "plan": {"plan": "p", "title": TITLE, "issuer": TITLE, "effective": {"from": "2026-01-01"}},
        "clauses": {"clauses": CLAUSES}, "readings": {"readings": {}},
        "facts": {"subjects": {"thing": {"title": TITLE, "facts": facts}}},
        "card": {"decision": "card", **card}, "grant": {"decision": "grant", **grant},
    }  # fmt: skip


def bands(**more):
    return [{"at_least": "3 万元", "points": 60, **more}, {"below": "3 万元", "points": 30, **more}]


def told(**more):
    return {
        "conduct": {"good": {"points": 40, **more}, "fair": {"points": 20, **more}}, "bands": bands(**more),
    }  # fmt: skip


def grades(**more):
    return [{"grade": "best", "at_least": 85, **more}, {"grade": "rest", "below": 85, **more}]


NAMED = {**told(clause="二"), "grades": grades(clause="三"), "rate": {"clause": "五"}}


def edition(folder: Path, plan):
    write(folder, files(**plan))
    found = load(folder)
    assert found.edition is not None, [problem.zh for problem in found.problems]
    return found.edition, [one for one in found.problems if one.code == "warning.clause_disagrees"]


def test_figures_in_the_clauses_that_their_parts_name_raise_no_warning(tmp_path):
    assert edition(tmp_path, NAMED)[1] == []


@pytest.mark.parametrize(("part", "place", "figures"), [
    ({"conduct": {"good": 40, "fair": 20}}, "card.conduct", {"40分", "20分"}),
    ({"bands": bands()}, "card.income", {"60分", "30分"}),
    ({"grades": grades()}, "card", set()),  # 一 sets no limit of points: grades are left to the lender
    ({"grades": grades(clause="二")}, "card", set()),
    ({"rate": None}, "grant.top", {"4.5%"}),
    ({"limit": {"clause": "五"}}, "grant.top", {"20万元"}),
    ({"conduct": {"good": {"points": 39, "clause": "二"}, "fair": 20}}, "card.conduct", {"39分", "20分"}),
])  # fmt: skip
def test_a_figure_that_does_not_stand_in_the_nearest_clause_does(tmp_path, part, place, figures):
    warned = edition(tmp_path, {**NAMED, **part})[1]
    assert {one.path for one in warned} == ({place} if figures else set())
    assert all(any(figure in one.zh for one in warned) for figure in figures), [one.zh for one in warned]


def test_a_wrong_limit_of_a_grade_is_told_with_the_clause_of_the_grade(tmp_path):
    wrong = [{"grade": "best", "at_least": 80, "clause": "三"}, {"grade": "rest", "below": 80, "clause": "三"}]
    assert all("条款 三" in one.zh for one in edition(tmp_path, {**NAMED, "grades": wrong})[1])
    assert edition(tmp_path, {**NAMED, "grades": wrong})[1]
    lender = [{**one, "set_by": "lender"} for one in wrong]
    assert edition(tmp_path, {**NAMED, "grades": lender})[1] == []


@pytest.mark.parametrize("part", [
    {"grades": grades(clause="九")}, {"bands": bands(clause="九")}, {"rate": {"clause": "九"}},
    {"conduct": {"good": {"points": 40, "clause": "九"}, "fair": 20}},
])  # fmt: skip
def test_a_clause_that_is_not_there_is_an_error(tmp_path, part):
    write(tmp_path, files(**{**NAMED, **part}))
    assert {problem.code for problem in load(tmp_path).problems if problem.severity == "error"} == {"clause.unknown"}


def test_what_cites_a_clause_with_a_part_is_traced_to_it(tmp_path):
    found, _ = edition(tmp_path, NAMED)
    assert set(cites(found.rules["card"])) == {
        ("", "一"), ("conduct", "一"), ("income", "一"), ("conduct", "二"), ("income", "二"), ("", "三"),
    }  # fmt: skip
    traced = {one.clause.id: {cited.path for cited in one.citations} for one in trace(found)}
    assert traced["二"] == {"card.conduct", "card.income"}
    assert (traced["三"], traced["五"]) == ({"card"}, {"grant"})


def test_the_rulebook_quotes_the_clause_and_puts_it_beside_the_part(tmp_path):
    text = page(edition(tmp_path, NAMED)[0], {})
    assert all(f"> **{clause}**" in text for clause in CLAUSES)
    assert "40分（二）" in text
    assert "85分 | 三 |" in text
    assert "条款：五" in text


def test_a_difference_says_that_a_part_stands_in_another_clause(tmp_path):
    old, _ = edition(tmp_path / "old", NAMED)
    new, _ = edition(tmp_path / "new", {**NAMED, "grades": grades(clause="一"), "rate": {"clause": "四"}})
    texts = [one.text("zh") for one in diff(old, new)]
    assert sum("三" in text and "card" not in text for text in texts) == 2, texts
    assert any("五" in text and "四" in text for text in texts), texts
    assert json.dumps([one.as_dict() for one in diff(old, new)])


@pytest.mark.parametrize(("conduct", "clause", "set_by"), [("good", "二", "plan"), ("fair", "一", "lender")])
def test_a_finding_and_its_explanation_cite_the_clause_that_the_points_stand_in(tmp_path, conduct, clause, set_by):
    points = {"good": {"points": 40, "clause": "二"}, "fair": {"points": 20, "set_by": "lender"}}
    found, _ = edition(tmp_path, {**NAMED, "conduct": points})
    facts = {"conduct": conduct, "income": 40000}
    for engine in (Engine(found), Reference(found)):
        findings = {one.id: one.as_dict() for one in engine.decide("card", facts, ON).findings}
        assert (findings["conduct"]["clause"], findings["conduct"]["set_by"]) == (clause, set_by)
        assert (findings["income"]["clause"], findings["income"]["set_by"]) == ("二", "plan")
    said = {one.title: one.source for one in explained(engine.decide("card", facts, ON), "en").outputs}
    assert said["Grade"] == "三"
    granted = explained(engine.decide("grant", {**facts, "conduct": "good"}, ON), "en")
    assert [one.source for one in granted.outputs] == ["", "五"]


def test_bands_and_grades_are_parts_of_their_item_and_of_the_whole(tmp_path):
    found, _ = edition(tmp_path, NAMED)
    assert {(part.role, part.item) for part in parts_of(found.rules["card"])} == {
        ("shown", "conduct"), ("bands", "conduct"), ("shown", "income"), ("bands", "income"), ("grades", ""),
    }  # fmt: skip


@pytest.mark.parametrize(("clause", "operator", "told"), [
    ("不良率低于5%，较上年末上升不超过1%；连续3年获评。", "at_least", False),  # these words stand before figures
    ("不良率低于5%，最近获评年度不早于上年。", "at_least", False),
    ("不良率低于5%，获评年度低于上年。", "at_least", True),
    ("不良率高于1%，获评年度低于上年。", "below", False),
])  # fmt: skip
def test_words_of_comparison_before_figures_say_nothing_of_a_limit_that_is_a_fact(clause, operator, told):
    facts = {"latest": count("year"), "last_year": derived(difference=[{"year_of": "on"}, "1 year"])}
    found = loaded({"thing": facts}, {"asked": checklist({"require": {"latest": {operator: "last_year"}}})}, clause)
    assert [one.code for one in found.problems if one.code == "warning.clause_disagrees"] == (
        ["warning.clause_disagrees"] if told else []
    )


@pytest.mark.parametrize(("operator", "told"), [("at_least", False), ("below", True)])
def test_a_limit_that_is_a_fact_is_held_against_the_words_before_figures_of_its_kind(operator, told):
    facts = {"share": given("rate"), "least": derived(ratio=["part", "whole"]), "part": count(), "whole": count()}
    found = loaded({"thing": facts}, {"asked": checklist({"require": {"share": {operator: "least"}}})}, "不低于70%。")
    assert any(one.code == "warning.clause_disagrees" for one in found.problems) is told
