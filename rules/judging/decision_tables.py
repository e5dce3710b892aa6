"""Decision tables: the rows that hold give outcome and outputs, by the hit policy."""

from __future__ import annotations

from collections.abc import Sequence

from rules.judging.bounds import certain
from rules.judging.evaluate import Scope
from rules.judging.outcomes import Answers, Judgement, Kind, Verdict
from rules.model import Criterion, Rule, Table
from rules.operations.comparisons import sort_key
from rules.values.exact import exact


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


TABLE = Kind(judge)
