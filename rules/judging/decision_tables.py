"""Decision tables: the rows that hold give outcome and outputs, by the hit policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules.judging.bounds import certain
from rules.judging.evaluate import Scope
from rules.judging.left import Left, added, hull, left, possible, truth
from rules.judging.outcomes import Answers, Judgement, Kind, Verdict
from rules.model import Criterion, Rule, Table
from rules.operations.comparisons import sort_key
from rules.values.exact import Range, exact


def judge(rule: Rule, body: Table, scope: Scope, answers: Answers) -> Judgement:
    """`first`: the first row that holds; `all`: every row; `highest` and `lowest`: the row whose output is; `sum`:
    the outputs of all rows added. A row that cannot be told, where it could change the answer, makes it unknown."""
    verdicts, unknown = answers.verdicts(rule, scope), rule.role("unknown")
    if body.hit == "first":
        row, verdict = next((one for one in verdicts if one[1] is not False), (body.otherwise, True))
        return Judgement(unknown, verdicts) if verdict is None else _conclude(rule, row, verdicts, scope)
    hits = [row for row, verdict in verdicts if verdict]
    doubtful = any(verdict is None for _, verdict in verdicts)
    if doubtful and body.hit != "all":
        return Judgement(unknown, verdicts)
    if not hits and not doubtful:
        return _conclude(rule, body.otherwise, verdicts, scope)
    each = [_conclude(rule, row, verdicts, scope) for row in hits]
    unresolved = tuple(expr for judged in each for expr in judged.unknown)
    if body.hit == "all":
        outcome = unknown if doubtful or unresolved else hits[0].outcome
        measures = tuple((row.id, judged.outputs) for row, judged in zip(hits, each, strict=True))
        return Judgement(outcome, verdicts, measures=measures, unknown=unresolved)
    if unresolved:
        return Judgement(unknown, verdicts, unknown=unresolved)
    if body.hit == "sum":
        outputs = {name: exact(sum(judged.outputs.get(name, 0) for judged in each)) for name in body.outputs}
        return Judgement(hits[0].outcome, verdicts, outputs)
    choose = min if body.hit == "lowest" else max
    return choose(each, key=lambda judged: sort_key(judged.outputs[body.by], body.outputs[body.by].type))


def _conclude(rule: Rule, row: Criterion, verdicts: Sequence[Verdict], scope: Scope) -> Judgement:
    outputs = {name: certain(expr, scope) for name, expr in row.then.items()}
    unknown = tuple(row.then[name] for name, value in outputs.items() if value is None)
    return Judgement(rule.role("unknown") if unknown else row.outcome, verdicts, outputs, unknown=unknown)


def _candidates(body: Table, verdicts: Sequence[Verdict], scope: Scope) -> list[Criterion]:
    """The rows of which one gives the outputs, whatever the others come to; of `all` and `sum` those that may hold."""
    sure = next((place for place, (_, verdict) in enumerate(verdicts) if verdict), None)
    rows = [row for row, verdict in verdicts if verdict is not False]
    if sure is None:
        return [*rows, body.otherwise]
    if body.hit == "first":
        return [row for row, verdict in verdicts[: sure + 1] if verdict is not False]
    if body.hit not in ("highest", "lowest"):
        return rows
    keys = {row.id: certain(row.then[body.by], scope) for row in rows}
    if None in keys.values():
        return rows
    type, choose = body.outputs[body.by].type, min if body.hit == "lowest" else max
    best = choose(sort_key(keys[row.id], type) for row, verdict in verdicts if verdict)
    return [row for row in rows if choose(best, sort_key(keys[row.id], type)) != best
            or sort_key(keys[row.id], type) == best]  # fmt: skip


def remaining(rule: Rule, body: Table, judgement: Judgement, scope: Scope) -> Left:
    """The outcomes of the rows that may count, and what lies between the values that they give each output."""
    verdicts = [
        (row, truth(row.condition, scope) if verdict is None else verdict) for row, verdict in judgement.verdicts
    ]
    rows, sums = _candidates(body, verdicts, scope), {}
    outcomes = [row.outcome for row in rows]
    if body.hit == "all":
        return left(rule, outcomes, {})
    for name in body.outputs.keys() - {name for name, value in judgement.outputs.items() if value is not None}:
        if body.hit == "sum":
            sums[name] = _sum_left(body, verdicts, name, scope)
        else:
            sums[name] = hull([possible(row.then[name], scope) if name in row.then else None for row in rows])
    return left(rule, outcomes, sums)


def _sum_left(body: Table, verdicts: Sequence[Verdict], name: str, scope: Scope) -> Range | None:
    """The sum of all rows that hold, each row that cannot be told adding what it gives or nothing."""
    nothing, parts = Range(0, 0), [Range(0, 0)]
    for row, verdict in verdicts:
        part: Any = possible(row.then[name], scope) if verdict is not False and name in row.then else nothing
        if part is None:
            return None
        parts.append(part if verdict else hull([nothing, part]))
    whole = added(parts)
    if any(verdict for _, verdict in verdicts):
        return whole
    other = body.otherwise.then.get(name)
    return whole if other is None else hull([whole, possible(other, scope)])


TABLE = Kind(judge, left=remaining)
