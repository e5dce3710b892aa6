"""Hands decisions to the drafts in shadow, as they are answered."""

from __future__ import annotations

from service.http.cases import Case
from service.http.compact import Compact
from service.http.context import service
from service.log import Entry
from service.shadow import Made


def judge_beside(case: Case, short: Compact, line: Entry) -> None:
    """Have the decision of a line judged under the drafts of its plan that are in shadow, after the answer."""
    edition, beside = case.compiled.edition, service().beside
    if edition.plan in beside.plans and line.inputs is not None:
        beside.offer(Made(line.id, edition.plan, edition.id, case.rule.id, case.on, short.outcome, short.outputs,
                          line.inputs))  # fmt: skip
