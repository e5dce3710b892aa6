"""Parts of the report that list: the proposals of rankings, the outcomes of all decisions, and the files read."""

from __future__ import annotations

from typing import Any

from rules.judging.decision import vars_of
from rules.model import Key, criteria_of, subject_read
from rules.values.exact import Value
from service.county.report.basis import MOST, Basis, Both
from service.county.run.rankings import Proposal, proposals, reason

NEXT = 10  # records shown after those chosen
LACKS_DATA = "缺数据，无法排序", "lacks data"


def rankings(basis: Basis) -> list[dict[str, Any]]:
    return [] if basis.publish else [_proposal(basis, one) for one in proposals(basis.outputs)]


def _proposal(basis: Basis, one: Proposal) -> dict[str, Any]:
    listed = subject_read(one.rule)
    above = basis.places(listed)
    ranked = [row for row in one.rows if row.place is not None]
    outcome = one.rule.outcomes[one.outcome]
    return {
        "title": vars_of(one.rule.title), "clause": one.rule.clause, "id": one.id, "listed": basis.title(listed),
        "above": basis.above(listed),
        "outcome": {**vars_of(outcome.title), "role": outcome.role}, "take": one.rule.body.take,
        "chosen": len(one.chosen), "eligible": one.eligible, "unknown": one.unknown, "of": len(one.rows),
        "keys": [{**vars_of(key.title), "first": key.first} for key in one.rule.body.order],
        "eligibility": [vars_of(criterion.title) for criterion in criteria_of(one.rule)],
        "rows": [{"id": row.id, "above": above.get(row.id, ""), "place": row.place, "chosen": row.chosen,
                  "values": [_value(basis, *pair) for pair in zip(row.values, one.rule.body.order, strict=True)]}
                 for row in ranked[: len(one.chosen) + NEXT]],
        "out": [{"id": row.id, "above": above.get(row.id, ""), "why": reason(one.rule, row.why, *LACKS_DATA)}
                for row in one.rows if row.place is None][:MOST],
    }  # fmt: skip


def _value(basis: Basis, value: Value, key: Key) -> Both:
    return {"zh": basis.zh.value(value, key.by.type, basis.zh.codes(key.by)),
            "en": basis.en.value(value, key.by.type, basis.en.codes(key.by))}  # fmt: skip


def counts(basis: Basis) -> list[dict[str, Any]]:
    """The outcomes of every decision about each subject."""
    return [{"title": basis.title(subject), "rows": counted.rows,
             "decisions": [_decision(basis, name, outcomes) for name, outcomes in counted.outcomes.items()]}
            for subject, counted in basis.manifest.counts.items()]  # fmt: skip


def _decision(basis: Basis, name: str, outcomes: Any) -> dict[str, Any]:
    rule = basis.edition.rules[name]
    shown = [{"title": vars_of(one.title), "role": one.role, "count": basis.small(outcomes[one.id])}
             for one in rule.outcomes.values() if one.id in outcomes]  # fmt: skip
    return {"title": vars_of(rule.title), "clause": rule.clause, "outcomes": shown}


def aside(basis: Basis) -> list[dict[str, Any]]:
    """The files, with the rows that were set aside."""
    return [{"file": one.file, "rows": one.rows, "bad": one.bad} for one in basis.manifest.checked]


def empty(basis: Basis) -> list[dict[str, Any]]:
    """Records without any below them, which count as 0."""
    return [{"title": basis.title(one.subject), "below": basis.title(one.below), "count": basis.small(one.rows),
             "ids": [] if basis.publish else one.ids} for one in basis.manifest.empty]  # fmt: skip
