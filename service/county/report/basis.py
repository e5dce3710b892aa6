"""The input of every part of the report: the outputs of a run, SQL views of them, and titles in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from rules.judging.decision import vars_of
from rules.model import Const, Criterion, Leaf, Ref, Rule, criteria_of
from rules.table import BOTTOM, TOP, NotTabular, TableJudge
from rules.table.columns import KEY, key_of
from rules.table.verdicts import NOT_MET, UNKNOWN, Verdicts, places
from rules.values.text import Text
from rules.words.wording import Wording
from service.county.backend import Query, named
from service.county.run.history import Before
from service.county.run.outputs import CriteriaSet, Outputs

MOST = 5 * 1000  # rows of the table that a page lists


@dataclass(frozen=True, slots=True)
class Line:
    """A criterion that holds one fact against one figure."""

    criterion: Criterion
    fact: str
    operator: str
    limit: Fraction


class Basis(Outputs):
    """The outputs of one run and the runs before it."""

    def __init__(self, outputs: Outputs, before: Sequence[Before] = ()) -> None:
        super().__init__(outputs.folder, outputs.edition, outputs.duck, outputs.manifest)
        self.surroundings, self.memo = outputs.surroundings, outputs.memo
        self.before, self.report, self.judge = before, self.edition.report, TableJudge(self.edition, self.on)
        self.zh, self.en = Wording(self.edition, "zh"), Wording(self.edition, "en")
        self.publish = self.manifest.publish

    def there(self, subject: str) -> bool:
        return subject in self.manifest.levels

    def made(self, decision: str) -> Rule | None:
        """A decision that the run made."""
        rule = self.edition.rules.get(decision)
        return rule if rule and self.manifest.made(rule.subject, decision) else None

    def small(self, count: int) -> int | None:
        """A number as it may be shown; None where a published report would point at people."""
        return None if self.publish and 0 < count < self.report.smallest_group else count

    def counts(self, rows: str, flags: Iterable[str], columns: Iterable[str]) -> tuple[int, ...]:
        """The number of rows of which each flag holds, which rest on some columns: rows alike in these are counted
        first, as there are few of them."""
        alike = ", ".join((*columns, "count(*) AS many__"))
        sums = ", ".join(f"coalesce(sum(many__) FILTER (WHERE {flag}), 0)::BIGINT" for flag in flags)
        return self.duck.run(f"SELECT {sums} FROM (SELECT {alike} FROM {rows} GROUP BY ALL)")[0]

    # --- views in SQL

    def beside(
        self, subject: str, conditions: Mapping[str, Any], facts: Sequence[str] = (), kept: Sequence[str] = ()
    ) -> str:
        """A view of the rows of a subject: the id, columns that are `kept`, whether conditions hold, and the values of
        facts."""
        view = self._beside(subject, conditions, facts, kept)
        return f"({view.sql})"

    def _beside(
        self, subject: str, conditions: Mapping[str, Any], facts: Sequence[str], kept: Sequence[str] = ()
    ) -> Query:
        def make() -> Any:
            return self.judge.beside(subject, self.duck.table(self.path(subject)), conditions, facts, kept=kept)

        return self.query(["beside", subject, [*conditions.items()], facts, kept], [subject], make)

    def values(self, subject: str, facts: Sequence[str]) -> tuple[str, list[str]]:
        """A view with the values of facts, to be named `v`, and the expression of each as a number: rounded to more
        digits than a page shows, so that the page marks as rounded each number that does not end. A fact that no table
        can hold is nothing."""
        held, view = self.held(subject, facts)
        exact = {one: f"v.{one}{TOP} / nullif(v.{one}{BOTTOM}, 0)" if one + TOP in view.columns else f"v.{one}"
                 for one in held}  # fmt: skip
        return f"({view.sql})", [f"round({exact.get(one, 'NULL')}::DOUBLE, 12)" for one in facts]

    def held(self, subject: str, facts: Sequence[str]) -> tuple[Sequence[str], Query]:
        """Those of some facts that a table can hold, and the query of the rows with them."""
        view = self._with(subject, facts)
        if view is None:
            facts = [one for one in facts if self._with(subject, [one]) is not None]
            view = self._beside(subject, {}, facts)
        return facts, view

    def _with(self, subject: str, facts: Sequence[str]) -> Query | None:
        """The query of the rows of a subject with facts; None where a table cannot hold them."""
        try:
            return self._beside(subject, {}, facts)
        except NotTabular:
            return None

    def places(self, subject: str) -> dict[str, str]:
        """The id of the record above each record of a subject."""
        key, file = key_of(self.edition.subjects[subject].within), self.file(subject)
        if not self.there(subject) or key not in self.duck.columns(file):
            return {}
        return dict(self.duck.run(f"SELECT {KEY}, {named(key)} FROM {file}"))

    # --- titles

    def title(self, subject: str) -> Text:
        return self.edition.subjects[subject].title

    def above(self, subject: str) -> Text | None:
        """The title of the subject above one."""
        within = self.edition.subjects[subject].within
        return self.title(within) if within else None

    def about(self, rule: Rule) -> dict[str, Any]:
        """The subject of the records that a part lists, that above it, and the heads of the columns of both."""
        own = self.edition.subjects[rule.subject]
        return {"subject": own.name, "over": own.within, "heads": self.heads(rule)}

    def heads(self, rule: Rule) -> list[Text | None]:
        """The heads of the columns of ids: the records of a decision, and those above them."""
        return [self.title(rule.subject), self.above(rule.subject)]

    def shown(self, line: Line, subject: str) -> dict[str, Any]:
        """A line as the page draws it."""
        fact = self.edition.subjects[subject].facts[line.fact]
        return {"title": fact.title, "limit": float(line.limit), "operator": line.operator,
                "said": Text(self.zh.operator(line.operator), self.en.operator(line.operator)),
                "clause": line.criterion.clause, "kind": fact.type.kind}  # fmt: skip


def sets_of(rule: Rule, table: str = "") -> tuple[CriteriaSet, CriteriaSet]:
    """The criteria of a decision that are not met, and those that cannot be told, in the columns of a table."""
    layout = Verdicts.of(rule)
    return CriteriaSet.of(layout, NOT_MET, table), CriteriaSet.of(layout, UNKNOWN, table)


def titles_at(rule: Rule, parts: Iterable[int | None]) -> list[Text]:
    """The titles of the criteria in a set that was read with `listed`."""
    criteria = criteria_of(rule)
    return [criteria[place].title for place in places(parts)]


def outcomes_of(rule: Rule) -> dict[str, dict[str, str]]:
    """The title and the role of each outcome of a decision."""
    return {one.id: {**vars_of(one.title), "role": one.role} for one in rule.outcomes.values()}


def lines(rule: Rule, group: str = "", criterion: str = "") -> list[Line]:
    """The lines among the criteria of a group, or of one criterion."""
    return [one for at in criteria_of(rule) if (group and at.group == group) or at.id == criterion
            if (one := line_of(at))]  # fmt: skip


def line_of(criterion: Criterion) -> Line | None:
    """A criterion as a line, where it holds one fact against one figure."""
    leaf = criterion.condition
    if not isinstance(leaf, Leaf) or len(leaf.tests) != 1 or not isinstance(leaf.left, Ref) or leaf.left.scope:
        return None
    test = leaf.tests[0]
    if leaf.left.what != "fact" or not leaf.left.type.is_number or not isinstance(limit := test.limits[0], Const):
        return None
    return Line(criterion, leaf.left.name, test.operator, Fraction(limit.value))


def day_of(criterion: Criterion) -> date | None:
    """The day from which a criterion applies."""
    leaf = criterion.when
    if not isinstance(leaf, Leaf) or not isinstance(leaf.left, Ref) or leaf.left.what != "on":
        return None
    limit = leaf.tests[0].limits[0]
    return limit.value if isinstance(limit, Const) and isinstance(limit.value, date) else None
