"""Builds scorecards: vetoes, points by band, choice or formula, adjustments, ceilings, grades."""

from __future__ import annotations

from collections.abc import Sequence

from rules.building.bands import Band, check_bands
from rules.building.facts import text_of
from rules.building.items import ItemBuilder, items, joined, number
from rules.files.source import Node
from rules.model import Comparison, Condition, Const, Criterion, Expr, Group, Leaf, Op, Ref, Scorecard, ScoreItem
from rules.values.exact import BOOLEAN, POINTS, Value
from rules.values.text import listed


def scorecard(build: ItemBuilder) -> Scorecard:
    clause = text_of(build.node.get("clause"))
    vetoes = build.criteria("vetoes")
    for veto in vetoes:
        if not veto.outcome:
            build.problems.add(veto.mark, "veto.no_outcome", id=veto.id)
    made = [_item(build, node, clause) for node in items(build.node, "items")]
    if None not in made:
        _check_full_marks(build, [item for item in made if item is not None])
    made += [_adjustment(build, node, clause) for node in items(build.node, "adjustments")]
    ceilings = []
    for node in items(build.node, "ceilings"):
        meta, condition = build.meta(node, clause), build.condition(node.entries["when"])
        outcome = build.outcome(node, "at_most")
        if condition is not None:
            ceilings.append(Criterion(title=build.title(node, condition), condition=condition, reject=True,
                                      outcome=outcome, **meta))  # fmt: skip
    total = build.node.get("total")
    least, most = (number(total.get(key)) if total else None for key in ("at_least", "at_most"))
    return Scorecard(vetoes, tuple(ceilings), tuple(item for item in made if item), _grades(build, least, most),
                     least, most, number(build.node.get("full_marks")))  # fmt: skip


def _item(build: ItemBuilder, node: Node, clause: str) -> ScoreItem | None:
    meta = build.meta(node, clause)
    meta["missing"] = number(node.get("missing"))
    if (formula := node.get("formula")) is not None:
        expr = build.resolver.expression(formula, build.place)
        return None if expr is None else ScoreItem(
            title=build.title(node, expr), formula=expr, least=number(node.get("at_least")),
            most=number(node.get("at_most")), shown=expr, **meta)  # fmt: skip
    fact = build.resolver.path(node.entries["fact"], build.place)
    if fact is None:
        return None
    bands = _bands(build, node, fact) if node.get("bands") is not None else _by_choice(build, node, fact)
    return ScoreItem(title=build.title(node, fact), bands=tuple(bands), shown=fact, **meta)


def _bands(build: ItemBuilder, node: Node, fact: Ref) -> list[tuple[Condition, Expr]]:
    found, edges = [], []
    for band in items(node, "bands"):
        limits = Node(band.mark, band.path, {k: v for k, v in band.entries.items() if k != "points"})
        tests = build.resolver.tests(limits, fact, build.place)
        points = build.resolver.expression(band.entries["points"], build.place, POINTS)
        known = tuple(test for test in tests if test is not None)
        if points is not None and len(known) == len(tests):
            found.append((joined(fact, known) if known else _known(fact), points))
            edges.append(Band.of(band, known))
    known_edges = [edge for edge in edges if edge is not None]
    if fact.type.is_ordered and not fact.type.choices and len(known_edges) == len(items(node, "bands")):
        minimum, maximum = _range(build, fact)
        check_bands(known_edges, fact.type, minimum, maximum, build.problems)
    return found


def _known(fact: Ref) -> Leaf:
    """The condition of a band without limits: any known value."""
    return Leaf(Op("known", (fact,), BOOLEAN), (Comparison("equals", (Const(True, BOOLEAN),)),))


def _range(build: ItemBuilder, fact: Ref) -> tuple[Value, Value]:
    """The least and the greatest value a fact can have; a derived one can be anything."""
    found = build.fact(fact)
    return (None, None) if found is None else (found.minimum, found.maximum)


def _by_choice(build: ItemBuilder, node: Node, fact: Ref) -> list[tuple[Condition, Expr]]:
    points = node.entries["points"]
    codes = ("true", "false") if fact.type == BOOLEAN else fact.type.choices
    if not codes:
        build.problems.add(points, "score.no_choices", fact=fact.path)
    for code in points.entries:
        if codes and code not in codes:
            at = Node(points.key_marks[code], f"{points.path}.{code}", code)
            build.unknown(at, codes, "type.no_choice")
    if left_out := [code for code in codes if code not in points.entries]:
        build.problems.add(points, "score.choice_missing", left_out=listed(tuple(left_out)))
    found: list[tuple[Condition, Expr]] = []
    for code, at in points.entries.items():
        expr = build.resolver.expression(at, build.place, POINTS)
        value: Value = code == "true" if fact.type == BOOLEAN else code
        if expr is not None and code in codes:
            found.append((Leaf(fact, (Comparison("equals", (Const(value, fact.type),)),)), expr))
    return found


def _adjustment(build: ItemBuilder, node: Node, clause: str) -> ScoreItem | None:
    meta, condition = build.meta(node, clause), build.condition(node.entries["when"])
    points = build.resolver.expression(node.entries["points"], build.place, POINTS)
    if condition is None or points is None:
        return None
    none = Group("none", (condition,))
    return ScoreItem(title=build.title(node, condition), bands=((condition, points), (none, Const(0, POINTS))),
                     missing=number(node.get("missing")), **meta)  # fmt: skip


def _check_full_marks(build: ItemBuilder, items: Sequence[ScoreItem]) -> None:
    full = build.node.get("full_marks")
    if full is None:
        return
    best: list[Value] = []
    for item in items:
        worths = [worth.value for _, worth in item.bands if isinstance(worth, Const)]
        best.append(item.most if item.formula is not None else max(worths, default=None))
    if None not in best and sum(best) != number(full):
        build.problems.add(full, "score.full_marks", full=full.text, sum=sum(best))


def _grades(build: ItemBuilder, least: Value, most: Value) -> tuple[tuple[Condition, str], ...]:
    total = Ref("total", "", build.id, POINTS)
    found, edges = [], []
    for node in items(build.node, "grades"):
        limits = Node(node.mark, node.path, {k: v for k, v in node.entries.items() if k != "grade"})
        tests = tuple(
            Comparison(operator, (Const(number(value), POINTS),)) for operator, value in limits.entries.items()
        )
        found.append((joined(total, tests), build.outcome(node, "grade")))
        edges.append(Band.of(node, tests))
    check_bands([edge for edge in edges if edge], POINTS, least, most, build.problems)
    return tuple(found)
