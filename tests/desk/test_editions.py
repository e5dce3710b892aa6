"""The policies to be read: every page of every item, the text of clauses, uses, history, search."""

import html
import re
import shutil
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rules.building.store import open_store
from rules.variants.new_edition import new_edition
from rules.words.book import Book
from service.settings import HOME
from tests.api.calling import start
from tests.desk.signing import PASSWORD, signing_in

OURS = HOME / "policies"
OLD, NEW = "/policies/xx-county/2026-05-01", "/policies/xx-county/2027-05-01"


@pytest.fixture(scope="module")
def open_pages():
    """Starts a service with a folder of policies, and signs somebody in; each is closed at the end."""
    with ExitStack() as opened:

        def start_with(policies, role="analyst"):
            folder = Path(opened.enter_context(TemporaryDirectory()))
            api = start(folder, policies=policies)
            opened.callback(api.close)
            return api, sign_in(api, role)

        yield start_with


@pytest.fixture(scope="module")
def desk(tmp_path_factory, open_pages):
    """The plan of the county, followed by an edition that wants 60% where it wanted 55%."""
    folder = tmp_path_factory.mktemp("desk") / "policies"
    shutil.copytree(OURS, folder)
    new_edition(folder, "xx-county", date(2027, 5, 1))
    file = folder / "xx-county" / "2027-05-01" / "credit_village.yaml"
    file.write_text(file.read_text("utf-8").replace("at_least: 55%", "at_least: 60%"), "utf-8")
    return open_pages(folder)


@pytest.fixture
def reader(desk):
    return desk[1]


def sign_in(api, role):
    person = api.service.people.add(role, role, role)
    api.service.passwords.change(person, PASSWORD)
    client = api.app.test_client()
    signing_in(client, login=role, password=PASSWORD)
    return client


def links(page):
    return {one.partition("#")[0].replace("&amp;", "&") for one in re.findall(r'href="(/policies[^"]*)"', page.text)}


def test_every_link_leads_to_a_page_and_the_pages_tell_all_that_an_edition_says(open_pages):
    """Of another county's plan, and of one that extends it."""
    pages, waiting = {}, {"/policies"}
    _, client = open_pages(HOME / "tests" / "plans")
    while waiting:
        path = waiting.pop()
        pages[path] = client.get(path)
        waiting |= {one for one in links(pages[path]) if "lang=en" not in one and "/yun-" in one} - {*pages}
    assert {path: one.status_code for path, one in pages.items() if one.status_code != 200} == {}
    assert {path.split("/")[4] for path in pages if path.count("/") > 4} == {
        "decisions",
        "facts",
        "clauses",
        "readings",
    }
    text = html.unescape("\n".join(one.text for one in pages.values()))
    plans = open_store(HOME / "tests" / "plans").plans
    editions = [one for plan, several in plans.items() if plan.startswith("yun-") for one in several]
    lines = [line for one in editions for line in Book(one).lines.values() if line.item.kind != "clause"]
    assert [one.path for one in lines if one.words("zh") not in text] == []
    assert [one.path for one in lines for more in one.particulars if more.value.zh not in text] == []


def test_a_decision_stands_beside_its_clauses_with_what_it_reads_and_what_rests_on_it(reader):
    page = reader.get(f"{OLD}/decisions/credit_village").text
    assert "不低于 55%" in page
    assert "55%" in page.split("<blockquote")[1]
    assert f"{OLD}/facts/village/a_grade_share" in page
    assert f"{OLD}/decisions/village_designation" in page


def test_a_figure_is_shown_over_all_editions(reader):
    page = reader.get(f"{NEW}/decisions/credit_village").text
    [spells] = re.findall(r'<ul class="spells".*?</ul>', page, re.DOTALL)  # of the item that changed alone
    assert re.findall(r"<li>(.*?)</li>", spells) == ["2026-05-01 起：不低于 55%", "2027-05-01 起：不低于 60%"]


def test_a_ratio_is_shown_with_its_numerator_and_denominator(reader):
    page = reader.get(f"{OLD}/facts/village/a_grade_share?lang=en").text
    parts = re.findall(r"<dt>(Numerator|Denominator)</dt><dd>(.*?)</dd>", page)
    assert parts == [("Numerator", "A-grade households"), ("Denominator", "Households")]
    assert f"{OLD}/decisions/credit_village" in page


@pytest.mark.parametrize("wanted", ["A级及以上信用户占比", "A-grade SHARE", "四(三)1(1)", "四（三）1（1）",
                                    "不低于 55%", "不低于 55％"])  # fmt: skip
def test_an_item_is_found_by_title_figure_and_clause_in_both_languages(reader, wanted):
    page = reader.get(f"{OLD}?q={wanted}").text
    assert f"{OLD}/decisions/credit_village?lang=zh#a_grade_share" in page


def test_a_reading_says_what_its_other_choices_would_change(desk):
    api, reader = desk
    edition = api.service.policies.current().edition(OLD.removeprefix("/policies/")).edition
    name = next(one.id for one in edition.readings.values() if one.changes)
    page = reader.get(f"{OLD}/readings/{name}").text
    assert "若改取" in page
    assert "→" in page.split("若改取")[1]


def test_a_clause_is_printed_once_whole_and_then_sentence_by_sentence(desk):
    api, reader = desk
    edition = api.service.policies.current().edition(OLD.removeprefix("/policies/")).edition
    clauses = [one for one in edition.clauses.values() if one.text and len(one.sentences) < 2]
    assert clauses
    for one in clauses:
        page = html.unescape(reader.get(f"{OLD}/clauses/{one.id}").text)
        assert page.count(one.text) == 1
        assert one.not_decided is None or page.count(one.not_decided.zh) == 1


@pytest.mark.parametrize("path", ["decisions/x", "facts/village/x", "clauses/x", "readings/x"])
def test_what_is_not_there_is_not_found(reader, path):
    assert reader.get(f"{OLD}/{path}").status_code == 404
    assert reader.get("/policies/xx-county/2020-01-01").status_code == 404


def test_the_pages_are_for_those_who_may_read_policies(desk):
    api, _ = desk
    assert api.app.test_client().get("/policies").status_code == 303
    assert sign_in(api, "store").get("/policies").status_code == 403
