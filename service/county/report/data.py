"""What the report shows, worked out from the edition and the outputs: everything by what the edition declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.judging.decision import vars_of
from rules.judging.outcomes import criteria_of
from rules.table.columns import KEY, key_of
from rules.values.text import Text
from service.county.report.basis import MOST
from service.county.report.outlook import Outlook
from service.county.run.backend import named
from service.county.run.between import between
from service.county.run.outputs import Outputs


class Data(Outlook):
    """The figures of one run."""

    def all(self) -> dict[str, Any]:
        """Everything, by part of the page; a part that cannot be shown is left out."""
        parts = {
            "about": self.about(), "counts": list(self.counts()), "aside": self.aside(), "empty": list(self.empty()),
            "funnel": self.funnel(),
            "exclusions": [one for name in self.report.exclusions if (one := self.unmet(name))],
            "scatter": self.scatter(), "shares": self.shares(), "near": self.near(), "titles": self.titles(),
            "ahead": self.ahead(), "milestones": self.milestones(), "changes": self.changes(),
            "rankings": self.rankings(), "gaps": self.gaps(),
            "alone": list(self.alone()), "table": self.table(),
        }  # fmt: skip
        return {name: part for name, part in parts.items() if part}

    # --- what it is about

    def about(self) -> dict[str, Any]:
        known = {name: self.manifest[name] for name in ("edition", "edition_sha256", "on", "versions", "publish")}
        return known | {"title": vars_of(self.edition.title), "smallest": self.report.smallest_group}

    def aside(self) -> list[dict[str, Any]]:
        return [{"file": one["file"], "rows": one["rows"], "bad": one["bad"]} for one in self.manifest["checked"]]

    def empty(self) -> Iterator[dict[str, Any]]:
        """Records without any below them, which count as 0."""
        for one in self.manifest["empty"]:
            subject, below = (vars_of(self.edition.subjects[one[key]].title) for key in ("subject", "below"))
            ids = [] if self.publish else one["ids"]
            yield {"title": subject, "below": below, "count": self.small(one["rows"]), "ids": ids}

    def counts(self) -> Iterator[dict[str, Any]]:
        for subject, counted in self.manifest["counts"].items():
            decisions = []
            for name, outcomes in counted["outcomes"].items():
                rule = self.edition.rules[name]
                told = [{"title": vars_of(one.title), "role": one.role, "count": self.small(outcomes[one.id])}
                        for one in rule.outcomes.values() if one.id in outcomes]  # fmt: skip
                decisions.append({"title": vars_of(rule.title), "clause": rule.clause, "outcomes": told})
            yield {"title": vars_of(self.edition.subjects[subject].title), "rows": counted["rows"],
                   "decisions": decisions}  # fmt: skip

    def funnel(self) -> list[dict[str, Any]]:
        """How many are within each step, and of how many more that cannot be told."""
        subject = self.report.funnel_subject
        if not self.there(subject):
            return []
        conditions = {f"s{place}": step.where for place, step in enumerate(self.report.funnel) if step.where}
        view = self.beside(subject, conditions)
        within, sums = ["true"], []
        for place, step in enumerate(self.report.funnel):
            within += [f"s{place}"] if step.where else []
            sums += [f"count(*) FILTER (WHERE {' AND '.join(within)})",
                     f"count(*) FILTER (WHERE ({' AND '.join(within)}) IS NULL)"]  # fmt: skip
        found = [self.small(one) for one in self.duck.run(f"SELECT {', '.join(sums)} FROM {view}")[0]]
        return [{"title": vars_of(step.title), "count": count, "unknown": unknown}
                for step, count, unknown in zip(self.report.funnel, found[::2], found[1::2], strict=True)]  # fmt: skip

    def alone(self) -> Iterator[dict[str, Any]]:
        """The same for every checklist about upper subjects."""
        for rule in self.edition.rules.values():
            if rule.subject != self.report.funnel_subject and (found := self.unmet(rule.id)):
                yield found

    def scatter(self) -> dict[str, Any] | None:
        """Each record by the first two figures of a group, and whether it meets the third and the rest."""
        rule = self.made(self.report.scatter)
        lines = [] if rule is None else self.lines(rule, self.report.scatter_group)
        if rule is None or len(lines) < 2 or self.publish:
            return None
        view, values = self.values(rule.subject, [one.fact for one in lines])
        rows = self.duck.run(f"SELECT v.{KEY}, {', '.join(f'round({one}, 6)' for one in values)}, o.{named(rule.id)} "
                             f"FROM {view} v JOIN {self.file(rule.subject)} o USING ({KEY}) ORDER BY 1")  # fmt: skip
        group = next(one.group_title for one in criteria_of(rule) if one.group == self.report.scatter_group)
        return {"title": vars_of(group or rule.title), "axes": [self.shown(one, rule.subject) for one in lines],
                "outcomes": {one.id: {**vars_of(one.title), "role": one.role} for one in rule.outcomes.values()},
                "points": rows}  # fmt: skip

    def shares(self) -> dict[str, Any] | None:
        rule = self.made(self.report.shares)
        lines = [] if rule is None else self.lines(rule, criterion=self.report.share)
        if rule is None or not lines:
            return None
        view, values = self.values(rule.subject, [lines[0].fact])
        rows = self.duck.run(
            f"SELECT {KEY}, round({values[0]}, 6) FROM {view} ORDER BY 2 DESC NULLS LAST, 1 LIMIT {MOST}"
        )
        outputs = Outputs(self.folder, self.edition, self.duck, self.manifest)
        ends = between(outputs, rule.subject, lines[0].fact, [id for id, value in rows if value is None])
        return {"title": vars_of(rule.title), "axis": self.shown(lines[0], rule.subject), "bars": rows,
                "between": sorted(ends.items(), key=lambda one: (-one[1][1], one[0]))}  # fmt: skip

    def table(self) -> dict[str, Any] | None:
        """One row for each record of the subject of the scatter, to sort and to search."""
        rule = self.made(self.report.scatter)
        if rule is None or self.publish:
            return None
        lines = self.lines(rule, self.report.scatter_group)
        view, values = self.values(rule.subject, [one.fact for one in lines])
        not_met, unknown = self.bits(rule)
        above = key_of(self.edition.subjects[rule.subject].within)
        over = f"o.{above}" if above in self.duck.columns(self.file(rule.subject)) else "''"
        rows = self.duck.run(
            f"SELECT o.{KEY}, {over}, o.{named(rule.id)}, {', '.join(f'round({one}, 6)' for one in values)}, "
            f"{not_met}, {unknown} FROM {view} v JOIN {self.file(rule.subject)} o USING ({KEY}) ORDER BY 1 LIMIT {MOST}"
        )
        subject = self.edition.subjects[rule.subject]
        heads: list[Text] = [subject.title]
        heads += [self.edition.subjects[subject.within].title] if subject.within else [Text("", "")]
        return {
            "title": vars_of(rule.title), "heads": [vars_of(one) for one in (*heads, rule.title)],
            "axes": [self.shown(one, rule.subject) for one in lines],
            "outcomes": {one.id: {**vars_of(one.title), "role": one.role} for one in rule.outcomes.values()},
            "criteria": [vars_of(one.title) for one in criteria_of(rule)], "rows": rows,
        }  # fmt: skip
