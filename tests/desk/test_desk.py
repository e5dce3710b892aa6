"""The policy desk at the browser: drafted, checked, submitted, approved by another, in force on its day, restored."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest

from tests.api.calling import example

PLAN, DAY = "xx-county", "2027-05-01"
TITLE = "XX县助力乡村振兴开展“整村授信”工作实施方案"
LIMIT = "at_least: 55%"
DOCUMENT = "X政办〔2027〕1号"


@pytest.fixture
def author(someone):
    return someone("editor")


@pytest.fixture
def approver(someone):
    return someone("approver")


def begun(author, **fields):
    answer = author.post("/desk/drafts", plan=PLAN, day=DAY, **fields)
    assert answer.status_code == 303, answer.text
    return answer.location


def written(author, draft, file, old, new):
    """Change a file of a draft as text."""
    page = author.get(f"{draft}/text/{file}").text
    text = html(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)[1])
    assert old in text
    return author.post(f"{draft}/text/{file}", revision=field(page, "revision"), text=text.replace(old, new))


def html(text):
    for mark, plain in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(mark, plain)
    return text


def field(page, name):
    return html(re.search(rf'name="{name}" value="([^"]*)"', page)[1])


def submitted(author, draft, reason="县里下了文"):
    page = author.get(draft).text
    said = {
        "csrf": field(page, "csrf"),
        "revision": field(page, "revision"),
        "reason": reason,
        "title": "X政办〔2027〕1号",
    }
    return author.client.post(f"{draft}/submit", data={**said, "document": (BytesIO(b"a document"), "a.pdf")})


def approved(approver, draft):
    page = approver.get(draft).text
    seen = [html(one) for one in re.findall(r'name="acknowledged" value="([^"]*)"', page)]
    data = {"csrf": field(page, "csrf"), "sha256": field(page, "sha256"), "acknowledged": seen}
    return approver.client.post(f"{draft}/approve", data=data)


def alert(page):
    found = re.search(r'role="alert"><p>(.*?)</p>', page.text)
    return found[1] if found else ""


def test_the_whole_way_from_a_draft_to_a_decision_and_back(api, author, approver):
    draft = begun(author)
    assert written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%").status_code == 303
    page = author.get(draft).text
    assert "A级及以上信用户占比：不低于 55% → 不低于 60%" in page
    assert submitted(author, draft).status_code == 303
    assert "批准，到" not in author.get(draft).text

    assert draft.rpartition("/")[2] in approver.get("/desk").text.split("我的草稿")[0]
    assert "县里下了文" in approver.get(draft).text
    assert approved(approver, draft).status_code == 303
    api.reload()
    assert outcome(api, "2027-04-30") == (f"{PLAN}/2026-05-01", "0.55")
    assert outcome(api, DAY) == (f"{PLAN}/{DAY}", "0.6")

    history = approver.get(f"/desk/editions/{PLAN}/{DAY}").text
    assert "批准" in history
    assert DOCUMENT in history
    assert "不低于 55% → 不低于 60%" in history  # against the edition that it follows
    assert ">四(三)1(1)</span>" in history
    old = api.service.policies.current().edition(f"{PLAN}/2026-05-01").edition.sha256
    answer = author.post("/desk/drafts", plan=PLAN, day="2027-09-01", sha256=old)
    assert "不低于 60% → 不低于 55%" in author.get(answer.location).text


def test_who_submitted_what_another_wrote_is_told_why_he_cannot_approve(author, approver):
    draft = begun(author)
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    assert submitted(approver, draft).status_code == 303
    page = approver.get(draft).text
    assert "您不能批准：这份草稿是您提交的，要由另一个人审批。" in page
    assert 'name="sha256"' not in page
    assert draft.rpartition("/")[2] not in approver.get("/desk").text.split("我的草稿")[0]


def test_pages_call_a_plan_by_its_title_and_its_warnings_speak_as_forms_do(author):
    draft = begun(author)
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    page, home = author.get(draft).text, author.get("/desk").text
    assert f"<h1>{TITLE}" in page
    assert "写“由谁规定”：农信社自定" in page
    assert "set_by" not in page.split('id="lines"')[0]
    assert home.count(TITLE) >= 3
    assert "由文件夹导入" in home


def test_what_a_form_is_refused_for_and_what_was_acknowledged_are_told_in_its_words(author, approver):
    draft = begun(author)
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    submitted(author, draft)
    said = {name: field(approver.get(draft).text, name) for name in ("csrf", "sha256")}
    ticked = {
        "acknowledged": ["plan.yaml", html(field(approver.get(draft).text, "acknowledged"))],
        "reason": "长" * 1001,
    }
    kept = approver.client.post(f"{draft}/approve", data={**said, **ticked})
    assert (kept.status_code, kept.text.count(" checked>"), "长" * 1001 in kept.text) == (422, 1, True)
    refused = approver.client.post(f"{draft}/approve", data=said)
    assert (refused.status_code, refused.text.count(" checked>")) == (422, 0)
    told = refused.text.split('role="alert">')[1].split("</div>")[0]
    assert "credit_village.yaml:" in told
    assert "“由谁规定”：农信社自定" in told
    assert not any(one in told for one in ("set_by", f"{PLAN}/", "criteria."))
    approved(approver, draft)
    page = author.get(f"/desk/editions/{PLAN}/{DAY}").text
    seen = page.split("看过的提醒：")[1].split("</section>")[0]
    assert re.findall(">([^<]*)</code>", seen)[0].startswith("credit_village.yaml:")  # no code before it
    assert "“由谁规定”：农信社自定" in seen
    assert "a_grade_share" not in seen  # by its title, as on the page of the draft


def outcome(api, on):
    decided = api.caller("caller").decided("credit_village", {**example("village_qualifies"), "on": on})
    finding = next(one for one in decided["findings"] if one["criterion"] == "a_grade_share")
    return f"{decided['plan']}/{decided['edition']}", finding["comparisons"][0]["tests"][0]["limit"]


def test_a_draft_is_read_as_rules_beside_what_is_in_force(author, approver, someone):
    draft = begun(author)
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    name = draft.rpartition("/")[2]
    page = approver.get(f"/policies/{PLAN}/{name}/decisions/credit_village").text
    assert "2026-05-01 起：不低于 55%" in page
    assert f"{DAY} 起：不低于 60%" in page
    for path in (
        "",
        "?q=60%25",
        "/readings/a_grade_share_operator",
        "/facts/village/a_grade_share",
        "/clauses/四(三)1",
    ):
        assert approver.get(f"/policies/{PLAN}/{name}{path}").status_code == 200
    assert someone("caller").get(f"/policies/{PLAN}/{name}").status_code == 404
    written(author, draft, "credit_village.yaml", "at_least: 60%", "at_least: 六成")
    assert approver.get(f"/policies/{PLAN}/{name}").status_code == 404


def test_nobody_approves_what_they_wrote_in_whatever_role(api, author, approver):
    draft = begun(approver)
    written(approver, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    submitted(approver, draft)
    page = approver.get(draft).text
    assert "您写过这份草稿" in page
    assert "/approve" not in page
    data = {"csrf": field(page, "csrf"), "sha256": "0" * 64}
    refused = approver.client.post(f"{draft}/approve", data=data)
    assert (refused.status_code, alert(refused)) == (422, "您写过这份草稿，要由另一个人审批。")
    assert (
        author.client.post(f"{draft}/approve", data={**data, "csrf": field(author.get(draft).text, "csrf")}).status_code
        == 403
    )
    assert f"{PLAN}/{DAY}" not in str(api.service.policies.current().compiled.keys())


def test_a_text_with_an_error_is_told_its_line_and_cannot_be_submitted(author):
    draft = begun(author)
    assert written(author, draft, "credit_village.yaml", LIMIT, "at_least: 六成").status_code == 303
    page = author.get(draft).text
    assert "要先改正" in page
    assert re.search(r"<code>credit_village.yaml:\d+</code>", page)
    assert submitted(author, draft).status_code == 422
    data = {"csrf": field(page, "csrf"), "text": "title: ["}
    told = author.client.post(f"{draft}/text/credit_village.yaml/check", data=data).json
    assert told["problems"][0]["line"] >= 1


def test_a_case_of_the_edition_that_would_come_out_otherwise_stops_it(author):
    """The plan says of a village with a dispute that it must stay out."""
    draft = begun(author)
    must = "decisions: {credit_village: not_qualified}"
    kept = f"on: 2027-08-01\nsubject: {{id: V-1}}\n{must}\nfacts: {{no_debt_dispute: false}}\n"
    page = author.get(f"{draft}/text/credit_village.yaml").text
    answer = author.post(f"{draft}/text/cases.yaml", revision=field(page, "revision"), text=kept)
    assert answer.status_code == 303
    assert "要先改正" not in author.get(draft).text
    written(
        author, draft, "credit_village.yaml", "require: {no_debt_dispute: true}", "require: {no_debt_dispute: false}"
    )
    page = author.get(draft).text
    assert "V-1 的“信用村评定标准”应为“不达标”" in page
    assert submitted(author, draft).status_code == 422


def test_lines_two_have_changed_are_both_shown_and_none_is_lost(author, approver):
    draft = begun(author)
    before = author.get(f"{draft}/text/credit_village.yaml").text
    written(approver, draft, "credit_village.yaml", LIMIT, "at_least: 70%")
    text = html(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", before, re.DOTALL)[1]).replace(LIMIT, "at_least: 60%")
    answer = author.post(f"{draft}/text/credit_village.yaml", revision=field(before, "revision"), text=text)
    assert answer.status_code == 422
    assert "at_least: 60%" in answer.text
    assert "at_least: 70%" in answer.text


def test_sent_back_then_an_edit_then_submitted_again(author, approver):
    draft = begun(author)
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    submitted(author, draft)
    assert approver.get("/desk").text.split("最近的变动")[0].count(draft) == 1  # it waits, and is listed once
    assert (
        approver.post(
            f"{draft}/request-changes", revision=field(approver.get(draft).text, "revision"), reason="请说明"
        ).status_code
        == 303
    )
    assert "请说明" in author.get(draft).text
    home = author.get("/desk").text
    assert "退回修改" in home.split("我的草稿")[0]
    assert f"退回\n{TITLE}，{DAY}起 " in home.split("最近的变动")[1]  # of which edition
    assert "请说明" in author.get(f"/desk/editions/{PLAN}/{DAY}").text
    written(author, draft, "credit_village.yaml", "at_least: 60%", "at_least: 58%")
    assert submitted(author, draft).status_code == 303
    assert approved(approver, draft).status_code == 303


def test_any_edit_of_what_waits_takes_it_back(author, approver):
    draft = begun(author)
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    submitted(author, draft)
    seen = approver.get(draft).text
    written(author, draft, "credit_village.yaml", "at_least: 60%", "at_least: 10%")
    data = {"csrf": field(seen, "csrf"), "sha256": field(seen, "sha256")}
    refused = approver.client.post(f"{draft}/approve", data=data)
    assert refused.status_code == 422
    assert alert(refused)
    now = approver.get(draft).text
    assert "待审批" not in now.partition("</h1>")[2].partition("</p>")[0]
    assert "批准，到" not in now
    fresh = approver.client.get(f"/v1/drafts/{draft.rpartition('/')[2]}/check").json["sha256"]
    refused = approver.client.post(f"{draft}/approve", data={**data, "sha256": fresh})  # of what is there now
    assert "起草中" in alert(refused)


def test_withdrawn_before_its_day_and_downloaded(api, author, approver):
    draft = begun(author)
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    submitted(author, draft)
    approved(approver, draft)
    page = approver.get(f"/desk/editions/{PLAN}/{DAY}").text
    [link] = set(re.findall(r'href="(/desk/contents/[0-9a-f]+\.zip)"', page))
    with ZipFile(BytesIO(approver.get(link).data)) as archive:
        assert f"{PLAN}/{DAY}/plan.yaml" in archive.namelist()
    assert author.post(f"/desk/editions/{PLAN}/{DAY}/withdraw", reason="x").status_code == 403
    refused = approver.post(f"/desk/editions/{PLAN}/{DAY}/withdraw", reason="")
    assert refused.status_code == 422
    seen = [html(one) for one in re.findall(r'name="acknowledged" value="([^"]*)"', page)]
    data = {"csrf": field(page, "csrf"), "reason": "文件收回", "acknowledged": seen}
    api.reload()
    assert f"{PLAN}/{DAY}" in api.service.policies.current().compiled
    assert approver.client.post(f"/desk/editions/{PLAN}/{DAY}/withdraw", data=data).status_code == 303
    assert "没有它们的审批记录" not in approver.get("/desk").text  # it is live until the next look, and in no folder
    api.reload()
    assert [*api.service.policies.current().compiled] == [f"{PLAN}/2026-05-01"]


def test_an_earlier_revision_is_gone_back_to(author):
    draft = begun(author)
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    page = author.get(draft).text
    assert author.post(f"{draft}/undo", number="1", revision="2").status_code == 303
    assert "与已发布的一样" in author.get(draft).text or "不低于 60%" not in author.get(draft).text
    assert "其后的 1 稿一并撤回" in page


@pytest.mark.parametrize("role", ["caller", "auditor", "store", "analyst", "admin"])
def test_the_desk_is_for_those_who_draft(api, someone, role):
    reader = someone(role)
    home = reader.get("/desk")
    assert home.status_code == (403 if role == "store" else 200)
    assert "起草一个新版本" not in home.text
    assert reader.post("/desk/drafts", plan=PLAN, day=DAY).status_code == 403


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_people_write_is_text(author, approver, lang):
    draft = begun(author)
    marked = "<img src=x onerror=alert(1)>"
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    submitted(author, draft, marked)
    for path in (draft, "/desk", f"/desk/editions/{PLAN}/{DAY}"):
        assert marked not in approver.get(f"{path}?lang={lang}").text
