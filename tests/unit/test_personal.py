"""What an impact assessment says of an edition follows from its fact dictionary and its decisions."""

import json
import re
import shutil
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from rules import open_store
from rules.words.personal import personal
from service.commands.assessment import page, retention
from service.commands.main import cli
from service.exact_json import shipped as shipped_file
from service.log.tables import metadata
from service.settings import DEFAULTS
from tests.editions import POLICIES, shipped

FACTS = "xx-county/2026-05-01/facts.yaml"


def by_name(edition):
    return {f"{one.fact.subject}.{one.fact.name}": one for one in personal(edition)}


@pytest.fixture
def changed(tmp_path):
    """The shipped edition with some words of its fact dictionary replaced."""

    def change(old, new):
        shutil.copytree(POLICIES, tmp_path / "policies")
        file = tmp_path / "policies" / FACTS
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return open_store(tmp_path / "policies").plans["xx-county"][-1]

    return change


def test_a_fact_about_people_says_which_decisions_rest_on_it_and_what_is_added_up_from_it():
    found = by_name(shipped())
    assert [one.id for one in found["household.list_posted"].decisions] == ["notification"]
    assert "grading" in {one.id for one in found["household.annual_income"].decisions}, "through the scoring"
    assert [one.name for one in found["household.npl_balance"].totals] == ["npl_balance"]
    assert [one.id for one in found["manager.most_villages"].decisions] == ["manager_assignment"]
    assert all(one.decisions or one.totals for one in found.values())


def test_groups_of_people_are_no_people():
    assert {name.partition(".")[0] for name in by_name(shipped())} == {"household", "vote", "enterprise", "manager"}


@pytest.mark.parametrize("said", ["    personal: false\n", ""])
def test_where_the_plan_does_not_say_it_records_count_as_personal(changed, said):
    edition = changed("    title: {zh: 县（区）, en: County}\n    personal: false\n",
                      f"    title: {{zh: 县（区）, en: County}}\n{said}")  # fmt: skip
    assert any(name.startswith("county.") for name in by_name(edition)) == (not said)


def test_a_fact_is_sensitive_where_it_is_declared_or_speaks_of_a_protected_trait(changed):
    found = by_name(shipped())
    assert found["household.adverse_record"].sensitive
    assert not found["household.conduct"].sensitive
    assert [trait.en for trait in found["household.birth_date"].traits] == ["age: 岁"], "through the age worked out"
    ill = by_name(changed("title: {zh: 品行口碑, en: Conduct}", "title: {zh: 健康状况, en: Health}"))
    assert ill["household.conduct"].sensitive


def test_what_nothing_asks_for_is_told_not_to_be_collected(changed):
    size = "      shoe_size: {type: count, unit: size, title: {zh: 鞋码, en: Shoe size}}\n"
    edition = changed("      has_funds: ", f"{size}      has_funds: ")
    assert "不应收集的：**农户·鞋码 `shoe_size`" in page(edition, "zh")
    assert "not to be collected:** Farm household: Shoe size `shoe_size`" in page(edition, "en")
    assert "不应收集" not in page(shipped(), "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_form_has_every_personal_fact_and_every_decision_about_people(lang):
    text = page(shipped(), lang)
    assert [name for name in by_name(shipped()) if f"`{name.partition('.')[2]}` |" not in text] == []
    assert "`screening` |" in text
    assert "`credit_village`" not in text
    assert "1825" in text
    assert "$" not in text


def test_the_command_prints_the_form_and_its_facts_as_json():
    run = partial(CliRunner(env={"VILLAGE_CREDIT_POLICIES": str(POLICIES)}).invoke, cli)
    printed = run(["policies", "impact-assessment", "xx-county/2026-05-01", "--lang", "zh"])
    assert (printed.exit_code, printed.output) == (0, page(shipped(), "zh"))
    told = json.loads(run(["policies", "impact-assessment", "--on", "2026-12-31", "--json"]).output)
    assert {one["fact"] for one in told["facts"] if one["sensitive"]} >= {"household.assets", "household.loan_record"}
    assert run(["policies", "impact-assessment", "xx-county/1999-01-01"]).exit_code == 2


# --- retention

RETENTION = shipped_file("service.commands", "retention.json")
GRANTS = (Path(__file__).parents[2] / "deploy" / "grants.sql").read_text("utf-8")
FOR_GOOD, UNTIL_REPLACED = "for good", "until a new one replaces it"


def granted(deed):
    return set(re.search(rf"GRANT {deed} ON (.*) TO", GRANTS)[1].split(", "))


def kept(*ways):
    return {table for row in RETENTION if row["en"][1] in ways for table in row.get("tables", ())}


def test_every_table_of_the_database_stands_in_one_row_of_the_retention_table():
    assert sorted(table for row in RETENTION for table in row.get("tables", ())) == sorted(metadata.tables)


def test_what_is_kept_for_good_the_service_may_not_delete_and_all_else_it_may():
    assert set(metadata.tables) - kept(FOR_GOOD, UNTIL_REPLACED) == granted("DELETE")
    assert kept(UNTIL_REPLACED) <= granted("UPDATE")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_figures_of_the_retention_table_are_those_of_the_settings(lang, monkeypatch):
    said = [cell for row in RETENTION for cell in row[lang]]
    assert [cell for cell in said if re.search("[0-9]", cell.replace("argon2id", ""))] == []
    named = {name for cell in said for name in re.findall("VILLAGE_CREDIT_([A-Z_]+)", cell)}
    assert {name.lower() for name in named} <= {*DEFAULTS}
    before = "\n".join(retention(lang))
    for name in ("keep_inputs_days", "session_idle_minutes", "session_hours"):
        monkeypatch.setitem(DEFAULTS, name, 7654321)
        after = "\n".join(retention(lang))
        assert after != before, name
        before = after
