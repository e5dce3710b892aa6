"""Rankings: the eligible records of a list in order, of which the first are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from rules.judging.bounds import certain
from rules.judging.decision import Missing, Placed
from rules.judging.evaluate import Scope, evaluate
from rules.judging.findings import path_of
from rules.judging.missing import missing, missing_for
from rules.judging.outcomes import Answers, Judgement, Kind
from rules.model import Ranking, Rule
from rules.operations.comparisons import sort_key
from rules.values.exact import Type, Value


def judge(rule: Rule, body: Ranking, scope: Scope, answers: Answers) -> Judgement:
    """Order the eligible records by the declared keys. Records whose keys are not known have no place."""
    records = evaluate(body.over, scope)
    unknown = rule.role("unknown")
    if records is None:
        return Judgement(unknown, unknown=(body.over,))
    keyed: list[tuple[tuple[Value, ...], tuple[bool, str, int], str]] = []
    left_out: list[Placed] = []
    for number, record in enumerate(records):
        name = str(record.get("id", number + 1))
        inner = scope.inside(body.over.type.of, record)
        failed = [(c.id, verdict) for c, verdict in answers.verdicts(rule, inner) if verdict is not True]
        values = [(certain(key.by, inner), key) for key in body.order]
        if any(verdict is False for _, verdict in failed):
            left_out.append(Placed(name, None, False, next(c for c, verdict in failed if verdict is False)))
        elif failed or any(value is None for value, _ in values):
            left_out.append(Placed(name, None, False, "unknown"))
        else:
            order = "id" not in record, record.get("id", ""), number
            keyed.append((tuple(_place_key(value, key.by.type, key.first) for value, key in values), order, name))
    placed = _places(sorted(keyed), body)
    doubtful = any(record.why == "unknown" for record in left_out)
    enough = sum(record.chosen for record in placed) >= (body.take or 1)
    outcome = unknown if doubtful else rule.role("met") if enough else rule.role("not_met")
    return Judgement(outcome, ranking=(*placed, *left_out))


def _place_key(value: Value, type: Type, first: str) -> Value:
    key = sort_key(value, type)
    key = key.toordinal() if isinstance(key, date) else key
    return -key if first == "highest" else key


def _places(keyed: list[tuple[tuple[Value, ...], tuple[bool, str, int], str]], body: Ranking) -> list[Placed]:
    """Equals share a place (all of them are chosen when the last place is shared), or go by id, which is compared as
    text; records without one come after, in the order of the list."""
    placed: list[Placed] = []
    place, previous = 0, None
    for number, (keys, _, name) in enumerate(keyed, 1):
        if body.ties == "by_id" or keys != previous:
            place, previous = number, keys
        placed.append(Placed(name, place, body.take is None or place <= body.take))
    return placed


def wanted(body: Ranking, judgement: Judgement, scope: Scope, path: str) -> Iterator[Missing]:
    """Yield what is missing of the records that cannot be placed."""
    unplaced = {placed.id for placed in judgement.ranking if placed.why == "unknown"}
    records: Iterable[Mapping[str, Any]] = evaluate(body.over, scope) or ()
    for number, record in enumerate(records):
        name = str(record.get("id", number + 1))
        if name in unplaced:
            inner, here = scope.inside(body.over.type.of, record), f"{path}{path_of(body.over)}[{name}]."
            for criterion in body.eligible:
                yield from missing_for(criterion.condition, inner, here, path)
            for key in body.order:
                yield from missing(key.by, inner, here, path)


RANKING = Kind(judge, missing=wanted)
