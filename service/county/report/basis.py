"""What a report asks of the outputs again and again: files, views, and how things are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from rules.judging.decision import vars_of
from rules.judging.outcomes import criteria_of
from rules.model import Checklist, Const, Criterion, Edition, Leaf, Ref, Rule
from rules.table import TableJudge
from rules.table.columns import SEPARATOR
from rules.table.outputs import BOTTOM, TOP
from rules.words.wording import Wording
from service.county.run.backend import Duck, named, quoted
from service.county.run.history import Before

MOST = 5 * 1000  # rows of the table that a page lists
Said = dict[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A criterion that holds one fact against one figure."""

    criterion: Criterion
    fact: str
    operator: str
    limit: Fraction


class Basis:
    """The outputs of one run, to be asked."""

    def __init__(self, duck: Duck, edition: Edition, folder: Path, manifest: Mapping[str, Any],
                 before: Sequence[Before] = ()) -> None:  # fmt: skip
        self.before = before
        self.duck, self.edition, self.folder, self.manifest = duck, edition, folder, manifest
        self.on = date.fromisoformat(manifest["on"])
        self.report, self.judge = edition.report, TableJudge(edition, self.on)
        self.zh, self.en = Wording(edition, "zh"), Wording(edition, "en")
        self.publish = bool(manifest["publish"])

    def there(self, subject: str) -> bool:
        return subject in self.manifest["levels"]

    def made(self, decision: str) -> Rule | None:
        """A decision that the run made."""
        rule = self.edition.rules.get(decision)
        return (
            rule
            if rule and self.there(rule.subject) and decision in self.manifest["counts"][rule.subject]["outcomes"]
            else None
        )

    def file(self, subject: str) -> str:
        return f"read_parquet({quoted(self.folder / f'{subject}.parquet')})"

    def beside(self, subject: str, conditions: Mapping[str, Any], facts: Sequence[str] = ()) -> str:
        """A view of what holds of the rows of a subject."""
        table = self.duck.table(self.folder / f"{subject}.parquet")
        return f"({self.duck.sql(self.judge.beside(subject, table, conditions, facts))})"

    def small(self, count: int) -> int | None:
        """A number as it may be shown; nothing where it would point at people."""
        return None if self.publish and 0 < count < self.report.smallest_group else count

    # --- parts

    def bits(self, rule: Rule) -> tuple[str, str]:
        start = rule.id + SEPARATOR
        return named(f"{start}not_met"), named(f"{start}unknown")

    def unmet(self, decision: str) -> dict[str, Any] | None:
        """How often each criterion is not met, cannot be told, or alone refuses."""
        rule = self.made(decision)
        if rule is None or not isinstance(rule.body, Checklist):
            return None
        not_met, unknown = self.bits(rule)
        sums = [
            part
            for place in range(len(rule.body.criteria))
            for part in (f"sum(({not_met} >> {place}) & 1)", f"sum(({unknown} >> {place}) & 1)",
                         f"count(*) FILTER (WHERE {not_met} = {1 << place} AND {unknown} = 0)")
        ]  # fmt: skip
        found = [int(one or 0) for one in self.duck.run(f"SELECT {', '.join(sums)} FROM {self.file(rule.subject)}")[0]]
        items = [
            {"title": vars_of(one.title), "clause": one.clause,
             **{name: self.small(found[3 * place + at]) for at, name in enumerate(("not_met", "unknown", "alone"))}}
            for place, one in enumerate(rule.body.criteria)
        ]  # fmt: skip
        return {
            "title": vars_of(rule.title),
            "subject": vars_of(self.edition.subjects[rule.subject].title),
            "items": items,
        }

    def lines(self, rule: Rule, group: str = "", criterion: str = "") -> list[Line]:
        return [one for at in criteria_of(rule) if (group and at.group == group) or at.id == criterion
                if (one := line_of(at))]  # fmt: skip

    def shown(self, line: Line, subject: str) -> dict[str, Any]:
        fact = self.edition.subjects[subject].facts[line.fact]
        return {"title": vars_of(fact.title), "limit": float(line.limit), "operator": line.operator,
                "said": {"zh": self.zh.operator(line.operator), "en": self.en.operator(line.operator)},
                "clause": line.criterion.clause, "share": fact.type.kind == "rate"}  # fmt: skip

    def values(self, subject: str, facts: Sequence[str]) -> tuple[str, list[str]]:
        """A view with the values of facts, and how each is read from it as a number."""
        view = self.beside(subject, {}, facts)
        columns = self.duck.columns(view)
        return view, [f"{one}{TOP} / nullif({one}{BOTTOM}, 0)::DOUBLE" if one + TOP in columns else f"{one}::DOUBLE"
                      for one in facts]  # fmt: skip

    def names(self, rule: Rule, bits: int) -> list[Said]:
        return [vars_of(one.title) for place, one in enumerate(criteria_of(rule)) if bits >> place & 1]

    def names_of(self, codes: Sequence[str], rule: Rule) -> list[Said]:
        return [vars_of(one.title) for one in criteria_of(rule) if one.id in codes]


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


def later(on: date, months: int) -> date:
    """The same day some months later, or the last of its month."""
    first = date(on.year + (on.month - 1 + months) // 12, (on.month - 1 + months) % 12 + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=on.day - 1), following - timedelta(days=1))
