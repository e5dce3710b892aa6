"""The places of a file, derived from the grammar: what each is, what it takes, what can be done with it."""

from pathlib import Path

import pytest

from rules.building.loader import shape_of
from rules.editing.acts import Add, Rename, Set
from rules.editing.address import Address, part
from rules.editing.edit import edit
from rules.editing.outline import outline
from rules.editing.scalars import rewritten
from rules.editing.templates import templates
from rules.editing.texts import Texts, data_of, merged, tree
from rules.files.node import Node
from rules.format.grammar import BODIES, FILES, OPTIONAL, WARNINGS
from rules.format.titles import titles
from rules.problems.problem import Problems
from rules.shapes import Either, Field, ListOf, MapOf, Record, Ref

from .test_overriding import CHILD, PARENT
from .test_random import PLANS, ROOT, texts_of

PLAN = Texts(texts_of(ROOT / PLANS[0]))


def place(path, texts=PLAN):
    at = Address.read(path)
    return outline(texts, at.file).find(at)


@pytest.mark.parametrize("folder", sorted({*PLANS}))
def test_every_scalar_of_a_plan_is_a_place_with_a_title_and_a_kind(folder):
    texts = Texts(texts_of(ROOT / folder))
    for file in texts.files:
        places = [*outline(texts, file).walk()]
        assert not [str(one.address) for one in places if one.kind == "unknown"]
        data = data_of(merged(texts, file))
        for one in places:
            found = part(data, one.address)
            assert one.text == (found if isinstance(found, str) else "")
            assert one.title.zh
            assert one.title.en
        assert len(places) == _count(tree(file, texts.own[f"{file}.yaml"]))


def _count(node: Node):
    return 1 + sum(map(_count, (*node.entries.values(), *node.items)))


@pytest.mark.parametrize(("path", "kind", "number", "unit", "choices"), [
    ("credit_village.criteria.a_grade_share.require.a_grade_share.at_least", "rate", "55", "%", ()),
    ("grant.rows.grade_aaa.then.limit", "amount", "20", " 万元", ()),
    ("screening.criteria.age.require.age.between[0]", "count", "18", " years", ()),
    ("screening.criteria.moved_away.reject.status", "code", "", "", ("moved_away", "deceased")),
    ("grant.rows.grade_aaa.when.grading", "code", "", "", ("AAA", "AA")),
    ("credit_village.criteria.borrower_share.require.borrower_share.above", "facts", "", "",
     ("county.borrower_share", "households")),
    ("credit_village.criteria.public_order_stable.require.public_order_stable", "flag", "", "", ("true", "false")),
    ("facts.subjects.township.facts.credit_villages.where.credit_village", "code", "", "", ("qualified",)),
    ("facts.subjects.township.facts.started_on.value", "date", "", "", ()),
    ("plan.effective.from", "date", "", "", ()),
    ("report.report.smallest_group", "whole", "", "", ()),
    ("scoring.full_marks", "bare", "", "", ()),
    ("credit_village.clause", "clauses", "", "", ("四(三)1(1)",)),
    ("credit_village.criteria.a_grade_share.reading", "readings", "", "", ("benchmark_tie",)),
    ("grant.rows.not_collectable.outcome", "outcomes", "", "", ("submit_for_approval",)),
    ("readings.readings.benchmark_tie.chosen", "options", "", "", ("strict", "tie_qualifies")),
    ("credit_village.kind", "word", "", "", ("checklist", "table")),
    ("credit_village.title.zh", "text", "", "", ()),
])  # fmt: skip
def test_kinds_of_values(path, kind, number, unit, choices):
    found = place(path)
    assert (found.kind, found.takes.number, found.takes.unit) == (kind, number, unit)
    assert {*choices} <= {one.word for one in found.takes.choices}


def test_figures_keep_their_unit_and_offer_those_of_their_kind():
    assert place("grant.rows.grade_aaa.then.limit").takes.units == ("万元", "yuan", "元", "亿元")
    assert rewritten("55%", "60") == "60%"
    assert rewritten("20 万元", "2.5") == "2.5 万元"
    assert rewritten("18 years", "20") == "20 years"


def test_operators_are_offered_in_words_and_only_those_that_the_grammar_takes():
    at = "credit_village.criteria.a_grade_share.require.a_grade_share.at_least"
    assert {one.word: one.title.zh for one in place(at).keys} == {
        "above": "高于（不含）", "at_most": "不超过（含）", "below": "低于（不含）", "equals": "等于"}  # fmt: skip
    assert [one.word for one in place("screening.criteria.moved_away.reject").keys] == ["require"]
    assert not place("facts.subjects.township.facts.started_on.value").keys
    for one in outline(PLAN, "credit_village").walk():
        for key in one.keys:
            made = edit(PLAN, [Rename(one.address, key.word)]).files["credit_village.yaml"]
            assert shape_of("credit_village").check(tree("credit_village", made), Problems())


def test_what_the_grammar_demands_is_not_removable_and_names_can_be_added_where_they_are_free():
    criterion = place("credit_village.criteria.a_grade_share")
    removable = {str(one.address.steps[-1]) for one in criterion.parts if one.removable}
    assert removable == {"clause", "reading"}
    assert {one.word for one in criterion.adds} == {"title", "set_by", "note", "when", "outcome"}
    assert (criterion.removable, criterion.movable) == (True, True)
    assert place("credit_village.criteria").grows
    assert not place("credit_village.criteria.a_grade_share.require").removable
    assert criterion.title.zh == "A级及以上信用户占比"  # of the fact it compares, for it has none


def test_templates_can_be_filled_in_and_added():
    ways = {one.title.zh: one.data for one in templates(place("credit_village.criteria"))}
    assert ways["必须成立的条件"] == {"id": "", "require": {"": ""}}
    assert {frozenset(one) for one in ways.values()} == {
        frozenset(("id", "require")), frozenset(("id", "reject")), frozenset(("group", "criteria"))}  # fmt: skip
    for one in templates(place("scoring.items")):
        assert next(str(below.address) for below in one.form.walk()) == "scoring.items[5]"
    row = next(iter(templates(place("grant.rows")))).data | {"id": "new", "when": {"review": "not_listed"}}
    made = edit(PLAN, [Add(Address.read("grant.rows"), row, after="not_white_listed")])
    assert shape_of("grant").check(tree("grant", made.files["grant.yaml"]), Problems())
    adds = {one.key: one.data for one in templates(place("credit_village.criteria.a_grade_share"))}
    assert adds["title"] == {"zh": "", "en": ""}


def test_every_key_of_the_grammar_has_a_title():
    seen, lacking = set(), set()

    def walk(shape):
        if id(shape) in seen:
            return
        seen.add(id(shape))
        if isinstance(shape, Record):
            lacking.update(key for key, one in shape.keys.items() if not isinstance(one, Field) and key not in titles())
        below = [*getattr(shape, "keys", {}).values()] if isinstance(shape, Record) else []
        below += [one for _, one in shape.branches] if isinstance(shape, Either) else []
        below += [shape.shape] if isinstance(shape, Field | MapOf | ListOf) else []
        for one in (*below, *([shape.registry[shape.name]] if isinstance(shape, Ref) else [])):
            walk(one)

    for shape in (*FILES.values(), *OPTIONAL.values(), shape_of("x")):
        walk(shape)
    assert len(seen) > 100
    assert BODIES
    assert not lacking


def test_inherited_places_say_so_and_can_be_set():
    texts = Texts(texts_of(CHILD), (texts_of(PARENT),))
    places = {str(one.address): one for one in outline(texts, "village_credit").walk()}
    assert places["village_credit.criteria.资产质量.criteria.npl_rate.require"].inherited
    assert not places["village_credit.criteria.占比.criteria.share_of_all.require"].inherited
    one = next(one for one in places.values() if one.inherited and one.kind == "rate")
    assert edit(texts, [Set(one.address, rewritten(one.text, "7"))]).diff()
    assert Path(CHILD, "village_credit.yaml").exists()


FORM_OF_YAML = ("键值映射", "列表", "一个值")


@pytest.mark.parametrize("folder", sorted({*PLANS}))
def test_what_can_be_added_and_chosen_is_named_by_what_it_is_for(folder):
    """A form speaks to people who never saw YAML: neither of mappings and lists nor in words of the grammar."""
    texts = Texts(texts_of(ROOT / folder))
    places = [one for file in texts.files for one in outline(texts, file).walk()]
    assert not {way.title.zh for one in places for way in templates(one) if way.title.zh in FORM_OF_YAML}
    words = [choice for one in places if one.takes and one.takes.kind == "word" for choice in one.takes.choices]
    assert not {one.word for one in words if one.title.zh == one.word} - {*WARNINGS}


def test_over_what_is_inherited_no_name_is_moved_but_rows_are():
    """Whose order means nothing; the buttons would be refused."""
    child = Texts(texts_of(CHILD), (texts_of(PARENT),))
    movable = [[below.movable for one in outline(texts, "facts").walk() if one.kind == "map" for below in one.parts]
               for texts in (child, Texts(texts_of(PARENT)))]  # fmt: skip
    assert [any(one) for one in movable] == [False, True]
    assert place("village_credit.criteria.groups", child).movable
