"""The findings of a decision as reasons: the value seen, the value wanted, the clause, and the arithmetic below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rules.judging.decision import Decision, Finding
from rules.judging.evaluate import evaluate, holds, leaf_holds
from rules.judging.outcomes import within
from rules.model import Checklist, Condition, Const, Criterion, Group, Leaf, Ranking, Scorecard, ScoreItem, Table
from rules.values.exact import POINTS, Value
from rules.values.text import Text
from rules.words.arithmetic import HOLDS, Arithmetic, counted, joined, label
from rules.words.explanation import VERDICT, Reason
from rules.words.record_wording import RecordWording, exactly, is_flag, plainly, tests, value_of

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
        criteria = {(one.id, role): one for role, one in _criteria(body)}
        shown = self._shown()
        for finding in shown:
            if finding.role == "item":
                yield self._item(finding, items[finding.id])
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
            source=_source(finding, say),
            group=_group(finding, say),
            below=held.below,
        )

    def _when(self, criterion: Criterion) -> Iterator[Reason]:
        if criterion.when is not None and self.depth > 0:
            yield from self.arithmetic.parts(criterion.when, self.say, 0)

    def _doubt(self, criterion: Criterion) -> Iterator[Reason]:
        """The condition that says whether the criterion applies, where that cannot be told."""
        if criterion.when is not None and holds(criterion.when, self.say.scope) is None:
            below = tuple(self.arithmetic.parts(criterion.when, self.say, 0))
            yield Reason(self.say.pick("是否适用", "whether it applies"), below=below)

    def _held(self, finding: Finding, criterion: Criterion) -> Held:
        condition, say = criterion.condition, self.say
        if isinstance(condition, Leaf):
            return self._compared(finding, condition)
        return Held(
            counted(condition, say),
            _grouped(finding, condition, say),
            "",
            tuple(self.arithmetic.parts(condition, say, self.depth)),
        )

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
        if is_flag(leaf):
            if finding.verdict is True:
                return ""
            flag = value_of(leaf.tests[0]) is not finding.rejects
            return say.pick(f"应为 {say.value(flag, leaf.left.type)}", f"must be {say.value(flag, leaf.left.type)}")
        return _asked(finding, tests(say, leaf), say)

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

    # --- points

    def _item(self, finding: Finding, item: ScoreItem) -> Reason:
        say, points = self.say, finding.points
        given = say.value(points, POINTS)
        formula, below, why = self._points(item, given)
        if points is None:
            worth = say.pick("不能计分", "cannot be scored")
        else:
            worth = given if not why else say.pick(f"{given}（{why}）", f"{given} ({why})")
        return Reason(
            title=say.text(finding.title),
            seen=self._looked_at(item),
            wanted=worth,
            formula=formula,
            state="" if points is not None else "unknown",
            clause=finding.clause,
            source=_source(finding, say),
            below=below,
        )

    def _looked_at(self, item: ScoreItem) -> str:
        say = self.say
        if item.shown is not None:
            return say.aged(item.shown).lacking(item.shown) if item.formula is None else ""
        condition = item.bands[0][0]
        if isinstance(condition, Group):
            return counted(condition, say)
        name = say.name(condition.left)
        seen = say.aged(condition.left).lacking(condition.left)
        return seen if name == say.text(item.title) else f"{name}{say.pick('：', ': ')}{seen}"

    def _points(self, item: ScoreItem, given: str) -> tuple[str, tuple[Reason, ...], str]:
        """The formula behind the points of an item, the reasons below it, and the band or the bound that gave them."""
        say, arithmetic = self.say, self.arithmetic
        absent = say.pick("没有数据，按规定计", "set by the plan where nothing is known")
        if item.formula is not None:
            formula, below = arithmetic.of(item.formula, say, self.depth)
            value = evaluate(item.formula, say.scope)
            return formula, below, absent if value is None else self._bounded(item, value)
        for condition, worth in item.bands:
            truth = holds(condition, say.scope)
            if truth is False:
                continue
            told = tuple(self._bands(item, condition))
            if truth is None or evaluate(worth, say.scope) is None:
                return "", told, absent
            formula, below = arithmetic.of(worth, say, self.depth)
            return formula, (*told, *below), self._band(item, condition)
        return "", (), absent

    def _bands(self, item: ScoreItem, condition: Condition) -> Iterator[Reason]:
        """The comparisons of a bonus or deduction that makes several."""
        first = item.bands[0][0]
        if item.shown is None and isinstance(first, Group):
            yield from self.arithmetic.parts(first, self.say, self.depth)
        elif item.shown is not None and isinstance(condition, Leaf):
            yield from self.arithmetic.behind(condition.left, self.say, self.depth)

    def _band(self, item: ScoreItem, condition: Condition) -> str:
        say = self.say
        if item.shown is None:
            first = item.bands[0][0]
            if isinstance(first, Leaf) and not (exactly(first) and condition is first):
                said = say.text(HOLDS[condition is first])
                return say.pick(f"{said}，条件：{plainly(say, first)}", f"{said}, condition: {plainly(say, first)}")
            return "" if isinstance(first, Leaf) else joined(first, say)
        if isinstance(condition, Leaf):
            say = say.aged(condition.left)
            return "" if exactly(condition) else tests(say, condition)
        return say.plain.condition(condition)

    def _bounded(self, item: ScoreItem, value: Value) -> str:
        say = self.say
        if item.least is not None and value < item.least:
            return self._bound(value, item.least, say.pick("最低", "at least"))
        return (
            self._bound(value, item.most, say.pick("最高", "at most"))
            if value != within(value, None, item.most)
            else ""
        )

    def _bound(self, value: Value, bound: Value, words: str) -> str:
        worked, limit = self.say.value(value, POINTS), self.say.value(bound, POINTS)
        return self.say.pick(f"算得 {worked}，{words} {limit}", f"comes to {worked}, {words} {limit}")


def _criteria(body: Checklist | Table | Scorecard) -> Iterator[tuple[str, Criterion]]:
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


def _source(finding: Finding, say: RecordWording) -> str:
    lender = say.pick("（自定）", " (set by the lender)") if finding.set_by != "plan" else ""
    return f"{finding.clause}{lender}"


def _group(finding: Finding, say: RecordWording) -> str:
    if not finding.group:
        return ""
    title = finding.item.group_title
    return say.text(title) if title else say.pick("同一组的各项", "criteria of one group")
