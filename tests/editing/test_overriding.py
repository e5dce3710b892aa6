"""An edit of what an edition inherits is written into its own files, and says only what differs."""

import random

import pytest
import yaml

from rules.building.loader import load
from rules.editing.acts import Add, Move, Remove, Rename, Set
from rules.editing.address import Address, Refused
from rules.editing.edit import edit, restore
from rules.editing.outline import outline
from rules.editing.texts import Texts, data_of, merged
from rules.model import criteria_of

from .by_hand import built, composed, made_up
from .test_random import ROOT, texts_of

PARENT = ROOT / "tests/plans/yun-county/2025-01-01"
CHILD = ROOT / "tests/plans/yun-credit-union/2025-06-01"
AT = "village_credit.criteria.资产质量.criteria.npl_rate"


def texts():
    return Texts(texts_of(CHILD), (texts_of(PARENT),))


def added(*acts):
    """The lines that an edit adds, without their marks and those of files."""
    return [line[1:] for line in edit(texts(), acts).diff() if line.startswith("+") and not line.startswith("+++")]


@pytest.mark.parametrize(("act", "lines"), [
    (Set(Address.read(f"{AT}.require.npl_rate.below"), "4%"),
     ["  - group: 资产质量", "    criteria: [{id: npl_rate, require: {npl_rate: {below: 4%}}}]"]),
    (Rename(Address.read(f"{AT}.require.npl_rate.below"), "at_most"),
     ["  - group: 资产质量", "    criteria: [{id: npl_rate, require: {npl_rate: {at_most: 5%}}}]"]),
    (Remove(Address.read(AT)), ["  - group: 资产质量", "    criteria: [{id: npl_rate, remove: true}]"]),
    (Set(Address.read("household_score.title.zh"), "评分"),
     ["# yaml-language-server: $schema=../../../../policies/child.schema.json",
      "title: {zh: 评分, en: Score of a household}"]),
    (Remove(Address.read("village_credit.criteria.占比.criteria.share_of_filed")),
     ["      - {id: share_of_filed, remove: true}"]),
    (Remove(Address.read("village_credit.criteria.recent_events.outcome")),
     ["  - id: recent_events", "    outcome: {remove: true}"]),
    (Add(Address.read("village_credit.criteria"), {"id": "n", "require": {"publicity": "true"}}, after="groups"),
     ["  - id: n", "    require: {publicity: true}", "    before: good_years"]),
    (Move(Address.read("village_credit.criteria.groups"), 0), ["  - id: groups", "    before: recent_events"]),
    (Add(Address.read("village_credit"), {"zh": "注", "en": "note"}, "note"), ["note: {zh: 注, en: note}"]),
])  # fmt: skip
def test_an_inherited_place_is_overridden(act, lines):
    assert added(act) == lines


def test_the_child_is_loaded_with_what_it_overrides(tmp_path):
    made = edit(texts(), [Set(Address.read(f"{AT}.require.npl_rate.below"), "4%")])
    for folder in (PARENT, CHILD):
        where = tmp_path / folder.parent.name / folder.name
        where.mkdir(parents=True)
        for name, text in (made.files if folder is CHILD else texts_of(folder)).items():
            (where / name).write_text(text, encoding="utf-8")
    loaded = load(tmp_path / CHILD.parent.name / CHILD.name, tmp_path)
    assert loaded.edition is not None
    assert "4%" in str(made.diff())
    rule = loaded.edition.rules["village_credit"]
    (criterion,) = [one for one in criteria_of(rule) if one.id == "npl_rate"]
    assert str(criterion.condition.tests[0].limits[0].value) == "1/25"


def test_what_the_child_says_itself_is_changed_where_it_stands():
    at = "village_credit.criteria.占比.criteria.share_of_all.require.share_of_all.at_least"
    assert added(Set(Address.read(at), "80%")) == [
        "      - {id: share_of_all, clause: 细则一, require: {share_of_all: {at_least: 80%}}}"]  # fmt: skip
    assert added(Remove(Address.read("facts.subjects.village.facts.suspended"))) == []


def test_the_name_of_an_inherited_item_stays():
    for act in (Set(Address.read(f"{AT}.id"), "other"), Remove(Address.read("village_credit.criteria.占比.group"))):
        with pytest.raises(Refused, match="names an inherited item"):
            edit(texts(), [act])


@pytest.mark.parametrize("seed", range(4))
def test_random_edits_of_a_child_mean_what_they_mean_of_the_whole(seed):
    rng, now = random.Random(seed), texts()
    for _ in range(15):
        file = rng.choice([one for one in now.files if merged(now, one) is not None])
        tree = composed(yaml.safe_dump(data_of(merged(now, file)), sort_keys=False, allow_unicode=True))
        act, _ = made_up(rng, tree, file)
        try:
            made = edit(now, [act])
        except Refused as refused:
            assert "names an inherited item" in str(refused), act
            continue
        now = Texts(made.files, now.above)
        assert data_of(merged(now, file)) == built(tree), act


@pytest.mark.parametrize("path", [
    f"{AT}.require.npl_rate.below", "village_credit.title.zh", "village_credit.criteria.recent_events.outcome",
    "facts.subjects.village.facts.npl_rate.title.en",
])  # fmt: skip
def test_what_was_overridden_is_restored_to_the_same_bytes(path):
    at, before = Address.read(path), texts()
    made = edit(before, [Set(at, "4%")])
    changed = Texts(made.files, before.above)
    assert outline(changed, at.file).find(at).overrides
    assert not outline(before, at.file).find(at).overrides
    assert restore(changed, at).files == before.own


def test_only_what_is_overridden_can_be_restored():
    for path in (f"{AT}.require.npl_rate.below", "facts.subjects.village.facts.suspended", "village_credit"):
        with pytest.raises(Refused, match="changes nothing that is inherited"):
            restore(texts(), Address.read(path))


def test_an_override_that_would_mean_something_else_is_refused():
    """The child lists c before b, so that both stand before a in that order."""
    parent = {"d.yaml": "rows:\n  - {id: a}\n  - {id: b, x: 1}\n  - {id: c, x: 1}\n"}
    child = {"d.yaml": "rows:\n  - {id: c, x: 2}\n  - {id: b, x: 2}\n"}
    with pytest.raises(Refused, match="cannot be changed alone"):
        edit(Texts(child, (parent,)), [Move(Address.read("d.rows.a"), 2)])
    made = edit(Texts({"plan.yaml": "plan: x\n"}, (parent,)), [Move(Address.read("d.rows.a"), 2)])
    assert made.files["d.yaml"] == "rows: [{id: b, before: a}, {id: c, before: a}]\n"


ABOVE = {"d.yaml": "rows:\n  - {id: a}\n  - {id: b}\n  - {id: c}\n"}


@pytest.mark.parametrize(("own", "act", "made"), [
    ("rows: [{id: n, before: b}]\n", Move(Address.read("d.rows.n"), 0), "rows: [{id: n, before: a}]\n"),
    ("rows: [{id: n, before: b}]\n", Move(Address.read("d.rows.n"), 2), "rows: [{id: n, before: c}]\n"),
    ("rows: [{id: n}]\n", Move(Address.read("d.rows.n"), 0), "rows: [{id: n, before: a}]\n"),
    ("rows: [{id: n, before: c}]\n", Move(Address.read("d.rows.n"), 3),
     "rows: [{id: n, before: c}, {id: c, before: n}]\n"),
    ("rows: [{id: n}]\n", Add(Address.read("d.rows"), {"group": "g"}, after="a"),
     "rows: [{id: n}, {group: g, before: b}]\n"),
])  # fmt: skip
def test_items_of_the_childs_own_move_among_those_it_inherits(own, act, made):
    assert edit(Texts({"d.yaml": own}, (ABOVE,)), [act]).files == {"d.yaml": made}


@pytest.mark.parametrize("path", ["d.rows.b.x", "d.rows.b"])
def test_a_file_that_has_nothing_left_to_say_goes(path):
    child = Texts({"d.yaml": "rows: [{id: b, x: 1}]\n"}, (ABOVE,))
    made = edit(child, [Remove(Address.read("d.rows.b.x"))])
    assert made.files == {}
    assert made.removed == ("rows: [{id: b, x: 1}]",)
    assert made.diff()[-1] == "-rows: [{id: b, x: 1}]"
    above = ({"d.yaml": "rows: [{id: b, x: 0}]\n"},)
    assert restore(Texts(child.own, above), Address.read(path)).files == {}
