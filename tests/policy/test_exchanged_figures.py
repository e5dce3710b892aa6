"""Two figures of one clause that stand where the other's should are noticed, and no two that stand right."""

import pytest

from rules.building.loader import load
from tests.agreement.making import TITLE, write
from tests.unit.small import derived, given, head


def titled(**words):
    return {code: {"title": {"zh": zh, "en": code}} for code, zh in words.items()}


CODES = {"good": {"zh": "良好", "en": "good"}, "fair": {"zh": "一般", "en": "fair"}}
GRADES = {**titled(best="优秀", next="较好", last="合格"), "open": {"if": "unknown", "title": TITLE}}
LINES = {"best": "20 万元", "next": "10 万元", "last": "3 万元"}
RATES = {"best": "50 bp", "next": "100 bp", "last": "150 bp"}
TEXTS = {
    "一": "信用良好的40分，信用一般的20分。",
    "二": "得分90分以上为优秀，80分以上为较好。",
    "三": "优秀户最高授信20万元，较好户10万元，合格户3万元；取整到千元。",
    "四": "优秀户加50个基点，较好户加100个基点，合格户加150个基点。",
}


def warned(tmp_path, card=None, /, points=(40, 20), again=(), **texts):
    """What is said of exchanged figures, by the place; `texts` are clauses in the place of the ones above."""
    then = [{"id": code, "when": {"card": code}, "then": {"line": LINES[code], "rate": RATES[code]}} for code in LINES]
    grades = [{"grade": "best", "at_least": 90, "clause": "二"}, {"grade": "last", "below": 80, "clause": "二"},
              {"grade": "next", "at_least": 80, "below": 90, "clause": "二"}]  # fmt: skip
    item = {"id": "conduct", "fact": "conduct", "clause": "一", "title": {"zh": "信用", "en": "conduct"}}
    facts = {"conduct": given("choice", choices=CODES),
             "limit": {**derived(round_down="table.line", to="1000 yuan"), "clause": "三",
                       "title": {"zh": "最高授信", "en": "limit"}}}  # fmt: skip
    table = head("table", clause="三", hit="first", otherwise={})
    outputs = {"line": given("amount"), "rate": {**given("rate"), "clause": "四"}}
    write(tmp_path, {
        "plan": {"plan": "p", "title": TITLE, "issuer": TITLE, "effective": {"from": "2026-01-01"}},
        "clauses": {"clauses": {name: {"text": text} for name, text in {**TEXTS, **texts}.items()}},
        "readings": {"readings": {}}, "facts": {"subjects": {"thing": {"title": TITLE, "facts": facts}}},
        "card": {"decision": "card", **head("scorecard", outcomes=GRADES, grades=grades, items=[
            {**item, "points": dict(zip(CODES, points, strict=True))}]), **(card or {})},
        "table": {"decision": "table", **table, "rows": then, "outputs": outputs},
        **({"again": {"decision": "again", **table, "rows": [
            {"id": code, "when": {"card": code}, "then": {"line": LINES[code]}} for code in again],
            "outputs": {"line": given("amount")}}} if again else {}),
    })  # fmt: skip
    loaded = load(tmp_path)
    assert loaded.edition is not None, [problem.zh for problem in loaded.problems]
    kinds = ("warning.exchanged", "warning.clause_disagrees")
    return {
        (problem.code.removeprefix("warning."), problem.path) for problem in loaded.problems if problem.code in kinds
    }


@pytest.mark.parametrize("texts", [
    {},  # the step of a rounding is not one of the limits beside it, though the words of one speak of its fact
    {"三": "优秀、较好、合格户授信额度分别为20、10、3万元，取整到1000元。"},
    {"四": "优秀、较好、合格户分别加50、100、150个基点。"},
    {"四": "各等级分别加50、100、150个基点。"},
    {"四": "从合格到优秀，各等级分别加150、100、50个基点。"},
    {"四": "优秀户加５‰，较好户加百分之一，合格户加一点五个百分点。"},
    {"三": "优秀、较好、合格户最高授信分别为200,000元、100 000元、叁万圆；取整到1 000元。"},
    {"一": "信用：良好40分，一般20分。"},
    {"二": "得分达到九十分的为优秀，80分（含）至90分（不含）的为较好，八十分以下（不含）的为合格。"},
])  # fmt: skip
def test_figures_that_stand_right_raise_no_warning(tmp_path, texts):
    assert warned(tmp_path, **texts) == set()


@pytest.mark.parametrize("again", [["best", "next", "last"], ["best"], ["next"], ["next", "last"]])
def test_another_decision_may_name_figures_of_a_list_without_labels_again(tmp_path, again):
    assert warned(tmp_path, again=again, 三="各等级授信额度分别为20、10、3万元，取整到1000元。") == set()


@pytest.mark.parametrize(("texts", "place"), [
    ({"四": "优秀户加150个基点，较好户加100个基点，合格户加50个基点。"}, "table.last"),
    ({"三": "优秀户授信10万元，较好户20万元，合格户3万元；取整到千元。"}, "table.next"),
    ({"三": "优秀、较好、合格户最高授信分别为100,000元、200,000元、3万元；取整到千元。"}, "table.next"),
    ({"三": "优秀户最高授信100 000元，较好户２００　０００元，合格户3万元；取整到千元。"}, "table.next"),
    ({"三": "优秀、较好、合格户最高授信分别为十万元、廿万元、三万元；取整到千元。"}, "table.next"),
    ({"四": "优秀户加150‱，较好户加百分之一，合格户加5‰。"}, "table.last"),
    ({"一": "信用良好的20分，信用一般的40分。"}, "card.conduct"),
    ({"二": "得分80分以上为优秀，90分以上为较好。"}, "card"),
    ({"三": "优秀、较好、合格户授信额度分别为10、20、3万元，取整到1000元。"}, "table.next"),
    ({"四": "优秀、较好、合格户分别加50、150、100个基点。"}, "table.last"),
    ({"四": "各等级分别加50、150、100个基点。"}, "table.last"),
    ({"三": "各等级授信额度分别为20万元、3万元和10万元；取整到千元。"}, "table.last"),
])  # fmt: skip
def test_rows_points_and_grades_with_each_others_figure_are_noticed(tmp_path, texts, place):
    assert ("exchanged", place) in warned(tmp_path, **texts)


@pytest.mark.parametrize(("text", "right"), [
    ("信用优的40分，良的20分。", True), ("信用优的20分，良的40分。", False),
    ("信用：优40分，良20分，不良的不得分。", True),
    ("信用优、良的分别为40分、20分。", True), ("信用优、良的分别为20分、40分。", False), ("信用良20分，优40分。", True),
    ("信用优秀40分，良好20分。", True),
])  # fmt: skip
def test_choices_of_one_character_are_told_apart(tmp_path, monkeypatch, text, right):
    monkeypatch.setitem(CODES, "good", {"zh": "优", "en": "good"})
    monkeypatch.setitem(CODES, "fair", {"zh": "良", "en": "fair"})
    assert warned(tmp_path, 一=text) == (set() if right else {("exchanged", "card.conduct")})


@pytest.mark.parametrize(("text", "wrong"), [
    ("满分40分", False), ("满分为40分", False), ("满分100分", True), ("实行百分制", True), ("总分最高40分", False),
    ("总分最高不超过50分", True), ("总分最低为0分", False), ("总分最低为5分", True), ("总分不低于85分的为优秀", False),
])  # fmt: skip
def test_full_marks_and_the_bounds_of_the_total_are_held_against_the_clause(tmp_path, text, wrong):
    card = {"full_marks": 40, "total": {"at_least": 0, "at_most": 40}}
    found = warned(tmp_path, card, 一=f"信用良好的40分，信用一般的20分。{text}。")
    places = {place for code, place in found if code == "clause_disagrees"}
    assert bool(places & {"card.full_marks", "card.most", "card.least"}) == wrong


def test_a_wrong_figure_of_several_choices_is_told_once(tmp_path):
    assert warned(tmp_path, points=(39, 39)) == {("clause_disagrees", "card.conduct")}
