"""Parts of the report that count and list: the lowest records, the criteria that refuse them, missing data, the
proposals of rankings, and the outcomes of all decisions."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rules.judging.decision import vars_of
from rules.model import Key, criteria_of, subject_read
from rules.table.columns import ENDS, KEY
from rules.values.exact import Value
from rules.values.figures import figure
from rules.values.text import Text
from rules.words.phrases import tried
from service.county.backend import named, quoted
from service.county.report import lowest
from service.county.report.basis import MOST, Basis, outcomes_of, sets_of
from service.county.run.gaps import GAPS, wanted
from service.county.run.manifest import Counts, Doubt
from service.county.run.rankings import Proposal, proposals, reason

SHOWN = 10  # ids named
NEXT = 10  # records shown after those chosen
LACKS_DATA = Text("缺数据，无法排序", "lacks data")


def about(basis: Basis) -> dict[str, Any]:
    """The run: its edition, its day, and the smallest group that a published report shows."""
    manifest = basis.manifest
    return {"edition": manifest.edition, "edition_sha256": manifest.edition_sha256, "on": manifest.on,
            "versions": manifest.versions, "publish": manifest.publish, "title": basis.edition.title,
            "smallest": basis.report.smallest_group, "tried": tried(basis.edition)}  # fmt: skip


def funnel(basis: Basis) -> list[dict[str, Any]]:
    """The number of records within each step, and of records that may or may not be within it."""
    subject, steps = basis.report.funnel_subject, basis.report.funnel
    if not basis.there(subject):
        return []
    counts = lowest.whole(basis, lowest.of_report(basis))
    return [{"title": step.title, "count": basis.small(counts[f"f{at}"]), "unknown": basis.small(counts[f"f{at}?"])}
            for at, step in enumerate(steps)]  # fmt: skip


def exclusions(basis: Basis) -> list[dict[str, Any]]:
    """The criteria of the decisions that the plan names for this."""
    return [part for name in basis.report.exclusions if (part := unmet(basis, name))]


def alone(basis: Basis) -> list[dict[str, Any]]:
    """The criteria of every checklist about upper subjects."""
    return [part for rule in basis.edition.rules.values()
            if rule.subject != basis.report.funnel_subject and (part := unmet(basis, rule.id))]  # fmt: skip


def unmet(basis: Basis, decision: str) -> dict[str, Any] | None:
    """The number of records that each criterion of a checklist refuses, alone or with others, and of those that lack
    data for it and are not refused by another."""
    rule = basis.made(decision)
    if rule is None or not rule.body.criteria:
        return None
    not_met, unknown = sets_of(rule)
    parts = [not_met.apart(unknown, place) for place in range(len(rule.body.criteria))]
    flags = [condition for one in parts for condition in one.values()]
    row = iter(basis.counts(basis.file(rule.subject), flags, (*not_met.parts, *unknown.parts)))
    items = [{"title": one.title, "clause": one.clause, **{kind: basis.small(next(row)) for kind in part}}
             for one, part in zip(rule.body.criteria, parts, strict=True)]  # fmt: skip
    return {"id": rule.id, "title": rule.title, "of": rule.subject, "subject": basis.title(rule.subject),
            "items": items}  # fmt: skip


def gaps(basis: Basis) -> list[dict[str, Any]]:
    """The figures above that are unknown, and the facts that the records below lack."""
    return [_gap(basis, subject, doubt) for subject, doubt in basis.manifest.gaps.items()]


def bounded(basis: Basis) -> list[dict[str, Any]]:
    """The records with figures known within bounds, and how many each decision told by them."""
    return [{"subject": subject, "title": basis.title(subject), "of": basis.manifest.counts[subject].rows,
             "places": one.rows, "ids": _bounded(basis, subject, one.rows),
             "decided": [[basis.edition.rules[name].title, count, _shown(basis, {*one.ids.get(name, ())})]
                         for name, count in one.decided.items()]}
            for subject, one in basis.manifest.bounded.items()]  # fmt: skip


def _bounded(basis: Basis, subject: str, count: int) -> list[str] | None:
    """The records with figures known within bounds, where the page may list them."""
    if basis.publish or count > MOST:
        return None
    ends = [named(one) for one in basis.duck.columns(basis.file(subject)) if one.endswith(ENDS)]
    some = " OR ".join(f"{one} IS NOT NULL" for one in ends)
    return [id for (id,) in basis.duck.run(f"SELECT {KEY} FROM {basis.file(subject)} WHERE {some} ORDER BY 1")]


def _gap(basis: Basis, subject: str, doubt: Doubt) -> dict[str, Any]:
    own, below, edition = basis.edition.subjects[subject], doubt.below, basis.edition
    facts, causes = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    records, places = Counter[str](), defaultdict[str, Counter[str]](Counter)
    counted = Counter[str]()
    for id, names, paths in basis.duck.run(
        f"SELECT id, facts, causes FROM {basis.file(GAPS)} WHERE subject = {quoted(subject)} ORDER BY id, record"
    ):
        counted[id] += 1
        for name in names:
            facts[name].add(id)
        for name in dict.fromkeys(wanted(edition, below, path)[0] for path in paths):
            causes[name].add(id)
            records[name] += 1
            places[id][name] += 1
    above = basis.places(subject)
    titles = {name: wanted(edition, below, name)[1] for name in records}
    listed = [{"id": id, "above": above.get(id, ""), "records": count,
               "causes": [[titles[name], n] for name, n in places[id].most_common()]}
              for id, count in counted.most_common(MOST)]  # fmt: skip
    return {
        "subject": subject, "over": own.within, "title": own.title, "below": basis.title(below),
        "above": basis.above(subject),
        "of": basis.manifest.counts[subject].rows, "places": len(counted),
        "doubtful": basis.small(doubt.doubtful), "looked": doubt.looked,
        "facts": [{"title": own.facts[name].title, "places": len(ids), "ids": _shown(basis, ids)}
                  for name, ids in facts.items()],
        "causes": [{"title": titles[name], "records": basis.small(count), "places": len(causes[name]),
                    "ids": _shown(basis, causes[name])}
                   for name, count in records.most_common()],
        "rows": [] if basis.publish else listed,
    }  # fmt: skip


def _shown(basis: Basis, ids: set[str]) -> list[str] | None:
    return None if basis.publish or len(ids) > MOST else sorted(ids)


def rankings(basis: Basis) -> list[dict[str, Any]]:
    return [] if basis.publish else [_proposal(basis, one) for one in proposals(basis)]


def _proposal(basis: Basis, one: Proposal) -> dict[str, Any]:
    listed, ranked = subject_read(one.rule), one.ranked
    above, placed = basis.places(listed), [row for row in one.rows if row.place is not None]
    return {
        "title": one.rule.title, "clause": one.rule.clause, "id": ranked.id, "of_listed": listed,
        "over": basis.edition.subjects[listed].within, "listed": basis.title(listed),
        "above": basis.above(listed), "outcome": outcomes_of(one.rule)[ranked.outcome], "take": ranked.take,
        "chosen": len(ranked.chosen), "eligible": ranked.eligible, "unknown": ranked.unknown,
        "of": len(one.rows), "keys": [{**vars_of(key.title), "first": key.first} for key in one.rule.body.order],
        "eligibility": [criterion.title for criterion in criteria_of(one.rule)],
        "rows": [{"id": row.id, "above": above.get(row.id, ""), "place": row.place, "chosen": row.chosen,
                  "values": [_value(basis, *pair) for pair in zip(row.values, one.rule.body.order, strict=True)]}
                 for row in placed[: len(ranked.chosen) + NEXT]],
        "out": [{"id": row.id, "above": above.get(row.id, ""), "why": reason(one.rule, row.why, LACKS_DATA)}
                for row in one.rows if row.place is None][:MOST],
    }  # fmt: skip


def _value(basis: Basis, value: Value, key: Key) -> Text:
    """A value by which records are put in order; amounts in yuan, so that they can be compared at sight."""
    if key.by.type.kind == "amount" and isinstance(value, int | Decimal | Fraction):
        value = Fraction(value)
        return Text(f"{figure(value)}元", f"{figure(value)} yuan")
    return Text(*(say.value(value, key.by.type, say.codes(key.by)) for say in (basis.zh, basis.en)))


def counts(basis: Basis) -> list[dict[str, Any]]:
    """The outcomes of every decision about each subject."""
    return [{"subject": subject, "title": basis.title(subject), "rows": counted.rows,
             "decisions": _decisions(basis, counted)}
            for subject, counted in basis.manifest.counts.items()]  # fmt: skip


def _decisions(basis: Basis, counted: Counts) -> list[dict[str, Any]]:
    rules = ((basis.edition.rules[name], outcomes) for name, outcomes in counted.outcomes.items())
    return [{"id": rule.id, "title": rule.title, "clause": rule.clause,
             "outcomes": [{"id": one.id, "title": one.title, "role": one.role, "count": basis.small(outcomes[one.id])}
                          for one in rule.outcomes.values() if one.id in outcomes]}
            for rule, outcomes in rules]  # fmt: skip


def empty(basis: Basis) -> list[dict[str, Any]]:
    """Records without any below them, which count as 0."""
    return [{"subject": one.subject, "title": basis.title(one.subject), "below": basis.title(one.below),
             "count": basis.small(one.rows),
             "ids": [] if basis.publish else one.ids} for one in basis.manifest.empty]  # fmt: skip


def nowhere(basis: Basis) -> list[dict[str, Any]]:
    """Records that count nowhere above, since the record that they belong to was set aside."""
    within = {subject: basis.edition.subjects[subject].within for subject in basis.manifest.counts}
    return [{"subject": subject, "title": basis.title(subject), "above": basis.title(within[subject]),
             "count": basis.small(counted.nowhere), "ids": []}
            for subject, counted in basis.manifest.counts.items() if counted.nowhere]  # fmt: skip


def unplaced(basis: Basis) -> list[dict[str, Any]]:
    """Records set aside of which it is not known where they belong, so that no count above holds them."""
    within = {one.subject: basis.edition.subjects[one.subject].within for one in basis.manifest.checked if one.unplaced}
    return [{"subject": one.subject, "title": basis.title(one.subject), "above": basis.title(within[one.subject]),
             "count": basis.small(one.unplaced), "ids": []}
            for one in basis.manifest.checked if one.unplaced]  # fmt: skip


def contradictions(basis: Basis) -> list[dict[str, Any]]:
    """Parts counted larger than their wholes, neither of which is known."""
    return [{"subject": one.subject, "title": basis.title(one.subject), "count": basis.small(one.rows),
             "part": basis.edition.subjects[one.subject].facts[one.part].title,
             "whole": basis.edition.subjects[one.subject].facts[one.whole].title,
             "ids": [] if basis.publish else one.ids[:SHOWN]} for one in basis.manifest.contradictions]  # fmt: skip
