"""Says conditions and formulas as the Chinese rulebook does: rules.words.wording, with plainer turns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rules.model import Condition, Const, Edition, Expr, Group, Leaf, Op
from rules.values.exact import Type, Value
from rules.words.wording import Wording

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
        own = self._turned(expr) if isinstance(expr, Op) else ""
        return own or self.wording.expr(expr, self.subject, self.own)

    def _turned(self, op: Op) -> str:
        """The formulas that have a turn of their own; nothing for the others."""
        match op.name:
            case "plus":
                return self._moved(*op.args)
            case "choose" | "holds" if op.where is not None:
                then = [self.expr(arg) for arg in op.args]
                said = self.condition(op.where)
                return f"{said}时为{then[0]}，否则为{then[1]}" if then else said
            case "first_known":
                return "；没有的，".join(self.expr(arg) for arg in op.args)
            case "least" | "greatest":
                which = "小" if op.name == "least" else "大"
                return f"{'、'.join(self.expr(arg) for arg in op.args)}中最{which}的"
        return ""

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
        left, first = self.expr(leaf.left), leaf.tests[0]
        limit = first.limits[0]
        if leaf.left.type.kind == "boolean" and first.operator == "equals" and isinstance(limit, Const):
            return left if limit.value else f"不符合“{left}”"
        if leaf.left.type.kind == "date" and first.operator != "one_of":
            tests = (
                f"{self.wording.operator(test.operator, 'date')} {self.expr(test.limits[0])}" for test in leaf.tests
            )
            return f"{left} {'，'.join(tests)}"
        return f"{left} {self.wording.tests(leaf, self.subject, self.own)}"
