"""Builds scorecards: vetoes, points by band, choice or formula, adjustments, ceilings, grades."""

from __future__ import annotations

from collections.abc import Sequence

from rules.building.bands import Interval, check_bands, check_open_bands
from rules.building.items import DecisionKind, ItemBuilder, number
from rules.building.resolver import joined, leaves
from rules.files.source import Node
from rules.model import Band, Comparison, Const, Grade, Group, Leaf, Op, Ref, Scorecard, ScoreItem
from rules.operations.comparisons import OPERATORS
from rules.values.exact import BOOLEAN, POINTS, Value
from rules.values.text import listed


def _scorecard(build: ItemBuilder) -> Scorecard:
    node, clause = build.node, build.node.at("clause").text
    vetoes = build.criteria("vetoes")
    for veto in vetoes:
        if not veto.outcome:
            build.problems.add(veto.mark, "veto.no_outcome", id=veto.id)
    items = [_item(build, at, clause) for at in node.at("items").items]
    if None not in items:
        _check_full_marks(build, [item for item in items if item is not None])
    items += [_adjustment(build, at, clause) for at in node.at("adjustments").items]
    ceilings = [build.conditional(at, clause, "when", "at_most", reject=True) for at in node.at("ceilings").items]
    least, most = (number(node.at("total").at(key)) for key in ("at_least", "at_most"))
    return Scorecard(
        vetoes, tuple(one for one in ceilings if one), tuple(item for item in items if item),
        _grades(build, clause, least, most), least, most, number(node.at("full_marks")),
        (node.get("full_marks") or node.at("total")).mark,
    )  # fmt: skip


def _item(build: ItemBuilder, node: Node, clause: str) -> ScoreItem | None:
    meta = build.meta(node, clause) | {"missing": number(node.at("missing"))}
    if (formula := node.get("formula")) is not None:
        expr = build.resolver.expression(formula, build.place)
        return None if expr is None else ScoreItem(
            title=build.title(node, expr), formula=expr, least=number(node.at("at_least")),
            most=number(node.at("at_most")), shown=expr, **meta)  # fmt: skip
    fact = build.resolver.path(node.entries["fact"], build.place)
    if fact is None:
        return None
    banded = _bands if node.get("bands") is not None else _by_choice
    bands = tuple(banded(build, node, fact, meta["clause"], meta["set_by"]))
    return ScoreItem(title=build.title(node, fact), bands=bands, shown=fact, **meta)


def _bands(build: ItemBuilder, node: Node, fact: Ref, *stands: str) -> list[Band]:
    bands, edges, tested = [], [], []
    for band in node.at("bands").items:
        tests = build.resolver.tests(_limits(band), fact, build.place)
        points = build.resolver.expression(band.at("points"), build.place, POINTS)
        if points is not None and tests is not None:
            condition = joined(leaves(fact, tests)) if tests else _known(fact)
            bands.append(Band(condition, points, *build.stands(band, *stands)))
            edges.append(Interval.of(band, tests))
            tested.append((band, tests))
    known_edges = [edge for edge in edges if edge is not None]
    if fact.type.is_ordered and not fact.type.choices and len(edges) == len(node.at("bands").items):
        declared = build.fact(fact)  # the outcome and the outputs of a decision have no bounds
        minimum, maximum = (declared.minimum, declared.maximum) if declared else (None, None)
        if len(known_edges) == len(edges):
            check_bands(known_edges, fact.type, minimum, maximum, build.problems)
        else:
            check_open_bands(tested, minimum, maximum, build.problems)
    return bands


def _limits(band: Node) -> Node:
    """The limits of a band or a grade, without its result and where that stands."""
    return Node(band.mark, band.path, {key: at for key, at in band.entries.items() if key in OPERATORS})


def _known(fact: Ref) -> Leaf:
    """The condition of a band without limits: any known value."""
    return Leaf(Op("known", (fact,), BOOLEAN), (Comparison("equals", (Const(True, BOOLEAN),)),))


def _by_choice(build: ItemBuilder, node: Node, fact: Ref, *stands: str) -> list[Band]:
    points = node.entries["points"]
    codes = ("true", "false") if fact.type == BOOLEAN else fact.type.choices
    if not codes:
        build.problems.add(points, "score.no_choices", fact=fact.path)
    for code in points.entries:
        if codes and code not in codes:
            build.problems.unknown(points.key(code), "type.no_choice", code, codes)
    if left_out := [code for code in codes if code not in points.entries]:
        build.problems.add(points, "score.choice_missing", left_out=listed(tuple(left_out)))
    bands: list[Band] = []
    for code, at in points.entries.items():
        expr = build.resolver.expression(at.get("points") or at, build.place, POINTS)
        value: Value = code == "true" if fact.type == BOOLEAN else code
        if expr is not None and code in codes:
            condition = Leaf(fact, (Comparison("equals", (Const(value, fact.type),)),))
            bands.append(Band(condition, expr, *build.stands(at, *stands)))
    return bands


def _adjustment(build: ItemBuilder, node: Node, clause: str) -> ScoreItem | None:
    meta, condition = build.meta(node, clause), build.condition(node.entries["when"])
    points = build.resolver.expression(node.entries["points"], build.place, POINTS)
    if condition is None or points is None:
        return None
    worths = ((condition, points), (Group("none", (condition,)), Const(0, POINTS)))
    bands = tuple(Band(*worth, meta["clause"], meta["set_by"]) for worth in worths)
    return ScoreItem(title=build.title(node, condition), bands=bands, missing=number(node.at("missing")), **meta)


def _check_full_marks(build: ItemBuilder, items: Sequence[ScoreItem]) -> None:
    full, best = build.node.at("full_marks"), [_best(item) for item in items]
    if full.text and None not in best and sum(best) != number(full):
        build.problems.add(full, "score.full_marks", full=full.text, sum=sum(best))


def _best(item: ScoreItem) -> Value:
    """The most points that an item can give; None where that is not known before the facts are."""
    fixed = [band.points.value for band in item.bands if isinstance(band.points, Const)]
    return item.most if item.formula is not None else max(fixed, default=None)


def _grades(build: ItemBuilder, clause: str, least: Value, most: Value) -> tuple[Grade, ...]:
    total = Ref("total", "", build.id, POINTS)
    grades, edges = [], []
    for node in build.node.at("grades").items:
        limits = _limits(node).entries
        tests = [Comparison(operator, (Const(number(limit), POINTS),)) for operator, limit in limits.items()]
        condition = joined(leaves(total, tests))
        grades.append(Grade(build.outcome(node, "grade"), condition, *build.stands(node, clause), node.mark))
        edges.append(Interval.of(node, tests))
    check_bands([edge for edge in edges if edge], POINTS, least, most, build.problems)
    return tuple(grades)


SCORECARD = DecisionKind(_scorecard, lambda _node: ("unknown",), outputs={"total": POINTS}, ranked=True)
