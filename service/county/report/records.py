"""The records behind the numbers of a report: names, the conclusions about every upper record with their reasons, and
the lowest records by the record above them. With these the page filters, and leads from a number to its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rules.judging.decision import vars_of
from rules.model import Rule, criteria_of
from rules.table.columns import KEY, key_of
from rules.table.verdicts import NOT_MET, UNKNOWN, Verdicts, places
from service.county.backend import named
from service.county.report import lowest
from service.county.report.basis import MOST, Basis, outcomes_of
from service.county.report.results import given
from service.county.run.outputs import CriteriaSet

LISTED = 20 * 1000  # of the lowest records: with more of them a page has their numbers by the record above
HEX = 4  # bits of a digit


def names(basis: Basis) -> dict[str, dict[str, str]]:
    """The names of the records that the page shows, by subject and id."""
    shares = basis.made(basis.report.shares)
    shown = [shares.subject] if basis.publish and shares else [] if basis.publish else list(basis.manifest.levels)
    return {subject: known for subject in shown if (known := basis.names(subject))}


def bearers(basis: Basis) -> dict[str, Any] | None:
    """The records that each bearer has, where an assignment was given."""
    for one in basis.edition.assignments.values():
        if not basis.publish and (known := basis.bearers(one.subject)):
            return {"subject": one.subject, "title": basis.title(one.bearer), "of": known}
    return None


def records(basis: Basis) -> dict[str, Any]:
    """Every record of the upper subjects: the record above, and of each decision the outcome with its reasons."""
    upper = [one for one in basis.manifest.levels if one != basis.report.funnel_subject and not basis.publish]
    return {one: _records(basis, one) for one in upper if basis.manifest.counts[one].rows <= MOST}


def _records(basis: Basis, subject: str) -> dict[str, Any]:
    rules = [rule for name in basis.manifest.levels[subject].made if not (rule := basis.edition.rules[name]).body.over]
    cells = []
    for rule in rules:
        layout = Verdicts.of(rule)
        cells += [named(rule.id), *(CriteriaSet.of(layout, kind).listed for kind in (NOT_MET, UNKNOWN))]
    above, rows = basis.places(subject), []
    for id, *cells_ in basis.duck.run(f"SELECT {', '.join((KEY, *cells))} FROM {basis.file(subject)} ORDER BY 1"):
        parts = [_conclusion(rule, *cells_[3 * place : 3 * place + 3]) for place, rule in enumerate(rules)]
        rows.append([id, above.get(id, ""), parts])
    return {"title": basis.title(subject), "over": basis.edition.subjects[subject].within, "rows": rows, "decisions": [
        {"id": rule.id, "title": rule.title, "clause": rule.clause, "outcomes": outcomes_of(rule),
         "items": [{**vars_of(one.title), "clause": one.clause} for one in criteria_of(rule)]}
        for rule in rules]}  # fmt: skip


def _conclusion(rule: Rule, outcome: str | None, failed: list[int], untold: list[int]) -> list[Any]:
    """The outcome, and the places of the items behind it: those not met and those that cannot be told, or the row of a
    table that gave it."""
    if not rule.body.rows:
        return [outcome, places(failed), places(untold)]
    row = given(rule, failed, untold)
    if row is not None:
        return [outcome, [], [], rule.body.rows.index(row)]
    return [outcome, [], places(untold) if outcome == rule.role("unknown") else []]


def people(basis: Basis) -> dict[str, Any] | None:
    """The numbers about the lowest records by the record above each, and the records where they are few."""
    subject = basis.report.funnel_subject
    over = basis.edition.subjects[subject].within if basis.there(subject) else ""
    if basis.publish or not over or not basis.manifest.counts[subject].rows:
        return None
    if key_of(over) not in basis.duck.columns(basis.file(subject)):
        return None
    groups = [lowest.of_report(basis), *lowest.of_exclusions(basis), *lowest.of_outcomes(basis)]
    columns: dict[str, tuple[Any, ...]] = {}
    for group in groups:
        columns |= lowest.numbers(basis, group)
    ids = columns.pop(lowest.PLACES)
    flags = {key: flag for group in groups for key, flag in group.flags.items()}
    by_place = {key: [cell for at, number in enumerate(columns[key]) if number for cell in (at, number)]
                for key in (*flags, *(key for key in columns if key not in flags))}  # fmt: skip
    rows = _listed(basis, ids, flags) if basis.manifest.counts[subject].rows <= LISTED else None
    return {"subject": subject, "title": basis.title(subject), "over": over, "places": ids, "keys": list(flags),
            "counts": by_place, "rows": rows}  # fmt: skip


def _listed(basis: Basis, ids: Iterable[str], flags: Mapping[str, str]) -> list[list[Any]]:
    """Each record: its id, the place of the record above, and its flags in hexadecimal, the first the highest bit."""
    bits = "concat(" + ", ".join(f"CASE WHEN {flag} THEN '1' ELSE '0' END" for flag in flags.values()) + ")"
    at, wide = {id: number for number, id in enumerate(ids)}, -(-len(flags) // HEX)
    view = f"{lowest.rows_of(basis, 'v')} JOIN {lowest.rows_of(basis, 'o')} USING ({KEY})"
    rows = basis.duck.run(f"SELECT {KEY}, {lowest.place(basis, 'o')}, {bits} FROM {view} ORDER BY 1")
    return [[id, at[above], f"{int(bit.ljust(wide * HEX, '0'), 2):0{wide}x}"] for id, above, bit in rows]
