"""The parts that a report opens with: results against those of the run before, and whose turn the next steps are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from rules.judging.decision import vars_of
from rules.model import ReportResult, Rule
from rules.table import TableError
from rules.table.columns import KEY, SEPARATOR
from rules.table.verdicts import NOT_MET, UNKNOWN, Verdicts, places
from service.county.backend import named, quoted
from service.county.report import lowest
from service.county.report.basis import MOST, Basis
from service.county.run.outputs import CriteriaSet, Outputs


def results(basis: Basis) -> list[dict[str, Any]]:
    """Each number that the plan names, its share, its sum, and both in the run before."""
    then = None
    if basis.before:
        last = basis.before[-1]
        then = Basis(Outputs(last.folder, basis.edition, basis.duck, last.manifest))
    return [_result(basis, place, one, then) for place, one in enumerate(basis.report.results)
            if basis.there(one.subject)]  # fmt: skip


def _result(basis: Basis, place: int, one: ReportResult, then: Basis | None) -> dict[str, Any]:
    of, count, unknown, total = _by_place(basis, place, one) or _counted(basis, one)
    before = None
    if then is not None and then.there(one.subject):
        try:
            all_, was, untold, sum_ = _counted(then, one)
        except TableError:  # the run before lacks a column
            all_ = untold = 0
        if all_ > untold:
            before = {"on": then.on, "count": basis.small(was), "sum": _kept(basis, was, sum_)}
    facts = basis.edition.subjects[one.subject].facts
    return {
        "key": f"r{place}", "title": one.title, "subject": one.subject, "of": of, "count": basis.small(count),
        "ids": _ids(basis, one), "unknown": basis.small(unknown), "sum": _kept(basis, count, total),
        "risk": one.risk, "then": before,
        "of_sum": {"title": facts[one.total].title, "kind": facts[one.total].type.kind} if one.total else None,
    }  # fmt: skip


def _ids(basis: Basis, one: ReportResult) -> list[str] | None:
    """The records behind a number, which the page lists; those of the lowest subject it lists by itself."""
    if basis.publish or one.subject == basis.report.funnel_subject or basis.manifest.counts[one.subject].rows > MOST:
        return None
    view = basis.beside(one.subject, {"held": one.where} if one.where else {})
    return [id for (id,) in basis.duck.run(f"SELECT {KEY} FROM {view} {'WHERE held' if one.where else ''} ORDER BY 1")]


def _kept(basis: Basis, count: int, total: float | None) -> float | None:
    """A sum, unless it would point at a small group."""
    return None if basis.small(count) is None else total


def _by_place(basis: Basis, place: int, one: ReportResult) -> tuple[int, int, int, float | None] | None:
    """What `_counted` tells, of the numbers by place; None where these do not hold it."""
    if one.subject != basis.report.funnel_subject or not one.where:
        return None
    told = lowest.whole(basis, lowest.of_report(basis))
    total = told.get(f"{lowest.SUM}r{place}")
    return told["all"], told[f"r{place}"], told[f"r{place}?"], None if total is None else float(total)


def _counted(basis: Basis, one: ReportResult) -> tuple[int, int, int, float | None]:
    """The records of a subject, those of whom the condition holds, those that may be among them, and the sum."""
    view = basis.beside(one.subject, {"held": one.where} if one.where else {}, [one.total] if one.total else [])
    held = "held" if one.where else "true"
    total = f"sum({named(one.total)}) FILTER (WHERE {held})" if one.total else "NULL"
    row = basis.duck.run(f"SELECT count(*), count(*) FILTER (WHERE {held}), count(*) FILTER (WHERE ({held}) IS NULL), "
                         f"{total} FROM {view}")[0]  # fmt: skip
    return row[0], row[1], row[2], None if row[3] is None else float(row[3])


def turns(basis: Basis) -> list[dict[str, Any]]:
    """The records that wait for a next step: which step, and whose turn it is."""
    if basis.publish:
        return []
    rules = ((one, basis.made(one.decision)) for one in basis.report.turns)
    return [part for one, rule in rules if rule and (part := _turn(basis, rule, one.outcome, one.by))]


def _turn(basis: Basis, rule: Rule, outcome: str, by: str) -> dict[str, Any] | None:
    column = f"{rule.id}{SEPARATOR}{by}"
    if column not in basis.duck.columns(basis.file(rule.subject)):
        return None
    layout = Verdicts.of(rule)
    listed = (CriteriaSet.of(layout, kind).listed for kind in (NOT_MET, UNKNOWN))
    rows = basis.duck.run(f"SELECT {KEY}, {named(column)}, {', '.join(listed)} FROM {basis.file(rule.subject)} "
                          f"WHERE {named(rule.id)} = {quoted(outcome)} ORDER BY 1")  # fmt: skip
    output, above = rule.body.outputs[by], basis.places(rule.subject)
    who = {code: vars_of(title) for code, title in output.choices.items()}
    groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for id, actor, failed, untold in rows:
        step = given(rule, failed, untold)
        groups[actor].append({"id": id, "above": above.get(id, ""), "step": step.title if step else None,
                              "clause": step.clause if step else ""})  # fmt: skip
    if not rows:
        return None
    return {
        "title": rule.title, "subject": rule.subject, "over": basis.edition.subjects[rule.subject].within,
        "outcome": rule.outcomes[outcome].title, "by": output.title,
        "groups": [{"who": who.get(actor), "rows": those}
                   for actor, those in sorted(groups.items(), key=lambda one: (-len(one[1]), str(one[0])))],
    }  # fmt: skip


def given(rule: Rule, failed: Iterable[int | None], untold: Iterable[int | None]) -> Any:
    """The row of a table that gave the outcome: the first that is neither ruled out nor open; None for other bodies."""
    out = {*places(failed), *places(untold)}
    if not rule.body.rows or rule.body.hit != "first":
        return None
    return next((row for place, row in enumerate(rule.body.rows) if place not in out), None)
