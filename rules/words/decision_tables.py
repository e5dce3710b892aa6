"""The words of a decision table: its rows in the rulebook, and in an explanation the rows that gave its outputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from rules.judging.bounds import certain
from rules.judging.evaluate import holds
from rules.model import Criterion, Leaf, Ref, Rule, Table
from rules.operations.comparisons import sort_key
from rules.values.exact import Range, Type, Value
from rules.words.arithmetic import GIVEN, Arithmetic, How
from rules.words.explainer import Explainer, only
from rules.words.explanation import Reason
from rules.words.record_wording import RecordWording, plainly


@dataclass(frozen=True, slots=True)
class TableExplainer(Explainer):
    """Explains a decision table: the rows, of a first-hit table up to the one that decided, and the outputs."""

    body: Table

    def because(self) -> Iterator[Reason]:
        body, findings = self.body, self.decision.findings
        decided = next((at for at, finding in enumerate(findings) if finding.verdict is not False), len(findings))
        yield from islice(Explainer.because(self), decided + 1 if body.hit == "first" else None)
        if findings and decided == len(findings):
            clause = body.otherwise.clause
            yield Reason(_label(body, body.otherwise, self.say), state="hit", clause=clause, source=clause)

    def outputs(self) -> Iterator[Reason]:
        decision, body, say = self.decision, self.body, self.say
        if body.outputs and decision.rule.outcomes[decision.outcome].role == "unknown":
            yield from (self._open(name) for name in body.outputs)
            return
        for name, (value, type) in decision.outputs.items():
            formula, below = output(decision.rule, name, self.arithmetic)
            given, clause = self._value(name, value, type), body.outputs[name].clause
            yield Reason(say.text(body.outputs[name].title), given, formula=formula, below=below,
                         clause=clause, source=clause)  # fmt: skip
        rows = {row.id: row for row in (*body.rows, body.otherwise)}
        for row_id, outputs in decision.measures:
            shown = [f"{say.text(body.outputs[name].title)} {self._value(name, value, type)}"
                     for name, (value, type) in outputs.items()]  # fmt: skip
            below = tuple(self._behind(rows[row_id], body))
            yield Reason(say.text(rows[row_id].title), say.pick("，", ", ").join(shown), state="given", below=below)

    def _open(self, name: str) -> Reason:
        """An output while the outcome is not known: its only value, those that are left, or nothing."""
        say, title = self.say, self.say.text(self.body.outputs[name].title)
        waits = say.pick("信息补齐后才能确定", "can be told once the information is complete")
        if name in self.decision.outputs:
            alike = say.pick("缺的信息不影响此项", "what is not known does not change it")
            return Reason(title, self._value(name, *self.decision.outputs[name]), alike)
        if name not in self.decision.left.outputs:
            return Reason(title, waits, state="unknown")
        values, type = self.decision.left.outputs[name]
        told, several = self._value(name, values, type), isinstance(values, Range) and values.at_least != values.at_most
        return Reason(title, told if several else only(say, told), waits, state="unknown")

    def _behind(self, row: Criterion, body: Table) -> Iterator[Reason]:
        """The arithmetic of the outputs of one row of several."""
        for name, expr in row.then.items():
            formula, below = self.arithmetic.of(expr)
            if formula or below:
                yield Reason(self.say.text(body.outputs[name].title), self.say.seen(expr), formula=formula, below=below)

    def _value(self, name: str, value: Value, type: Type) -> str:
        return self.say.value(value, type, self.body.outputs[name].choices)


def output(rule: Rule, name: str, arithmetic: Arithmetic) -> How:
    """The rows of a table that gave an output, and the values that they gave it from."""
    body, say = rule.body, arithmetic.say
    if arithmetic.depth <= 0 or not isinstance(body, Table):
        return GIVEN
    hits = [row for row in body.rows if holds(row.condition, say.scope)]
    if body.hit == "first" or not hits:
        return _from(body, hits[0] if hits else body.otherwise, name, arithmetic)
    if body.by and body.by != name:
        return _from(body, _best(body, hits, say), name, arithmetic)
    giving = [row for row in hits if name in row.then]
    if not giving:
        return say.pick("成立的各行都没有给出", "none of the rows that hold gives it"), ()
    below = tuple(_candidate(body, row, name, arithmetic) for row in giving)
    if body.hit == "sum":
        return f"= {' + '.join(say.seen(row.then[name]) for row in giving)}", below
    if body.hit == "lowest":
        return say.pick("取各行中最低的", "the lowest of these rows"), below
    return say.pick("取各行中最高的", "the highest of these rows"), below


def _from(body: Table, row: Criterion, name: str, arithmetic: Arithmetic) -> How:
    expr, say = row.then.get(name), arithmetic.say
    if expr is None:
        return GIVEN
    formula, below = arithmetic.of(expr, body.outputs[name].choices)
    if isinstance(expr, Ref):
        formula = f"{say.name(expr)} {formula}" if formula else f"= {say.expr(expr)}"
    label = _label(body, row, say)
    by = say.pick(f"按“{label}”", f'by "{label}"')
    return f"{by}{say.pick('：', ': ')}{formula}" if formula else by, below


def _candidate(body: Table, row: Criterion, name: str, arithmetic: Arithmetic) -> Reason:
    expr, choices, say = row.then[name], body.outputs[name].choices, arithmetic.say
    formula, below = arithmetic.of(expr, choices)
    value = certain(expr, say.scope)
    seen = say.lacking(expr) if value is None else say.value(value, expr.type, choices)
    return Reason(_label(body, row, say), seen, formula=formula, below=below)


def _best(body: Table, rows: list[Criterion], say: RecordWording) -> Criterion:
    """The row that counts; the first while a value to choose by is not known."""
    values = {row.id: certain(row.then[body.by], say.scope) for row in rows}
    if None in values.values():
        return rows[0]
    choose = min if body.hit == "lowest" else max
    return choose(rows, key=lambda row: sort_key(values[row.id], body.outputs[body.by].type))


def _label(body: Table, row: Criterion, say: RecordWording) -> str:
    """The title of a row; the comparison it makes beside it where rows share a title."""
    if row is body.otherwise:
        return say.pick("以上各行都不成立", "none of the rows above")
    title = say.text(row.title)
    if sum(one.title == row.title for one in body.rows) < 2 or not isinstance(row.condition, Leaf):
        return title
    return say.pick(f"{title}：{plainly(say, row.condition)}", f"{title}: {plainly(say, row.condition)}")
