"""A plan that extends another says only what differs; the rest is the parent's."""

import json
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from jsonschema import Draft7Validator

from rules.building.loader import load
from rules.building.store import open_store, read_store
from rules.files.source import read
from rules.format.grammar import REPLACED
from rules.format.schema import child_schema, schema_text
from rules.problems.problem import Problems
from tests.policy.core_yaml import plain

ROOT = Path(__file__).parents[2]
FILES = sorted(path for path in (ROOT / "policies").glob("*/*/*.yaml") if path.stem != "plan")
CHILDREN = Draft7Validator(child_schema())
BASE = Path(__file__).parent / "base" / "2026-05-01"
CHILD = """plan: child
title: {zh: 子方案, en: Child}
issuer: {zh: 测试, en: Test}
effective: {from: 2026-06-01}
extends: {plan: base, edition: 2026-05-01}
"""


def extended(tmp_path, **files):
    """The parent and the child of a policies folder in which the child has these further files."""
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "2026-05-01").symlink_to(BASE)
    folder = tmp_path / "child" / "2026-06-01"
    folder.mkdir(parents=True)
    for name, text in {"plan": CHILD, **files}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    store = open_store(tmp_path)
    return store.edition("base/2026-05-01"), store.edition("child/2026-06-01")


def test_a_child_that_changes_nothing_decides_what_its_parent_decides(tmp_path):
    parent, child = extended(tmp_path)

    assert list(child.rules) == list(parent.rules)
    assert child.sha256 != parent.sha256


def test_a_child_can_drop_a_decision(tmp_path):
    parent, child = extended(tmp_path, best="remove: true\n")

    assert set(parent.rules) - set(child.rules) == {"best"}


READING = """readings:
  limit:
    clause: 一
    title: {zh: 限值, en: limit}
    question: {zh: 几成, en: how much}
    chosen: low
    readings: {low: {zh: 低, en: low}, high: {zh: 高, en: high}}
    because: {zh: 依据, en: because}
    changes: {high: {standing.share: {at_least: 60%}}}
"""


def test_a_child_keeps_the_readings_it_can_try_and_refuses_its_own_that_it_cannot(tmp_path):
    """A change that a child inherits may be of something that the child has otherwise: that is no fault of either."""
    grand = CHILD.replace("plan: child", "plan: grand").replace("base, edition: 2026-05", "child, edition: 2026-06")
    folder = tmp_path / "grand" / "2026-06-01"
    folder.mkdir(parents=True)
    (folder / "plan.yaml").write_text(grand, encoding="utf-8")
    (folder / "standing.yaml").write_text("criteria:\n  - {id: share, remove: true}\n", encoding="utf-8")
    _, child = extended(tmp_path, readings=READING)
    inherited = open_store(tmp_path).edition("grand/2026-06-01")
    (folder / "readings.yaml").write_text(READING.replace("60%", "70%"), encoding="utf-8")
    problems = read_store(tmp_path, warn=False).problems

    assert child.readings["limit"].changes.keys() == {"high"}
    assert inherited.readings["limit"].changes == {}
    assert [(one.mark.file, one.code) for one in problems] == [("grand/2026-06-01/readings.yaml", "reading.no_item")]


def test_a_child_overrides_a_constant_of_the_plan_and_may_take_a_copy_out(tmp_path):
    facts = """constants:
  notice_days: {value: 5 days, title: {zh: 公示天数, en: Days of notice}}
subjects:
  village: {facts: {notice_days: {remove: true}}}
"""
    parent, child = extended(tmp_path, facts=facts)
    grandchild = tmp_path / "grandchild" / "2026-06-01"
    grandchild.mkdir(parents=True)
    (grandchild / "plan.yaml").write_text(
        CHILD.replace("plan: child", "plan: grandchild").replace(
            "{plan: base, edition: 2026-05-01}", "{plan: child, edition: 2026-06-01}"
        ),
        encoding="utf-8",
    )
    (grandchild / "facts.yaml").write_text("constants: {notice_days: {value: 3 days}}\n", encoding="utf-8")
    store = open_store(tmp_path)
    days = [store.edition(name).subjects["constants"].facts["notice_days"].dated[0][1]
            for name in ("child/2026-06-01", "grandchild/2026-06-01")]  # fmt: skip
    assert days == [5, 3]
    assert "notice_days" in parent.subjects["village"].facts
    assert "notice_days" not in child.subjects["village"].facts


# --- the schema by which editors check the files of a child


def partial(node, random):
    """Some of the keys and items of a file, each whole, in part or taken out: what a child may hold."""
    if node.is_map:
        kept = {key: at for key, at in node.entries.items() if random.random() < 0.7}
        return {key: part(key, at, random) for key, at in kept.items()}
    if node.items and all("id" in one.entries or "group" in one.entries for one in node.items):
        return [named(one, random) for one in node.items if random.random() < 0.7]
    return plain(node)


def part(key, node, random):
    if random.random() < 0.1:
        return {"remove": True}
    return plain(node) if key in REPLACED else partial(node, random)


def named(item, random):
    """An item with the key that it is known by, moved before another or taken out at times."""
    own = {key: item.entries[key].text for key in ("id", "group") if key in item.entries}
    if random.random() < 0.2:
        return {**own, "remove": True}
    return {**partial(item, random), **own, **({"before": "other"} if random.random() < 0.2 else {})}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_the_schema_of_a_child_takes_every_part_of_a_file(path):
    random, node = Random(path.stem), read(path.read_text(encoding="utf-8"), "x.yaml", Problems())
    head = next(iter(node.entries))  # the key that tells the kinds of file apart
    for _ in range(20):
        changed = {head: part("", node.entries[head], random)} | partial(node, random)
        if changed[head] != {"remove": True}:
            assert [one.message for one in CHILDREN.iter_errors(changed)] == []


@pytest.mark.parametrize(
    "text",
    [
        "criteriaa: []",
        "criteria: [{id: a, reguire: {x: true}}]",
        "criteria: [{id: a, remove: perhaps}]",
        "subjects: {village: {facts: {x: {typo: 3}}}}",
        "clauses: {a: {txt: b}}",
        "plan: child",
    ],
)
def test_the_schema_of_a_child_refuses_what_the_format_does_not_know(text):
    assert not CHILDREN.is_valid(plain(read(text, "x.yaml", Problems())))


def test_the_schema_of_a_child_is_up_to_date():
    written = (ROOT / "policies/child.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(child_schema), "run `make docs`"


@pytest.mark.parametrize("path", sorted((ROOT / "tests/plans").glob("*/*/*.yaml")), ids=str)
def test_every_plan_fits_the_schema_that_it_names(path):
    text = path.read_text(encoding="utf-8")
    schema = path.parent / text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    validator = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    assert [one.message for one in validator.iter_errors(plain(read(text, "x.yaml", Problems())))] == []


@pytest.mark.parametrize("name", sorted(REPLACED))
def test_a_fact_may_be_called_as_a_key_that_is_taken_whole(tmp_path, name):
    title = "title: {zh: 名, en: name}"
    head = f"{title}\nissuer: {{zh: 某, en: one}}\n"
    texts = {
        "base": {
            "plan": f"plan: base\n{head}effective: {{from: 2026-01-01}}\n", "readings": "readings: {}\n",
            "clauses": "clauses: {一: {heading: 一}}\n",
            "facts": f"subjects: {{{name}: {{{title}, facts: {{{name}: {{type: rate, maximum: 90%, {title}}}}}}}}}\n",
        },
        "child": {
            "plan": f"plan: child\n{head}effective: {{from: 2026-02-01}}\n"
                    "extends: {plan: base, edition: 2026-01-01}\n",
            "facts": f"subjects: {{{name}: {{facts: {{{name}: {{minimum: 5%}}}}}}}}\n",
        },
    }  # fmt: skip
    for (plan, files), day in zip(texts.items(), ("2026-01-01", "2026-02-01"), strict=True):
        (tmp_path / plan / day).mkdir(parents=True)
        for file, text in files.items():
            (tmp_path / plan / day / f"{file}.yaml").write_text(text, encoding="utf-8")
    loaded = load(tmp_path / "child" / "2026-02-01", tmp_path)
    assert loaded.edition is not None, loaded.problems
    fact = loaded.edition.subjects[name].facts[name]
    assert (fact.minimum, fact.maximum) == (Fraction(1, 20), Fraction(9, 10))
