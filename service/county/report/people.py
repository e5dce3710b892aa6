"""Parts of the report about the lowest records: the funnel, the criteria that refuse them, and missing data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from rules.judging.decision import vars_of
from service.county.backend import quoted
from service.county.report.basis import MOST, Basis, sets_of
from service.county.run.gaps import GAPS, wanted
from service.county.run.manifest import Doubt


def funnel(basis: Basis) -> list[dict[str, Any]]:
    """The number of records within each step, and of records that may or may not be within it."""
    subject, steps = basis.report.funnel_subject, basis.report.funnel
    if not basis.there(subject):
        return []
    view = basis.beside(subject, {f"s{place}": step.where for place, step in enumerate(steps) if step.where})
    within, sums = ["true"], []
    for place, step in enumerate(steps):
        within += [f"s{place}"] if step.where else []
        sums += [f"count(*) FILTER (WHERE {' AND '.join(within)})",
                 f"count(*) FILTER (WHERE ({' AND '.join(within)}) IS NULL)"]  # fmt: skip
    counts = [basis.small(one) for one in basis.duck.run(f"SELECT {', '.join(sums)} FROM {view}")[0]]
    return [{"title": vars_of(step.title), "count": count, "unknown": unknown}
            for step, count, unknown in zip(steps, counts[::2], counts[1::2], strict=True)]  # fmt: skip


def exclusions(basis: Basis) -> list[dict[str, Any]]:
    """The criteria of the decisions that the plan names for this."""
    return [part for name in basis.report.exclusions if (part := unmet(basis, name))]


def alone(basis: Basis) -> list[dict[str, Any]]:
    """The same for every checklist about upper subjects."""
    return [part for rule in basis.edition.rules.values()
            if rule.subject != basis.report.funnel_subject and (part := unmet(basis, rule.id))]  # fmt: skip


def unmet(basis: Basis, decision: str) -> dict[str, Any] | None:
    """How often each criterion of a checklist is not met, is unknown, or is the only one not met."""
    rule = basis.made(decision)
    if rule is None or not rule.body.criteria:
        return None
    not_met, unknown = sets_of(rule)
    sums = [
        part
        for place in range(len(rule.body.criteria))
        for part in (f"sum({not_met.has(place)})", f"sum({unknown.has(place)})",
                     f"count(*) FILTER (WHERE {not_met.only(place)} AND {unknown.none})")
    ]  # fmt: skip
    counts = [int(one or 0) for one in basis.duck.run(f"SELECT {', '.join(sums)} FROM {basis.file(rule.subject)}")[0]]
    items = [
        {"title": vars_of(one.title), "clause": one.clause,
         **{name: basis.small(counts[3 * place + at]) for at, name in enumerate(("not_met", "unknown", "alone"))}}
        for place, one in enumerate(rule.body.criteria)
    ]  # fmt: skip
    return {"title": vars_of(rule.title), "subject": basis.title(rule.subject), "items": items}


def gaps(basis: Basis) -> list[dict[str, Any]]:
    """The figures above that are unknown, and the facts that the records below lack."""
    return [_gap(basis, subject, doubt) for subject, doubt in basis.manifest.gaps.items()]


def _gap(basis: Basis, subject: str, doubt: Doubt) -> dict[str, Any]:
    own, below, edition = basis.edition.subjects[subject], doubt.below, basis.edition
    facts, causes = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    records, places = Counter[str](), defaultdict[str, Counter[str]](Counter)
    counted = Counter[str]()
    for id, names, paths in _gap_rows(basis, subject):
        counted[id] += 1
        for name in names:
            facts[name].add(id)
        for name in dict.fromkeys(wanted(edition, below, path)[0] for path in paths):
            causes[name].add(id)
            records[name] += 1
            places[id][name] += 1
    above = basis.places(subject)
    titles = {name: vars_of(wanted(edition, below, name)[1]) for name in records}
    listed = [] if basis.publish else [
        {"id": id, "above": above.get(id, ""), "records": count,
         "causes": [[titles[name], n] for name, n in places[id].most_common()]}
        for id, count in counted.most_common(MOST)
    ]  # fmt: skip
    return {
        "title": vars_of(own.title), "below": basis.title(below), "above": basis.above(subject),
        "of": basis.manifest.counts[subject].rows, "places": len(counted),
        "doubtful": basis.small(doubt.doubtful), "looked": doubt.looked,
        "facts": [{"title": vars_of(own.facts[name].title), "places": len(ids)} for name, ids in facts.items()],
        "causes": [{"title": titles[name], "records": basis.small(count), "places": len(causes[name])}
                   for name, count in records.most_common()],
        "rows": listed,
    }  # fmt: skip


def _gap_rows(basis: Basis, subject: str) -> Iterator[tuple[Any, ...]]:
    """For each record below that lacks something: the id above, its unknown facts, and the paths of what is lacking."""
    yield from basis.duck.run(
        f"SELECT id, facts, causes FROM {basis.file(GAPS)} WHERE subject = {quoted(subject)} ORDER BY id, record"
    )
