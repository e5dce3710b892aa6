"""Parts of the report about time: changes since the last run, deadlines, and losses if nothing is renewed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import partial
from math import ceil
from typing import Any

from rules.model import Rule, criteria_of
from rules.model.uses import refs
from rules.table import BOTTOM, DAY, TOP, Counting, Days, TableJudge
from rules.table.columns import KEY, fact_name, key_of
from rules.table.order import rests_on_day
from rules.table.verdicts import NOT_MET, UNKNOWN, Verdicts, codes_of
from rules.values.exact import shift
from service.county.backend import named, quoted, rows_of
from service.county.report.basis import MOST, Basis, Line, day_of, line_of, outcomes_of, sets_of, titles_at
from service.county.run.history import Before
from service.county.run.levels import Judging
from service.county.run.outputs import CriteriaSet, Outputs

WEEK = 7
GAINED, LOST, KEPT = "gained", "lost", "kept"

# --- since the last run


def changes(basis: Basis) -> dict[str, Any] | None:
    """The decisions that the plan names for this, each against the latest run before."""
    if not basis.before or basis.publish:
        return None
    then = basis.before[-1]
    rules = (basis.made(name) for name in basis.report.changes)
    compared = [_compared(basis, then, one) for one in rules if one and then.manifest.made(one.subject, one.id)]
    return {"on": then.on, "edition": then.manifest.edition,
            "same": then.manifest.edition_sha256 == basis.edition.sha256,
            "decisions": compared} if compared else None  # fmt: skip


def _compared(basis: Basis, then: Before, rule: Rule) -> dict[str, Any]:
    """The records that meet a decision now or met it then, with the criteria that a loss or a gain is due to."""
    met, counts, rows, ids = rule.role("met"), Counter[tuple[str, str]](), [], defaultdict[str, list[str]](list)
    for id, place, was, now, fails, failed in _both(basis, then, rule):
        became = KEPT if was == now == met else GAINED if now == met else LOST if was == met else ""
        if became:
            counts[place, became] += 1
            ids[became].append(id)
        if became in (GAINED, LOST):
            why = titles_at(rule, fails if became == LOST else failed)
            rows.append({"id": id, "above": place, "became": became, "was": was, "now": now, "why": why})
    places = sorted({place for place, _ in counts})
    return {
        "id": rule.id, "title": rule.title, "of": rule.subject, "over": basis.edition.subjects[rule.subject].within,
        "subject": basis.title(rule.subject), "above": basis.above(rule.subject),
        "totals": {one: sum(counts[place, one] for place in places) for one in (GAINED, LOST, KEPT)},
        "places": [[place, *(counts[place, one] for one in (GAINED, LOST, KEPT))] for place in places],
        "ids": {one: ids[one] for one in (GAINED, LOST, KEPT)} if sum(counts.values()) <= MOST else None,
        "outcomes": outcomes_of(rule), "rows": rows[:MOST],
    }  # fmt: skip


def _both(basis: Basis, then: Before, rule: Rule) -> list[tuple[Any, ...]]:
    """Each record of both runs: its id, the record above, the outcomes then and now, and the criteria that it does not
    surely meet now and then; those of then are left out where another edition judged."""
    old, new = rows_of(then.file(rule.subject)), basis.file(rule.subject)
    above = key_of(basis.edition.subjects[rule.subject].within)
    known = [f"{side}.{named(above)}" for side, file in (("n", new), ("o", old)) if above in basis.duck.columns(file)]
    over = f"coalesce({', '.join(known)}, '')" if known else "''"
    fails, failed = ((one | other).listed for one, other in (sets_of(rule, "n"), sets_of(rule, "o")))
    same = then.manifest.edition_sha256 == basis.edition.sha256
    return basis.duck.run(
        f"SELECT coalesce(n.{KEY}, o.{KEY}), {over}, o.{named(rule.id)}, n.{named(rule.id)}, {fails}, "
        f"{failed if same else '[]'} FROM {new} n FULL JOIN {old} o ON n.{KEY} = o.{KEY} ORDER BY 2, 1"
    )


# --- ahead


def ahead(basis: Basis, rule: Rule) -> dict[str, Any]:
    """The records that lose a decision, counted and judged anew on later days, if nothing below them is renewed. For
    each record that meets it now, or holds its title: the criteria that fail on each day and do not fail now."""
    days = [day for months in basis.report.ahead_months if (day := shift(basis.on, months, "month"))]
    expired = _expired(basis, [basis.on, *days])
    dates = [{"on": on, "lost": 0, "expired": expired[on]} for on in days]
    above = basis.places(rule.subject)
    rows: dict[str, dict[str, Any]] = {}
    for id, on, now, fails in _failing(basis, rule, days) if days else ():
        row = rows.setdefault(id, {"id": id, "met": now, "above": above.get(id, ""), "months": [None] * len(days)})
        for place in (place for place, day in enumerate(days) if day == on):
            dates[place]["lost"] += now
            row["months"][place] = titles_at(rule, fails)
    expiring, outcomes = basis.report.expired_subject, basis.manifest.counts[rule.subject].outcomes[rule.id]
    return {"expiring": basis.title(expiring) if expiring else None, "dates": dates, "expired": expired[basis.on],
            "met": outcomes.get(rule.role("met"), 0), "of": rule.subject, "subject": basis.title(rule.subject),
            "rows": sorted(rows.values(), key=_first)}  # fmt: skip


def _failing(basis: Basis, rule: Rule, days: Sequence[date]) -> list[tuple[Any, ...]]:
    """The id, the day, whether the decision is met now, and the criteria that fail on the day and do not fail now."""
    layout, (not_met, unknown) = Verdicts(codes_of(rule)), sets_of(rule, "o")
    fails = CriteriaSet.of(layout, NOT_MET, "n") | CriteriaSet.of(layout, UNKNOWN, "n")
    fresh, levels = fails - (not_met | unknown), basis.manifest.levels
    about = ["ahead", rule.id, days, basis.manifest.given_figures, levels[rule.subject].reads]
    view = basis.query(about, levels, partial(_judged_on, basis, rule, days))
    return basis.duck.run(
        f"SELECT o.{KEY}, n.{named(DAY)}, o.{named(rule.id)} = {quoted(rule.role('met'))}, {fresh.listed} "
        f"FROM ({view.sql}) n JOIN {basis.file(rule.subject)} o USING ({KEY}) WHERE {fresh.some}"
    )


def _judged_on(basis: Basis, rule: Rule, days: Sequence[date]) -> Any:
    """A table that makes a decision on later days, from the records of today, about the records in `_kept`. Counts that
    no day changes stand, where they were counted in this run."""
    subject, levels, on, path = rule.subject, basis.manifest.levels, Days.of(days), basis.path
    judging, counting = Judging(basis.edition, basis.on, basis.duck, basis.duck), Counting(basis.edition, on)
    kept, key = _kept(basis, rule), key_of(subject)
    counted = {one: {*facts} for one in levels if (facts := counting.declared(subject, one))}
    moved = {name for facts in counted.values() for name in facts}
    if basis.manifest.given_figures == "counted":
        moved = _changing(counting, subject, moved)
    below = {one: judging.bare(one, path(one)) for one, facts in counted.items() if facts & moved}
    below = {one: table.semi_join(kept, table[key] == kept[KEY]) for one, table in below.items()}
    table = judging.bare(subject, path(subject)).semi_join(kept, KEY)
    table = on.each(table.drop(*(one for one in table.columns if fact_name(one) in moved)))
    table = counting.fill(subject, table, below, checked=True, only=moved)
    table = judging.surrounded(subject, table, {one: path(one) for one in levels}, levels[subject].reads)
    return TableJudge(basis.edition, on).judge(rule.id, table)


def _changing(counting: Counting, subject: str, names: set[str]) -> set[str]:
    """Of facts of a subject that are counted, those that may be counted differently on another day, and those that are
    held against them as parts or wholes."""
    facts = counting.edition.subjects[subject].facts
    moved = {one for one in names if rests_on_day(counting.edition, refs(facts[one].counted, subject))}
    pairs = [{*pair.facts, *pair.between} & names for pair in counting.held(subject, facts)]
    while more := {name for pair in pairs if pair & moved for name in pair} - moved:
        moved |= more
    return moved


def _kept(basis: Basis, rule: Rule) -> Any:
    """The records that meet a decision now, or hold its title."""
    judged = basis.duck.table(basis.path(rule.subject))
    met = judged[rule.id] == rule.role("met")
    if basis.report.held is None or basis.report.titles != rule.id:
        return judged.filter(met).select(KEY)
    held = basis.judge.beside(rule.subject, judged, {"held": basis.report.held})
    return judged.filter(met).select(KEY).union(held.filter(held.held).select(KEY))


def _expired(basis: Basis, days: Sequence[date]) -> dict[date, int | None]:
    """The number of records below that have expired by each day."""
    subject, where = basis.report.expired_subject, basis.report.expired
    if where is None or not basis.there(subject):
        return dict.fromkeys(days)

    def gone() -> Any:
        judging = Judging(basis.edition, basis.on, basis.duck, basis.duck)
        table = judging.bare(subject, basis.path(subject))
        return TableJudge(basis.edition, Days.of(days)).tally(subject, table, where)

    query = basis.query(["expired", days], [subject], gone)
    return {**dict.fromkeys(days, 0), **dict(basis.duck.run(query.sql))}


def _first(row: dict[str, Any]) -> tuple[bool, int, str]:
    """Records that meet the decision now before the others; the earliest to fail first."""
    return not row["met"], next(place for place, one in enumerate(row["months"]) if one), row["id"]


# --- deadlines


def milestones(basis: Basis, rule: Rule) -> dict[str, Any] | None:
    """The course of a share through the runs, its dates and targets, and the number a week that each target takes."""
    points: list[dict[str, Any]] = []
    last: tuple[Line, int] | None = None  # the latest target counts all that is done so far
    for one in criteria_of(rule):
        line, day = line_of(one), day_of(one)
        share = None if line is None or day is None else _share(basis, rule.subject, line)
        if line is None or day is None or share is None:
            continue
        done, whole = share
        need = ceil(line.limit * whole)
        days, short = max((day - basis.on).days, 0), max(need - done, 0)
        points.append({"title": one.title, "clause": one.clause, "on": day, "need": need, "done": done, "all": whole,
                       "short": short, "a_week": float(Fraction(short * WEEK, days)) if days else None})  # fmt: skip
        last = line, done
    curve = [] if last is None else [*_earlier(basis, rule, last[0]), (basis.on, last[1])]
    return {"points": points, "pace": _pace(curve), "curve": curve} if points else None


def _share(basis: Basis, subject: str, line: Line) -> tuple[int, int] | None:
    """The numerator and the denominator of a share; None where the fact is no share of things counted."""
    view = basis.beside(subject, {}, [line.fact])
    if line.fact + TOP not in basis.duck.columns(view):
        return None
    top, bottom = basis.duck.run(f"SELECT sum({line.fact}{TOP}), sum({line.fact}{BOTTOM}) FROM {view}")[0]
    return None if top is None or bottom is None else (int(top), int(bottom))


def _earlier(basis: Basis, rule: Rule, line: Line) -> Iterator[tuple[date, int]]:
    """The numerator in the runs before."""
    for one in basis.before:
        then = Basis(Outputs(one.folder, basis.edition, basis.duck, one.manifest))
        if then.there(rule.subject) and (share := _share(then, rule.subject, line)) is not None:
            yield one.on, share[0]


def _pace(curve: Sequence[tuple[date, int]]) -> dict[str, Any] | None:
    """The number a week since the first run given."""
    if len(curve) < 2:
        return None
    (first, then), (on, now) = curve[0], curve[-1]
    return {"since": first, "a_week": float(Fraction(now - then) * WEEK / (on - first).days)}
