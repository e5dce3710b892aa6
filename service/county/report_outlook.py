"""What lies ahead: who is near a title, whose is at risk, what expires, and how the roll-out stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

from rules import Reference
from rules.decision import vars_of
from rules.distance import distances
from rules.explain import change_said
from rules.judge import criteria_of
from rules.model import Rule
from rules.table.columns import KEY, around
from rules.table.outputs import BOTTOM, TOP
from service.county.engine import named, quoted
from service.county.explaining import Outputs
from service.county.judging import Judging
from service.county.report_basis import MOST, Line, day_of, later, line_of
from service.county.report_changes import Changes

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
        for (id,) in ids:
            decision = outputs.decide(reference, rule.subject, id, rule.id)
            assert decision is not None  # its id stands in the file
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
        held = self.report.held if self.report.titles == rule.id else None
        kept = f"o.{named(rule.id)} = {quoted(met)}" + ("" if held is None else " OR coalesce(h.held, false)")
        holding = "" if held is None else f"LEFT JOIN {self.beside(rule.subject, {'held': held})} h USING ({KEY})"
        not_met, unknown = self.bits(rule)
        fails, failed = "(n.not_met | n.unknown)", f"(o.{not_met} | o.{unknown})"
        rows: dict[str, dict[str, Any]] = {}
        days = [later(self.on, months) for months in self.report.ahead_months]
        dates = [{"on": on.isoformat(), "lost": 0, "expired": gone}
                 for on, gone in zip(days, self._expired(days), strict=True)]  # fmt: skip
        for place, on in enumerate(days):
            found = self.duck.run(
                f"SELECT o.{KEY}, o.{named(rule.id)} = {quoted(met)}, {fails} & ~{failed} "
                f"FROM ({self._then(rule, on)}) n JOIN {self.file(rule.subject)} o USING ({KEY}) {holding} "
                f"WHERE ({kept}) AND {fails} & ~{failed} > 0 ORDER BY 1"
            )
            dates[place]["lost"] = sum(now for _, now, _ in found)
            for id, now, bits in found:
                row = rows.setdefault(id, {"id": id, "met": now, "months": [None] * len(days)})
                row["months"][place] = self.names(rule, bits)
        above = self.places(rule.subject)
        return {"title": vars_of(rule.title), "expiring": self._expiring(), "dates": dates,
                "expired": self._expired([self.on])[0],
                "met": self.manifest["counts"][rule.subject]["outcomes"][rule.id].get(met, 0),
                "subject": vars_of(self.edition.subjects[rule.subject].title),
                "rows": sorted(({**one, "above": above.get(one["id"], "")} for one in rows.values()), key=_first),
                }  # fmt: skip

    def _then(self, rule: Rule, on: date) -> str:
        """A query of a decision on a later day, from the records as they are."""
        subject, levels = rule.subject, self.manifest["levels"]
        judging = Judging(self.edition, on, self.duck, self.duck, forget=True)
        below = {one: self.folder / f"{one}.parquet" for one in levels if subject in around(self.edition, one)}
        table = judging.counted(subject, judging.bare(subject, self.folder / f"{subject}.parquet"), below)
        upper = {one: self.folder / f"{one}.parquet" for one in levels}
        table = judging.surrounded(subject, table, upper, levels[subject]["reads"])
        return self.duck.sql(judging.judge.judge(rule.id, table))

    def _expired(self, days: Sequence[date]) -> list[int | None]:
        """How many records below have expired by each day."""
        subject, where = self.report.expired_subject, self.report.expired
        if where is None or not self.there(subject):
            return [None] * len(days)

        def gone(on: date) -> str:
            judging = Judging(self.edition, on, self.duck, self.duck)
            bare = judging.bare(subject, self.folder / f"{subject}.parquet")
            return self.duck.sql(judging.judge.beside(subject, bare, {"gone": where}))

        return [self.duck.run(f"SELECT count(*) FILTER (WHERE gone) FROM ({one})")[0][0]
                for one in map(gone, days)]  # fmt: skip

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
