"""Searches the cheapest way to change a case so that it is as wanted: exactly, or it says that it is too dear.

Boxes of steps are taken in the order of the least that a way within them can cost. Rows narrow a box; a goal that can
be reached in several ways makes a box of each; then a box is cut in two. A way is taken once its case, judged, is as
wanted and no box can hold a cheaper one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from math import ceil, gcd, isqrt

from rules.judging.figures import Box, Row
from rules.judging.goals import Goal, Goals
from rules.judging.trials import Changes
from rules.model import Condition, Leaf

MOST_BOXES = 400
ROUNDS = 40  # of narrowing a box, which can go on by a step at a time


class TooDear(Exception):
    """The search was given up."""


class Late(Exception):
    """The time for a search was over; a tick raises it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A box, the rows and comparisons that hold within it, and the goals that can be reached in several ways."""

    box: Box
    rows: tuple[Row, ...]
    odd: tuple[Goal, ...]
    open: tuple[list[tuple[Goal, ...]], ...]


class Search:
    """Searches among the levers of one case."""

    def __init__(self, goals: Goals, rows: tuple[Row, ...], good: Callable[[Changes], bool]) -> None:
        self.goals, self.rows, self.good = goals, rows, good
        self.levers = goals.trials.levers
        self.unit = gcd(*(lever.price for lever in self.levers.values()))  # every cost is a multiple of it
        self.tried: dict[tuple[int, ...], bool] = {}

    def cheapest(self, goal: Condition) -> Changes | None:
        """The steps of each lever that moves; None where nothing helps. TooDear where neither can be proved."""
        box = {name: (lever.low, lever.high) for name, lever in self.levers.items()}
        queue: list[tuple[int, int, Node]] = []
        number, best, cost = 0, None, 0
        waiting = [self._settled(Node(box, self.rows, (), ()), [(goal, True)])]
        while waiting or queue:
            for node in waiting:
                if node is not None and ((least := self._least(node)) < cost or best is None):
                    heappush(queue, (least, number := number + 1, node))
            if number > MOST_BOXES:
                raise TooDear
            if not queue or (best is not None and queue[0][0] >= cost):
                break
            _, _, node = heappop(queue)
            self.goals.trials.reference.tick()
            way = self._filled(node)
            if (best is None or self._cost(way) < cost) and self._is_good(way, node):
                best, cost = way, self._cost(way)
            waiting = self._parts(node)
        return None if best is None else {name: steps for name, steps in best.items() if steps}

    def _cost(self, way: Changes) -> int:
        return sum(self.levers[name].cost(steps) for name, steps in way.items())

    def _is_good(self, way: Changes, node: Node) -> bool:
        if any(row.lack(way) for row in node.rows):
            return False
        key = tuple(way.values())
        if key not in self.tried:
            self.tried[key] = self.good({name: steps for name, steps in way.items() if steps})
        return self.tried[key]

    # --- boxes

    def _settled(self, node: Node, goals: list[Goal]) -> Node | None:
        """A box with some goals more taken apart, and narrowed; None where it cannot hold what is wanted."""
        rows, open, odd = list(node.rows), list(node.open), list[Goal]()
        if (box := _narrowed(dict(node.box), rows)) is None:
            return None
        goals += node.odd  # in a narrower box, it may be plain
        while goals:
            condition, wanted = goal = goals.pop()
            ways = self.goals.ways(condition, wanted)
            if ways is not None:
                ways = [way for way in ways if all(self.goals.may(*one, box) for one in way)] if len(ways) > 1 else ways
                if not ways:
                    return None
                if len(ways) == 1:
                    goals += ways[0]
                else:
                    open.append(ways)
            elif not self._put(goal, box, rows, odd):
                return None
        narrowed = None if _opposed(rows) else _narrowed(box, rows)
        if narrowed is None or not all(self.goals.may(*goal, narrowed) for goal in odd):
            return None
        return Node(narrowed, tuple(rows), tuple(odd), tuple(open))

    def _put(self, goal: Goal, box: dict[str, tuple[int, int]], rows: list[Row], odd: list[Goal]) -> bool:
        """Put a plain comparison where it belongs; False where it cannot come true."""
        leaf, wanted = goal
        assert isinstance(leaf, Leaf)
        options = self.goals.options(leaf, wanted)
        if options is not None:
            name, places = options
            low, high = box[name]
            inside = [place for place in places if low <= place <= high]
            if inside:
                box[name] = inside[0], inside[-1]
            return bool(inside)
        found = self.goals.rows(leaf, box) if leaf.left.type.is_number else None
        if found is None:
            odd.append(goal)
        else:
            rows += found
        return True

    def _parts(self, node: Node) -> list[Node | None]:
        """A box for each way of an open goal, else its two halves."""
        if node.open:
            first, *rest = node.open
            return [self._settled(Node(node.box, node.rows, node.odd, tuple(rest)), list(way)) for way in first]
        wide = [name for name, (low, high) in node.box.items() if low < high]
        if not wide:
            return []
        short = {name for row in node.rows if row.lack(self._corner(node)) for name in row.slopes}
        short = short or {name for condition, _ in node.odd for name in self.goals.trials.levers_of(condition)}
        name = max(wide, key=lambda one: (one in short or not short, node.box[one][1] - node.box[one][0]))
        low, high = node.box[name]
        middle = _middle(low, high)
        halves = ({**node.box, name: ends} for ends in ((low, middle), (middle + 1, high)))
        return [self._settled(Node(box, node.rows, node.odd, ()), []) for box in halves]

    # --- costs

    def _corner(self, node: Node) -> dict[str, int]:
        """The cheapest steps in a box."""
        return {name: min(max(0, low), high) for name, (low, high) in node.box.items()}

    def _pulls(self, row: Row, way: Changes, box: Box) -> list[tuple[Fraction, int, str, int]]:
        """The levers that a row lacks, the cheapest first: price of one, by how much a step helps, name, most steps."""
        found = []
        for name, slope in row.slopes.items():
            room = (box[name][1] - way[name]) if slope > 0 else (way[name] - box[name][0])
            if room > 0 and (way[name] == 0 or (way[name] > 0) == (slope > 0)):
                found.append((Fraction(self.levers[name].price, abs(slope)), abs(slope), name, room))
        return sorted(found, key=lambda one: one[0])

    def _least(self, node: Node) -> int:
        """The least that a way in a box can cost: that of its corner, and of rows that lack some."""
        corner, found, taken = self._corner(node), [], set[str]()
        for row in node.rows:
            if lack := Fraction(row.lack(corner)):
                cost = Fraction(0)
                for price, slope, _, room in self._pulls(row, corner, node.box):
                    step = min(lack, Fraction(slope * room))
                    cost, lack = cost + price * step, lack - step
                found.append((cost, row))
        least = Fraction(self._cost(corner))
        for cost, row in sorted(found, key=lambda one: -one[0]):
            if not taken & row.slopes.keys():
                taken |= row.slopes.keys()
                least += cost
        return ceil(least / self.unit) * self.unit

    def _filled(self, node: Node) -> Changes:
        """The corner of a box, with the cheapest steps for the rows that lack some."""
        way = self._corner(node)
        for row in node.rows:
            for _, slope, name, room in self._pulls(row, way, node.box):
                steps = min(room, ceil(Fraction(row.lack(way), slope)))
                way[name] += steps if row.slopes[name] > 0 else -steps
        return way


def _middle(low: int, high: int) -> int:
    """Where a range is cut in two: at nought, then by magnitude, then in halves."""
    if low < 0 <= high:
        return -1
    if high < 0:
        return -1 - _middle(-high, -low)
    return isqrt((low + 1) * (high + 1)) - 1 if high > 4 * (low + 1) else (low + high) // 2


def _opposed(rows: list[Row]) -> bool:
    """Whether two rows want opposite things of one sum of steps, which no narrowing of an endless box would show."""
    tightest: dict[tuple[tuple[str, int], ...], int] = {}
    for row in rows:
        if row.slopes:
            size = gcd(*row.slopes.values())
            key = tuple(sorted((name, slope // size) for name, slope in row.slopes.items()))
            tightest[key] = min(tightest.get(key, row.start // size), row.start // size)
    return any(start + tightest.get(tuple((name, -slope) for name, slope in key), -start) < 0
               for key, start in tightest.items())  # fmt: skip


def _narrowed(box: dict[str, tuple[int, int]], rows: list[Row]) -> dict[str, tuple[int, int]] | None:
    """The box without the steps with which a row cannot hold; None where none are left."""
    for _ in range(ROUNDS):
        before = dict(box)
        for row in rows:
            if (most := row.most(box)) < 0:
                return None
            for name, slope in row.slopes.items():
                low, high = box[name]
                rest = most - slope * box[name][slope > 0]
                low, high = (max(low, -(rest // slope)), high) if slope > 0 else (low, min(high, rest // -slope))
                if low > high:
                    return None
                most, box[name] = rest + slope * (high if slope > 0 else low), (low, high)
        if box == before:
            break
    return box
