"""A decision in short: outcome and criteria. Used by batches, log lines and metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from rules.judging.decision import Decision
from rules.values.exact import plain
from rules.values.limits import MOST_MISSING
from service.http.cases import Case


class Compact(NamedTuple):
    """`held` are the rows of a table that hold; other kinds have criteria that are not met instead."""

    decision: str
    outcome: str
    held: tuple[str, ...] | None
    not_met: tuple[str, ...]
    unknown: tuple[str, ...]
    outputs: Mapping[str, Any]
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, decision: Decision) -> Compact:
        judged = [one for one in decision.findings if one.item.role != "item"]
        return _compact(
            decision.rule.id,
            decision.outcome,
            decision.rule.body.silent_verdict,
            [(one.item.id, one.verdict) for one in judged],
            {name: plain(value) for name, (value, _) in decision.outputs.items()},
            tuple(one.fact for one in decision.missing),
        )

    @property
    def criteria(self) -> dict[str, Any]:
        """The fields of the log line."""
        judged = {"not_met": self.not_met} if self.held is None else {"rows": self.held}
        return {**judged, "unknown": self.unknown}

    def as_dict(self) -> dict[str, Any]:
        shown = {"decision": self.decision, "outcome": self.outcome, **self.criteria, "outputs": self.outputs}
        if not self.missing:
            return shown
        more = {"missing_more": True} if len(self.missing) > MOST_MISSING else {}
        return {**shown, "missing": self.missing[:MOST_MISSING], **more}


def compact(case: Case) -> Compact:
    """Judge a case without writing findings (a third of the cost); list what is missing where something is."""
    rule, engine = case.rule, case.compiled.engine
    judgement = engine.judge(rule.id, case.facts, case.on)
    if rule.outcomes[judgement.outcome].role == "unknown" or rule.body.over or judgement.measures:
        return Compact.of(engine.decide(rule.id, case.facts, case.on, case.subject_id))
    verdicts = [(criterion.id, verdict) for criterion, verdict in judgement.verdicts]
    outputs = {name: plain(value) for name, value in judgement.outputs.items() if value is not None}
    return _compact(rule.id, judgement.outcome, rule.body.silent_verdict, verdicts, outputs)


def _compact(
    decision: str,
    outcome: str,
    silent: bool,
    verdicts: list[tuple[str, bool | None]],
    outputs: Mapping[str, Any],
    missing: tuple[str, ...] = (),
) -> Compact:
    said: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for name, verdict in verdicts:
        said[verdict].append(name)
    held, not_met = (None, tuple(said[False])) if silent else (tuple(said[True]), ())
    return Compact(decision, outcome, held, not_met, tuple(said[None]), outputs, missing)
