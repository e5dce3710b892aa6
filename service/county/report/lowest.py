"""The numbers about the lowest records, by the record above each: counted once for every part of a page that tells
them, and added up for those that tell the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.table.columns import key_of
from rules.table.verdicts import NOT_MET, UNKNOWN, Verdicts
from service.county.backend import named, quoted
from service.county.report.basis import Basis, sets_of

PLACES = "place__"  # the ids of the records above
SUM = "sum "  # before the key of a sum


@dataclass(frozen=True, slots=True)
class Group:
    """Numbers that rest on the same columns, each as a condition in SQL on a view `v` or on the judged file `o`, and
    the facts that are added up where another column holds."""

    table: str
    columns: tuple[str, ...]
    flags: Mapping[str, str]
    sums: Mapping[str, str]


def numbers(basis: Basis, group: Group) -> Mapping[str, tuple[Any, ...]]:
    """The numbers of a group, each with a value for each of `PLACES`. Rows alike in the columns of the group are
    counted first: it takes far less than to hold every row against every condition."""
    known = basis.memo.setdefault("lowest", {})
    if (key := tuple(group.flags)) not in known:
        table = group.table
        alike = [f"{place(basis, table)} AS {PLACES}", *(f"{table}.{named(one)}" for one in group.columns)]
        alike += ["count(*) AS many__"]
        alike += [f"sum(v.{named(fact)}) AS {named(SUM + key)}" for key, fact in group.sums.items()]
        counted = [f"sum(many__) FILTER (WHERE {flag})" for flag in group.flags.values()]
        counted += [f"sum({table}.{named(SUM + key)}) FILTER (WHERE {table}.{key})" for key in group.sums]
        rows = basis.duck.run(f"SELECT {PLACES}, {', '.join(counted)} FROM (SELECT {', '.join(alike)} "
                              f"FROM {rows_of(basis, table)} GROUP BY ALL) {table} GROUP BY 1 ORDER BY 1")  # fmt: skip
        names = (PLACES, *group.flags, *(SUM + key for key in group.sums))
        known[key] = dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))
    found: Mapping[str, tuple[Any, ...]] = known[key]
    return found


def whole(basis: Basis, group: Group) -> dict[str, Any]:
    """The numbers of a group of all places together; a sum of nothing is None."""
    found = {key: [one for one in those if one is not None] for key, those in numbers(basis, group).items()}
    return {key: sum(those) if those or key in group.flags else None for key, those in found.items() if key != PLACES}


def rows_of(basis: Basis, table: str) -> str:
    """The rows of the lowest records as SQL writes them after FROM, as the view `v` or as the judged file `o`."""
    subject = basis.report.funnel_subject
    if table == "o":
        return f"{basis.file(subject)} o"
    totals = [one.total for one in basis.report.results if one.subject == subject and one.where and one.total]
    kept = [one for one in [_above(basis)] if one in basis.duck.columns(basis.file(subject))]
    return f"{basis.beside(subject, _conditions(basis), totals, kept=kept)} v"


def place(basis: Basis, table: str) -> str:
    """The id of the record above, "" where there is none, as SQL writes it."""
    there = _above(basis) in basis.duck.columns(basis.file(basis.report.funnel_subject))
    return f"coalesce({table}.{named(_above(basis))}, '')" if there else "''"


def _above(basis: Basis) -> str:
    return key_of(basis.edition.subjects[basis.report.funnel_subject].within)


def _conditions(basis: Basis) -> dict[str, Any]:
    """The conditions that numbers rest on, by the columns of the view."""
    report = basis.report
    results = {f"r{at}": one.where for at, one in enumerate(report.results)
               if one.subject == report.funnel_subject and one.where}  # fmt: skip
    return results | {f"f{at}": step.where for at, step in enumerate(report.funnel) if step.where}


def of_report(basis: Basis) -> Group:
    """The numbers of results (`r`) and of the funnel (`f`), and of records that may be among them (`?`)."""
    report, flags, sums = basis.report, {"all": "true"}, dict[str, str]()
    for at, one in enumerate(report.results):
        if one.subject == report.funnel_subject and one.where:
            flags[f"r{at}"], flags[f"r{at}?"] = f"v.r{at}", f"v.r{at} IS NULL"
            sums |= {f"r{at}": one.total} if one.total else {}
    within = ["true"]
    for at, step in enumerate(report.funnel):
        within += [f"v.f{at}"] if step.where else []
        held = " AND ".join(within)
        flags[f"f{at}"], flags[f"f{at}?"] = held, f"({held}) IS NULL"
    return Group("v", tuple(_conditions(basis)), flags, sums)


def of_exclusions(basis: Basis) -> Iterator[Group]:
    """The numbers of each decision that the plan names for this about the lowest records, by criterion."""
    for name in basis.report.exclusions:
        rule = basis.made(name)
        if rule is None or rule.subject != basis.report.funnel_subject:
            continue
        not_met, unknown = sets_of(rule, "o")
        flags = {f"{name}.{at} {kind}": condition for at in range(len(rule.body.criteria))
                 for kind, condition in not_met.apart(unknown, at).items()}  # fmt: skip
        layout = Verdicts.of(rule)
        yield Group("o", (*layout.columns(NOT_MET), *layout.columns(UNKNOWN)), flags, {})


def of_outcomes(basis: Basis) -> Iterator[Group]:
    """The number of each outcome of each decision."""
    for name, outcomes in basis.manifest.counts[basis.report.funnel_subject].outcomes.items():
        flags = {f"{name} {one}": f"o.{named(name)} = {quoted(one)}" for one in outcomes}
        yield Group("o", (name,), flags, {})
