"""A child that changes a limit is told where the words of the reading that it inherits state the old one."""

import pytest

from rules.building.store import read_store
from tests.policy.test_extends import CHILD, ROOT

SHIPPED = "xx-county/2026-05-01"
READING = """readings:
  a_grade_share_operator:
    title: {zh: A级及以上信用户占比恰为60%, en: A-grade share of exactly 60%}
    readings:
      at_least: {zh: 恰为60%达标（不低于60%）, en: exactly 60% meets it}
      above: {zh: 恰为60%不达标, en: exactly 60% does not}
"""


def told(tmp_path, **files):
    (tmp_path / "xx-county").symlink_to(ROOT / "policies/xx-county")
    folder = tmp_path / "child" / "2026-06-01"
    folder.mkdir(parents=True)
    head = CHILD.replace("plan: base", "plan: xx-county")
    for name, text in {"plan": head, **files}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    problems = read_store(tmp_path).problems
    assert [one for one in problems if one.severity == "error"] == []
    return [one for one in problems if one.code == "warning.reading_disagrees"]


def limit(share):
    return f"criteria:\n  - id: a_grade_share\n    require: {{a_grade_share: {{at_least: {share}}}}}\n"


def test_the_child_is_told_at_its_line_with_parent_and_reading(tmp_path):
    [one] = told(tmp_path, credit_village=limit("60%"))
    assert one.mark.file == "child/2026-06-01/credit_village.yaml"
    assert one.mark.line == 2
    for words in (
        "60%",
        "沿用自《XX县助力乡村振兴开展“整村授信”工作实施方案》（2026-05-01 起）的解读",
        "恰为55%",
        "readings.yaml",
    ):
        assert words in one.zh
    assert "inherited from “XX County whole-village credit granting plan” (from 2026-05-01)" in one.en
    assert SHIPPED not in one.zh + one.en


@pytest.mark.parametrize("files", [
    {"credit_village": limit("55%")}, {"credit_village": limit("60%"), "readings": READING}, {},
], ids=["the same limit", "words of its own", "nothing changed"])  # fmt: skip
def test_words_that_state_the_limit_in_force_raise_no_warning(tmp_path, files):
    assert told(tmp_path, **files) == []
