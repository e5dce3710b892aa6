"""Parts of the report about single judged records: their standing, their unmet criteria, and the changes they need."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from rules import Reference
from rules.judging.distance import Change, distances
from rules.judging.evaluate import Scope
from rules.model import Ref, Rule, criteria_of
from rules.table.columns import KEY, key_of
from rules.table.order import heights_of
from rules.table.verdicts import places
from rules.values.text import Text
from rules.words.explain import change_said
from service.county.backend import named
from service.county.report.basis import MOST, Basis, lines, outcomes_of, sets_of, titles_at


def scatter(basis: Basis, rule: Rule) -> dict[str, Any] | None:
    """Each record by the first two figures of a group, with its third figure and its outcome."""
    axes = lines(rule, basis.report.scatter_group)
    if len(axes) < 2:
        return None
    view, values = basis.values(rule.subject, [one.fact for one in axes])
    points = basis.duck.run(f"SELECT {', '.join((f'v.{KEY}', *values, f'o.{named(rule.id)}'))} "
                            f"FROM {view} v JOIN {basis.file(rule.subject)} o USING ({KEY}) ORDER BY 1")  # fmt: skip
    group = next(one.group_title for one in criteria_of(rule) if one.group == basis.report.scatter_group)
    return {"subject": rule.subject, "title": group or rule.title,
            "axes": [basis.shown(one, rule.subject) for one in axes],
            "outcomes": outcomes_of(rule), "points": points}  # fmt: skip


def shares(basis: Basis, rule: Rule) -> dict[str, Any] | None:
    """One figure of each record, or its bounds where records below are undecided."""
    axes = lines(rule, criterion=basis.report.share)
    if not axes:
        return None
    view, values = basis.values(rule.subject, [axes[0].fact])
    bars = basis.duck.run(f"SELECT {KEY}, {values[0]} FROM {view} v ORDER BY 2 DESC NULLS LAST, 1 LIMIT {MOST}")
    ends = bounds(basis, rule.subject, axes[0].fact, [id for id, value in bars if value is None])
    return {"subject": rule.subject, "axis": basis.shown(axes[0], rule.subject), "bars": bars,
            "between": sorted(ends.items(), key=lambda one: (-one[1][1], one[0]))}  # fmt: skip


def bounds(basis: Basis, subject: str, fact: str, ids: Sequence[str]) -> dict[str, tuple[float, float]]:
    """The lowest and the highest figure of each record, by taking every undecided record below as not met and as met.
    Records that lack something else are left out."""
    edition, reference = basis.edition, Reference(basis.edition)
    known = edition.subjects[subject].facts
    rests = heights_of(edition, [(subject, Ref("fact", "", fact, known[fact].type))])
    turning = {rule.id for rule in edition.rules.values()
               if {"met", "not_met"} <= {one.role for one in rule.outcomes.values()}}  # fmt: skip
    decisions = {one.type.of: [name for of, name in rests if of == one.type.of and name in turning]
                 for one in known.values() if one.type.kind == "list"}  # fmt: skip
    ends_of = {}
    for row in basis.rows(subject, ids):
        facts, ends = basis.facts(subject, row), []
        lists = [name for name in facts if name in known and known[name].type.kind == "list"]
        for role in ("not_met", "met"):
            supposed = {of: {one: edition.rules[one].role(role) for one in names} for of, names in decisions.items()}
            filled = facts | {name: [{**supposed[known[name].type.of], **one} for one in facts[name]] for name in lists}
            ends.append(Scope(edition, subject, filled, basis.on, reference).fact(fact))
        if None not in ends:
            low, high = sorted(map(float, ends))
            ends_of[row[KEY]] = low, high
    return ends_of


def near(basis: Basis, rule: Rule) -> dict[str, Any]:
    """The records that miss the fewest criteria, with the changes that each needs: the fewest unmet first, then the
    smallest change in proportion to the figures. Those that lack data are listed apart."""
    not_met, unknown = sets_of(rule)
    ids = basis.duck.run(f"SELECT {KEY} FROM {basis.file(rule.subject)} WHERE {not_met.some} AND {unknown.none} "
                         f"ORDER BY {not_met.size}, {KEY} LIMIT {basis.report.nearest}")  # fmt: skip
    above, reference = basis.places(rule.subject), Reference(basis.edition)
    ranked = []
    for row in basis.rows(rule.subject, [id for (id,) in ids]):
        id, decision = row[KEY], basis.decided(reference, rule.subject, row, rule.id)
        far = distances(decision).outcome
        changes = () if far is None or far.why else far.changes
        ranked.append((len(decision.codes), not changes, sum(map(_relative, changes)), id, {
            "id": id, "above": above.get(id, ""),
            "unmet": [one.title for one in criteria_of(rule) if one.id in decision.codes],
            "changes": [Text(change_said(basis.zh, one), change_said(basis.en, one)) for one in changes],
        }))  # fmt: skip
    ranked.sort(key=lambda one: one[:-1])
    untold = basis.duck.run(f"SELECT {KEY}, {not_met.listed}, {unknown.listed} FROM {basis.file(rule.subject)} WHERE "
                            f"{unknown.some} ORDER BY {not_met.size}, {unknown.size}, {KEY} "
                            f"LIMIT {basis.report.nearest}")  # fmt: skip
    lacking = [{"id": id, "above": above.get(id, ""), "unmet": titles_at(rule, failed),
                "unknown": titles_at(rule, open)} for id, failed, open in untold]  # fmt: skip
    return {**basis.about(rule), "rows": [one for *_, one in ranked], "lacking": lacking}


def _relative(change: Change) -> Fraction:
    """A change in proportion to the greater of the figure before and after it; 1 for an answer that is turned."""
    if change.by is None:
        return Fraction(1)
    by, to = Fraction(change.by), Fraction(change.to)
    return abs(by) / max(abs(to), abs(to - by), abs(by))


def titles(basis: Basis, rule: Rule) -> dict[str, Any] | None:
    """The records that hold a title and do not meet its criteria, or cannot be told to."""
    if basis.report.held is None:
        return None
    not_met, unknown = sets_of(rule)
    view = basis.beside(rule.subject, {"held": basis.report.held})
    rows = basis.duck.run(
        f"SELECT o.{KEY}, {not_met.listed}, {unknown.listed} "
        f"FROM {view} v JOIN {basis.file(rule.subject)} o USING ({KEY}) "
        f"WHERE v.held AND ({not_met.some} OR {unknown.some}) ORDER BY 1 LIMIT {MOST}"
    )
    held = [id for (id,) in basis.duck.run(f"SELECT {KEY} FROM {view} WHERE held ORDER BY 1")]
    above = basis.places(rule.subject)
    listed = [{"id": id, "above": above.get(id, ""), "unmet": titles_at(rule, failed),
               "unknown": titles_at(rule, open)} for id, failed, open in rows]  # fmt: skip
    return {"held": held, **basis.about(rule), "rows": listed}


def table(basis: Basis, rule: Rule) -> dict[str, Any]:
    """One row for each record of the subject of the scatter: its figures, and the places of its unmet and unknown
    criteria among `criteria`."""
    axes, key = lines(rule, basis.report.scatter_group), key_of(basis.edition.subjects[rule.subject].within)
    view, values = basis.values(rule.subject, [one.fact for one in axes])
    not_met, unknown = sets_of(rule)
    above = f"o.{named(key)}" if key in basis.duck.columns(basis.file(rule.subject)) else "''"
    cells = f"o.{KEY}", above, f"o.{named(rule.id)}", *values, not_met.listed, unknown.listed
    rows = basis.duck.run(
        f"SELECT {', '.join(cells)} FROM {view} v JOIN {basis.file(rule.subject)} o USING ({KEY}) "
        f"ORDER BY 1 LIMIT {MOST}"
    )
    return {
        **basis.about(rule), "heads": [*basis.heads(rule), rule.title],
        "axes": [basis.shown(one, rule.subject) for one in axes],
        "outcomes": outcomes_of(rule), "criteria": [one.title for one in criteria_of(rule)],
        "rows": [(*cells, places(failed), places(open)) for *cells, failed, open in rows],
    }  # fmt: skip
