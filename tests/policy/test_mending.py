"""What has one cure only is mended, and nothing else."""

import re
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.building.store import read_store
from rules.operations import OPERATORS
from rules.problems.meant import SIGNS, respelt, signed
from rules.variants.mending import mend
from tests.policy.bad_cases import CASES, EDITION, HERE, lay_out, said

WHOLE = {  # the cases of which nothing is left to say
    "child_with_a_mistake",
    "chinese_quotes", "clause_in_fullwidth_brackets", "colon_without_a_blank", "comma_in_a_title",
    "figure_in_chinese", "figure_with_its_operator", "fullwidth_blank_after_a_colon",
    "fullwidth_colon", "fullwidth_colon_in_braces", "fullwidth_comma_before_a_title", "fullwidth_comma_in_a_list",
    "fullwidth_comma_in_braces", "fullwidth_percent", "no_break_blank_as_indent", "sign_as_a_key", "sign_as_a_value",
    "sign_in_a_block", "sign_in_changes", "title_for_an_id", "title_of_a_fact_and_an_outcome", "value_in_chinese",
    "yes_for_true",
}  # fmt: skip
CURED = re.compile(r": (shape\.(meant|comma|flag)|name\.title|yaml\.(fullwidth|wide)\w+)$", re.MULTILINE)
MENDED = [case for case in CASES if CURED.search((case / "expected.txt").read_text(encoding="utf-8"))]


def errors(problems):
    return [one for one in problems if one.severity == "error"]


@pytest.mark.parametrize("case", MENDED, ids=lambda case: case.name)
def test_what_is_mended_is_good_and_what_is_left_has_no_cure(case, tmp_path):
    root = tmp_path / "policies"
    root.mkdir()
    lay_out(case, root)
    before = said(case)

    extending = case.name == "child_with_a_mistake"
    mended, left = mend(root, [EDITION, "other/2026-05-01"] if extending else [EDITION])
    for one in mended:
        one.write(root)

    assert list(read_store(root).problems) == left
    assert not any(one.mend for one in left)
    assert bool(mended) == any(one.mend for one in before)
    assert (not errors(left)) == (case.name in WHOLE)


def test_every_case_that_is_mended_whole_is_tried():
    assert {case.name for case in MENDED} >= WHOLE


BASE = (HERE / "base" / "2026-05-01" / "standing.yaml").read_text(encoding="utf-8")
WORDS = [match.span() for match in re.finditer(r"(?<=\{)[a-z_]+(?=: [{\[])|(?<=: )\d+%|(?<=\[)good", BASE)]


def widened(text):
    return "".join(chr(ord(one) + ord("！") - ord("!")) for one in text)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True), st.sampled_from(["{}", "“{}”", "『{}』"]))
def test_what_was_spelt_otherwise_is_as_before(tmp_path_factory, spans, quotes):
    root, text = tmp_path_factory.mktemp("mending"), BASE
    shutil.copytree(HERE / "base", root / "base")
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}{quotes.format(widened(text[start:end]))}{text[end:]}"
    (root / EDITION / "standing.yaml").write_text(text, encoding="utf-8")

    [mended], left = mend(root, [EDITION])

    assert mended.after == BASE
    assert not errors(left)


def test_line_ends_and_a_byte_order_mark_stay(tmp_path):
    shutil.copytree(HERE / "base", tmp_path / "base")
    file = tmp_path / EDITION / "standing.yaml"
    text = file.read_text(encoding="utf-8").replace("kind: checklist", "kind: “checklist”").replace("\n", "\r\n")
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())

    mended, left = mend(tmp_path, [EDITION])
    mended[0].write(tmp_path)

    assert file.read_bytes() == b"\xef\xbb\xbf" + text.replace("“checklist”", "checklist").encode()
    assert not errors(left)
    assert [line for line in mended[0].diff() if line[0] in "+-"][2:] == ["-kind: “checklist”", "+kind: checklist"]


def test_only_what_lies_inside_is_mended(tmp_path):
    shutil.copytree(HERE / "base", tmp_path / "base")
    file = tmp_path / EDITION / "standing.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("sound: true", "sound: 是"), encoding="utf-8")

    assert mend(tmp_path, [EDITION])[0]
    assert not mend(tmp_path, [])[0]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("“55%”", "55%"),
        ("５５％", "55%"),
        ("5，000 yuan", "5000 yuan"),
        ("好，中", ""),
        ("a、b", "a, b"),
        ("a", ""),
        ("甲", ""),
    ],
)
def test_respelling(text, meant):
    assert respelt(text, lambda one: one.isascii() and "," not in one) == meant


def test_signs_are_operators():
    assert set(SIGNS.values()) <= OPERATORS.keys()
    assert not SIGNS.keys() & OPERATORS.keys()
    assert signed("不低于 ５５％") == signed(">= 55%") == ("at_least", "55%")
    assert signed("小于等于5 户") == ("at_most", "5 户")
    assert signed("55%") is None


@pytest.mark.parametrize(
    "name", ["plan.yaml.txt", "plan.yml", "plan.YAML", "Plan.yaml", "plan.yaml.yaml", "plan.yaml "]
)
def test_an_edition_whose_plan_is_called_otherwise_is_found(tmp_path, name):
    shutil.copytree(HERE / "base", tmp_path / "base")
    (tmp_path / EDITION / "plan.yaml").rename(tmp_path / EDITION / name)

    store = read_store(tmp_path)

    assert [(one.code, one.mark.file) for one in store.problems] == [("edition.yml", f"{EDITION}/{name}")]
    assert "plan.yaml" in store.problems[0].zh
    assert not store.plans


@pytest.mark.parametrize("name", ["facts.yaml.bak", "facts.json"])
def test_a_file_that_is_not_there_is_left_to_be_mended(tmp_path, name):
    shutil.copytree(HERE / "base", tmp_path / "base")
    (tmp_path / EDITION / "facts.yaml").rename(tmp_path / EDITION / name)

    mended, left = mend(tmp_path, [EDITION])

    assert (mended, [one.code for one in left]) == ([], ["edition.no_file"])
