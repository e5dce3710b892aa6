"""A figure at value after value, drawn and said."""

from rules.values.text import Text
from service.desk.curves import HIGH, WIDE, drawn

FIGURE = (Text("不低于 55%", "at least 55%"), Text("不低于 75%", "at least 75%"))


def test_points_stand_at_their_values_and_the_ends_are_told():
    curve = drawn([("60%", 12), ("65%", 11), ("75%", 2)], None)
    assert curve.lines == (f"0,0 {WIDE // 3},15 {WIDE},{HIGH}",)
    assert (curve.values, curve.counts, curve.marks) == (("60%", "75%"), (2, 12), ())
    assert curve.said.zh == "60% 时 12 条符合，75% 时 2 条；从 65% 到 75% 减少最多（11 → 2）。"
    assert curve.said.en == "12 meet it at 60%, 2 at 75%; it falls most from 65% to 75% (11 → 2)."


def test_what_is_said_now_and_by_the_draft_is_marked_though_it_lies_outside():
    curve = drawn([("60%", 12), ("65%", 11)], FIGURE)
    assert [(one.name.en, one.value, one.x) for one in curve.marks] == [("Now", "55%", 0), ("Draft", "75%", WIDE)]
    assert curve.values == ("55%", "75%")
    assert curve.lines == (f"{WIDE // 4},0 {WIDE // 2},{HIGH}",)


def test_amounts_are_placed_by_what_they_come_to():
    curve = drawn([("5000 元", 3), ("1 万元", 3), ("2 万元", 7)], None)
    assert curve.lines == (f"0,{HIGH} {WIDE // 3},{HIGH} {WIDE},0",)
    assert curve.said.zh.endswith("从 1 万元 到 2 万元 增加最多（3 → 7）。")
    assert "减少" not in curve.said.zh


def test_a_value_that_was_not_judged_breaks_the_curve_and_is_no_number():
    curve = drawn([("1", 9), ("2", 8), ("3", None), ("4", 0), ("5", 0)], None)
    assert curve.lines == (f"0,0 {WIDE // 4},17", f"{3 * WIDE // 4},{HIGH} {WIDE},{HIGH}")
    assert drawn([("1", 9), ("2", None)], None) is None
    assert drawn([("a", 9), ("b", 2)], None) is None
