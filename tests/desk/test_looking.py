"""Warnings and comments on the page of a draft, beside their lines and sentences."""

import re

import pytest

from tests.desk.drafting import person
from tests.desk.test_desk import DAY, PLAN, approved, begun, field, html, submitted, written


@pytest.fixture
def author(someone):
    return someone("editor")


@pytest.fixture
def second(someone):
    return someone("approver")


VILLAGE, LIMIT = "credit_village.yaml", "at_least: 55%"


@pytest.fixture
def warned(author):
    """A draft whose figure is not its clause's."""
    draft = begun(author)
    assert written(author, draft, VILLAGE, LIMIT, "at_least: 60%").status_code == 303
    return draft


def commented(who, draft, text, line, **more):
    shown = who.get(draft).text
    said = {"revision": field(shown, "revision"), "file": VILLAGE, "line": str(line), "text": text, **more}
    return who.post(f"{draft}/comments", **said)


def test_a_warning_stands_beside_its_line_with_who_says_why_it_may_stand(author, second, warned):
    shown = html(author.get(warned).text)
    line = re.search(rf'name="file" value="{VILLAGE}"><input type="hidden" name="line" value="(\d+)"', shown)[1]
    code = field(shown, "warning")
    assert "还没有人说明" in shown
    assert commented(author, warned, "农商行自定，见会议纪要", line, warning=code).status_code == 303
    assert submitted(author, warned).status_code == 303
    shown = html(second.get(warned).text)
    assert "还没有人说明" not in shown
    row = shown.partition(f'id="{VILLAGE}:{line}"')[2].partition("</tr>")[2].partition("</tr>")[0]
    assert "农商行自定，见会议纪要" in row
    assert author.person.name in row
    assert "看过：" in shown  # the approver still acknowledges it himself
    assert approved(second, warned).status_code == 303
    for path in (warned, f"/desk/editions/{PLAN}/{DAY}"):  # what the warning said, who said why, when, and who saw it
        seen = html(second.get(path).text).partition("看过的提醒：")[2].partition("</li>")[0]
        told = seen.partition("可以保留：")
        assert "60%，与条款" in told[0]
        assert told[2].startswith(author.person.name)
        assert "农商行自定，见会议纪要" in told[2].partition("<br>")[0]
        assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d", told[2].partition("<br>")[0])
    assert "看过提醒" in second.get("/desk").text


def test_a_comment_stands_beside_the_text_and_the_sentence_and_then_with_the_text_of_then(author, second, warned):
    text = html(author.get(f"{warned}/text/{VILLAGE}").text)
    lines = text.partition('spellcheck="false"')[2].partition(">\n")[2].splitlines()
    at = next(n for n, one in enumerate(lines, 1) if "at_least: 60%" in one)
    assert html(second.get(f"{warned}?at={VILLAGE}:{at}").text).count('id="comment"') == 1
    assert commented(second, warned, "为什么是六十？", at).status_code == 303
    shown = html(author.get(warned).text)
    assert shown.count("为什么是六十？") == 3  # the sentence, the line, and what was done
    [id] = re.findall(r'id="c-([\w-]+)"', shown)
    assert author.post(f"{warned}/comments/{id}", do="answer", text="县里定的").status_code == 303
    assert author.post(f"{warned}/comments/{id}", do="resolve").status_code == 422
    assert second.post(f"{warned}/comments/{id}", do="resolve").status_code == 303
    assert "已了结" in html(author.get(warned).text)
    assert written(author, warned, VILLAGE, "at_least: 60%", "at_least: 65%").status_code == 303
    earlier = html(second.get(warned).text).partition('id="earlier"')[2]
    assert "at_least: 60%" in earlier.partition("为什么是六十？")[0]


def test_a_comment_that_cannot_be_taken_is_told_and_nothing_is_lost(author, warned):
    answer = commented(author, warned, "第几行？", 99999)
    assert answer.status_code == 422
    assert "没有第 99999 行" in answer.text
    assert author.post(f"{warned}/comments/{'0' * 32}", do="answer", text="?").status_code == 422
    assert author.post(f"{warned}/comments", file=VILLAGE, line="1", revision="1", text="").status_code == 422


def test_the_warnings_of_a_plan_that_extends_another_call_things_by_their_titles_once(author, second, api):
    """Of what it changes itself, and of what it inherits and makes disagree."""
    edited = person(api, "desk.editor", "editor")
    head = ("plan: zz-county\ntitle: {zh: 子方案, en: Child}\nissuer: {zh: 试验, en: Trial}\n"
            "effective: {from: 2027-02-01}\nextends: {plan: xx-county, edition: 2026-05-01}\n")  # fmt: skip
    own = "decision: credit_village\ncriteria:\n- {id: a_grade_share, require: {a_grade_share: {at_least: 60%}}}\n"
    clauses = "clauses:\n  四(三)1(1): {text: A级及以上的信用户数量占全村农户数比例高于70%。}\n"
    for files in ({VILLAGE: own}, {"clauses.yaml": clauses}):
        answer = edited.post("/drafts", {"plan": "zz-county", "day": "2027-02-01",
                                         "files": {"plan.yaml": head, **files}})  # fmt: skip
        address = f"/drafts/{answer.json['id']}"
        checked = edited.get(f"{address}/check").json
        assert checked["errors"] == []
        assert any("`credit_village.a_grade_share`" in one["zh"] for one in checked["warnings"])
        for path in (address, f"{address}/effect"):
            page = html(second.get(f"/desk{path}").text)
            assert "“A级及以上信用户占比”写的是" in page
            assert "`credit_village.a_grade_share`" not in page
            assert "credit_village.a_grade_share" not in page.partition('id="warnings"')[2].partition("</section>")[0]


NOWHERE = [
    "/desk/drafts/draft-000000000000", "/desk/drafts/draft-000000000000/form/plan",
    "/desk/editions/xx-county/1999-01-01",
    "/desk/drafts/draft-000000000000/text/plan.yaml", "/desk/drafts/draft-000000000000/patch",
    "/desk/drafts/draft-000000000000/effect", "/policies/xx-county/1999-01-01",
]  # fmt: skip


@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_wrong_is_told_to_a_person_by_a_page(second, path):
    """A browser that gets a document which is no page asks for the icon of that, besides."""
    answer = second.get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert second.get(path, headers={"Accept": "*/*"}).mimetype != "text/html"


def test_an_address_that_names_no_line_is_refused_and_the_draft_shown(author):
    draft = begun(author)
    page = author.get(f"{draft}?at=nowhere")
    assert (page.status_code, "文件:行号" in page.text) == (422, True)


@pytest.mark.parametrize(
    ("more", "said"), [({}, f"批准，到 {DAY} 生效"), ({"day": "2026-05-01", "amend": "1"}, "批准，当即生效")]
)
def test_whoever_approves_reads_when_it_is_in_force(author, second, more, said):
    begun_for = author.post("/desk/drafts", **{"plan": PLAN, "day": DAY, **more}).location
    written(author, begun_for, VILLAGE, LIMIT, "at_least: 60%")
    assert submitted(author, begun_for).status_code == 303
    page = second.get(begun_for).text
    assert [one for one in ("批准，当即生效", f"批准，到 {DAY} 生效") if one in page] == [said]
    assert ("当即照这份草稿" in page) == ("amend" in more)
