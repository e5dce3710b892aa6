"""What lies ahead: who is near a title, whose is at risk, what expires, and how the roll-out stands."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

from rules import Reference
from rules.decision import vars_of
from rules.distance import distances
from rules.explain import change_said
from rules.judge import criteria_of
from rules.table.columns import KEY, around
from rules.table.outputs import BOTTOM, TOP
from service.county.engine import named, quoted
from service.county.explaining import Outputs
from service.county.judging import Judging
from service.county.report_basis import MOST, Basis, day_of, later, line_of

WEEK = 7


class Outlook(Basis):
    """The parts of a report that look ahead."""

    def near(self) -> dict[str, Any] | None:
        """The records that miss the fewest criteria, and what each needs, by the online judge."""
        rule = self.made(self.report.near)
        if rule is None or self.publish:
            return None
        not_met, unknown = self.bits(rule)
        ids = self.duck.run(f"SELECT {KEY} FROM {self.file(rule.subject)} WHERE {not_met} > 0 AND {unknown} = 0 "
                            f"ORDER BY bit_count({not_met}), {KEY} LIMIT {self.report.nearest}")  # fmt: skip
        outputs, reference = Outputs(self.folder, self.edition, self.duck, self.manifest), Reference(self.edition)
        found = []
        for (id,) in ids:
            decision = outputs.decide(reference, rule.subject, id, rule.id)
            assert decision is not None  # its id stands in the file
            far = distances(decision).outcome
            changes = () if far is None or far.why else far.changes
            steps = sum(abs(Fraction(one.by)) if one.by is not None else 1 for one in changes)
            found.append((not changes, steps, {
                "id": id, "unmet": self.names_of(decision.codes, rule),
                "changes": [{"zh": change_said(self.zh, one), "en": change_said(self.en, one)} for one in changes],
            }))  # fmt: skip
        found.sort(key=lambda one: (one[0], one[1], one[2]["id"]))
        return {"title": vars_of(rule.title), "rows": [one for _, _, one in found]}

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
        return {"title": vars_of(rule.title), "held": held,
                "rows": [{"id": id, "unmet": self.names(rule, bad), "unknown": self.names(rule, doubt)}
                         for id, bad, doubt in rows]}  # fmt: skip

    def ahead(self) -> dict[str, Any] | None:
        """What becomes of records if what lies below them is not renewed: counted and judged anew on later days."""
        rule = self.made(self.report.ahead)
        if rule is None or self.publish:
            return None
        subject, met = rule.subject, rule.role("met")
        below = {one: self.folder / f"{one}.parquet" for one in self.manifest["levels"]
                 if subject in around(self.edition, one)}  # fmt: skip
        found = []
        for months in self.report.ahead_months:
            on = later(self.on, months)
            judging = Judging(self.edition, on, self.duck, self.duck, forget=True)
            table = judging.counted(subject, judging.bare(subject, self.folder / f"{subject}.parquet"), below)
            upper = {one: self.folder / f"{one}.parquet" for one in self.manifest["levels"]}
            table = judging.surrounded(subject, table, upper, self.manifest["levels"][subject]["reads"])
            sql = self.duck.sql(judging.judge.judge(rule.id, table))
            rows = self.duck.run(
                f"SELECT o.{KEY}, n.not_met, n.unknown FROM ({sql}) n JOIN {self.file(subject)} o USING ({KEY}) "
                f"WHERE o.{named(rule.id)} = {quoted(met)} AND n.outcome <> {quoted(met)} ORDER BY 1"
            )
            found.append({"on": on.isoformat(), "lost": [{"id": id, "unmet": self.names(rule, bad | doubt)}
                                                         for id, bad, doubt in rows]})  # fmt: skip
        return {"title": vars_of(rule.title), "met": self.manifest["counts"][subject]["outcomes"][rule.id].get(met, 0),
                "dates": found}  # fmt: skip

    def milestones(self) -> dict[str, Any] | None:
        """Where a share stands, the dates by which it has to be somewhere, and how many a week that takes."""
        rule = self.made(self.report.milestones)
        if rule is None:
            return None
        points = []
        for one in criteria_of(rule):
            line, day = line_of(one), day_of(one)
            if line is None or day is None:
                continue
            view = self.beside(rule.subject, {}, [line.fact])
            columns = self.duck.columns(view)
            if line.fact + TOP not in columns:
                continue
            top, bottom = (int(part or 0) for part in self.duck.run(
                f"SELECT sum({line.fact}{TOP}), sum({line.fact}{BOTTOM}) FROM {view}")[0])  # fmt: skip
            need = ceil(line.limit * bottom)
            weeks = max(Fraction((day - self.on).days, WEEK), Fraction(0))
            short = max(need - top, 0)
            points.append({"title": vars_of(one.title), "on": day.isoformat(), "need": need, "done": top,
                           "all": bottom, "short": short, "clause": one.clause,
                           "a_week": None if not weeks else round(float(short / weeks), 1)})  # fmt: skip
        return {"title": vars_of(rule.title), "points": points} if points else None
