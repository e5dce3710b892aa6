"""Policy text becomes located text, and what may not be in it is named where it stands."""

import time

import pytest
import yaml

from rules.files import source
from rules.files.node import Node
from rules.files.source import MOST_BYTES, MOST_DEPTH, MOST_NODES, read, read_file
from rules.problems.problem import PolicyError, Problems
from rules.values.text import Mark, Text


@pytest.fixture(params=[yaml.CLoader, yaml.Loader], ids=["libyaml", "pure"])
def loader(request, monkeypatch):
    monkeypatch.setattr(source, "LOADER", request.param)


def found(text):
    problems = Problems()
    read(text, "f.yaml", problems)
    return [(p.code, p.mark.line, p.mark.column, p.path) for p in problems.sorted()]


def tree(node):
    if node.is_map:
        return {key: tree(value) for key, value in node.entries.items()}
    return [tree(item) for item in node.items] if node.is_list else node.text


BAD = {
    # characters
    "a: 1\n\tb: 2\nc:\n \t- 3\n": [("yaml.tab", 2, 1, ""), ("yaml.tab", 4, 2, "")],
    "甲: \x07乙\nc: \u2028\n": [
        ("file.control_character", 1, 4, ""),
        ("file.control_character", 2, 4, ""),
    ],
    "a: \ud800": [("file.control_character", 1, 4, "")],
    "a: 1\rb: \x00": [("file.control_character", 2, 4, "")],
    # colons
    "名称：甲\n年: 2\n": [("yaml.fullwidth_colon", 1, 3, "")],
    "a: 1\n- 名称：甲\nb: 2\n": [("yaml.indent", 2, 1, "")],
    "a: 1\n名称：甲\nb: 2\n": [("yaml.fullwidth_colon", 2, 3, "")],
    "a: 1\nbcd\ne: 2\n": [("yaml.no_colon", 2, 1, "")],
    "甲: b: c\n": [("yaml.colon_in_text", 1, 5, "")],
    # indentation
    "a: 1\n  b: 2\n": [("yaml.colon_in_text", 2, 4, "")],
    "a:\n    b: 1\n  c: 2\n": [("yaml.indent", 3, 3, "")],
    "a:\n  - 1\n  b: 2\n": [("yaml.indent", 3, 3, "")],
    "- 1\nb: 2\n": [("yaml.indent", 2, 1, "")],
    "a: 1\n- b\n": [("yaml.indent", 2, 1, "")],
    # quotes and brackets
    'a: "bcd\ne: 2\n': [("yaml.unclosed_quote", 1, 4, "")],
    "a: '甲\n": [("yaml.unclosed_quote", 1, 4, "")],
    'a: "甲"乙\n': [("yaml.after_close", 1, 7, "")],
    "a: [1, 2\nb: 3\n": [("yaml.bracket", 1, 4, "")],
    "a: [1, 2": [("yaml.bracket", 1, 4, "")],
    "a: [1 2}\n": [("yaml.bracket", 1, 8, "")],
    "a: ]\n": [("yaml.stray", 1, 4, "")],
    # ... and texts beside them that are as they should be
    "a: {b: 甲, 其中：乙\nc: {d: （甲）, e: 【乙】}\n": [("yaml.bracket", 1, 4, "")],
    "a: {b: 甲，乙\nc: 丙，丁\n": [("yaml.bracket", 1, 4, "")],
    # full-width characters
    "a: {b: 甲，c: 乙}\n": [("yaml.fullwidth_comma", 1, 9, "")],
    "a: {甲：{b: 1}}\n": [("yaml.fullwidth_colon", 1, 6, "")],
    "a:\n  甲：{b: 1}\n": [("yaml.fullwidth_colon", 2, 4, "")],
    "a: {b: ｛c: 1}}\n": [("yaml.fullwidth_bracket", 1, 8, "")],
    "a:\n  b: 1\n\u3000\u3000c: 1\n": [("yaml.wide_blank", 3, 1, "")],
    "a:\n  b: 1\n\xa0 c: 1\n": [("yaml.wide_blank", 3, 1, "")],
    "a:\u3000b\nc: 1\n": [("yaml.wide_blank", 1, 3, "")],
    "a: |\n  \u3000\u3000b: 1\nc: \u3000d\n": [],
    # signs
    "甲: @foo\n": [("yaml.special_start", 1, 4, "")],
    "甲: >= 60%\n": [("shape.meant", 1, 4, "")],
    "甲: >5\n": [("yaml.special_start", 1, 4, "甲")],
    "甲: * 5\n": [("yaml.special_start", 1, 4, "")],
    # what YAML has and policies have not
    "a: 1\nb: 2\na: 3\n": [("yaml.duplicate_key", 3, 1, "a")],
    "a: 1\n'a': 3\n": [("yaml.duplicate_key", 2, 1, "a")],
    "a: &x 1\nb: *x\n": [("yaml.anchor", 1, 4, "a"), ("yaml.alias", 2, 4, "b")],
    "&x a: 1\n*x : 2\n": [("yaml.anchor", 1, 1, "a"), ("yaml.alias", 2, 1, "")],
    "b:\n  <<: {c: 1}\n  d: 1\n": [("yaml.merge_key", 2, 3, "b")],
    "a: !!str 1\nb: !ruby {x: 1}\nc: ! d\n": [
        ("yaml.tag", 1, 4, "a"),
        ("yaml.tag", 2, 4, "b"),
        ("yaml.tag", 3, 4, "c"),
    ],
    "a: !x!y 5\n": [("yaml.tag", 1, 4, "")],
    "[a]: 1\n{b: 1}: 2\n": [("yaml.key_not_text", 1, 1, ""), ("yaml.key_not_text", 2, 1, "")],
    "a:\n  ? \n  : 1\n": [("yaml.key_not_text", 2, 4, "a")],
    "a: 1\n---\nb: 2\n": [("yaml.several_documents", 2, 1, "")],
    "# only\n": [("file.empty", 1, 1, "")],
    "": [("file.empty", 1, 1, "")],
    "---\n": [("file.empty", 1, 1, "")],
    "%YAML 3.0\n---\na: 1\n": [("yaml.syntax", 1, 1, "")],
    # several at once, up to and with the one where the parser gives up
    "a: 1\na: 2\nb: &x 1\nc: [\n": [
        ("yaml.duplicate_key", 2, 1, "a"),
        ("yaml.anchor", 3, 4, "b"),
        ("yaml.stray", 5, 1, ""),
    ],
}


@pytest.mark.parametrize("text", BAD, ids=ascii)
@pytest.mark.usefixtures("loader")
def test_bad_text_is_named_where_it_stands(text):
    assert found(text) == BAD[text]


def test_a_wrong_escape_is_named():
    assert found('a: "C:\\d"\n')[0][0] == "yaml.escape"


@pytest.mark.usefixtures("loader")
def test_scalars_stay_text():
    node = read("a: no\nb: 010\nc: 1.10\nd: 2026-05-01\ne: 'yes'\nf:\ng: |\n  甲\n", "f", Problems())
    assert tree(node) == {
        "a": "no", "b": "010", "c": "1.10", "d": "2026-05-01", "e": "yes", "f": "", "g": "甲\n",
    }  # fmt: skip
    assert [key for key, value in node.entries.items() if value.quoted] == ["e", "g"]


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_marks_and_paths(bom):
    text = bom + "标题: 甲\ncriteria:\n  - about: 乙\n    id: share\n    at: {至少: 5%}\n  - [x]\n"
    node = read(text, "f.yaml", Problems())
    share, other = node.get("criteria").items
    deep = share.get("at").get("至少")
    assert node.get("标题").mark == Mark("f.yaml", 1, 5)
    assert (deep.mark, deep.path) == (Mark("f.yaml", 5, 14), "criteria[share].at.至少")
    assert share.get("at").key_marks["至少"] == Mark("f.yaml", 5, 10)
    assert (share.path, other.items[0].path) == ("criteria[share]", "criteria[1][0]")


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000])
def test_depth_is_bounded(text):
    start = time.monotonic()
    assert [f[0] for f in found(text)] == ["yaml.too_deep"]
    assert time.monotonic() - start < 5


def test_the_deepest_and_the_longest_that_are_allowed():
    assert not found("[" * MOST_DEPTH + "]" * MOST_DEPTH)
    assert found("[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1))[0][2] == MOST_DEPTH + 1
    assert not found("- 1\n" * (MOST_NODES - 1))
    assert found("- 1\n" * MOST_NODES) == [("yaml.too_many", MOST_NODES, 3, "")]


def test_alias_bombs_do_not_go_off():
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert {f[0] for f in found("\n".join(lines))} == {"yaml.anchor", "yaml.alias"}


def test_size_is_bounded():
    assert not found("a: " + "x" * (MOST_BYTES - 3))
    assert found("a: " + "x" * (MOST_BYTES - 2)) == [("file.too_big", 1, 1, "")]


def test_many_stray_characters_are_not_all_listed():
    assert len(found("\ta\n" * 200_000)) == 20


FILES = {
    "gbk": ("甲: 1\n乙: 丙\n".encode("gbk"), ("file.not_utf8", 1, 1)),
    "second line": ("\ufeff甲: 1\n乙: ".encode() + b"\xff", ("file.not_utf8", 2, 4)),
    "big": (b"a: " + b"x" * MOST_BYTES, ("file.too_big", 1, 1)),
    "big, cut within a character": (("a: " + "甲" * MOST_BYTES).encode(), ("file.too_big", 1, 1)),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_cannot_be_read(tmp_path, name):
    data, expected = FILES[name]
    (tmp_path / "f.yaml").write_bytes(data)
    problems = Problems()
    assert read_file(tmp_path / "f.yaml", tmp_path, problems) is None
    assert [(p.code, p.mark.line, p.mark.column) for p in problems] == [expected]


def test_files_are_named_from_the_root(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "f.yaml").write_bytes("\ufeff甲: 1\r\n乙: 2\r\n".encode())
    problems = Problems()
    node = read_file(tmp_path / "sub" / "f.yaml", tmp_path, problems)
    assert node.get("乙").mark == Mark("sub/f.yaml", 2, 4)
    assert read_file(tmp_path / "none.yaml", tmp_path, problems) is None
    assert read_file(tmp_path / "sub", tmp_path, problems) is None
    assert [(p.code, p.mark.file) for p in problems] == [
        ("file.unreadable", "none.yaml"),
        ("file.unreadable", "sub"),
    ]


def test_problems_sort_and_speak_both_languages():
    problems = Problems()
    node = Node(Mark("b.yaml", 2, 3), "x.y", "")
    problems.add(node, "shape.no_value", wanted=Text("文字", "text"))
    problems.warn(Mark("a.yaml", 1, 1), "file.empty")
    assert [p.mark.file for p in problems.sorted()] == ["a.yaml", "b.yaml"]
    assert [p.code for p in problems.errors] == ["shape.no_value"]
    error = PolicyError(problems)
    assert error.text("zh").splitlines()[1].startswith("b.yaml:2:3: x.y: 这里没有写值。请写上文字")
    assert error.text("en").splitlines()[1].startswith("b.yaml:2:3: x.y: The value is missing. Write text")
    assert len(str(error).splitlines()) == 2
    assert error.problems[1].as_dict() == {
        "file": "b.yaml", "line": 2, "column": 3, "path": "x.y", "code": "shape.no_value",
        "zh": error.problems[1].zh, "en": error.problems[1].en, "severity": "error",
    }  # fmt: skip


def test_an_unknown_code_and_a_missing_fact_are_our_mistake():
    for code in ("no.such", "yaml.anchor"):
        with pytest.raises(KeyError):
            Problems().add(Mark("a", 1, 1), code)
