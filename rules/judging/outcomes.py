"""Computes the outcome of a rule from the truth of its comparisons, for the four kinds of decision.

The engine and the reference evaluator establish that truth each in its own way, and share this step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, Protocol

from rules.judging.decision import Placed
from rules.judging.evaluate import Scope, evaluate
from rules.model import (
    Checklist,
    Condition,
    Criterion,
    Expr,
    Leaf,
    Ranking,
    Rule,
    Scorecard,
    ScoreItem,
    Table,
    criteria_of,
    leaves_in,
)
from rules.operations.comparisons import join, sort_key
from rules.values.exact import Type, Value, exact

Truth = Mapping[Leaf, bool | None]
Verdict = tuple[Criterion, bool | None]


class Answers(Protocol):
    """Establishes truth for a record. `verdicts` are those that may differ from the default (`silent_verdict`), in the
    plan's order: criteria that may not be met, rows of a table that may apply."""

    def truth(self, rule: Rule, stage: int, scope: Scope) -> Truth: ...

    def verdicts(self, rule: Rule, scope: Scope) -> Sequence[Verdict]: ...


NOTHING: Mapping[str, Value] = MappingProxyType({})


class Judgement(NamedTuple):
    """The outcome, with the verdicts, outputs and points behind it."""

    outcome: str
    verdicts: Sequence[Verdict] = ()
    outputs: Mapping[str, Value] = NOTHING
    measures: tuple[tuple[str, Mapping[str, Value]], ...] = ()
    points: Mapping[str, Value] = NOTHING
    ranking: tuple[Placed, ...] = ()
    unknown: tuple[Expr, ...] = ()  # outputs that could not be computed

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(criterion.id for criterion, verdict in self.verdicts if verdict is not True)


def holds(condition: Condition, truth: Truth) -> bool | None:
    if isinstance(condition, Leaf):
        return truth[condition]
    return join(condition, [holds(part, truth) for part in condition.parts])


def check(criterion: Criterion, truth: Truth) -> bool | None:
    """Whether a criterion is met; one that does not apply is."""
    verdict = holds(criterion.condition, truth)
    if criterion.reject and verdict is not None:
        verdict = not verdict
    if criterion.when is None or verdict is True:
        return verdict
    applies = holds(criterion.when, truth)
    return verdict if applies else (True if applies is False else None)


def judge(rule: Rule, scope: Scope, answers: Answers) -> Judgement:
    """Decide a rule for a record."""
    body = rule.body
    if isinstance(body, Checklist):
        return checklist(rule, answers.verdicts(rule, scope))
    if isinstance(body, Table):
        return table(rule, body, answers.verdicts(rule, scope), scope)
    if isinstance(body, Scorecard):
        return scorecard(rule, body, scope, answers)
    return ranking(rule, body, scope, answers)


def checklist(rule: Rule, verdicts: Sequence[Verdict]) -> Judgement:
    """The strongest outcome of an unmet criterion decides (the one declared first), unless an unknown criterion
    could bring a stronger one."""
    for _, verdict in verdicts:
        if verdict is not True:
            return Judgement(_strongest(rule, verdicts), verdicts)
    return Judgement(rule.role("met"), verdicts)


def _strongest(rule: Rule, verdicts: Iterable[Verdict]) -> str:
    strength, not_met = rule.strength, rule.role("not_met")
    worst, doubt, outcome = len(strength), len(strength), ""
    for criterion, verdict in verdicts:
        name = criterion.outcome or not_met
        if verdict is False and strength[name] < worst:
            worst, outcome = strength[name], name
        elif verdict is None:
            doubt = min(doubt, strength[name])
    return rule.role("unknown") if doubt < worst else outcome


def table(rule: Rule, body: Table, verdicts: Sequence[Verdict], scope: Scope) -> Judgement:
    """`first`: the first row that holds; `all`: every row; `highest` and `lowest`: the row whose output is; `sum`:
    the outputs of all rows added. A row that cannot be told, where it could change the answer, makes it unknown."""
    if body.hit == "first":
        row, verdict = next(((row, verdict) for row, verdict in verdicts if verdict is not False), (None, True))
        if verdict is None:
            return Judgement(rule.role("unknown"), verdicts)
        return _conclude(rule, row or body.otherwise, verdicts, scope)
    hits = [row for row, verdict in verdicts if verdict]
    doubtful = any(verdict is None for _, verdict in verdicts)
    if body.hit == "all":
        return _measures(rule, body, hits, doubtful, verdicts, scope)
    if doubtful:
        return Judgement(rule.role("unknown"), verdicts)
    if not hits:
        return _conclude(rule, body.otherwise, verdicts, scope)
    if body.hit == "sum":
        return _added(rule, body, hits, verdicts, scope)
    return _highest(rule, body, hits, verdicts, scope)


def _conclude(rule: Rule, row: Criterion, verdicts: Sequence[Verdict], scope: Scope) -> Judgement:
    outputs = {name: evaluate(expr, scope) for name, expr in row.then.items()}
    unknown = tuple(row.then[name] for name, value in outputs.items() if value is None)
    return Judgement(rule.role("unknown") if unknown else row.outcome, verdicts, outputs, unknown=unknown)


def _measures(
    rule: Rule, body: Table, hits: list[Criterion], doubtful: bool, verdicts: Sequence[Verdict], scope: Scope
) -> Judgement:
    each = [(row, _conclude(rule, row, verdicts, scope)) for row in hits]
    unknown = tuple(expr for _, judged in each for expr in judged.unknown)
    if not hits and not doubtful:
        return _conclude(rule, body.otherwise, verdicts, scope)
    outcome = rule.role("unknown") if doubtful or unknown else hits[0].outcome
    measures = tuple((row.id, judged.outputs) for row, judged in each)
    return Judgement(outcome, verdicts, measures=measures, unknown=unknown)


def _added(rule: Rule, body: Table, hits: list[Criterion], verdicts: Sequence[Verdict], scope: Scope) -> Judgement:
    each = [_conclude(rule, row, verdicts, scope) for row in hits]
    unknown = tuple(expr for judged in each for expr in judged.unknown)
    if unknown:
        return Judgement(rule.role("unknown"), verdicts, unknown=unknown)
    outputs = {name: exact(sum(judged.outputs.get(name, 0) for judged in each)) for name in body.outputs}
    return Judgement(hits[0].outcome, verdicts, outputs)


def _highest(rule: Rule, body: Table, hits: list[Criterion], verdicts: Sequence[Verdict], scope: Scope) -> Judgement:
    each = [_conclude(rule, row, verdicts, scope) for row in hits]
    if unknown := tuple(expr for judged in each for expr in judged.unknown):
        return Judgement(rule.role("unknown"), verdicts, unknown=unknown)
    choose = min if body.hit == "lowest" else max
    return choose(each, key=lambda judged: sort_key(judged.outputs[body.by], body.outputs[body.by].type))


def scorecard(rule: Rule, body: Scorecard, scope: Scope, answers: Answers) -> Judgement:
    """Vetoes decide first; then the points, the total within its bounds, the grade, and the ceilings on it."""
    truth = answers.truth(rule, 0, scope)
    vetoes = [(veto, check(veto, truth)) for veto in body.vetoes]
    ceilings = [(ceiling, check(ceiling, truth)) for ceiling in body.ceilings]
    points = {item.id: score(item, truth, scope) for item in body.items}
    known = [value for value in points.values() if value is not None]
    total = within(exact(sum(known)), body.least, body.most) if len(known) == len(points) else None
    verdicts = [*vetoes, *ceilings]
    unknown = rule.role("unknown")
    scope.memo[(rule.id,)] = total
    if any(verdict is not True for _, verdict in vetoes):
        outcome = _strongest(rule, vetoes)
    elif total is None:
        outcome = unknown
    else:
        final = answers.truth(rule, 1, scope)
        grade = next(grade for condition, grade in body.grades if holds(condition, final))
        outcome = _capped(rule, grade, ceilings)
    return Judgement(outcome, verdicts, {"total": total}, points=points)


def score(item: ScoreItem, truth: Truth, scope: Scope) -> Value:
    """The points of one item; None where they cannot be told and the plan does not say what missing is worth."""
    if item.formula is not None:
        points = evaluate(item.formula, scope)
        return item.missing if points is None else within(points, item.least, item.most)
    for condition, worth in item.bands:
        verdict = holds(condition, truth)
        if verdict:
            points = evaluate(worth, scope)
            return item.missing if points is None else points
        if verdict is None:
            break
    return item.missing


def within(value: Value, least: Value, most: Value) -> Value:
    if least is not None and value < least:
        return least
    return most if most is not None and value > most else value


def _capped(rule: Rule, grade: str, ceilings: Sequence[Verdict]) -> str:
    """A ceiling that is not kept to lowers a better grade to its own; one that cannot be told matters if it could."""
    order = rule.type.choices
    place = order.index(grade)
    for ceiling, verdict in ceilings:
        if verdict is False:
            place = max(place, order.index(ceiling.outcome))
    doubtful = [order.index(ceiling.outcome) for ceiling, verdict in ceilings if verdict is None]
    return rule.role("unknown") if any(cap > place for cap in doubtful) else order[place]


def ranking(rule: Rule, body: Ranking, scope: Scope, answers: Answers) -> Judgement:
    """Order the eligible records by the declared keys. Records whose keys are not known have no place."""
    records = evaluate(body.over, scope)
    unknown = rule.role("unknown")
    if records is None:
        return Judgement(unknown, unknown=(body.over,))
    keyed: list[tuple[tuple[Value, ...], str]] = []
    left_out: list[Placed] = []
    for number, record in enumerate(records):
        name = str(record.get("id", number + 1))
        inner = scope.inside(body.over.type.of, record)
        failed = [(c.id, verdict) for c, verdict in answers.verdicts(rule, inner) if verdict is not True]
        values = [(evaluate(key.by, inner), key) for key in body.order]
        if any(verdict is False for _, verdict in failed):
            left_out.append(Placed(name, None, False, next(c for c, verdict in failed if verdict is False)))
        elif failed or any(value is None for value, _ in values):
            left_out.append(Placed(name, None, False, "unknown"))
        else:
            keyed.append((tuple(_place_key(value, key.by.type, key.first) for value, key in values), name))
    placed = _places(sorted(keyed), body)
    doubtful = any(record.why == "unknown" for record in left_out)
    enough = sum(record.chosen for record in placed) >= (body.take or 1)
    outcome = unknown if doubtful else rule.role("met") if enough else rule.role("not_met")
    return Judgement(outcome, ranking=(*placed, *left_out))


def _place_key(value: Value, type: Type, first: str) -> Value:
    key = sort_key(value, type)
    key = key.toordinal() if isinstance(key, date) else key
    return -key if first == "highest" else key


def _places(keyed: list[tuple[tuple[Value, ...], str]], body: Ranking) -> list[Placed]:
    """Equals share a place (all of them are chosen when the last place is shared), or go by id."""
    placed: list[Placed] = []
    place, previous = 0, None
    for number, (keys, name) in enumerate(keyed, 1):
        if body.ties == "by_id" or keys != previous:
            place, previous = number, keys
        placed.append(Placed(name, place, body.take is None or place <= body.take))
    return placed


def leaves(rule: Rule, stage: int) -> list[tuple[Leaf, bool]]:
    """The comparisons of a rule in a stage, each with its default truth: where no rule fires on it."""
    body = rule.body
    found: list[tuple[Leaf, bool]] = []

    def collect(condition: Condition | None, silent: bool) -> None:
        found.extend((leaf, silent) for leaf in leaves_in(condition))

    if isinstance(body, Scorecard) and stage:
        for condition, _ in body.grades:
            collect(condition, False)
        return found
    for criterion in criteria_of(rule):
        collect(criterion.condition, silent_verdict(rule) is not criterion.reject)
        collect(criterion.when, True)
    if isinstance(body, Scorecard):
        for item in body.items:
            for condition, _ in item.bands:
                collect(condition, False)
    return found


def silent_verdict(rule: Rule) -> bool:
    """The default verdict, where no rule fires on a comparison: a table's row does not hold, other criteria are met."""
    return not isinstance(rule.body, Table)


def stages(rule: Rule) -> int:
    return 2 if isinstance(rule.body, Scorecard) else 1
