"""A plan that extends another says only what differs; the rest is the parent's."""

from pathlib import Path

from rules.building.store import open_store, read_store

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
