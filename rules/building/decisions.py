"""Builds the decisions of an edition from their files, and puts them in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rules.building.decision_tables import table
from rules.building.facts import text_of, title
from rules.building.items import ItemBuilder, items, outputs_of
from rules.building.names import Head
from rules.building.rankings import ranking
from rules.building.scorecards import scorecard
from rules.files.source import Node
from rules.model import Body, Checklist, Rule
from rules.problems.problem import Problems
from rules.values.exact import POINTS, Type

BODIES: Mapping[str, Callable[[ItemBuilder], Body | None]] = {
    "checklist": lambda build: Checklist(build.criteria("criteria")),
    "table": table,
    "scorecard": scorecard,
    "ranking": ranking,
}


def head_of(node: Node) -> Head:
    """The public part of a decision, known before its body is built."""
    outcomes = node.entries["outcomes"].entries
    known = tuple(name for name, at in outcomes.items() if text_of(at.get("if")) != "unknown")
    kind = text_of(node.get("kind"))
    outputs = {name: one.type for name, one in outputs_of(node).items()}
    if kind == "scorecard":
        outputs = {"total": POINTS}
    type = Type("choice", choices=known, ranked=_ranked(node))
    return Head(text_of(node.get("subject")), type, outputs, title(node))


def _ranked(node: Node) -> bool:
    return text_of(node.get("kind")) == "scorecard" or text_of(node.get("ranked")) == "true"


class RuleBuilder(ItemBuilder):
    """Builds one decision."""

    def build(self) -> Rule | None:
        if self.subject not in self.resolver.names.within:
            self.unknown(self.node.entries["subject"], tuple(self.resolver.names.within), "subject.unknown")
            return None
        self._check_roles()
        with self.resolver.names.gathering() as needs:
            body = BODIES[self.kind](self)
        if body is None:
            return None
        return Rule(self.id, self.kind, self.subject, title(self.node), self.clause(self.node, ""), self.outcomes,
                    body, self.node.mark, tuple(sorted(needs)), _ranked(self.node))  # fmt: skip

    def _check_roles(self) -> None:
        """Require an outcome for every case: met, not met and unknown, as far as the body can give them."""
        rows, always = self._rows_default(), self.kind in ("checklist", "ranking", "assignment")
        needed = {"unknown": True, "met": always or rows["met"], "not_met": always or rows["not_met"]}
        for role, wanted in needed.items():
            found = [name for name, outcome in self.outcomes.items() if outcome.role == role]
            if len(found) > 1 or (wanted and not found):
                self.problems.add(self.node.entries["outcomes"], "outcome.role", role=role, count=len(found))

    def _rows_default(self) -> dict[str, bool]:
        if self.kind != "table":
            return {"met": False, "not_met": False}
        return {
            "met": any(row.get("outcome") is None for row in items(self.node, "rows")),
            "not_met": self.node.entries["otherwise"].get("outcome") is None,
        }


def ordered(rules: Sequence[Rule], problems: Problems) -> dict[str, Rule]:
    """The rules so that each comes after those it needs; a circle is refused."""
    by_id = {rule.id: rule for rule in rules}
    done: dict[str, Rule] = {}
    path: list[str] = []

    def visit(name: str) -> None:
        if name in done or name not in by_id:
            return
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            problems.add(by_id[name].mark, "decision.circle", path="", circle=circle)
            return
        path.append(name)
        for needed in by_id[name].needs:
            visit(needed)
        path.pop()
        done[name] = by_id[name]

    for name in by_id:
        visit(name)
    return done
