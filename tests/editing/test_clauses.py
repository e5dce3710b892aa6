"""A figure and the words of its clause are corrected together: one edit, two places."""

import shutil

import pytest

from rules.building.loader import load
from rules.editing.acts import Set
from rules.editing.address import Address
from rules.editing.clauses import together, wordings
from rules.editing.edit import edit
from rules.editing.texts import Texts
from rules.warnings.numerals import figures

from .test_outline import PLAN
from .test_random import PLANS, ROOT

AT = Address.read("credit_village.criteria.a_grade_share.require.a_grade_share.at_least")


def test_the_words_of_the_clause_are_offered_and_both_change_in_one_edit():
    (one,) = (one for one in wordings(PLAN, AT, "60%") if one.at.file == "clauses")
    assert (one.said, one.instead) == ("55", "60")
    made = edit(PLAN, [Set(AT, "60%"), Set(one.at, one.text)])
    changed = [line for line in made.diff() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert len(changed) == 4
    assert sum("60%" in line for line in changed) == 2
    names = {name for name, text in made.files.items() if text != PLAN.own[name]}
    assert names == {"credit_village.yaml", "clauses.yaml"}


def test_with_all_that_says_the_figure_taken_along_clause_and_rule_agree(tmp_path):
    found = wordings(PLAN, AT, "60%")
    along = [Set(at, text) for at, text in together(found).items()]
    for acts, told in (([Set(AT, "60%")], ["credit_village.a_grade_share"]), ([Set(AT, "60%"), *along], [])):
        shutil.copytree(ROOT / "policies", tmp_path / "policies", dirs_exist_ok=True)
        for name, text in edit(PLAN, acts).files.items():
            (tmp_path / PLANS[0] / name).write_text(text, encoding="utf-8")
        problems = load(tmp_path / PLANS[0], tmp_path).problems
        assert [one.path for one in problems if one.code == "warning.clause_disagrees"] == told
    because = str(Address("readings", ("readings", "a_grade_share_operator", "because", "zh")))
    assert sum(str(one.at) == because for one in found) == 2  # a text that says it twice is right in both places
    assert "55" not in "".join(together(found).values())


@pytest.mark.parametrize(("words", "old", "new", "said"), [
    ("不低于百分之五十五。", "55%", "60%", "不低于百分之六十。"),
    ("占比达五成以上。", "50%", "60%", "占比达六成以上。"),
    ("不超过20万元。", "20 万元", "35 万元", "不超过35万元。"),
    ("不超过二十万元。", "20 万元", "12 万元", "不超过十二万元。"),
    ("不超过1,200元。", "1200 yuan", "2500 yuan", "不超过2,500元。"),
    ("不超过1 200元。", "1200 yuan", "2500 yuan", "不超过2 500元。"),
    ("不超过100\u202f000元。", "100000 yuan", "2500 yuan", "不超过2\u202f500元。"),
    ("有效期两年。", "2 years", "3 years", "有效期三年。"),
    ("有效期３年。", "3 years", "2 years", "有效期2年。"),
    ("不高于3‰。", "3‰", "5‰", "不高于5‰。"),
    ("18至65周岁。", "65 years", "70 years", "18至70周岁。"),
    ("不低于2.5%。", "2.5%", "3%", "不低于3%。"),
])  # fmt: skip
def test_numerals_are_written_in_their_own_way(words, old, new, said):
    (one,) = wordings(_texts(words, old), Address.read("d.criteria.a.require.f.at_least"), new)
    assert one.text == said


@pytest.mark.parametrize(("words", "old", "new"), [
    ("不低于半数。", "50%", "60%"),
    ("打八折。", "80%", "100%"),  # 十折 would be read as a tenth
    ("不低于五成。", "50%", "55%"),
    ("不低于70%。", "50%", "55%"),
    ("不低于50%。", "50%", "55 years"),
    ("不低于50%。", "50%", "county.share"),
    ("不低于50%。", "county.share", "50%"),
])  # fmt: skip
def test_where_it_cannot_be_said_so_nothing_is_offered(words, old, new):
    assert wordings(_texts(words, old), Address.read("d.criteria.a.require.f.at_least"), new) == ()


def test_the_clause_above_and_each_of_its_sentences_are_read():
    texts = Texts({
        "d.yaml": "clause: 一(1)\ncriteria: [{id: a, require: {f: {at_least: 50%}}}]\n",
        "clauses.yaml": "clauses:\n  一: {sentences: [{text: 无。}, {text: 至少50%。}]}\n  一(1): {heading: 占比}\n",
    })  # fmt: skip
    (one,) = wordings(texts, Address.read("d.criteria.a.require.f.at_least"), "60%")
    assert (str(one.at), one.text) == ("clauses.clauses.一.sentences[1].text", "至少60%。")


def _texts(words, figure):
    return Texts({
        "d.yaml": f"criteria: [{{id: a, clause: 一, require: {{f: {{at_least: {figure}}}}}}}]\n",
        "clauses.yaml": f"clauses: {{一: {{text: '{words}'}}}}\n",
    })  # fmt: skip


def test_a_figure_says_where_its_numeral_stands():
    for text, numeral in (("不低于百分之五十五", "五十五"), ("高于55%", "55"), ("过半数", ""), ("五成", "五")):
        (figure,) = figures(text)
        assert text[slice(*figure.numeral)] == numeral
