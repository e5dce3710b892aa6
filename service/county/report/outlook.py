"""What lies ahead: who is near a title, whose is at risk, what expires, and how the roll-out stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

from rules import Reference
from rules.judging.decision import vars_of
from rules.judging.distance import distances
from rules.judging.outcomes import criteria_of
from rules.model import Rule
from rules.table import Counting, TableJudge
from rules.table.columns import KEY, key_of
from rules.table.days import DAY, Days
from rules.table.outputs import BOTTOM, TOP
from rules.words.explain import change_said
from service.county.report.basis import MOST, Line, day_of, later, line_of
from service.county.report.changes import Changes
from service.county.run.backend import named, quoted
from service.county.run.levels import Judging
from service.county.run.outputs import Outputs

WEEK = 7


class Outlook(Changes):
    """The parts of a report that look ahead."""

    def near(self) -> dict[str, Any] | None:
        """The records that miss the fewest criteria, and what each needs, by the online judge."""
        rule = self.made(self.report.near)
        if rule is None or self.publish:
            return None
        not_met, unknown = self.bits(rule)
        ids = self.duck.run(f"SELECT {KEY} FROM {self.file(rule.subject)} WHERE {not_met} > 0 AND {unknown} = 0 "
                            f"ORDER BY bit_count({not_met}), {KEY} LIMIT {self.report.nearest}")  # fmt: skip
        above = self.places(rule.subject)
        outputs, reference = Outputs(self.folder, self.edition, self.duck, self.manifest), Reference(self.edition)
        found = []
        for row in outputs.rows(rule.subject, [id for (id,) in ids]):
            id, decision = row[KEY], outputs.decided(reference, rule.subject, row, rule.id)
            far = distances(decision).outcome
            changes = () if far is None or far.why else far.changes
            steps = sum(abs(Fraction(one.by)) if one.by is not None else 1 for one in changes)
            found.append((not changes, steps, {
                "id": id, "above": above.get(id, ""), "unmet": self.names_of(decision.codes, rule),
                "changes": [{"zh": change_said(self.zh, one), "en": change_said(self.en, one)} for one in changes],
            }))  # fmt: skip
        found.sort(key=lambda one: (one[0], one[1], one[2]["id"]))
        return {"title": vars_of(rule.title), "heads": self.heads(rule), "rows": [one for _, _, one in found]}

    def titles(self) -> dict[str, Any] | None:
        """Those that hold a title and do not meet what it takes."""
        rule = self.made(self.report.titles)
        if rule is None or self.report.held is None or self.publish:
            return None
        not_met, unknown = self.bits(rule)
        view = self.beside(rule.subject, {"held": self.report.held})
        rows = self.duck.run(
            f"SELECT o.{KEY}, {not_met}, {unknown} FROM {view} v JOIN {self.file(rule.subject)} o USING ({KEY}) "
            f"WHERE held AND ({not_met} > 0 OR {unknown} > 0) ORDER BY 1 LIMIT {MOST}"
        )
        held = self.duck.run(f"SELECT count(*) FILTER (WHERE held) FROM {view}")[0][0]
        above = self.places(rule.subject)
        listed = [{"id": id, "above": above.get(id, ""), "unmet": self.names(rule, bad),
                   "unknown": self.names(rule, doubt)} for id, bad, doubt in rows]  # fmt: skip
        return {"title": vars_of(rule.title), "held": held, "heads": self.heads(rule), "rows": listed}

    def ahead(self) -> dict[str, Any] | None:
        """What becomes of records if what lies below them is not renewed: counted and judged anew on later days. Of
        those that meet the decision now, or hold its title, the criteria that each fails then and does not fail now."""
        rule = self.made(self.report.ahead)
        if rule is None or self.publish:
            return None
        met = rule.role("met")
        not_met, unknown = self.bits(rule)
        fails, failed = "(n.not_met | n.unknown)", f"(o.{not_met} | o.{unknown})"
        days = [later(self.on, months) for months in self.report.ahead_months]
        expired = self._expired([self.on, *days])
        dates = [{"on": on.isoformat(), "lost": 0, "expired": expired[on]} for on in days]
        rows: dict[str, dict[str, Any]] = {}
        for id, on, now, bits in self.duck.run(
            f"SELECT o.{KEY}, n.{named(DAY)}, o.{named(rule.id)} = {quoted(met)}, {fails} & ~{failed} "
            f"FROM ({self._then(rule, days)}) n JOIN {self.file(rule.subject)} o USING ({KEY}) "
            f"WHERE {fails} & ~{failed} > 0"
        ):
            row = rows.setdefault(id, {"id": id, "met": now, "months": [None] * len(days)})
            for place in (place for place, day in enumerate(days) if day == on):
                dates[place]["lost"] += now
                row["months"][place] = self.names(rule, bits)
        above = self.places(rule.subject)
        return {"title": vars_of(rule.title), "expiring": self._expiring(), "dates": dates,
                "expired": expired[self.on],
                "met": self.manifest["counts"][rule.subject]["outcomes"][rule.id].get(met, 0),
                "subject": vars_of(self.edition.subjects[rule.subject].title),
                "rows": sorted(({**one, "above": above.get(one["id"], "")} for one in rows.values()), key=_first),
                }  # fmt: skip

    def _then(self, rule: Rule, days: Sequence[date]) -> str:
        """A query of a decision on later days, from the records as they are, of those that have it to lose."""
        subject, levels, on = rule.subject, self.manifest["levels"], Days.of(days)
        judging, counting = Judging(self.edition, self.on, self.duck, self.duck), Counting(self.edition, on)
        kept, key = self._kept(rule), key_of(subject)
        counted = {one: facts for one in levels if (facts := counting.declared(subject, one))}
        below = {one: judging.bare(one, self._path(one)) for one in counted}
        below = {one: table.semi_join(kept, table[key] == kept[KEY]) for one, table in below.items()}
        table = judging.bare(subject, self._path(subject)).semi_join(kept, KEY)
        table = on.each(table.drop(*(one for one in table.columns if any(one in facts for facts in counted.values()))))
        table = counting.fill(subject, table, below, checked=True)
        table = judging.surrounded(subject, table, {one: self._path(one) for one in levels}, levels[subject]["reads"])
        return self.duck.sql(TableJudge(self.edition, on).judge(rule.id, table))

    def _kept(self, rule: Rule) -> Any:
        """The records that meet a decision now, or hold its title."""
        judged = self.duck.table(self._path(rule.subject))
        met = judged[rule.id] == rule.role("met")
        if self.report.held is None or self.report.titles != rule.id:
            return judged.filter(met).select(KEY)
        held = self.judge.beside(rule.subject, judged, {"held": self.report.held})
        return judged.filter(met).select(KEY).union(held.filter(held.held).select(KEY))

    def _path(self, subject: str) -> Path:
        return self.folder / f"{subject}.parquet"

    def _expired(self, days: Sequence[date]) -> dict[date, int | None]:
        """How many records below have expired by each day."""
        subject, where = self.report.expired_subject, self.report.expired
        if where is None or not self.there(subject):
            return dict.fromkeys(days)
        bare = Judging(self.edition, self.on, self.duck, self.duck).bare(subject, self._path(subject))
        gone = TableJudge(self.edition, Days.of(days)).tally(subject, bare, where)
        return {**dict.fromkeys(days, 0), **dict(self.duck.run(self.duck.sql(gone)))}

    def _expiring(self) -> dict[str, str] | None:
        subject = self.report.expired_subject
        return vars_of(self.edition.subjects[subject].title) if subject else None

    def milestones(self) -> dict[str, Any] | None:
        """Where a share stands and stood, the dates by which it has to be somewhere, and how many a week that takes."""
        rule = self.made(self.report.milestones)
        if rule is None:
            return None
        points: list[dict[str, Any]] = []
        curve: list[tuple[date, int]] = []
        for one in criteria_of(rule):
            line, day = line_of(one), day_of(one)
            now = None if line is None or day is None else self.stand(rule.subject, line)
            if line is None or day is None or now is None:
                continue
            done, whole = now
            need = ceil(line.limit * whole)
            weeks = max(Fraction((day - self.on).days, WEEK), Fraction(0))
            short = max(need - done, 0)
            points.append({"title": vars_of(one.title), "on": day.isoformat(), "need": need, "done": done,
                           "all": whole, "short": short, "clause": one.clause,
                           "a_week": None if not weeks else round(float(short / weeks), 1)})  # fmt: skip
            curve = curve or [*self._stood(rule, line), (self.on, done)]
        return {"title": vars_of(rule.title), "points": points, "pace": _pace(curve),
                "curve": [[on.isoformat(), done] for on, done in curve]} if points else None  # fmt: skip

    def stand(self, subject: str, line: Line) -> tuple[int, int] | None:
        """How many of how many there are of a share; None where the fact is no share of things counted."""
        view = self.beside(subject, {}, [line.fact])
        if line.fact + TOP not in self.duck.columns(view):
            return None
        rows = self.duck.run(f"SELECT sum({line.fact}{TOP}), sum({line.fact}{BOTTOM}) FROM {view}")
        top, bottom = rows[0]
        return None if top is None or bottom is None else (int(top), int(bottom))

    def _stood(self, rule: Rule, line: Line) -> Iterator[tuple[date, int]]:
        """The same in the runs before."""
        for one in self.before:
            then = Outlook(self.duck, self.edition, one.folder, one.manifest)
            if then.there(rule.subject) and (found := then.stand(rule.subject, line)) is not None:
                yield one.on, found[0]


def _pace(curve: Sequence[tuple[date, int]]) -> dict[str, Any] | None:
    """How many a week there have been since the first run given."""
    if len(curve) < 2:
        return None
    (first, then), (on, now) = curve[0], curve[-1]
    return {"since": first.isoformat(), "a_week": round(float(Fraction(now - then) * WEEK / (on - first).days), 1)}


def _first(row: dict[str, Any]) -> tuple[bool, int, str]:
    """Those that meet the decision now before the others; the earliest to fail first."""
    return not row["met"], next(place for place, one in enumerate(row["months"]) if one), row["id"]
