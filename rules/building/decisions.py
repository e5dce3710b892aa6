"""Builds the decisions of an edition from their files, and puts them in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.building.assignments import ASSIGNMENT
from rules.building.checklists import CHECKLIST
from rules.building.decision_tables import TABLE
from rules.building.facts import flag, text
from rules.building.items import ROLES, DecisionKind, ItemBuilder, outputs_of
from rules.building.names import Head
from rules.building.rankings import RANKING
from rules.building.scorecards import SCORECARD
from rules.files.source import Node
from rules.format.grammar import BODIES
from rules.model import Assignment, Rule, items_of
from rules.model.uses import read_by_items
from rules.operations import require
from rules.problems.problem import Problems
from rules.values.exact import Type
from rules.values.text import Mark

KINDS: Mapping[str, DecisionKind] = {
    "checklist": CHECKLIST,
    "table": TABLE,
    "scorecard": SCORECARD,
    "ranking": RANKING,
    "assignment": ASSIGNMENT,
}
require("kinds of decision to build", BODIES, KINDS)


def head_of(node: Node) -> Head | None:
    """The part of a decision that others can read, known before its body is built; None where there is none."""
    kind = KINDS[node.at("kind").text]
    outcomes = node.at("outcomes").entries
    known = tuple(name for name, at in outcomes.items() if at.at("if").text != "unknown")
    outputs = {name: one.type for name, one in outputs_of(node).items()}
    type = Type("choice", choices=known, ranked=_ranked(node))
    head = Head(node.at("subject").text, type, {**outputs, **kind.outputs}, text(node.at("title")))
    return head if kind.named else None


def _ranked(node: Node) -> bool:
    return KINDS[node.at("kind").text].ranked or flag(node.at("ranked"))


def decision(build: ItemBuilder) -> Rule | Assignment | None:
    """One decision of the edition; None where its body cannot be built."""
    subjects, node = build.resolver.names.within, build.node
    if build.one_of(node.at("subject"), subjects, "subject.unknown") not in subjects:
        return None
    _check_roles(build)
    with build.resolver.names.gathering() as needs:
        body = KINDS[build.kind].build(build)
    if body is None or isinstance(body, Assignment):
        return body
    return Rule(build.id, build.kind, build.subject, text(node.at("title")), build.clause(node, ""), build.outcomes,
                body, node.mark, tuple(sorted(needs)), _ranked(node))  # fmt: skip


def _check_roles(build: ItemBuilder) -> None:
    """Require one outcome for every role that the body can give."""
    needed = KINDS[build.kind].roles(build.node)
    for role in ROLES:
        count = sum(outcome.role == role for outcome in build.outcomes.values())
        if count > 1 or (role in needed and not count):
            build.problems.add(build.node.at("outcomes"), "outcome.role", role=role, count=count)


def _where_read(rule: Rule, needed: str) -> Mark:
    """The item by which a rule reads another decision; the rule's beginning where it does so by way of a fact."""
    marks, used = {one.id: one.mark for one in items_of(rule)}, read_by_items(rule)
    readers = (item for item, refs in used.items() if any(ref.what != "fact" and ref.name == needed for _, ref in refs))
    return marks.get(next(readers, ""), rule.mark)


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
            reader = by_id[path[-1]]
            problems.add(_where_read(reader, name), "decision.circle", path="", circle=circle)
            return
        path.append(name)
        for needed in by_id[name].needs:
            visit(needed)
        path.pop()
        done[name] = by_id[name]

    for name, rule in by_id.items():
        try:
            visit(name)
        except RecursionError:
            problems.add(rule.mark, "edition.too_deep", path="")
            raise
    return done
