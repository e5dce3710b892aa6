"""Builds assignments."""

from __future__ import annotations

from rules.building.facts import text, words
from rules.building.items import DecisionKind, ItemBuilder
from rules.files.source import Node
from rules.model import Assignment, Dimension, Ref
from rules.operations.operation import Place
from rules.values.exact import RATE, Type, Value
from rules.values.kinds import said

ADDED = ("count", "amount", "points")  # what can be added up: two rates make no rate


def _assignment(build: ItemBuilder) -> Assignment | None:
    node, subjects = build.node, build.resolver.names.within
    bearer = build.one_of(node.at("bearer"), subjects, "subject.unknown")
    if bearer not in subjects:
        return None
    clause = build.clause(node, "")
    balance = [_dimension(build, at, clause) for at in node.at("balance").items]
    keep, number = node.at("keep"), Type("count", build.subject)
    return Assignment(
        build.id, build.subject, bearer, text(node.at("title")), clause, build.outcomes, node.mark,
        tuple(one for one in balance if one is not None),
        _of_bearer(build, "share", bearer, RATE), _of_bearer(build, "most", bearer, number),
        _part(build, keep.at("at_least")), keep.at("set_by").text or "plan",
    )  # fmt: skip


def _of_bearer(build: ItemBuilder, key: str, bearer: str, wanted: Type) -> Ref | None:
    """A fact of the bearer."""
    at = build.node.get(key)
    fact = None if at is None else build.resolver.expression(at, Place(bearer), wanted)
    return fact if isinstance(fact, Ref) else None


def _dimension(build: ItemBuilder, node: Node, clause: str) -> Dimension | None:
    meta, at = build.meta(node, clause), node.at("measure")
    measure, tolerance = build.resolver.expression(at, build.place), _part(build, node.at("tolerance"))
    if measure is None:
        return None
    if measure.type.kind not in ADDED:
        build.problems.add(at, "assignment.measure", found=said(measure.type))
    return Dimension(
        title=build.title(node, measure), measure=measure, weight=int(node.at("weight").text), tolerance=tolerance,
        note=words(node.at("note")), **meta,
    )  # fmt: skip


def _part(build: ItemBuilder, node: Node) -> Value:
    """A part of a whole: a percentage from none to all of it. None where none is written."""
    part = build.resolver.literal(node, RATE) if node.text else None
    if part is not None and not 0 <= part.value <= 1:
        build.problems.add(node, "assignment.part", text=node.text)
    return None if part is None else part.value


ASSIGNMENT = DecisionKind(_assignment, named=False)
