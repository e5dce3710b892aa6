"""The results drawn from findings, as reasons: the outputs of a table, total and grade of a scorecard, places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rules.judging.decision import Decision, Finding, Placed
from rules.judging.evaluate import evaluate, holds, leaf_holds
from rules.judging.findings import item_of
from rules.judging.outcomes import check, within
from rules.model import Criterion, Ranking, Scorecard, Table, leaves_in
from rules.values.exact import POINTS, Type, Value, exact
from rules.words.arithmetic import Arithmetic
from rules.words.explanation import Reason
from rules.words.findings import Findings
from rules.words.record_wording import RecordWording, tests
from rules.words.wording import Wording


@dataclass(frozen=True, slots=True)
class Consequences:
    """Explains the conclusions of one decision in one language."""

    decision: Decision
    say: RecordWording
    arithmetic: Arithmetic
    depth: int

    def outputs(self) -> Iterator[Reason]:
        decision, body = self.decision, self.decision.rule.body
        if isinstance(body, Scorecard):
            yield from self._total(body)
        elif isinstance(body, Table) and body.outputs and decision.rule.outcomes[decision.outcome].role == "unknown":
            waits = self.say.pick("信息补齐后才能确定", "can be told once the information is complete")
            yield from (Reason(self.say.text(one.title), waits, state="unknown") for one in body.outputs.values())
        elif isinstance(body, Table):
            yield from self._given(body)

    def _given(self, body: Table) -> Iterator[Reason]:
        decision, say = self.decision, self.say
        for name, (value, type) in decision.outputs.items():
            formula, below = self.arithmetic.output(decision.rule, name, say, self.depth)
            yield Reason(say.text(body.outputs[name].title), self._value(body, name, value, type),
                         formula=formula, below=below)  # fmt: skip
        rows = {row.id: row for row in (*body.rows, body.otherwise)}
        for name, found in decision.measures:
            shown = [f"{say.text(body.outputs[key].title)} {self._value(body, key, value, type)}"
                     for key, (value, type) in found.items()]  # fmt: skip
            below = tuple(self._behind(rows[name], body))
            yield Reason(say.text(rows[name].title), say.pick("，", ", ").join(shown), state="given", below=below)

    def _behind(self, row: Criterion, body: Table) -> Iterator[Reason]:
        """How the outputs of one row of several came about."""
        for name, expr in row.then.items():
            formula, below = self.arithmetic.of(expr, self.say, self.depth)
            if formula or below:
                yield Reason(self.say.text(body.outputs[name].title), self.say.seen(expr), formula=formula, below=below)

    def _value(self, body: Table, name: str, value: Value, type: Type) -> str:
        return self.say.value(value, type, body.outputs[name].choices)

    def _total(self, body: Scorecard) -> Iterator[Reason]:
        """The total and the grade it earns; a card with a veto has none that counts."""
        decision, say = self.decision, self.say
        title = say.pick("总分", "Total")
        vetoes = [one.verdict for one in decision.findings if one.role == "veto"]
        points = [one.points for one in decision.findings if one.role == "item"]
        if False in vetoes:
            yield Reason(title, say.pick("已被一票否决，不计总分", "vetoed: the points do not count"))
        elif None in points:
            yield Reason(title, say.pick("有的项目还不能计分", "some items cannot be scored yet"), state="unknown")
        else:
            raw = exact(sum(points))
            total = within(raw, body.least, body.most)
            yield Reason(title, say.value(total, POINTS), formula=self._added(points, raw, total))
            waits = say.pick("有一票否决的条件无法判断，还不能定级", "a veto cannot be told, so there is no grade yet")
            yield Reason(say.pick("等级", "Grade"), waits, state="unknown") if None in vetoes else self._grade(body)

    def _added(self, points: list[Value], raw: Value, total: Value) -> str:
        """The points added up, and the bound that cut the sum."""
        say = self.say
        if not self.depth:
            return ""
        each = [say.value(one, POINTS) if one >= 0 else f"({say.value(one, POINTS)})" for one in points]
        if total == raw:
            return f"= {' + '.join(each)}"
        bound = say.pick("最低", "at least") if raw < total else say.pick("最高", "at most")
        return (
            f"= {' + '.join(each)} = {say.value(raw, POINTS)}{say.pick('，', ', ')}{bound} {say.value(total, POINTS)}"
        )

    def _grade(self, body: Scorecard) -> Reason:
        """The grade that the total earns, and the ceilings that lower it."""
        decision, rule, say = self.decision, self.decision.rule, self.say
        condition, grade = next(one for one in body.grades if holds(one[0], self.say.scope))
        earned = say.text(rule.outcomes[grade].title)
        band = say.pick("，", " and ").join(tests(say.plain, leaf) for leaf in leaves_in(condition))
        formula = say.pick(f"总分{band}的为 {earned}", f"{earned} is for a total {band}") if band else earned
        if rule.outcomes[decision.outcome].role == "unknown":
            waits = say.pick("有限级的条件无法判断，还不能定级", "a ceiling cannot be told, so there is no grade yet")
            return Reason(say.pick("等级", "Grade"), waits, formula=formula, state="unknown")
        kept = say.text(rule.outcomes[decision.outcome].title)
        if grade != decision.outcome:
            why = say.pick("、", ", ").join(
                say.text(one.title) for one in decision.findings
                if one.role == "ceiling" and one.verdict is False and one.outcome == decision.outcome
            )  # fmt: skip
            formula = say.pick(f"{formula}；因“{why}”降为 {kept}", f'{formula}; lowered to {kept} by "{why}"')
        return Reason(say.pick("等级", "Grade"), kept, formula=formula if self.depth else "")

    # --- rankings

    def ranking(self) -> Iterator[Reason]:
        body = self.decision.rule.body
        if not isinstance(body, Ranking):
            return
        if self.decision.ranking:
            yield self._order(body)
        records = {
            str(one.get("id", number)): one for number, one in enumerate(evaluate(body.over, self.say.scope) or (), 1)
        }
        for placed in self.decision.ranking:
            say = self.say.beside(self.say.scope.inside(body.over.type.of, records[placed.id]))
            yield self._placed(placed, body, say)

    def _order(self, body: Ranking) -> Reason:
        say, first = self.say, {"highest": ("从高到低", "highest first"), "lowest": ("从低到高", "lowest first")}
        keys = [f"{say.text(key.title)}{say.pick('', ', ')}{say.pick(*first[key.first])}" for key in body.order]
        taken = "" if body.take is None else say.pick(f"，取前 {body.take} 名", f"; {body.take} to be chosen")
        ties = say.pick("，同分的按编号", "; equals go by id") if body.ties == "by_id" else ""
        return Reason("", formula=say.pick("按", "by ") + say.pick("，再按", "; then by ").join(keys) + taken + ties)

    def _placed(self, placed: Placed, body: Ranking, say: RecordWording) -> Reason:
        """A record with the values it is ranked by, or the criterion that keeps it out."""
        if placed.place is not None:
            values = [f"{say.text(key.title)} {say.seen(key.by)}" for key in body.order]
            state = "chosen" if placed.chosen and body.take is not None else "placed" if body.take is not None else ""
            return Reason(placed.id, say.pick(f"第 {placed.place} 名", f"place {placed.place}"),
                          say.pick("，", ", ").join(values) if self.depth else "", state=state)  # fmt: skip
        findings = [(one, self._eligible(one, say)) for one in body.eligible]
        below = Findings(self.decision, say, Arithmetic(), self.depth)
        if placed.why != "unknown":
            criterion, finding = next(one for one in findings if one[0].id == placed.why)
            told = below.criterion(finding, criterion)
            why = f"{say.pick('不符合：', 'not met: ')}{told.title}"
            return replace(told, title=placed.id, seen=why, wanted=_joined(say, told.seen, told.wanted),
                           state="not_eligible", group="")  # fmt: skip
        keys = tuple(Reason(say.text(key.title), say.lacking(key.by)) for key in body.order
                     if evaluate(key.by, say.scope) is None)  # fmt: skip
        doubts = tuple(below.criterion(finding, one) for one, finding in findings if finding.verdict is None)
        return Reason(placed.id, say.pick("信息不足，无法排名", "cannot be ranked while facts are missing"),
                      state="unknown", below=(*doubts, *keys))  # fmt: skip

    def _eligible(self, criterion: Criterion, say: RecordWording) -> Finding:
        truth = {leaf: leaf_holds(leaf, say.scope) for leaf in leaves_in(criterion.condition, criterion.when)}
        applies = criterion.when is None or holds(criterion.when, say.scope) is not False
        return Finding(item_of(criterion, "criterion"), check(criterion, truth), (), applies)


def _joined(say: Wording, *parts: str) -> str:
    return say.pick("；", "; ").join(part for part in parts if part)
