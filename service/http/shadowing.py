"""Hands decisions to the drafts in shadow, once they are logged: one that is not was never made."""

from __future__ import annotations

from collections.abc import Iterable

from service.http.cases import Case
from service.http.compact import Compact
from service.http.context import service
from service.log import Entry
from service.shadow import Made


def for_shadows(case: Case, short: Compact, line: Entry) -> tuple[Made, ...]:
    """The decision of a line as the drafts of its plan that are in shadow judge it; nothing where none is."""
    edition = case.compiled.edition
    if edition.plan not in service().beside.plans or line.inputs is None:
        return ()
    return (Made(line.id, edition.plan, edition.id, case.rule.id, case.on, short.outcome, short.outputs, line.inputs),)


def judge_beside(logged: Iterable[Made]) -> None:
    """Have decisions that are logged judged under those drafts, soon."""
    for made in logged:
        service().beside.offer(made)
