"""Test cases of a draft, written in a form: kept in its file, held at once, told to whoever approves."""

import re

import pytest

from rules.cases.files import read_cases
from rules.model.needs import needed
from service.publishing.drafts import Drafts
from tests.county.conftest import files, out  # noqa: F401 -- fixtures
from tests.desk.test_desk import LIMIT, begun, html, written
from tests.desk.test_effect import with_runs, worked_out
from tests.desk.test_forms import alert, changed, fields

VILLAGE = "credit_village"


@pytest.fixture
def author(someone):
    return someone("editor")


def text(api, draft):
    return Drafts(api.service.log).get(draft.rpartition("/")[2]).saved.files.get("cases.yaml", "")


def sent(author, draft, number="new", do="", decision=VILLAGE, **said):
    """The form of a case as it came, with other values in some fields."""
    page = author.get(f"{draft}/cases/{number}?decision={decision}").text
    data = (
        fields(page) | {name.replace("__", ":", 1): value for name, value in said.items()} | ({"do": do} if do else {})
    )
    return author.client.post(f"{draft}/cases/{number}", data=data)


BOUNDED = """\
# settled in May
- on: 2027-08-01
  subject: {id: V-1} # in the hills
  facts:
    no_debt_dispute: false
    npl_balance: {at_least: 1}
  decisions: {credit_village: not_qualified}
"""
KEPT = {"subject": "V-002", "on": "2027-08-01", f"wanted__{VILLAGE}": "not_qualified", "fact__no_debt_dispute": "false"}


def test_a_case_is_written_in_a_form_and_kept_with_the_draft(api, author):
    draft = begun(author)
    page = author.get(f"{draft}/cases/new").text
    assert "哪项判定" in page
    page = author.get(f"{draft}/cases/new?decision={VILLAGE}").text
    assert all(title in html(page) for title in ("全村农户", "村编号", "不达标", "整数（农户）"))
    assert sent(author, draft, **KEPT).status_code == 303
    assert text(api, draft) == ("- {on: 2027-08-01, subject: {id: V-002}, decisions: {credit_village: not_qualified}, "
                                "facts: {no_debt_dispute: false}}\n")  # fmt: skip
    page = html(author.get(draft).text)
    assert "增加案例 V-002 2027-08-01：信用村" in page
    assert ">符合<" in page


def test_it_holds_whoever_changes_the_policy(author):
    draft = begun(author)
    sent(author, draft, **KEPT)
    dispute = "require: {no_debt_dispute: true}"
    written(author, draft, f"{VILLAGE}.yaml", dispute, dispute.replace("true", "false"))
    page = author.get(draft).text
    assert ">不符合<" in page
    assert "没有可对照的版本" not in page  # what it changes is told all the same
    assert "应为“不达标”" in page


def test_a_form_says_what_its_change_breaks_in_another_file_and_what_it_changed(author):
    draft = begun(author)
    sent(author, draft, **KEPT)
    said = fields(author.get(f"{draft}/form/{VILLAGE}").text)
    said[f"value:{VILLAGE}.criteria.no_debt_dispute.require.no_debt_dispute"] = "false"
    assert author.client.post(f"{draft}/form/{VILLAGE}", data=said).status_code == 303
    page = html(author.get(f"{draft}/form/{VILLAGE}").text)
    assert "要先改正，不在这个文件里" in page
    assert "<code>cases.yaml:1</code>" in page
    assert "已保存的改动" in page


def test_it_can_be_tried_before_it_is_saved(api, author):
    draft = begun(author)
    answer = sent(author, draft, do="try", **KEPT)
    assert "照这份草稿正是“不达标”" in answer.text
    assert fields(answer.text)["fact:no_debt_dispute"] == "false"
    answer = sent(author, draft, do="try", **{**KEPT, f"wanted__{VILLAGE}": "qualified"})
    assert "应为“达标”，照这份草稿是“不达标”" in answer.text
    assert text(api, draft) == ""


def test_a_field_that_is_changed_changes_its_place_alone(api, author):
    draft = begun(author)
    kept = BOUNDED
    author.post(f"{draft}/text/cases.yaml", revision="1", text=kept)
    page = author.get(f"{draft}/cases/0").text
    assert "写了上下限" in page
    assert sent(author, draft, "0").status_code == 303
    assert text(api, draft) == kept
    assert sent(author, draft, "0", fact__households="１，２00").status_code == 303
    assert [one for one in changed(kept, text(api, draft)) if one[0] in "+-"] == ["+     households: 1200"]
    assert "全村农户 不清楚 → 1200" not in author.get(draft).text  # it is new beside what was published


def test_records_are_rows_and_more_can_be_asked_for(api, author):
    draft = begun(author)
    page = author.get(f"{draft}/cases/new?decision=credit_township").text
    assert {"fact:villages[0].id", "fact:villages[1].id"} <= fields(page).keys()
    said = {"subject": "T-1", "wanted__credit_township": "unknown", "fact__villages[1].id": "V-7"}
    answer = sent(author, draft, do="rows", decision="credit_township", **said)
    assert "fact:villages[5].id" in fields(answer.text)
    assert 'value="V-7"' in answer.text
    assert sent(author, draft, decision="credit_township", **said).status_code == 303
    assert "villages: [{id: V-7}]" in text(api, draft)
    assert fields(author.get(f"{draft}/cases/0").text)["fact:villages[0].id"] == "V-7"


WRONG = [
    ({"fact__households": "many"}, "全村农户"),
    ({"subject": ""}, "请写编号"),
    ({f"wanted__{VILLAGE}": ""}, "应得的结论"),
    ({"subject": "110101199003070011"}, "身份证"),
    ({"on": "tomorrow"}, "on 要写日期"),
    ({"fact__no_debt_dispute": "perhaps"}, "true"),
]


def test_what_cannot_be_used_is_told_and_stays_in_the_form(api, author):
    draft = begun(author)
    for said, words in WRONG:
        answer = sent(author, draft, **{**KEPT, **said})
        assert (answer.status_code, words in alert(answer)) == (422, True)
        [(name, value)] = said.items()
        assert fields(answer.text)[name.replace("__", ":", 1)] == value
    assert text(api, draft) == ""


@pytest.mark.parametrize("do", ["", "try", "rows", "fill", "also"])
@pytest.mark.parametrize("decision", ["", "no_such"])
def test_a_case_of_no_decision_is_told_and_the_decisions_are_shown(api, author, decision, do):
    draft = begun(author)
    data = {"csrf": fields(author.get(draft).text)["csrf"], "revision": "1", "decision": decision, "do": do}
    answer = author.client.post(f"{draft}/cases/new", data=data)
    assert (answer.status_code, "请选这个案例是哪项判定的" in answer.text) == (422, True)
    assert f'<option value="{VILLAGE}">' in answer.text
    assert text(api, draft) == ""


def test_an_example_fills_the_form_in(author):
    draft = begun(author)
    page = author.get(f"{draft}/cases/new?decision={VILLAGE}").text
    assert "照一个例子填" in page
    page = sent(author, draft, do="fill", example="0").text
    assert fields(page)["fact:households"].isdecimal()


def test_an_example_fills_in_what_is_empty_alone(author):
    draft = begun(author)
    typed = {**KEPT, "fact__households": "77", "fact__no_debt_dispute": ""}
    page = sent(author, draft, do="fill", example="0", **typed).text
    said = fields(page)
    assert (said["subject"], said["on"], said["fact:households"]) == ("V-002", "2027-08-01", "77")
    assert said[f"wanted:{VILLAGE}"] == "not_qualified"
    assert sum(bool(one) for name, one in said.items() if name.startswith("fact:")) > 1
    assert "您已填的" in page
    assert sent(author, draft, do="fill", example="999", **typed).status_code == 200


GRANT = {"decision": "grant", "subject": "H-002", "on": "2027-08-01", "wanted__grant": "needs_information",
         "gives__grant.limit": "５０，000"}  # fmt: skip


def test_a_case_wants_outputs_beside_the_outcome(api, author):
    draft = begun(author)
    page = html(author.get(f"{draft}/cases/new?decision=grant").text)
    assert "授信应给出的建议额度" in page
    tried = html(sent(author, draft, do="try", **GRANT).text)
    assert "授信：照这份草稿正是“需补充信息”" in tried
    assert "授信·建议额度：应为“5万元”，照这份草稿是“不给出”" in tried
    assert sent(author, draft, **GRANT).status_code == 303
    assert "decisions: {grant: {outcome: needs_information, outputs: {limit: 50000}}}" in text(api, draft)
    page = html(author.get(draft).text)
    assert "授信应为“需补充信息”，建议额度应为“50000”" in page
    assert ">不符合<" in page
    assert "“授信·建议额度”应为“5万元”，按《" in page
    assert "》（2027-05-01 起）是“不给出”" in page
    assert fields(author.get(f"{draft}/cases/0").text)["gives:grant.limit"] == "50000"
    kept = text(api, draft)
    assert sent(author, draft, "0", decision="grant").status_code == 303
    assert text(api, draft) == kept  # what was not touched is not written anew
    assert sent(author, draft, "0", decision="grant", **{"gives__grant.limit": ""}).status_code == 303
    assert "decisions: {grant: needs_information}" in text(api, draft)
    assert ">符合<" in author.get(draft).text


def test_one_that_is_removed_or_changed_is_told_to_whoever_approves(api, author):
    draft = begun(author)
    sent(author, draft, **KEPT)
    sent(author, draft, **{**KEPT, "subject": "V-003"})
    assert sent(author, draft, "0", do="remove").status_code == 303
    page = author.get(draft).text
    assert ("V-002" in text(api, draft), "增加案例 V-003" in page) == (False, True)
    assert author.get(f"{draft}/cases/7").status_code == 422
    assert author.get(f"{draft}/cases/x").status_code == 404


def test_a_draft_with_errors_tells_its_cases_and_takes_no_new_one(author):
    draft = begun(author)
    sent(author, draft, **KEPT)
    written(author, draft, f"{VILLAGE}.yaml", LIMIT, "at_least: 六成")
    page = author.get(draft).text
    assert "V-002 2027-08-01" in page
    assert ">符合<" not in page
    assert author.get(f"{draft}/cases/new").status_code == 409


def test_another_decision_about_the_same_example_keeps_what_was_typed(author):
    draft = begun(author)
    answer = sent(author, draft, do="also", also="village_award", **KEPT)
    said = fields(answer.text)
    assert (answer.status_code, alert(answer)) == (200, "")
    assert {name.replace("__", ":", 1): value for name, value in KEPT.items()}.items() <= said.items()
    assert "wanted:village_award" in said


def test_an_id_of_digits_stays_as_it_was_typed(api, author):
    draft = begun(author)
    assert sent(author, draft, **{**KEPT, "subject": "007"}).status_code == 303
    assert 'subject: {id: "007"}' in text(api, draft)
    assert fields(author.get(f"{draft}/cases/0").text)["subject"] == "007"
    assert [read_cases(f"{{subject: {one}, facts: {{}}}}", "a.yaml")[0].subject_id
                                   for one in ("{id: 007}", "007", "{id: 7}")] == ["007", "007", "7"]  # fmt: skip


def test_an_example_that_a_draft_breaks_is_kept_as_a_case_that_holds_it(api, author):
    draft = begun(author)
    written(author, draft, f"{VILLAGE}.yaml", LIMIT, "at_least: 60%")
    shown = worked_out(api, author, draft)
    [first, *others] = [html(one) for one in re.findall(r'href="([^"]*/cases/new[?]kept=[^"]*)"', shown)]
    assert len(others) < shown.count('<div class="broken">') - 1  # not where an example supposes another reading
    page = author.get(first).text
    said = fields(page) | {"subject": "V-002"}
    assert (said[f"wanted:{VILLAGE}"], said["fact:a_grade_households"]) == ("qualified", "550")
    tried = author.client.post(f"{draft}/cases/new", data=said | {"do": "try"})
    assert "应为“达标”，照这份草稿是“不达标”" in tried.text
    assert author.client.post(f"{draft}/cases/new", data=said).status_code == 303
    assert "qualified" in text(api, draft)
    for other in ("0" * 64 + ".0", "x", first.partition("kept=")[2].partition(".")[0] + ".999"):
        assert author.get(f"{draft}/cases/new?kept={other}").status_code == 200


def test_a_row_of_the_county_that_moves_is_kept_as_a_case_with_the_facts_that_are_needed(api, author, out):
    with_runs(api, out.parent)
    draft = begun(author)
    written(author, draft, f"{VILLAGE}.yaml", LIMIT, "at_least: 75%")
    shown = html(worked_out(api, author, draft))
    links = re.findall(r'href="([^"]*/cases/new[?][^"]*kept=[0-9a-f]{64}[.]credit_village[.][0-9]+[^"]*)"', shown)
    assert links
    page = html(author.get(links[0]).text)
    said = fields(page)
    moved = re.search('aria-label="把 ([^ ]+) 记为案例"', shown)[1]
    assert (said["subject"], said[f"wanted:{VILLAGE}"]) == (moved, "qualified")
    assert said["fact:households"].isdecimal()
    tried = author.client.post(links[0].partition("?")[0], data=said | {"do": "try"})
    assert "应为“达标”，照这份草稿是“不达标”" in tried.text
    assert author.client.post(links[0], data=said).status_code == 303
    [case] = read_cases(text(api, draft), "cases.yaml")
    edition = api.service.policies.current().edition("xx-county/2026-05-01").edition
    known = {name for _, name in needed(edition, edition.rules[VILLAGE])}
    above = [name for name in case.facts if name in edition.subjects]
    assert {*case.facts} - {*above} <= known | {*edition.rules}
    assert all({*case.facts[name]} <= known for name in above)
    assert fields(author.get(links[0]).text).get("subject", "") == ""  # the effect is of another text by now


def test_a_person_of_the_county_is_kept_under_an_id_that_tells_nobody_who_it_is(api, author, out):
    with_runs(api, out.parent)
    draft = begun(author)
    written(author, draft, "screening.yaml", "65 years", "40 years")
    shown = html(worked_out(api, author, draft))
    links = re.findall(r'href="([^"]*/cases/new[?][^"]*kept=[0-9a-f]{64}[.]screening[.][0-9]+[^"]*)"', shown)
    page = author.get(links[0]).text
    said = fields(page)
    assert re.fullmatch("household-[0-9a-f]{8}", said["subject"])
    assert said["fact:birth_date"]
    rows = shown.partition('id="d-screening"')[2].partition("</section>")[0]
    assert said["subject"] not in rows
    moved = re.search('aria-label="把 ([^ ]+) 记为案例"', rows)[1]
    assert moved not in page
