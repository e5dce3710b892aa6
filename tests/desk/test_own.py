"""A page that answers a form says where it can be read: Back and a reload ask for that, and send nothing again."""

import re

import pytest

from tests.desk.test_desk import begun, field


def own(page):
    return re.search(r'data-own="([^"]*)"', page.text)[1].replace("&amp;", "&")


def test_a_page_that_answers_no_form_is_where_it_is(someone):
    author = someone("editor")
    assert [own(author.get(one)) for one in ("/desk", "/account", begun(author))] == ["", "", ""]


@pytest.mark.parametrize("act", ["submit", "discard", "comments", "text/plan.yaml"])
def test_a_refused_form_is_read_where_its_page_is(someone, act):
    author = someone("editor")
    draft = begun(author)
    said = {"csrf": field(author.get("/account").text, "csrf"), "revision": "1", "text": "\0"}
    page = author.client.post(f"{draft}/{act}?lang=en", data=said)
    assert page.status_code == 422
    where = own(page)
    assert where == (f"{draft}/{act}?lang=en" if "/" in act else draft)
    assert author.client.get(where).status_code == 200


def test_a_tried_case_is_read_with_its_decision_and_rows(someone):
    author = someone("editor")
    draft = begun(author)
    said = {"csrf": field(author.get("/account").text, "csrf"), "decision": "credit_village", "do": "rows", "rows": "5"}
    where = own(author.client.post(f"{draft}/cases/new?kept={'0' * 32}.1", data=said))
    assert where.partition("?")[0] == f"{draft}/cases/new"
    assert [one in where for one in ("decision=credit_village", f"kept={'0' * 32}.1")] == [True, True]
    assert 'id="subject"' in author.client.get(where).text
