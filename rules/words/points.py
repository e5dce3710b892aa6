"""The points of a scorecard as reasons: the value seen, and the band, the formula or the bound that gave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rules.judging.decision import Finding
from rules.judging.evaluate import evaluate, holds
from rules.judging.outcomes import within
from rules.model import Condition, Group, Leaf, ScoreItem
from rules.values.exact import POINTS, Value
from rules.words.arithmetic import HOLDS, Arithmetic, counted, joined
from rules.words.explanation import Reason
from rules.words.record_wording import RecordWording, exactly, plainly, tests

Why = tuple[str, str, Sequence[Reason]]  # why an item has its points, the formula behind them, the reasons below


@dataclass(frozen=True, slots=True)
class Points:
    """Writes the points of items in one language."""

    say: RecordWording
    arithmetic: Arithmetic
    depth: int

    def reason(self, finding: Finding, item: ScoreItem) -> Reason:
        say, points = self.say, finding.points
        why, formula, below = self._why(item)
        worth = say.pick("不能计分", "cannot be scored")
        if points is not None:
            given = say.value(points, POINTS)
            worth = say.pick(f"{given}（{why}）", f"{given} ({why})") if why else given
        return Reason(
            title=say.text(finding.title),
            seen=self._seen(item),
            wanted=worth,
            formula=formula,
            state="" if points is not None else "unknown",
            clause=finding.clause,
            source=source(finding, say),
            below=tuple(below),
        )

    def _seen(self, item: ScoreItem) -> str:
        """The value that an item looks at; of a bonus or deduction that of its condition."""
        say, condition = self.say, item.bands[0][0] if item.bands else None
        if item.formula is not None or condition is None:
            return ""
        if item.shown is not None:
            return say.aged(item.shown).lacking(item.shown)
        if isinstance(condition, Group):
            return counted(condition, say)
        name, seen = say.name(condition.left), say.aged(condition.left).lacking(condition.left)
        return seen if name == say.text(item.title) else f"{name}{say.pick('：', ': ')}{seen}"

    def _why(self, item: ScoreItem) -> Why:
        say, absent = self.say, self.say.pick("没有数据，按规定计", "set by the plan where nothing is known")
        if item.formula is not None:
            value = evaluate(item.formula, say.scope)
            why = absent if value is None else self._bounded(item, value)
            return why, *self.arithmetic.of(item.formula, say, self.depth)
        for condition, worth in item.bands:
            truth = holds(condition, say.scope)
            if truth is not False:
                told = self._compared(item, condition)
                if truth is None or evaluate(worth, say.scope) is None:
                    return absent, "", told
                formula, below = self.arithmetic.of(worth, say, self.depth)
                return self._band(item, condition), formula, (*told, *below)
        return absent, "", ()

    def _compared(self, item: ScoreItem, condition: Condition) -> Sequence[Reason]:
        """The arithmetic of the value that an item looks at, or the comparisons of a bonus that makes several."""
        first = item.bands[0][0]
        if item.shown is not None:
            return tuple(self.arithmetic.behind(item.shown, self.say, self.depth))
        return tuple(self.arithmetic.parts(first, self.say, self.depth)) if isinstance(first, Group) else ()

    def _band(self, item: ScoreItem, condition: Condition) -> str:
        """The band that the value fell into; of a bonus whether its condition holds."""
        say, first = self.say, item.bands[0][0]
        if item.shown is not None and isinstance(condition, Leaf):
            return "" if exactly(condition) else tests(say.aged(condition.left), condition)
        if item.shown is not None:
            return say.plain.condition(condition)
        if isinstance(first, Group):
            return joined(first, say)
        if exactly(first) and condition is first:
            return ""
        said, asked = say.text(HOLDS[condition is first]), plainly(say, first)
        return say.pick(f"{said}，条件：{asked}", f"{said}, condition: {asked}")

    def _bounded(self, item: ScoreItem, value: Value) -> str:
        """The bound that cut the value of a formula."""
        say, given = self.say, within(value, item.least, item.most)
        if given == value:
            return ""
        bound = say.pick("最低", "at least") if given > value else say.pick("最高", "at most")
        worked, limit = say.value(value, POINTS), say.value(given, POINTS)
        return say.pick(f"算得 {worked}，{bound} {limit}", f"comes to {worked}, {bound} {limit}")


def source(finding: Finding, say: RecordWording) -> str:
    """The clause of a finding, and the lender where the lender set the figure."""
    lender = say.pick("（自定）", " (set by the lender)") if finding.set_by != "plan" else ""
    return f"{finding.clause}{lender}"
