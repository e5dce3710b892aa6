"""The findings of a decision as reasons: the value seen, the value wanted, the clause, and the arithmetic below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rules.judging.decision import Decision, Finding
from rules.judging.evaluate import evaluate, holds, leaf_holds
from rules.model import Body, Checklist, Const, Criterion, Group, Leaf, Ranking, Scorecard, Table
from rules.values.exact import Value
from rules.values.text import Text
from rules.words.arithmetic import Arithmetic, counted, joined, label
from rules.words.explanation import VERDICT, Reason
from rules.words.points import Points, source
from rules.words.record_wording import RecordWording, exactly, plainly, tests
from rules.words.wording import flag

REQUIRED: Mapping[str, Text] = {
    "all": Text("以下应全部成立", "all of these must hold"),
    "any": Text("以下应有任一项成立", "one of these must hold"),
    "none": Text("以下应都不成立", "none of these may hold"),
    "": Text("以下应至少 {0} 项成立", "at least {0} of these must hold"),
}
FORBIDDEN: Mapping[str, Text] = {
    "all": Text("以下不得全部成立", "not all of these may hold"),
    "any": Text("以下任一项都不得成立", "none of these may hold"),
    "none": Text("以下不得都不成立", "one of these must hold"),
    "": Text("以下不得有 {0} 项或以上成立", "fewer than {0} of these may hold"),
}


class Held(NamedTuple):
    """A condition of one criterion for one record, in words."""

    seen: str
    wanted: str
    formula: str = ""
    below: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """Writes the findings of one decision in one language."""

    decision: Decision
    say: RecordWording
    arithmetic: Arithmetic
    depth: int

    def reasons(self) -> Iterator[Reason]:
        body = self.decision.rule.body
        if isinstance(body, Ranking):
            return
        items = {one.id: one for one in body.items} if isinstance(body, Scorecard) else {}
        points = Points(self.say, self.arithmetic, self.depth)
        criteria = {(one.id, role): one for role, one in _criteria(body)}
        shown = self._shown()
        for finding in shown:
            if finding.role == "item":
                yield points.reason(finding, items[finding.id])
            else:
                yield self.criterion(finding, criteria[finding.id, finding.role])
        if isinstance(body, Table) and shown and all(one.verdict is False for one in self.decision.findings):
            clause = body.otherwise.clause
            yield Reason(label(self.decision.rule, body.otherwise, self.say), state="hit", clause=clause, source=clause)

    def _shown(self) -> Sequence[Finding]:
        """In a first-hit table the rows after the one that decided say nothing."""
        body, found = self.decision.rule.body, self.decision.findings
        if not isinstance(body, Table) or body.hit != "first":
            return found
        decided = next((at for at, finding in enumerate(found) if finding.verdict is not False), len(found))
        return found[: decided + 1]

    # --- criteria, rows, vetoes, ceilings

    def criterion(self, finding: Finding, criterion: Criterion) -> Reason:
        """One criterion, with each of its comparisons where it makes several."""
        say = self.say
        if not finding.applies:
            held = Held(say.pick("不适用", "does not apply"), "", below=tuple(self._when(criterion)))
        else:
            held = self._held(finding, criterion)
            if finding.verdict is None:
                held = held._replace(below=(*held.below, *self._doubt(criterion)))
        return Reason(
            title=say.text(finding.title),
            seen=held.seen,
            wanted=self._follows(finding, criterion, held.wanted),
            formula=held.formula,
            state=_state(finding),
            clause=finding.clause,
            source=source(finding, say),
            group=_group(finding, say),
            below=held.below,
        )

    def _when(self, criterion: Criterion) -> Iterator[Reason]:
        if criterion.when is not None and self.depth > 0:
            yield from self.arithmetic.parts(criterion.when, self.say, 0)

    def _doubt(self, criterion: Criterion) -> Iterator[Reason]:
        """The condition that says whether the criterion applies, where that cannot be told."""
        if criterion.when is not None and holds(criterion.when, self.say.scope) is None:
            for part in self.arithmetic.parts(criterion.when, self.say, 0):
                yield replace(part, title=self.say.pick(f"是否适用：{part.title}", f"applies if: {part.title}"))

    def _held(self, finding: Finding, criterion: Criterion) -> Held:
        condition, say = criterion.condition, self.say
        if isinstance(condition, Leaf):
            return self._compared(finding, condition)
        parts = tuple(self.arithmetic.parts(condition, say, self.depth))
        return Held(counted(condition, say), _grouped(finding, condition, say), below=parts)

    def _compared(self, finding: Finding, leaf: Leaf) -> Held:
        say = self.say.aged(leaf.left)
        name, value = say.name(leaf.left), evaluate(leaf.left, say.scope)
        seen = say.lacking(leaf.left)
        if value is not None:
            codes, kind = say.codes(leaf.left), leaf.left.type
            seen = say.value(value, kind, codes, say.apart(value, _limits(leaf, say), kind, codes))
        if name != say.text(finding.title):
            seen = f"{name}{say.pick('：', ': ')}{seen}"
        formula, below = self.arithmetic.once(leaf.left, say, self.depth)
        for limit in (limit for test in leaf.tests for limit in test.limits):
            below = (*below, *self.arithmetic.behind(limit, say, self.depth))
        return Held(seen, self._wanted(finding, leaf, say), formula, below)

    def _wanted(self, finding: Finding, leaf: Leaf, say: RecordWording) -> str:
        if finding.role in ("row", "ceiling"):
            known = leaf_holds(leaf, say.scope)
            return "" if known and exactly(leaf) else _asked(finding, plainly(say, leaf), say)
        if (asked := flag(leaf)) is not None:
            answer = say.value(asked is not finding.rejects, leaf.left.type)
            return "" if finding.verdict else say.pick(f"应为 {answer}", f"must be {answer}")
        asks = say.pick(f"为 {plainly(say, leaf)}", plainly(say, leaf)) if exactly(leaf) else tests(say, leaf)
        return _asked(finding, asks, say)

    def _follows(self, finding: Finding, criterion: Criterion, wanted: str) -> str:
        """What follows from a criterion that is not met, where that is not the usual outcome."""
        rule, say = self.decision.rule, self.say
        if finding.role == "row" or not finding.outcome or not finding.applies or finding.verdict is True:
            return wanted
        outcome = say.text(rule.outcomes[finding.outcome].title)
        if finding.role == "ceiling":
            said = say.pick(f"最高 {outcome}", f"at most {outcome}")
        elif finding.outcome == rule.role("not_met"):
            return wanted
        else:
            so = say.pick("否则", "otherwise") if finding.verdict is None else say.pick("因此", "therefore")
            said = f"{so}{say.pick('：', ': ')}{outcome}"
        return say.pick("；", "; ").join(one for one in (wanted, said) if one)


def _criteria(body: Body) -> Iterator[tuple[str, Criterion]]:
    match body:
        case Checklist():
            yield from (("criterion", one) for one in body.criteria)
        case Table():
            yield from (("row", one) for one in body.rows)
        case Scorecard():
            yield from (("veto", one) for one in body.vetoes)
            yield from (("ceiling", one) for one in body.ceilings)


def _limits(leaf: Leaf, say: RecordWording) -> list[Value]:
    return [limit.value if isinstance(limit, Const) else evaluate(limit, say.scope)
            for test in leaf.tests for limit in test.limits]  # fmt: skip


def _state(finding: Finding) -> str:
    if not finding.applies:
        return "passed"
    if finding.role == "row" and finding.verdict is not None:
        return "hit" if finding.verdict else "passed"
    if finding.role == "ceiling" and finding.verdict is not None:
        return "passed" if finding.verdict else "hit"
    return VERDICT[finding.verdict]


def _asked(finding: Finding, words: str, say: RecordWording) -> str:
    """What a criterion requires or forbids; what a row or a ceiling is for."""
    if finding.role == "row":
        return say.pick(f"此行要求：{words}", f"this row wants: {words}")
    if finding.role == "ceiling":
        return say.pick(f"条件：{words}", f"condition: {words}")
    if finding.rejects:
        return say.pick(f"不得{words}", f"must not be {words}")
    return say.pick(f"应{words}", f"must be {words}")


def _grouped(finding: Finding, group: Group, say: RecordWording) -> str:
    """What a criterion of several comparisons requires or forbids of them together."""
    if finding.role in ("row", "ceiling"):
        return _asked(finding, joined(group, say), say)
    words = FORBIDDEN if finding.rejects else REQUIRED
    return say.text(words.get(group.join) or words[""]).format(group.least)


def _group(finding: Finding, say: RecordWording) -> str:
    if not finding.group:
        return ""
    title = finding.item.group_title
    return say.text(title) if title else say.pick("同一组的各项", "criteria of one group")
