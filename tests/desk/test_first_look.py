"""The first look at what a draft says: the page says that it is being checked, and shows it when that is done."""

import threading

import pytest

from service.publishing import kept
from service.publishing.kept import LOOKS, Looks
from tests.desk.test_desk import LIMIT, begun, field, written

PAGES = ("", "/form/credit_village", "/effect", "/cases/new")


@pytest.fixture
def looks(api, monkeypatch):
    looks = Looks()
    monkeypatch.setattr(type(api.service), "looks", looks, raising=False)
    return looks


def waits(page):
    return 'id="looking"' in page.text


def over(looks):
    looks._pool.submit(lambda: None).result(60)  # one after the other


def test_a_text_can_be_written_while_it_is_being_checked(api, someone, looks):
    author = someone("editor")
    draft = begun(author)
    written(author, draft, "credit_village.yaml", LIMIT, "at_leest: 60%")
    page = f"{draft}/text/credit_village.yaml"
    first = author.get(page).text
    assert ("at_leest: 60%" in first, 'class="bad"' in first, "再看一次" in first) == (True, False, True)
    over(looks)
    again = author.get(page).text
    assert ('class="bad"' in again, "再看一次" in again) == (True, False)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_that_a_draft_is_being_checked_and_shows_it_then(api, someone, looks, page):
    author = someone("approver")
    draft = begun(author)
    first = author.get(f"{draft}{page}")
    assert (first.status_code, waits(first)) == (200, True)
    over(looks)
    assert not waits(author.get(f"{draft}{page}"))


def test_another_revision_is_looked_at_anew_and_the_same_one_is_not(api, someone, looks):
    author = someone("editor")
    draft = begun(author)
    assert waits(author.get(draft))
    over(looks)
    assert not waits(author.get(f"{draft}/text/plan.yaml"))
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    assert waits(author.get(draft))
    over(looks)
    assert "60%" in author.get(draft).text


def test_no_page_is_made_of_a_check_that_is_not_done(api, someone, looks, monkeypatch):
    author, go_on = someone("editor"), threading.Event()
    draft = begun(author)
    check = kept.check
    monkeypatch.setattr(kept, "check", lambda *asked: go_on.wait(60) and check(*asked))
    assert all(waits(author.get(draft)) for _ in range(3))
    go_on.set()
    over(looks)
    assert not waits(author.get(draft))


def test_who_acts_waits_for_a_check_of_his_own(api, someone, looks):
    author = someone("editor")
    draft = begun(author)
    author.get(draft)
    over(looks)
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60")  # not a share any more
    page = author.get("/account").text
    answer = author.client.post(
        f"{draft}/submit", data={"csrf": field(page, "csrf"), "revision": "2", "reason": "因为"}
    )
    assert (answer.status_code, waits(answer)) == (422, False)


def test_a_draft_that_does_not_exist_is_not_waited_for(api, someone, looks):
    assert someone("editor").get("/desk/drafts/draft-000000000000").status_code == 404


def test_why_a_look_failed_is_told_and_the_next_one_is_made_anew(api, someone, looks, monkeypatch):
    author = someone("editor")
    draft = begun(author)
    with monkeypatch.context() as broken:
        broken.setattr("service.desk.first_look.differences", lambda *asked: 1 / 0)
        broken.setattr("service.desk.first_look.changes_of", lambda *asked: [None])
        assert waits(author.get(draft))
        over(looks)
        assert not waits(author.get(draft))
    assert waits(author.get(draft))


def test_looks_that_are_remembered_are_few():
    looks = Looks()
    for number in range(LOOKS + 1):
        looks.made(str(number), lambda: None)
    over(looks)
    assert [looks.made(str(number), lambda: None) for number in (LOOKS, 1, 0)] == [True, True, False]
