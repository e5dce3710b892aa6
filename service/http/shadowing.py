"""Hands decisions to the drafts in shadow, as they are answered."""

from __future__ import annotations

from service.http.cases import Case
from service.http.compact import Compact
from service.http.context import service
from service.shadow import Made


def judge_beside(case: Case, short: Compact, log_id: str) -> None:
    """Have a decision that is logged judged under the drafts of its plan that are in shadow, after the answer."""
    edition, beside = case.compiled.edition, service().beside
    if edition.plan in beside.plans:
        inputs = {"subject": {"id": case.subject_id}, "facts": case.given}
        beside.offer(
            Made(log_id, edition.plan, edition.id, case.rule.id, case.on, short.outcome, short.outputs, inputs)
        )
