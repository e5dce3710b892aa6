"""Takes a goal apart: into goals that must all be reached, or of which one must, down to single comparisons.

A goal is a condition and whether it is to hold. The goals only rule out cases: the case itself is judged.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.judging.evaluate import leaf_holds
from rules.judging.figures import ENDLESS, Box, Figures, Span, hull
from rules.judging.outcomes import within
from rules.model import (
    Body,
    Comparison,
    Condition,
    Criterion,
    Expr,
    Group,
    Leaf,
    Op,
    Ref,
    Rule,
    ScoreItem,
)
from rules.operations.comparisons import COMPARE, DOWNWARD, passes
from rules.values.exact import Value

Goal = tuple[Condition, bool]
ANYTHING = Group("all", ())
OPPOSITE = {"at_least": "below", "below": "at_least", "above": "at_most", "at_most": "above"}


def met(criterion: Criterion) -> Condition:
    """The condition under which a criterion is met: where it does not apply, too."""
    holds = Group("none", (criterion.condition,)) if criterion.reject else criterion.condition
    return holds if criterion.when is None else Group("any", (holds, Group("none", (criterion.when,))))


def all_met(criteria: tuple[Criterion, ...]) -> Condition:
    return Group("all", tuple(map(met, criteria)))


def concluded(rule: Rule, outcome: str) -> Condition:
    """A condition that holds wherever a rule comes to an outcome."""
    body, place = rule.body, rule.strength[outcome]
    if body.grades:
        better = [grade.condition for grade in body.grades if rule.strength[grade.id] >= place]
        vetoed = [Group("none", (met(veto),)) for veto in body.vetoes if veto.outcome == outcome]
        return Group("any", (Group("all", (all_met(body.vetoes), Group("any", tuple(better)))), *vetoed))
    if body.criteria:
        usual = rule.role("not_met")
        named = [(one.outcome or usual, met(one)) for one in body.criteria]
        if outcome == rule.role("met"):
            return all_met(body.criteria)
        failed = tuple(Group("none", (one,)) for name, one in named if name == outcome)
        return Group("all", (Group("any", failed), *(one for name, one in named if rule.strength[name] < place)))
    if body.hit and body.otherwise is not None:
        reached = leading if body.by else hit
        return Group("any", tuple(reached(body, row) for row in (*body.rows, body.otherwise) if row.outcome == outcome))
    return ANYTHING


def hit(body: Body, row: Criterion) -> Condition:
    """The condition under which a row is the first that holds."""
    place = body.rows.index(row) if row in body.rows else len(body.rows)
    before = Group("none", tuple(one.condition for one in body.rows[:place]))
    return Group("all", (before, row.condition)) if row in body.rows else before


def leading(body: Body, row: Criterion) -> Condition:
    """The condition under which a row holds and its output is the highest, or the lowest, of those that hold."""
    if row not in body.rows:
        return hit(body, row)
    before, after = ("below", "at_most") if body.hit == "lowest" else ("above", "at_least")  # of equals the first leads
    place, mine = body.rows.index(row), row.then[body.by]
    ahead = [Group("any", (Group("none", (one.condition,)),
                           Leaf(mine, (Comparison(before if at < place else after, (one.then[body.by],)),))))
             for at, one in enumerate(body.rows) if at != place]  # fmt: skip
    return Group("all", (row.condition, *ahead))


class Goals(Figures):
    """Takes apart the goals of one case."""

    def ways(self, condition: Condition, wanted: bool) -> list[tuple[Goal, ...]] | None:
        """The ways to reach a goal, each of several goals: none where it cannot be; None of a plain comparison."""
        if isinstance(condition, Leaf):
            return self._leaf_ways(condition, wanted)
        if condition.join == "none":
            return self.ways(Group("any", condition.parts), not wanted)
        many = len(condition.parts)
        least = {"all": many, "any": 1}.get(condition.join, condition.least)
        needed = least if wanted else many - least + 1
        if needed <= 0:
            return [()]
        if needed > many:
            return []
        if needed == many:
            return [tuple((part, wanted) for part in condition.parts)]
        if needed == 1:
            return [((part, wanted),) for part in condition.parts]
        first, rest = condition.parts[0], condition.parts[1:]
        left = [Group("", rest, one) for one in ((least - 1, least) if wanted else (least, least - 1))]
        return [((first, wanted), (left[0], wanted)), ((left[1], wanted),)]

    def _leaf_ways(self, leaf: Leaf, wanted: bool) -> list[tuple[Goal, ...]] | None:
        if not self.trials.touched(leaf):
            return [()] if leaf_holds(leaf, self.trials.start) is wanted else []
        if len(leaf.tests) > 1:
            return self.ways(Group("all", tuple(Leaf(leaf.left, (test,)) for test in leaf.tests)), wanted)
        (test,), left = leaf.tests, self._unfolded(leaf.left)
        if len(test.limits) > 1 and leaf.left.type.is_number:
            return self.ways(Group("any", tuple(Leaf(left, (Comparison("equals", (one,)),)) for one in test.limits)),
                             wanted)  # fmt: skip
        if isinstance(left, Ref) and left.what == "outcome":
            return self._outcome_ways(left, test, wanted)
        if (
            isinstance(left, Ref)
            and left.what == "output"
            and (ways := self._output_ways(left, test, wanted)) is not None
        ):
            return ways
        if isinstance(left, Op) and left.name == "holds" and left.where is not None:
            return [((left.where, truth),) for truth in (True, False) if self._passes(leaf, test, truth) is wanted]
        if isinstance(left, Op) and left.name == "choose" and left.where is not None:
            return [((left.where, truth), (Leaf(arg, (test,)), wanted))
                    for truth, arg in zip((True, False), left.args, strict=True)]  # fmt: skip
        if not leaf.left.type.is_number:
            return None
        if test.operator == "equals":
            ends = (Leaf(left, (Comparison(name, test.limits),)) for name in ("at_least", "at_most"))
            return self.ways(Group("all", tuple(ends)), wanted)
        if not wanted:
            return [((Leaf(left, (Comparison(OPPOSITE[test.operator], test.limits),)), True),)]
        return self._extreme_ways(left, test)

    def _extreme_ways(self, left: Expr, test: Comparison) -> list[tuple[Goal, ...]] | None:
        """The least of several is at least a limit where each is, and at most a limit where one is."""
        low, limit = test.operator not in DOWNWARD, self._unfolded(test.limits[0])
        if isinstance(left, Op) and left.name in ("least", "greatest"):
            parts = tuple(Leaf(one, (test,)) for one in left.args)
            return self.ways(Group("all" if (left.name == "least") == low else "any", parts), True)
        if isinstance(limit, Op) and limit.name in ("least", "greatest"):
            parts = tuple(Leaf(left, (Comparison(test.operator, (one,)),)) for one in limit.args)
            return self.ways(Group("all" if (limit.name == "greatest") == low else "any", parts), True)
        return None

    def _outcome_ways(self, left: Ref, test: Comparison, wanted: bool) -> list[tuple[Goal, ...]]:
        rule = self.trials.decision.edition.rules[left.name]
        leaf = Leaf(left, (test,))
        return [((concluded(rule, one), True),) for one in left.type.choices if self._passes(leaf, test, one) is wanted]

    def _output_ways(self, left: Expr, test: Comparison, wanted: bool) -> list[tuple[Goal, ...]] | None:
        """An output of a table is that of the first row that holds; any other is not followed."""
        if not isinstance(left, Ref) or left.what != "output":
            return None
        body = self.trials.decision.edition.rules[left.name].body
        if body.hit != "first" or body.otherwise is None:
            return None
        given = [row for row in (*body.rows, body.otherwise) if left.output in row.then]
        return [((hit(body, row), True), (Leaf(row.then[left.output], (test,)), wanted)) for row in given]

    def _passes(self, leaf: Leaf, test: Comparison, value: Value) -> bool | None:
        limits = [self.trials.start.evaluate(limit) for limit in test.limits]
        return passes(test.operator, value, limits, leaf.left.type)

    def _unfolded(self, expr: Expr) -> Expr:
        """A derived fact as its formula, unless it is itself a lever."""
        while isinstance(expr, Ref) and expr.what == "fact" and expr.scope in ("", self.trials.rule.subject):
            fact = self.trials.dictionary[expr.name]
            if fact.formula is None or expr.name in self.trials.moved:
                break
            expr = fact.formula
        return expr

    def options(self, leaf: Leaf, wanted: bool) -> tuple[str, list[int]] | None:
        """The lever that a comparison of answers looks at, and which of its options are wanted."""
        left, (test,) = self._unfolded(leaf.left), leaf.tests
        lever = self.trials.levers.get(left.name) if isinstance(left, Ref) and left.what == "fact" else None
        if lever is None or not lever.options or any(self.trials.touched(limit) for limit in test.limits):
            return None
        passing = [self._passes(leaf, test, option) is wanted for option in lever.options]
        return lever.fact.name, [place for place, good in enumerate(passing) if good]

    # --- bounds

    def total(self, rule: str, box: Box) -> Span:
        """The least and the greatest total of a scorecard within a box."""
        body = self.trials.decision.edition.rules[rule].body
        ends = [self._points(item, box) for item in body.items]
        return _bounded((_sum(low for low, _ in ends), _sum(high for _, high in ends)), body.least, body.most)

    def _points(self, item: ScoreItem, box: Box) -> Span:
        ends = [self.spans(band.points, box) for band in item.bands if self.may(band.condition, True, box)]
        if item.formula is not None:
            ends.append(_bounded(self.spans(item.formula, box), item.least, item.most))
        return hull([*ends, *([] if item.missing is None else [(item.missing, item.missing)])] or [ENDLESS])

    def may(self, condition: Condition, wanted: bool, box: Box) -> bool:
        """Whether a goal might be reached within a box."""
        ways = self.ways(condition, wanted)
        if ways is not None:
            return any(all(self.may(part, so, box) for part, so in way) for way in ways)
        assert isinstance(condition, Leaf)
        (test,), options = condition.tests, self.options(condition, wanted)
        if options is not None:
            low, high = box[options[0]]
            return any(low <= place <= high for place in options[1])
        if not condition.left.type.is_number:
            return True
        if (rows := self.rows(condition, box)) is not None:
            return all(row.most(box) >= 0 for row in rows)
        left, limit = self.spans(condition.left, box), self.spans(test.limits[0], box)
        first, second = (left[0], limit[1]) if test.operator in DOWNWARD else (left[1], limit[0])
        return first is None or second is None or bool(COMPARE[test.operator](first, second))


def _bounded(ends: Span, least: Value, most: Value) -> Span:
    low, high = (None if end is None else within(end, least, most) for end in ends)
    return low, high


def _sum(ends: Iterable[Value]) -> Value:
    found = list(ends)
    return None if None in found else sum(found)
