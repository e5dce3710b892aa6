"""The findings of a decision as reasons: the value seen, the value wanted, the clause, and the arithmetic below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from rules.judging.decision import VERDICTS, Decision, Finding
from rules.judging.evaluate import evaluate, holds, leaf_holds
from rules.model import Condition, Const, Leaf
from rules.words.arithmetic import Arithmetic, counted
from rules.words.explanation import Reason
from rules.words.names import negative
from rules.words.phrases import FORBIDDEN, LISTED, REQUIRED, joined, taken
from rules.words.record_wording import RecordWording, exactly, plainly, quoted, tests
from rules.words.wording import flag

ROWS = ("row", "ceiling")  # roles of findings that ask for nothing: something follows where they hold


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains one decision in one language. Kinds of decision override the parts that read otherwise with them."""

    decision: Decision
    body: Any  # of the decision's rule: each kind narrows it
    arithmetic: Arithmetic

    @property
    def say(self) -> RecordWording:
        return self.arithmetic.say

    def because(self) -> Iterator[Reason]:
        """The reasons for the outcome: one for each finding."""
        items = [one for field in self.body.finding_roles for one in getattr(self.body, field)]
        grouped = False
        for finding, one in zip(self.decision.findings, items, strict=True):
            grouped = grouped or bool(finding.group)
            reason = self.item(finding, one)
            if grouped and not reason.group:
                reason = replace(reason, group=self.say.pick("其余各项", "The others"))
            yield reason

    def left(self) -> Iterator[Reason]:
        """The outcomes that are left where the outcome is not known, if there are others that are not."""
        say, outcomes = self.say, self.decision.rule.outcomes
        if left := [say.text(outcomes[name].title) for name in self.decision.left.outcomes]:
            yield Reason(say.pick("结论", "Outcome"), only(say, say.text(LISTED).join(left)), state="unknown")

    def outputs(self) -> Iterator[Reason]:
        """The values that the decision gives beside its outcome."""
        return iter(())

    def ranking(self) -> Iterator[Reason]:
        """The places that the decision gives to records."""
        return iter(())

    # --- criteria, rows, vetoes, ceilings

    def item(self, finding: Finding, criterion: Any) -> Reason:
        """One criterion, with each of its comparisons where it makes several."""
        say, when, flat = self.say, criterion.when, replace(self.arithmetic, depth=0)
        title = finding.item.group_title
        reason = Reason(
            title=say.text(finding.title),
            state=_state(finding),
            clause=finding.clause,
            source=source(finding, say),
            group=say.text(title) if title else finding.group,
        )
        if not finding.applies:
            below = tuple(flat.parts(when)) if when is not None and self.arithmetic.depth > 0 else ()
            return replace(reason, seen=say.pick("不适用", "does not apply"), below=below)
        held = self._held(reason, finding, criterion.condition)
        held = replace(held, below=(*held.below, *self._reading(criterion.reading)))
        doubts: tuple[Reason, ...] = ()
        if finding.verdict is None and when is not None and holds(when, say.scope) is None:
            doubts = tuple(
                replace(part, title=say.pick(f"是否适用：{part.title}", f"applies if: {part.title}"))
                for part in flat.parts(when)
            )
        return replace(held, wanted=self._follows(finding, held.wanted), below=(*held.below, *doubts))

    def _reading(self, name: str) -> Iterator[Reason]:
        """The reading of the clause that a criterion follows."""
        if (one := self.say.edition.readings.get(name)) is not None:
            yield Reason(self.say.text(taken(one)))

    def _held(self, reason: Reason, finding: Finding, condition: Condition) -> Reason:
        """The reason with the value seen, the value wanted, and the arithmetic below."""
        say = self.say
        if isinstance(condition, Leaf):
            return self._compared(reason, finding, condition)
        if finding.role in ROWS:
            wanted = _asked(finding, say.text(joined(condition)), say)
        else:
            wanted = say.text(joined(condition, FORBIDDEN if finding.rejects else REQUIRED))
        below = tuple(self.arithmetic.parts(condition))
        return replace(reason, seen=counted(condition, say), wanted=wanted, below=below)

    def _compared(self, reason: Reason, finding: Finding, leaf: Leaf) -> Reason:
        say = self.say.of_values(leaf.left)
        arithmetic = replace(self.arithmetic, say=say)
        name, seen, value = say.name(leaf.left), say.lacking(leaf.left), evaluate(leaf.left, say.scope)
        limits = [limit for test in leaf.tests for limit in test.limits]
        if value is not None:
            codes, kind = say.codes(leaf.left), leaf.left.type
            others = [one.value if isinstance(one, Const) else evaluate(one, say.scope) for one in limits]
            seen = say.value(value, kind, codes, say.apart(value, others, kind, codes))
        if name != reason.title:
            seen = f"{name}{say.pick('：', ': ')}{seen}"
        formula, below = arithmetic.once(leaf.left)
        below = (*below, *(behind for limit in limits for behind in arithmetic.behind(limit)))
        return replace(reason, seen=seen, wanted=_wanted(finding, leaf, say), formula=formula, below=below)

    def _follows(self, finding: Finding, wanted: str) -> str:
        """The consequence of a criterion that is not met, where that is not the usual outcome."""
        rule, say = self.decision.rule, self.say
        if finding.role == "row" or not finding.outcome or finding.verdict is True:
            return wanted
        outcome = say.text(rule.outcomes[finding.outcome].title)
        if finding.role == "ceiling":
            follows = say.pick(f"最高 {outcome}", f"at most {outcome}")
        elif finding.outcome == rule.role("not_met"):
            return wanted
        else:
            so = say.pick("否则", "otherwise") if finding.verdict is None else say.pick("因此", "therefore")
            follows = f"{so}{say.pick('：', ': ')}{outcome}"
        return semicolons(say, wanted, follows)


def _wanted(finding: Finding, leaf: Leaf, say: RecordWording) -> str:
    if finding.role in ROWS:
        known = leaf_holds(leaf, say.scope)
        return "" if known and exactly(leaf) else _asked(finding, plainly(say, leaf), say)
    if (asked := flag(leaf)) is not None:
        answer = say.value(asked is not finding.rejects, leaf.left.type)
        return "" if finding.verdict else say.pick(f"应为 {answer}", f"must be {answer}")
    if not exactly(leaf):
        return _asked(finding, tests(say, leaf), say)
    one = plainly(say, leaf)
    one = quoted(say, one) if negative(one, say.lang) else one
    return _asked(finding, say.pick(f"为 {one}", one), say)


def _state(finding: Finding) -> str:
    if not finding.applies:
        return "passed"
    if finding.role in ROWS and finding.verdict is not None:
        return "hit" if finding.verdict is (finding.role == "row") else "passed"
    return VERDICTS[finding.verdict]


def _asked(finding: Finding, words: str, say: RecordWording) -> str:
    """The words for a comparison that a criterion requires or forbids, or that a row or a ceiling is for."""
    if finding.role == "row":
        return say.pick(f"此行要求：{words}", f"this row wants: {words}")
    if finding.role == "ceiling":
        return say.pick(f"条件：{words}", f"condition: {words}")
    if finding.rejects:
        colon = "：" if words.startswith("不") else ""  # 不得不低于 reads like: has to be
        return say.pick(f"不得{colon}{words}", f"must not be {words}")
    return say.pick(f"应{words}", f"must be {words}")


def source(finding: Finding, say: RecordWording) -> str:
    """The clause of a finding, and the lender where the lender set the figure."""
    lender = say.pick("（自定）", " (set by the lender)") if finding.set_by != "plan" else ""
    return f"{finding.clause}{lender}"


def only(say: RecordWording, left: str) -> str:
    """What is left, where others are not."""
    return say.pick(f"只可能是：{left}", f"can only be: {left}")


def semicolons(say: RecordWording, *parts: str) -> str:
    """The parts that say something, one after the other."""
    return say.pick("；", "; ").join(part for part in parts if part)
