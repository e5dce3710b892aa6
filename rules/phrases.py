"""Says conditions and formulas as the Chinese rulebook does: rules.wording, with the turns that read more easily."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rules.model import Condition, Const, Edition, Expr, Group, Leaf, Op
from rules.values import Type, Value
from rules.wording import Wording

DAYS = {"at_least": "不早于", "above": "晚于", "at_most": "不晚于", "below": "早于", "equals": "为"}
JOINS = {"any": "满足任一", "none": "都不成立"}


@dataclass(frozen=True)
class Words:
    """Speaks of the records of one subject, seen from a decision about `own`."""

    edition: Edition
    subject: str
    own: str = ""

    @cached_property
    def wording(self) -> Wording:
        return Wording(self.edition, "zh")

    def value(self, value: Value, kind: Type) -> str:
        """A value with its unit."""
        return self.wording.value(value, kind)

    def expr(self, expr: Expr) -> str:
        """A value, a name or a formula."""
        if isinstance(expr, Op) and expr.name == "plus":
            return self._moved(*expr.args)
        if isinstance(expr, Op) and expr.name == "choose" and expr.where is not None:
            first, second = (self.expr(arg) for arg in expr.args)
            return f"{self.condition(expr.where)}时为{first}，否则为{second}"
        if isinstance(expr, Op) and expr.name == "holds" and expr.where is not None:
            return self.condition(expr.where)
        if isinstance(expr, Op) and expr.name == "first_known":
            return "；没有的，".join(self.expr(arg) for arg in expr.args)
        if isinstance(expr, Op) and expr.name == "greatest":
            return f"{'、'.join(self.expr(arg) for arg in expr.args)}中最大的"
        if isinstance(expr, Op) and expr.name == "least":
            return f"{'、'.join(self.expr(arg) for arg in expr.args)}中最小的"
        return self.wording.expr(expr, self.subject, self.own)

    def _moved(self, start: Expr, length: Expr) -> str:
        """A period counted back is multiplied by minus one."""
        back = isinstance(length, Op) and length.name == "product"
        period = length.args[0] if isinstance(length, Op) and back else length
        return f"{self.expr(start)}之{'前' if back else '后'} {self.expr(period)}"

    def condition(self, condition: Condition) -> str:
        """What a condition asks."""
        if isinstance(condition, Leaf):
            return self._leaf(condition)
        if condition.join == "none" and len(condition.parts) == 1:
            return f"不符合“{self.condition(condition.parts[0])}”"
        return self._group(condition)

    def _group(self, group: Group) -> str:
        parts = [self.condition(part) for part in group.parts]
        if group.join == "all":
            return "，且".join(parts)
        said = JOINS.get(group.join) or f"至少{group.least}项成立"
        return f"{said}（{'；'.join(parts)}）"

    def _leaf(self, leaf: Leaf) -> str:
        left, (first, *others) = self.expr(leaf.left), leaf.tests
        limit = first.limits[0]
        if leaf.left.type.kind == "boolean" and first.operator == "equals" and isinstance(limit, Const):
            return left if limit.value else f"不符合“{left}”"
        if leaf.left.type.kind == "date" and first.operator in DAYS:
            tests = (f"{DAYS[test.operator]} {self.expr(test.limits[0])}" for test in (first, *others))
            return f"{left} {'，'.join(tests)}"
        return f"{left} {self.wording.tests(leaf, self.subject, self.own)}"
