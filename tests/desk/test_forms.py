"""Drafts edited in fields: the same text as by hand, and no other line."""

import re
from difflib import ndiff
from random import Random

import pytest

from service.publishing.drafts import Drafts
from tests.desk.test_desk import begun, html

FILE = "credit_village"


@pytest.fixture
def author(someone):
    return someone("editor")


def fields(page):
    """The fields of a page's form as a browser sends them."""
    form = page.split('id="form"')[1].split("</form>")[0] if 'id="form"' in page else page
    inputs = re.findall(r'<input(?! type="checkbox")[^>]*?name="([^"]*)"[^>]*?value="([^"]*)"', form)
    said = {html(name): html(value) for name, value in inputs}
    for name, inner in re.findall(r'<select[^>]*?name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found = re.finditer(r'<option(?: value="([^"]*)")?( selected)?>([^<]*)', inner)
        options = [(one[3] if one[1] is None else one[1], one[2]) for one in found]
        said[html(name)] = html(next((value for value, chosen in options if chosen), options[0][0]))
    for name, text in re.findall(r'<textarea[^>]*?name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        said[html(name)] = html(text)
    return said


def text(api, draft, file):
    return Drafts(api.service.log).get(draft.rpartition("/")[2]).saved.files[f"{file}.yaml"]


def changed(before, after):
    return [one for one in ndiff(before.splitlines(), after.splitlines()) if one[0] in "+-"]


@pytest.mark.parametrize("at", ["credit_village", "scoring", "grant", "facts", "facts.subjects.county.facts.villages",
                                "clauses", 'clauses.clauses["四(三)1(1)"]', "readings", "screening", "village_award",
                                "plan", "report"])  # fmt: skip
def test_a_form_that_is_sent_as_it_came_changes_nothing(api, author, at):
    draft = begun(author)
    file = at.partition(".")[0]
    before, page = text(api, draft, file), author.get(f"{draft}/form/{at}").text
    answer = author.client.post(f"{draft}/form/{at}", data=fields(page))
    assert (answer.status_code, alert(answer)) == (303, "")
    assert text(api, draft, file) == before


def test_a_figure_an_operator_a_switch_and_a_row_change_their_lines_alone(api, author):
    draft = begun(author)
    before, said = text(api, draft, FILE), fields(author.get(f"{draft}/form/{FILE}").text)
    place = f"{FILE}.criteria.a_grade_share.require.a_grade_share.at_least"
    switch = f"value:{FILE}.criteria.public_order_stable.require.public_order_stable"
    changes = {f"value:{place}": "60", f"key:{place}": "above", switch: "false", "asked": "1"}
    assert said.keys() > {*changes} - {"asked"}
    answer = author.client.post(f"{draft}/form/{FILE}", data={**said, **changes})
    assert (answer.status_code, alert(answer)) == (303, "")
    lines = changed(before, text(api, draft, FILE))
    assert [one for one in lines if "above: 60%" in one or "public_order_stable: false" in one]
    assert len(lines) == 4
    page = author.get(f"{draft}/form/{FILE}").text
    moved = author.client.post(
        f"{draft}/form/{FILE}", data={**fields(page), "do": f"down {FILE}.criteria.a_grade_share"}
    )
    assert moved.status_code == 303
    said = {**fields(author.get(f"{draft}/form/{FILE}").text), "do": f"remove {FILE}.criteria.no_debt_dispute"}
    gone = author.client.post(f"{draft}/form/{FILE}", data=said)
    assert gone.status_code == 200  # which lines went is said
    assert "no_debt_dispute" in gone.text.split("一并去掉的行")[1].split("</pre>")[0]
    now = text(api, draft, FILE)
    assert now.index("id: a_grade_share") > now.index("id: collective_economy_sound")
    assert "no_debt_dispute" not in now


def test_the_words_of_the_clause_are_offered_with_the_figure(api, author):
    draft = begun(author)
    said = fields(author.get(f"{draft}/form/{FILE}").text)
    said[f"value:{FILE}.criteria.a_grade_share.require.a_grade_share.at_least"] = "60"
    offered = author.client.post(f"{draft}/form/{FILE}", data=said)
    assert "也写着这个数字" in offered.text
    assert "<b>条款 · 四(三)1(1) · 原文</b>" in offered.text
    assert "<b>解读 · A级及以上信用户占比恰为55% · 问题 · 中文</b>" in offered.text
    assert "55%" in text(api, draft, FILE)  # nothing is saved before it is answered
    boxes = {html(one): "on" for one in re.findall(r'type="checkbox" name="([^"]*)"', offered.text)}
    answer = author.client.post(f"{draft}/form/{FILE}", data={**fields(offered.text), **boxes})
    assert answer.status_code == 303
    assert "at_least: 60%" in text(api, draft, FILE)
    assert "60%" in re.search(r"四\(三\)1\(1\).*", text(api, draft, "clauses"))[0] or "比例高于60%" in text(
        api, draft, "clauses"
    )


def test_a_criterion_is_added_from_the_forms_of_the_grammar(api, author):
    draft = begun(author)
    page = author.get(f"{draft}/form/{FILE}").text
    link = next(html(one) for one in re.findall(r'href="([^"]*/add/[^"]*)"', page) if "credit_village.criteria?" in one)
    form = author.get(link).text
    said = fields(form)
    names = [one for one in said if one.startswith(("value:", "key:"))]
    filled = {}
    for name in names:
        end = name.rpartition(".")[2].rstrip("]")
        filled[name] = {"id": "new_one", "clause": "四(三)1(4)"}.get(end, said[name])
    key = next(one for one in names if one.startswith("key:") and "require" in one)
    value = next(one for one in names if one.startswith("value:") and "require" in one)
    answer = author.client.post(link, data={**said, **filled, key: "no_debt_dispute", value: "true"})
    assert (answer.status_code, alert(answer)) == (303, "")
    assert "new_one" in text(api, draft, FILE)


COMPARED = [
    ("a_grade_share", "at_least", "60%", "{at_least: 60%}"),
    ("a_grade_share", "between", "50%、60%", "{between: [50%, 60%]}"),
    ("npl_balance", "between", "1,000 yuan; 20,000 yuan", "{between: ['1,000 yuan', '20,000 yuan']}"),
    ("a_grade_share", "one_of", "50%，60% , 70%", "{one_of: [50%, 60%, 70%]}"),
]


@pytest.mark.parametrize(("fact", "operator", "typed", "written"), COMPARED)
def test_a_criterion_with_an_operator_is_added_in_one_form_as_by_hand(api, author, fact, operator, typed, written):
    draft = begun(author)
    before, page = text(api, draft, FILE), author.get(f"{draft}/form/{FILE}").text
    way = html(re.search(r'href="([^"]*/add/credit_village.criteria[?][^"]*)">必须成立的条件<', page)[1])
    said = fields(author.get(way).text)
    [how] = [one for one in said if one.startswith("how:")]
    at = how.removeprefix("how:")
    top = at.partition(".require")[0]
    filled = {f"key:{at}": fact, how: operator, f"value:{at}": typed, f"value:{top}.id": "new_one",
              f"value:{top}.clause": "四(三)1(4)", f"value:{top}.set_by": "lender"}  # fmt: skip
    assert filled.keys() <= said.keys()
    refused = author.client.post(way, data={**said, **filled, f"value:{top}.id": "a_grade_share"})
    assert refused.status_code == 422
    assert fields(refused.text)[how] == operator  # what was typed stays
    answer = author.client.post(way, data={**said, **filled})
    assert (answer.status_code, alert(answer)) == (303, "")
    by_hand = ["- id: new_one", f"require: {{{fact}: {written}}}", "clause: 四(三)1(4)", "set_by: lender"]
    added = [one[1:].strip() for one in changed(before, text(api, draft, FILE))]
    assert [one.replace('"', "'") for one in added] == by_hand


def test_what_cannot_be_is_told_and_the_form_keeps_what_was_typed(api, author):
    draft = begun(author)
    before, said = text(api, draft, FILE), fields(author.get(f"{draft}/form/{FILE}").text)
    typed = {f"value:{FILE}.title.zh": "打到一半的名称", "do": f"remove {FILE}.criteria.nothing"}
    answer = author.client.post(f"{draft}/form/{FILE}", data={**said, **typed})
    assert answer.status_code == 422
    assert fields(answer.text)[f"value:{FILE}.title.zh"] == "打到一半的名称"
    assert " data-unsaved" in answer.text  # to leave it asks first
    assert text(api, draft, FILE) == before
    bad = {**said, f"value:{FILE}.criteria.a_grade_share.require.a_grade_share.at_least": "六成", "asked": "1"}
    assert author.client.post(f"{draft}/form/{FILE}", data=bad).status_code == 303  # a draft may have faults
    assert "六成" in author.get(f"{draft}/form/{FILE}").text
    assert "要先改正" in author.get(draft).text


def test_fuzzed_forms_are_no_error_of_ours_and_publish_nothing(api, author):
    draft, chance = begun(author), Random(11)
    said = fields(author.get(f"{draft}/form/{FILE}").text)
    published = {*api.service.policies.current().compiled}
    odd = [
        "",
        "'",
        "{",
        "\u3000",
        "- a",
        "a: b",
        "\n",
        "*x",
        "&x",
        "!!y",
        "%",
        "99999999999999999999",
        "\u202e",
        "|",
        "#",
    ]
    for _ in range(40):
        data = {**said, **{name: chance.choice(odd) for name in chance.sample(sorted(said), 5) if name != "csrf"}}
        if chance.random() < 0.3:
            data["do"] = chance.choice(
                ["remove", "up x", "down [", "remove credit_village.kind", "x y", "up credit_village"]
            )
        assert author.client.post(f"{draft}/form/{FILE}", data=data).status_code < 500
    assert {*api.service.policies.current().compiled} == published


def alert(answer):
    found = re.search(r'role="alert">(.*?)</div>', answer.text, re.DOTALL)
    return found[1] if found else ""


def test_names_that_lead_nowhere_and_keys_that_nobody_knows_stay_as_they_are(api, author):
    """A form that cannot tell what something is neither leaves it out nor writes another in its place."""
    draft = begun(author)
    before = text(api, draft, FILE)
    strange = (before.replace("reading: a_grade_share_operator", "reading: no_such_reading")
               .replace("require: {public_order_stable: true}", "require: {no_such_fact: true}")
               .replace("below: county.household_npl_rate", "below: county.no_such_fact")
               .replace("{no_debt_dispute: true}", "{no_debt_dispute: no_such_word}")
               .replace("clause: 四(三)1(3)", "clause: 九(九)9")
               .replace("kind: checklist", "kind: checklist\nno_such_key: {a: 55%, b: '1'}"))  # fmt: skip
    assert strange.count("no_such") == 5
    said = fields(author.get(f"{draft}/text/{FILE}.yaml").text)
    author.client.post(f"{draft}/text/{FILE}.yaml", data=said | {"text": strange})
    assert text(api, draft, FILE) == strange
    sent = fields(author.get(f"{draft}/form/{FILE}").text)
    title = f"value:{FILE}.title.zh"
    answer = author.client.post(f"{draft}/form/{FILE}", data=sent | {title: "另一个名称"})
    assert (answer.status_code, alert(answer)) == (303, "")
    assert [one[0] for one in changed(strange, text(api, draft, FILE))] == ["-", "+"]


def test_what_is_added_is_asked_for_in_words(author):
    draft = begun(author)
    page = author.get(f"{draft}/form/{FILE}").text
    assert re.search(r'<details class="item" id="[^"]*a_grade_share.require.a_grade_share" open>', page)  # the only one
    assert ">逐项核对</option>" in page
    way = html(re.search(r'href="([^"]*/add/credit_village.criteria[?][^"]*)">必须成立的条件<', page)[1])
    asked = author.get(way).text
    assert re.search(r'<label for="key:[^"]*">事实</label>', asked)
    assert '<option value="a_grade_share">A级及以上信用户占比</option>' in asked
    assert "信用村评定标准</a>" in asked
