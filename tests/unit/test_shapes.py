"""One description checks documents and emits JSON Schema: the two must agree."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from rules.files.node import kind, resolved
from rules.files.source import read
from rules.problems.problem import Problems
from rules.shapes import (
    Either,
    Field,
    Flag,
    ListOf,
    MapOf,
    Pattern,
    Prose,
    Record,
    Ref,
    Whole,
    Word,
    document,
    has,
    is_a,
    says,
)  # fmt: skip
from rules.values.text import Text

NAME = Pattern("[a-z][a-z0-9_]*", "小写英文名", "a lower-case name", ("a_share",))
PERCENT = Pattern(r"[0-9]+(\.[0-9]+)?%", "百分数", "a percentage", ("55%",))
AMOUNT = Pattern(r"-?[0-9]+(\.[0-9]+)?( 万元)?", "金额", "an amount", ("5 万元", "5"))
SHAPES: dict = {}
CONDITION = Ref("condition", SHAPES)
SHAPES["condition"] = Either(
    (has("all"), Record({"all": ListOf(CONDITION, at_least=1)})),
    (has("value"), Record({"value": NAME}, {"at_least": Either((is_a("scalar"), PERCENT))})),
    (is_a("scalar"), Word({"always": Text("总是", "always"), "4": Text("四", "four")})),
)
PLAN = Record(
    {"title": Prose()},
    {
        "on": Flag(),
        "count": Whole(0),
        "amount": Field(AMOUNT, "金额", "the amount"),
        "when": Field(CONDITION, "条件", "the condition"),
        "points": MapOf(NAME, PERCENT, at_least=1),
        "body": Either(
            (
                says("kind", "list", "true"),
                Record({"kind": Word(("list", "true"))}, {"items": ListOf(Prose())}),
            ),
            (says("kind", "4"), Record({"kind": Prose(), "of": CONDITION})),
        ),
    },
)
SCHEMA = document(PLAN, "方案")
VALIDATOR = Draft7Validator(SCHEMA)

# Scalars as written. The odd ones are spellings of a number or boolean that a schema cannot tell apart.
PLAIN = ["甲", "a_1", "55%", "5 万元", "true", "false", "4", "0", "-1", "0.5", "101", "no", "null", "~",
         "2026-05-01", "18 years", "always", "list"]  # fmt: skip
ODD = ["True", "010", "+4", "4.0", "0x4", "1e2", ".5", ".inf", "NULL", "FALSE"]
scalars = st.sampled_from(PLAIN) | st.sampled_from([f'"{word}"' for word in (*PLAIN, "", " ")])
keys = st.sampled_from(["title", "on", "all", "value", "at_least", "kind", "items", "甲", "x y", "4"])


def maps(**optional):
    return st.fixed_dictionaries({}, optional=optional)


junk = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2))


def mostly(good):
    return st.one_of(good, good, good, good, junk)


def documents(scalar):
    conditions = st.recursive(
        maps(value=scalar, at_least=scalar) | st.sampled_from(["always", "4"]),
        lambda inner: maps(all=mostly(st.lists(inner, max_size=2))),
        max_leaves=3,
    )
    body = maps(kind=scalar, items=st.lists(scalar, max_size=2), of=mostly(conditions))
    good = {
        "on": st.sampled_from(["true", "false"]) | scalar,
        "count": st.sampled_from(["0", "4"]) | scalar,
        "amount": st.sampled_from(["4", "5 万元"]) | scalar,
        "when": mostly(conditions),
        "points": mostly(st.dictionaries(st.sampled_from(["a", "b_1", "甲"]), st.just("5%") | scalar, max_size=2)),
        "body": mostly(body),
    }
    whole = st.fixed_dictionaries({"title": st.just("甲") | scalar}, optional=good)
    return st.one_of(whole, whole, whole, whole, maps(title=scalar, tilte=scalar, **good))


def written(tree):
    """A tree of scalars as YAML text."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {written(v)}" for k, v in tree.items()) + "}"
    return "[" + ", ".join(map(written, tree)) + "]" if isinstance(tree, list) else tree


def seen(node):
    """What a YAML 1.2 editor makes of a node."""
    if node.is_map:
        return {key: seen(value) for key, value in node.entries.items()}
    if node.is_list:
        return [seen(item) for item in node.items]
    sort = kind(node.text, quoted=node.quoted)
    if sort in ("null", "string"):
        return None if sort == "null" else node.text
    return float(node.text.replace(".inf", "inf")) if sort == "number" else resolved(node.text)[1]


def verdicts(tree):
    problems = Problems()
    node = read(written(tree), "f", problems)
    assert not len(problems), problems.sorted()
    good = PLAN.check(node, problems)
    assert good is not bool(len(problems))
    return good, VALIDATOR.is_valid(seen(node))


def test_the_schema_is_one():
    Draft7Validator.check_schema(SCHEMA)
    assert set(SCHEMA["definitions"]) == {"condition"}


@settings(max_examples=1500, deadline=None)
@given(documents(scalars))
def test_check_and_schema_agree(tree):
    good, valid = verdicts(tree)
    assert good == valid


@settings(max_examples=500, deadline=None)
@given(documents(scalars | st.sampled_from(ODD)))
def test_the_schema_never_refuses_what_the_check_accepts(tree):
    good, valid = verdicts(tree)
    assert valid or not good


@settings(max_examples=500, deadline=None)
@given(junk)
def test_any_tree_is_judged_alike(tree):
    for shape in (Prose(), PERCENT, AMOUNT, Flag(), Whole(0), SHAPES["condition"], ListOf(Prose(), 1)):
        problems = Problems()
        node = read(written({"k": tree}), "f", Problems()).get("k")
        assert shape.check(node, problems) == Draft7Validator(document(shape, "")).is_valid(seen(node))


BAD = [
    ("tilte: x", "shape.unknown_key_near", 1, 1, "tilte", "Did you mean `title`?"),
    ("{title: x, zzzz: 1}", "shape.unknown_key", 1, 12, "zzzz", "Allowed here: `title`"),
    ("on: true", "shape.missing_key", 1, 1, "", "Add a line `title: …`"),
    ("- title", "shape.wanted_map", 1, 1, "", "but this is a list"),
    ("title: [x]", "shape.wanted_scalar", 1, 8, "title", "some text; but this is a list"),
    ("title:", "shape.no_value", 1, 7, "title", "Write some text"),
    ("title: null", "shape.no_value", 1, 8, "title", "Write some text"),
    ("title: 甲\non: 是", "shape.flag", 2, 5, "on", "Write true or false"),
    ("title: 甲\non: 'true'", "shape.flag", 2, 5, "on", "without quotes"),
    ("title: 甲\ncount: -1", "shape.whole", 2, 8, "count", "a whole number, 0 or more"),
    ("title: 甲\ncount: 010", "shape.whole", 2, 8, "count", "leading zeros"),
    ("title: 甲\ncount: '4'", "shape.whole", 2, 8, "count", "without quotes"),
    ("title: 甲\ncount: ４", "shape.whole", 2, 8, "count", "such as `0`"),
    ("title: 甲\namount: 很多", "shape.pattern", 2, 9, "amount", "an amount, such as `5 万元`, `5`"),
    ("title: 甲\npoints: {a: 5}", "shape.pattern", 2, 13, "points.a", "such as `55%`"),
    ("title: 甲\npoints: {甲: 5%}", "shape.key_pattern", 2, 10, "points.甲", "a lower-case name"),
    ("title: 甲\npoints: {}", "shape.too_few", 2, 9, "points", "there are 0"),
    ("title: 甲\nwhen: {all: []}", "shape.too_few", 2, 13, "when.all", "At least 1"),
    ("title: 甲\nwhen: {all: x}", "shape.wanted_list", 2, 13, "when.all", "`- `"),
    ("title: 甲\nwhen: alwys", "shape.word_near", 2, 7, "when", "Did you mean `always`?"),
    ("title: 甲\nwhen: zzz", "shape.word", 2, 7, "when", "one of: `always`, `4`"),
    ("title: 甲\nwhen: {value: true}", "shape.needs_quotes", 2, 15, "when.value", 'Write "true"'),
    ("title: 甲\nwhen: [x]", "shape.no_branch", 2, 7, "when", "a mapping with `all:`; a mapping with"),
    ("title: 甲\nbody: {kind: lst}", "shape.no_branch", 2, 7, "body", "`kind: list | true`; `kind: 4`"),
]


@pytest.mark.parametrize("case", BAD, ids=[bad[0] for bad in BAD])
def test_bad_content_is_named_where_it_stands(case):
    text, code, line, column, path, words = case
    problems = Problems()
    assert not PLAN.check(read(text, "f", problems), problems)
    by_code = {p.code: p for p in problems}
    got = by_code[code]
    assert (got.mark.line, got.mark.column, got.path) == (line, column, path)
    assert words in got.en
    assert set(by_code) <= {code, "shape.missing_key"}
    assert len(by_code) == len(problems)


def test_everything_wrong_is_said_in_one_pass():
    problems = Problems()
    text = "on: 是\ncount: x\nwhen: {all: [{value: 甲}, {valu: b}, zzz]}\n"
    PLAN.check(read(text, "f", problems), problems)
    assert [p.code.removeprefix("shape.") for p in problems.sorted()] == [
        "missing_key", "flag", "whole", "pattern", "unknown_key_near", "word",
    ]  # fmt: skip


@pytest.mark.parametrize("regex", [r"\d+", r"\w", "(?P<a>b)", "(?<=a)b"])
def test_patterns_that_editors_read_differently_are_refused(regex):
    with pytest.raises(ValueError, match="spell out"):
        Pattern(regex, "", "", ("1",))


def test_patterns_need_examples_that_fit():
    for examples in ((), ("b",)):
        with pytest.raises(ValueError, match="examples"):
            Pattern("a", "", "", examples)


def test_a_description_is_not_lost_beside_a_reference():
    when = SCHEMA["allOf"][0]["properties"]["when"]
    assert when == {"description": "条件\nthe condition", "allOf": [{"$ref": "#/definitions/condition"}]}


def test_words_carry_what_they_mean():
    assert Word({"4": Text("四", "four")}).schema({}) == {
        "enum": ["4", 4],
        "enumDescriptions": ["四 / four"] * 2,
    }


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("{a: x, b: y}", True),
        ("{b: y}", True),
        ("{kind: k, n: y}", True),
        ("{m: y}", True),
        ("{n: y}", False),
    ],
)
def test_the_first_branch_that_matches_decides(text, good):
    shape = Either(
        (has("a"), Record({"a": Prose()}, {"b": Prose()})),
        (has("b"), Record({"b": Prose()})),
        (says("kind", "k"), Record({}, {"kind": Prose(), "n": Prose()})),
        (is_a("map"), Record({}, {"m": Prose()})),
    )
    node = read(text, "f", Problems())
    assert shape.check(node, Problems()) is good
    assert Draft7Validator(document(shape, "")).is_valid(seen(node)) is good
