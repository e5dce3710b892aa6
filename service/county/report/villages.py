"""Parts of the report about single judged records: their standing, their unmet criteria, and the changes they need."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from rules import Reference
from rules.judging.decision import vars_of
from rules.judging.distance import distances
from rules.model import Rule, criteria_of
from rules.table.columns import KEY, key_of
from rules.table.verdicts import places
from rules.words.explain import change_said
from service.county.backend import named
from service.county.report.basis import MOST, Basis, lines, outcomes_of, sets_of, titles_at
from service.county.run.bounds import bounds


def scatter(basis: Basis) -> dict[str, Any] | None:
    """Each record by the first two figures of a group, with its third figure and its outcome."""
    rule = basis.made(basis.report.scatter)
    axes = [] if rule is None else lines(rule, basis.report.scatter_group)
    if rule is None or len(axes) < 2 or basis.publish:
        return None
    view, values = basis.values(rule.subject, [one.fact for one in axes])
    points = basis.duck.run(f"SELECT {', '.join((f'v.{KEY}', *values, f'o.{named(rule.id)}'))} "
                            f"FROM {view} v JOIN {basis.file(rule.subject)} o USING ({KEY}) ORDER BY 1")  # fmt: skip
    group = next(one.group_title for one in criteria_of(rule) if one.group == basis.report.scatter_group)
    return {"title": vars_of(group or rule.title), "axes": [basis.shown(one, rule.subject) for one in axes],
            "outcomes": outcomes_of(rule), "points": points}  # fmt: skip


def shares(basis: Basis) -> dict[str, Any] | None:
    """One figure of each record, or its bounds where records below are undecided."""
    rule = basis.made(basis.report.shares)
    axes = [] if rule is None else lines(rule, criterion=basis.report.share)
    if rule is None or not axes:
        return None
    view, values = basis.values(rule.subject, [axes[0].fact])
    bars = basis.duck.run(f"SELECT {KEY}, {values[0]} FROM {view} v ORDER BY 2 DESC NULLS LAST, 1 LIMIT {MOST}")
    ends = bounds(basis.outputs, rule.subject, axes[0].fact, [id for id, value in bars if value is None])
    return {"title": vars_of(rule.title), "axis": basis.shown(axes[0], rule.subject), "bars": bars,
            "between": sorted(ends.items(), key=lambda one: (-one[1][1], one[0]))}  # fmt: skip


def near(basis: Basis) -> dict[str, Any] | None:
    """The records that miss the fewest criteria, and the changes that each needs."""
    rule = basis.made(basis.report.near)
    if rule is None or basis.publish:
        return None
    not_met, unknown = sets_of(rule)
    ids = basis.duck.run(f"SELECT {KEY} FROM {basis.file(rule.subject)} WHERE {not_met.some} AND {unknown.none} "
                         f"ORDER BY {not_met.size}, {KEY} LIMIT {basis.report.nearest}")  # fmt: skip
    above, reference = basis.places(rule.subject), Reference(basis.edition)
    ranked = []
    for row in basis.outputs.rows(rule.subject, [id for (id,) in ids]):
        id, decision = row[KEY], basis.outputs.decided(reference, rule.subject, row, rule.id)
        far = distances(decision).outcome
        changes = () if far is None or far.why else far.changes
        steps = sum(abs(Fraction(one.by)) if one.by is not None else 1 for one in changes)
        ranked.append((not changes, steps, id, {
            "id": id, "above": above.get(id, ""),
            "unmet": [vars_of(one.title) for one in criteria_of(rule) if one.id in decision.codes],
            "changes": [{"zh": change_said(basis.zh, one), "en": change_said(basis.en, one)} for one in changes],
        }))  # fmt: skip
    ranked.sort(key=lambda one: one[:3])
    return {"title": vars_of(rule.title), "heads": basis.heads(rule), "rows": [one for *_, one in ranked]}


def titles(basis: Basis) -> dict[str, Any] | None:
    """The records that hold a title and do not meet its criteria, or cannot be told to."""
    rule = basis.made(basis.report.titles)
    if rule is None or basis.report.held is None or basis.publish:
        return None
    not_met, unknown = sets_of(rule)
    view = basis.beside(rule.subject, {"held": basis.report.held})
    rows = basis.duck.run(
        f"SELECT o.{KEY}, {not_met.listed}, {unknown.listed} "
        f"FROM {view} v JOIN {basis.file(rule.subject)} o USING ({KEY}) "
        f"WHERE v.held AND ({not_met.some} OR {unknown.some}) ORDER BY 1 LIMIT {MOST}"
    )
    held = basis.duck.run(f"SELECT count(*) FILTER (WHERE held) FROM {view}")[0][0]
    above = basis.places(rule.subject)
    listed = [{"id": id, "above": above.get(id, ""), "unmet": titles_at(rule, failed),
               "unknown": titles_at(rule, open)} for id, failed, open in rows]  # fmt: skip
    return {"title": vars_of(rule.title), "held": held, "heads": basis.heads(rule), "rows": listed}


def table(basis: Basis) -> dict[str, Any] | None:
    """One row for each record of the subject of the scatter: its figures, and the places of its unmet and unknown
    criteria among `criteria`."""
    rule = basis.made(basis.report.scatter)
    if rule is None or basis.publish:
        return None
    axes = lines(rule, basis.report.scatter_group)
    view, values = basis.values(rule.subject, [one.fact for one in axes])
    not_met, unknown = sets_of(rule)
    cells = (f"o.{KEY}", _above(basis, rule), f"o.{named(rule.id)}", *values, not_met.listed, unknown.listed)
    rows = basis.duck.run(
        f"SELECT {', '.join(cells)} FROM {view} v JOIN {basis.file(rule.subject)} o USING ({KEY}) "
        f"ORDER BY 1 LIMIT {MOST}"
    )
    return {
        "title": vars_of(rule.title), "heads": [*basis.heads(rule), vars_of(rule.title)],
        "axes": [basis.shown(one, rule.subject) for one in axes], "outcomes": outcomes_of(rule),
        "criteria": [vars_of(one.title) for one in criteria_of(rule)],
        "rows": [(*cells, places(failed), places(open)) for *cells, failed, open in rows],
    }  # fmt: skip


def _above(basis: Basis, rule: Rule) -> str:
    key = key_of(basis.edition.subjects[rule.subject].within)
    return f"o.{named(key)}" if key in basis.duck.columns(basis.file(rule.subject)) else "''"
