"""Two people in one form: what one has saved stays when the other is asked something, mistypes, or meets a conflict."""

import pytest

from tests.desk.signing import PASSWORD, Browser, signing_in
from tests.desk.test_desk import begun
from tests.desk.test_forms import FILE, fields, text

FIGURE = f"value:{FILE}.criteria.a_grade_share.require.a_grade_share.at_least"
SWITCH = f"value:{FILE}.criteria.public_order_stable.require.public_order_stable"


@pytest.fixture
def both(api, someone):
    """Two editors, a draft, and its form as both have it open."""
    person = api.service.people.add("second", "second", "editor")
    api.service.passwords.change(person, PASSWORD)
    client = api.app.test_client()
    signing_in(client, login="second", password=PASSWORD)
    author, second = someone("editor"), Browser(client, person)
    draft = begun(author)
    page = f"{draft}/form/{FILE}"
    return author, second, draft, page, [fields(one.get(page).text) for one in (author, second)]


def sent(who, page, said, **changes):
    return who.client.post(page, data={**said, **changes})


def test_a_question_about_a_clause_takes_nothing_back(api, both):
    author, second, draft, page, (mine, theirs) = both
    assert sent(second, page, theirs, **{SWITCH: "false"}).status_code == 303
    asked = sent(author, page, mine, **{FIGURE: "60"})
    assert 'name="asked"' in asked.text
    assert sent(author, page, fields(asked.text), asked="1").status_code == 303
    now = text(api, draft, FILE)
    assert "public_order_stable: false" in now
    assert "at_least: 60%" in now


def test_a_slip_that_is_mended_takes_nothing_back(api, both):
    author, second, draft, page, (mine, theirs) = both
    assert sent(second, page, theirs, **{SWITCH: "false"}).status_code == 303
    refused = sent(author, page, mine, **{FIGURE: "59"}, asked="1", do=f"remove {FILE}.nothing")
    assert refused.status_code == 422
    assert sent(author, page, fields(refused.text), **{FIGURE: "60"}, asked="1").status_code == 303
    now = text(api, draft, FILE)
    assert "public_order_stable: false" in now
    assert "at_least: 60%" in now


def test_a_conflict_shows_both_texts_and_takes_back_no_more_than_it_is_about(api, both):
    author, second, draft, page, (mine, theirs) = both
    assert sent(second, page, theirs, **{FIGURE: "65", SWITCH: "false"}, asked="1").status_code == 303
    refused = sent(author, page, mine, **{FIGURE: "60"}, asked="1")
    assert refused.status_code == 422
    assert all(one in refused.text for one in ("您写的", "at_least: 60%", "别人保存的", "at_least: 65%"))
    again = fields(refused.text)
    assert (again[FIGURE], again[SWITCH]) == ("60", "false")
    assert sent(author, page, again, asked="1").status_code == 303
    now = text(api, draft, FILE)
    assert "public_order_stable: false" in now
    assert "at_least: 60%" in now
