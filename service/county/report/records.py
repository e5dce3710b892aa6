"""The records behind the numbers of a report: names, the conclusions about every upper record with their reasons, and
the lowest records by the record above them. With these the page filters, and leads from a number to its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.judging.decision import vars_of
from rules.model import Rule, criteria_of
from rules.table.columns import KEY, key_of
from rules.table.verdicts import NOT_MET, UNKNOWN, Verdicts, places
from service.county.backend import named, quoted
from service.county.report.basis import MOST, Basis, outcomes_of, sets_of
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


@dataclass(frozen=True, slots=True)
class Group:
    """Numbers that rest on the same columns, each as a condition in SQL on a view `v` or on the judged file `o`, and
    the facts that are added up where another column holds."""

    table: str
    columns: tuple[str, ...]
    flags: Mapping[str, str]
    sums: Mapping[str, str]


def people(basis: Basis) -> dict[str, Any] | None:
    """The numbers about the lowest records by the record above each, and the records where they are few."""
    subject = basis.report.funnel_subject
    over = basis.edition.subjects[subject].within if basis.there(subject) else ""
    if basis.publish or not over or not basis.manifest.counts[subject].rows:
        return None
    if key_of(over) not in basis.duck.columns(basis.file(subject)):
        return None
    conditions, groups = _measures(basis)
    totals = [fact for group in groups for fact in group.sums.values()]
    beside = basis.beside(subject, conditions, totals, kept=[key_of(over)])
    sources = {"v": f"{beside} v", "o": f"{basis.file(subject)} o"}
    place = f"coalesce({{}}.{named(key_of(over))}, '')".format
    columns: dict[str, tuple[Any, ...]] = {}
    for group in groups:
        ids, *found = zip(*_by_place(basis, group, sources[group.table], place(group.table)), strict=True)
        columns |= dict(zip([*group.flags, *(f"sum {key}" for key in group.sums)], found, strict=True))
    flags = {key: flag for group in groups for key, flag in group.flags.items()}
    by_place = {key: [cell for at, number in enumerate(columns[key]) if number for cell in (at, number)]
                for key in (*flags, *(key for key in columns if key not in flags))}  # fmt: skip
    few = basis.manifest.counts[subject].rows <= LISTED
    view = f"{sources['v']} JOIN {sources['o']} USING ({KEY})"
    return {"subject": subject, "title": basis.title(subject), "over": over, "places": ids, "keys": list(flags),
            "counts": by_place, "rows": _listed(basis, view, place("o"), ids, flags) if few else None}  # fmt: skip


def _by_place(basis: Basis, group: Group, rows: str, place: str) -> list[tuple[Any, ...]]:
    """The record above and the numbers of a group. Rows alike in the columns of the group are counted first: it takes
    far less than to hold every row against every condition."""
    table = group.table
    alike = [f"{place} AS place__", *(f"{table}.{named(one)}" for one in group.columns), "count(*) AS many__"]
    alike += [f"sum(v.{named(fact)}) AS {named(f'sum {key}')}" for key, fact in group.sums.items()]
    counted = [f"sum(many__) FILTER (WHERE {flag})" for flag in group.flags.values()]
    counted += [f"sum({table}.{named(f'sum {key}')}) FILTER (WHERE {table}.{key})" for key in group.sums]
    return basis.duck.run(f"SELECT place__, {', '.join(counted)} FROM (SELECT {', '.join(alike)} FROM {rows} "
                          f"GROUP BY ALL) {table} GROUP BY 1 ORDER BY 1")  # fmt: skip


def _listed(basis: Basis, view: str, place: str, ids: Any, flags: dict[str, str]) -> list[list[Any]]:
    """Each record: its id, the place of the record above, and its flags in hexadecimal, the first the highest bit."""
    bits = "concat(" + ", ".join(f"CASE WHEN {flag} THEN '1' ELSE '0' END" for flag in flags.values()) + ")"
    at, wide = {id: number for number, id in enumerate(ids)}, -(-len(flags) // HEX)
    rows = basis.duck.run(f"SELECT {KEY}, {place}, {bits} FROM {view} ORDER BY 1")
    return [[id, at[above], f"{int(bit.ljust(wide * HEX, '0'), 2):0{wide}x}"] for id, above, bit in rows]


def _measures(basis: Basis) -> tuple[dict[str, Any], list[Group]]:
    """The conditions that numbers rest on, and the numbers."""
    report, subject = basis.report, basis.report.funnel_subject
    conditions: dict[str, Any] = {}
    sums: dict[str, str] = {}
    flags = {"all": "true"}
    for at, one in enumerate(report.results):
        if one.subject == subject and one.where:
            conditions[f"r{at}"] = one.where
            flags[f"r{at}"], flags[f"r{at}?"] = f"v.r{at}", f"v.r{at} IS NULL"
            sums |= {f"r{at}": one.total} if one.total else {}
    within = ["true"]
    for at, step in enumerate(report.funnel):
        if step.where:
            conditions[f"f{at}"] = step.where
            within.append(f"v.f{at}")
        held = " AND ".join(within)
        flags[f"f{at}"], flags[f"f{at}?"] = held, f"({held}) IS NULL"
    groups = [Group("v", tuple(conditions), flags, sums), *_excluding(basis)]
    for name, outcomes in basis.manifest.counts[subject].outcomes.items():
        groups.append(
            Group("o", (name,), {f"{name} {one}": f"o.{named(name)} = {quoted(one)}" for one in outcomes}, {})
        )
    return conditions, groups


def _excluding(basis: Basis) -> Iterator[Group]:
    """The numbers of `lists.unmet` for each criterion, by the decision."""
    for name in basis.report.exclusions:
        rule = basis.made(name)
        if rule is None or rule.subject != basis.report.funnel_subject:
            continue
        not_met, unknown = sets_of(rule, "o")
        flags = {f"{name}.{at} {kind}": condition for at in range(len(rule.body.criteria))
                 for kind, condition in not_met.apart(unknown, at).items()}  # fmt: skip
        layout = Verdicts.of(rule)
        yield Group("o", (*layout.columns(NOT_MET), *layout.columns(UNKNOWN)), flags, {})
