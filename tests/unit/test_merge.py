"""A plan that extends another edition says only what differs."""

import pytest

from rules.files.merge import Keys, merge
from rules.files.source import read
from rules.problems.problem import Problems

REPLACE = Keys(frozenset({"require"}), frozenset({"round_down", "sum", "total"}), {"facts": 1, "columns": 2})
PARENT = """\
title: 甲
limits: {low: 1, high: 2}
tags: [a, b]
criteria:
  - id: one
    require: {at_least: 5, of: x}
    note: n
  - id: two
    note: m
  - group: g
    criteria:
      - id: three
        note: k
"""


def tree(node):
    if node.is_map:
        return {key: tree(value) for key, value in node.entries.items()}
    return [tree(item) for item in node.items] if node.is_list else node.text


def merged(child, parent=PARENT):
    problems = Problems()
    trees = (read(parent, "parent", problems), read(child, "child", problems))
    assert not len(problems)
    node = merge(*trees, problems, REPLACE)
    return node, [(p.code, p.mark.file, p.mark.line, p.mark.column, p.path) for p in problems.sorted()]


def test_mappings_merge_by_key_and_scalars_and_plain_lists_replace():
    node, problems = merged("title: 乙\nlimits: {high: 3, top: 4}\ntags: [c]\n")
    assert not problems
    assert tree(node)["title"] == "乙"
    assert tree(node)["limits"] == {"low": "1", "high": "3", "top": "4"}
    assert tree(node)["tags"] == ["c"]
    assert len(tree(node)["criteria"]) == 3


def test_items_merge_by_id_and_group_wherever_they_stand():
    node, problems = merged(
        "criteria:\n"
        "  - {id: new, note: z}\n"
        "  - {group: g, criteria: [{id: three, note: K}, {id: four}]}\n"
        "  - {id: one, note: N}\n"
    )
    assert not problems
    assert tree(node)["criteria"] == [
        {"id": "one", "require": {"at_least": "5", "of": "x"}, "note": "N"},
        {"id": "two", "note": "m"},
        {"group": "g", "criteria": [{"id": "three", "note": "K"}, {"id": "four"}]},
        {"id": "new", "note": "z"},
    ]


def test_an_id_is_not_a_group_of_the_same_name():
    node, _ = merged("criteria: [{id: g, note: z}]\n")
    assert len(tree(node)["criteria"]) == 4


def test_the_keys_in_replace_are_taken_whole():
    node, _ = merged("criteria: [{id: one, require: {at_most: 3}}]\n")
    assert tree(node)["criteria"][0]["require"] == {"at_most": "3"}


def test_removal():
    node, problems = merged(
        "tags: {remove: true}\n"
        "limits: {low: {remove: true}}\n"
        "criteria:\n"
        "  - {id: two, remove: true}\n"
        "  - {id: one, require: {remove: true}}\n"
        "  - {group: g, remove: true}\n"
    )
    assert not problems
    assert tree(node) == {"title": "甲", "limits": {"high": "2"}, "criteria": [{"id": "one", "note": "n"}]}
    assert set(node.key_marks) == set(node.entries)


def test_marks_stay_those_of_the_file_each_came_from():
    node, _ = merged("limits: {high: 3}\n")
    limits = node.get("limits")
    assert (limits.mark.file, limits.get("low").mark.file, limits.get("high").mark.file) == (
        "child",
        "parent",
        "child",
    )
    assert (limits.key_marks["low"].file, limits.key_marks["high"].file) == ("parent", "child")


def test_a_list_with_an_unnamed_item_replaces():
    node, _ = merged("criteria: [{id: one}, {note: z}]\n")
    assert tree(node)["criteria"] == [{"id": "one"}, {"note": "z"}]


BAD = {
    "criteria: [{id: tow, remove: true}]": ("merge.unknown_id", "child", 1, 12, "criteria[tow]"),
    "limit: {remove: true}": ("merge.unknown_key", "child", 1, 1, "limit"),
    "criteria: [{id: two, remove: yes}]": (
        "merge.remove_value", "child", 1, 30, "criteria[two].remove",
    ),
    "criteria: [{id: two, remove: 'true'}]": (
        "merge.remove_value", "child", 1, 30, "criteria[two].remove",
    ),
    "limits: {remove: true, low: 1}": ("merge.remove_alone", "child", 1, 18, "limits.remove"),
    "criteria: [{id: two}, {id: two}]": ("merge.duplicate_id", "child", 1, 23, "criteria[two]"),
}  # fmt: skip


@pytest.mark.parametrize("child", BAD)
def test_bad_overrides_are_named_where_they_stand(child):
    assert merged(child)[1] == [BAD[child]]


def test_a_name_twice_in_the_parent_is_named_too():
    node, problems = merged("a: [{id: x}]", "a: [{id: y, n: 1}, {id: y, n: 2}]")
    assert problems == [("merge.duplicate_id", "parent", 1, 20, "a[y]")]
    assert tree(node)["a"] == [{"id": "y", "n": "1"}, {"id": "x"}]


def test_what_was_meant_is_suggested():
    problems = Problems()
    merge(read(PARENT, "p", problems), read("criteria: [{id: tow, remove: true}]", "c", problems), problems, Keys())
    assert "did you mean `two`?" in next(iter(problems)).en


def test_names_that_the_plan_gives_are_no_keys():
    """A fact may be called as a key that is taken whole, and one of its own keys is taken whole all the same."""
    facts = "{require: {title: t, require: {low: 1}}, facts: {title: f}}"
    columns = "{require: {require: {heading: h, means: m}}}"
    node, problems = merged(
        "facts: {require: {most: 2, require: {high: 3}}, facts: {m: 4}}\ncolumns: {require: {require: {heading: x}}}",
        f"facts: {facts}\ncolumns: {columns}",
    )
    assert not problems
    assert tree(node) == {
        "facts": {
            "require": {"title": "t", "most": "2", "require": {"high": "3"}},
            "facts": {"title": "f", "m": "4"},
        },
        "columns": {"require": {"require": {"heading": "x", "means": "m"}}},
    }


def test_a_formula_within_a_formula_is_taken_whole():
    parent = "facts: {a: {title: t, round_down: {total: n, where: w}, to: 5}}\ntotal: {low: 1, high: 2}"
    node, problems = merged("facts: {a: {round_down: {sum: [n]}}}\ntotal: {high: 3}", parent)
    assert not problems
    assert tree(node) == {"facts": {"a": {"title": "t", "round_down": {"sum": ["n"]}, "to": "5"}},
                          "total": {"low": "1", "high": "3"}}  # fmt: skip
