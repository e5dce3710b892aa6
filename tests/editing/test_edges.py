"""What is written oddly is edited as carefully: quotes, text blocks, comments, line ends, braces, the last line."""

import pytest

from rules.editing.acts import FIRST, Add, Move, Remove, Rename, Set
from rules.editing.address import Address, Refused
from rules.editing.edit import edit
from rules.editing.texts import Texts
from rules.problems.problem import Problems

FILE = """# 头
decision: d # 名称
name: "952"
title: {zh: "甲, 乙", en: 'it''s'}
note:
  zh: >-
    第一行 不动
    第二行 要改
    第三行 不动
  en: |
    one
    two

rows:
  # 只说 a
  - id: a # a 的
    when: {age: {between: [18 years, 65 years]}}
    # a 里面的

  # 说 b 和 c
  - {id: b, when: {x: true}} # b 的
  - {id: c,
     when: {x: false},
     then: {n: 1}}
"quoted key": 55% # 率
"""


def edited(text, *acts, name="d"):
    return edit(Texts({f"{name}.yaml": text}), acts)


def at(path):
    return Address.read(path)


def after(text, *acts):
    return edited(text, *acts).files["d.yaml"]


@pytest.mark.parametrize(("act", "old", "new"), [
    (Set(at("d.title.zh"), "丙, 丁"), '"甲, 乙"', '"丙, 丁"'),
    (Set(at("d.title.zh"), "丙"), '"甲, 乙"', "丙"),
    (Set(at("d.name"), "x"), '"952"', '"x"'),
    (Set(at("d.title.en"), "I'm"), "'it''s'", "'I''m'"),
    (Set(at('d["quoted key"]'), "60%"), "55% # 率", "60% # 率"),
    (Set(at("d.rows.a.when.age.between[1]"), "70 years"), "65 years", "70 years"),
    (Set(at("d.note.zh"), "第一行 不动 第二行 改了 第三行 不动"), "第二行 要改", "第二行 改了"),
    (Set(at("d.note.en"), "one\nthree\n"), "    two\n", "    three\n"),
    (Set(at("d.note.en"), "one"), "|\n    one\n    two\n", "one\n"),
    (Rename(at('d["quoted key"]'), "其他: 键"), '"quoted key"', '"其他: 键"'),
    (Set(at("d.decision"), "null"), "d # 名称", '"null" # 名称'),
    (Set(at("d.decision"), "a #b"), "d # 名称", '"a #b" # 名称'),
    (Set(at("d.rows.c.then.n"), "a, b"), "{n: 1}", '{n: "a, b"}'),
    (Remove(at("d.rows.c.when")), "     when: {x: false},\n", ""),
    (Remove(at("d.rows.c.then")), ",\n     then: {n: 1}", ""),
    (Remove(at("d.rows.c.id")), "{id: c,\n     when", "{when"),
    (Remove(at("d.rows.a.id")), "- id: a # a 的\n    when", "- when"),
    (Remove(at("d.rows.b")), "  - {id: b, when: {x: true}} # b 的\n", ""),
    (Remove(at("d.rows.c.then.n")), "{n: 1}", "{}"),
    (Add(at("d.rows.c"), "x", "outcome"), "then: {n: 1}}", "then: {n: 1},\n     outcome: x}"),
    (Add(at("d.rows.a"), "x", "outcome"), "65 years]}}\n", "65 years]}}\n    outcome: x\n"),
    (Add(at("d.rows.a"), "x", "outcome", FIRST), "- id: a # a 的", "- outcome: x\n    id: a # a 的"),
    (Add(at("d.rows"), {"id": "n", "when": {"x": "yes, no"}}, after="b"),
     "# b 的\n", '# b 的\n  - {id: n, when: {x: "yes, no"}}\n'),
    (Add(at("d.rows"), {"id": "n", "when": {"x": "1"}}, after=FIRST),
     "rows:\n", "rows:\n  - id: n\n    when: {x: 1}\n"),
    (Set(at("d.rows.b.when"), {"y": "true"}), "{x: true}", "{y: true}"),
    (Set(at("d.rows.b.when"), {"x": "true", "y": ["1", "2"]}), "{x: true}", "{x: true, y: [1, 2]}"),
    (Set(at("d.rows.b.when"), "x"), "{x: true}", "x"),
])  # fmt: skip
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_an_act_changes_its_place_alone(act, old, new, eol):
    text = FILE.replace("\n", eol)
    assert text.count(old.replace("\n", eol)) == 1
    if isinstance(act, Set) and isinstance(act.value, str) and eol != "\n" and act.value.endswith("\n"):
        act = Set(act.at, act.value)
    assert after(text, act) == text.replace(old.replace("\n", eol), new.replace("\n", eol))


def test_comments_that_speak_of_a_removed_item_alone_go_with_it_and_are_told():
    made = edited(FILE, Remove(at("d.rows.a")))
    gone = "  # 只说 a\n  - id: a # a 的\n    when: {age: {between: [18 years, 65 years]}}\n    # a 里面的\n"
    assert made.files["d.yaml"] == FILE.replace(gone, "")
    assert [*made.removed] == gone.splitlines()
    made = edited(FILE, Remove(at("d.rows.b")))
    assert "# 说 b 和 c" in made.files["d.yaml"]
    assert [*made.removed] == ["  - {id: b, when: {x: true}} # b 的"]
    assert [line for line in made.diff() if line[:1] in "+-"][2:] == ["-  - {id: b, when: {x: true}} # b 的"]


def test_an_item_that_is_set_whole_changes_only_what_differs_in_it():
    row = {"id": "a", "outcome": "o", "when": {"age": {"between": ["16 years", "65 years"]}}}
    made = edited(FILE, Set(at("d.rows.a"), row))
    assert made.files["d.yaml"] == FILE.replace("# a 的\n", "# a 的\n    outcome: o\n").replace("18 years", "16 years")
    assert made.removed == ()


def test_the_last_of_a_block_leaves_an_empty_collection():
    text = "a:\n  b: 1 # eins\n\nc:\n  - x\n"
    assert after(text, Remove(at("d.a.b"))) == "a: {}\n\nc:\n  - x\n"
    assert after(text, Remove(at("d.c[0]"))) == "a:\n  b: 1 # eins\n\nc: []\n"
    assert after("a: {}\n", Add(at("d.a"), "1", "b")) == "a: {b: 1}\n"
    assert after("a: []\n", Add(at("d.a"), "1")) == "a: [1]\n"


def test_items_move_with_their_comments_and_others_keep_theirs():
    moved = after(FILE, Move(at("d.rows.a"), 1))
    own = "  # 只说 a\n  - id: a # a 的\n    when: {age: {between: [18 years, 65 years]}}\n    # a 里面的\n"
    assert moved == FILE.replace(own, "").replace("# b 的\n", f"# b 的\n{own}")
    assert after(moved, Move(at("d.rows.a"), 0)).count("# 说 b 和 c") == 1
    text = "a: [1, 2, # zwei\n    3]\n"
    assert after(text, Move(at("d.a[0]"), 2)) == "a: [2, 3, # zwei\n    1]\n"


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_file_without_a_last_line_end_stays_so(eol):
    text = f"a:{eol}  - x{eol}  - y"
    assert after(text, Add(at("d.a"), "z")) == f"a:{eol}  - x{eol}  - y{eol}  - z"
    assert after(text, Remove(at("d.a[1]"))) == f"a:{eol}  - x"
    assert after(text, Move(at("d.a[1]"), 0)) == f"a:{eol}  - y{eol}  - x"
    assert after(text, Move(at("d.a[0]"), 1)) == f"a:{eol}  - y{eol}  - x"
    assert after(text, Set(at("d.a[1]"), "zz")) == f"a:{eol}  - x{eol}  - zz"


def test_a_bom_stays():
    assert after("\ufeffa: 1\n", Set(at("d.a"), "2")) == "\ufeffa: 2\n"
    assert after("\ufeffa: 1\n", Add(at("d"), "2", "b", FIRST)) == "\ufeffb: 2\na: 1\n"


def test_long_values_stand_in_blocks():
    row = {"id": "n", "title": {"zh": "很" * 60, "en": "long " * 12}, "when": {"all": [{"x": "true"}] * 20}}
    made = after(FILE, Add(at("d.rows"), row))
    assert max(map(len, made.splitlines())) <= 140
    assert "  - id: n\n    title:\n      zh: 很" in made.replace("  - {id", "  - id")


@pytest.mark.parametrize(("acts", "said"), [
    ([Set(at("d.rows.x.id"), "y")], "没有 d.rows.x"),
    ([Set(at("e.rows"), "y")], "没有文件 e.yaml"),
    ([Remove(at("d"))], "整个文件"),
    ([Move(at("d.rows.a"), 3)], "没有第 4 个位置"),
    ([Add(at("d.rows"), {"id": "a"})], "已有 a"),
    ([Add(at("d.title"), "x", "zh")], "已有 zh"),
    ([Add(at("d.title.zh"), "x", "zh")], "不能这样增加"),
    ([Add(at("d.rows"), "x", "zh")], "不能这样增加"),
    ([Rename(at("d.title.zh"), "en")], "不能改名为 en"),
    ([Set(at("d.decision"), "ok"), Remove(at("d.nothing"))], "没有 d.nothing"),
    ([Add(at("d"), {"": ""}, "x")], "改成这样"),
    ([Set(at("d.decision"), "a\x07b")], "不能用的字符"),
])  # fmt: skip
def test_what_cannot_be_done_is_refused_whole_and_in_words(acts, said):
    with pytest.raises(Refused) as caught:
        edited(FILE, *acts)
    assert said in caught.value.zh
    assert caught.value.args[0]


def test_a_file_that_cannot_be_read_is_refused_with_the_line():
    with pytest.raises(Refused, match="mend line 2 first"):
        edited("a: 1\nb: [1, 2\n", Set(at("d.a"), "2"))
    with pytest.raises(Refused, match="mend line 1 first"):
        edited("a: &x 1\nb: *x\n", Set(at("d.a"), "2"))


def test_set_then_set_back_gives_the_same_bytes():
    for path, value in (("d.title.zh", "丙: 丁"), ("d.note.zh", "短"), ("d.rows.a.when.age.between[0]", "16 years")):
        old = {"d.title.zh": "甲, 乙", "d.note.zh": "第一行 不动 第二行 要改 第三行 不动"}.get(path, "18 years")
        there = after(FILE, Set(at(path), value))
        back = after(there, Set(at(path), old))
        assert there != FILE
        assert back == FILE or path == "d.note.zh"  # where lines of a folded text broke is not known any more


def test_the_callers_checker_sees_the_result_and_its_problems_come_back():
    seen, problems = [], Problems()

    def check(files):
        seen.append(files)
        return problems

    made = edit(Texts({"d.yaml": FILE}), [Set(at("d.decision"), "e")], check)
    assert seen == [made.files]
    assert made.problems == ()


def test_addresses_read_as_they_are_written():
    for text in ("d.rows.a.when.age.between[0]", 'clauses.clauses["6.1"].text', "clauses.clauses.四(三)1(7).text",
                 'd.criteria["952"].criteria', "plan"):  # fmt: skip
        assert str(Address.read(text)) == text
    assert Address.read("d.rows[a].id") == Address.read("d.rows.a.id")
    for text in ("", "[0]", "d..a", "d.a]", 'd["a'):
        with pytest.raises(Refused):
            Address.read(text)
