"""A RowFrame is the table itself, or a record around each of its rows, in columns; its derived values are settled in
further columns. An ElementFrame is the records of a list inside a lambda; its derived values are written out in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from rules.model import CONSTANTS, Condition, Edition, Expr, Fact, Rule, parts_of
from rules.table import bounds, expressions, outcomes
from rules.table.columns import SEPARATOR, around
from rules.table.errors import about
from rules.table.frame import Cells, Frame, Judged
from rules.table.numbers import Flags, Num, Truth, Whole
from rules.table.order import Part, operations
from rules.table.rows import WORKING, Rows
from rules.table.values import BOTTOM, CARRIED, TOP, Cell, Day, Records, carried, choose


class _Evaluated(Frame):
    """A frame with the translations of expressions and conditions."""

    def element(self, item: Any, subject: str, flags: Flags) -> Frame:
        return ElementFrame(item, subject, self, flags)

    def evaluate(self, expr: Expr) -> Cell:
        return expressions.evaluate(expr, self)

    def holds(self, condition: Condition) -> Truth:
        return expressions.holds(condition, self)

    def allowed(self, expr: Expr) -> tuple[Num, Num, Truth] | None:
        span = bounds.allowed(expr, self)
        return None if span is None else (span.low, span.high, span.there)

    def judged(self, rule: Rule) -> Judged:
        if (rule.id,) not in self.memo:
            self.memo[rule.id,] = outcomes.judge(rule, self)
        judged: Judged = self.memo[rule.id,]
        return judged


class ElementFrame(_Evaluated):
    """The records of a list, seen one by one from inside a lambda over it."""

    def __init__(self, item: Any, subject: str, own: Frame, flags: Flags) -> None:
        super().__init__(own.edition, subject, own.on, own, flags)
        self.item, self.names = item, frozenset(item.type().names)

    def column(self, name: str) -> Any | None:
        return self.item[name] if name in self.names else None


HERE, UNDER = "$here", f"{WORKING}bottom"


class RowFrame(_Evaluated):
    """The rows of a table, or the records around them, whose columns begin with their subject."""

    settles = True

    def __init__(self, edition: Edition, subject: str, on: Day, rows: Rows, own: RowFrame | None = None) -> None:
        super().__init__(edition, subject, on, own, rows.flags)
        self.rows = rows
        self.prefix = "" if own is None else subject + SEPARATOR
        self.given_columns = frozenset(rows.table.columns)
        levels = (*around(edition, subject), *({CONSTANTS} & edition.subjects.keys())) if own is None else ()
        self.outer = {level: RowFrame(edition, level, on, rows, self) for level in levels}

    def around(self, name: str) -> Frame | None:
        return self.outer.get(name)

    def column(self, name: str) -> Any | None:
        name = self.prefix + name
        return self.rows.read(name) if name in self.given_columns else None

    def compute(self, fact: Fact) -> Cell:
        """Of a record around a row, only where there is one: where anything is known of it. Where a number is not
        known, the only one that its range leaves."""
        cell = super().compute(fact)
        if fact.formula is not None:
            cell = bounds.told(cell, fact.formula, self)
        if not self.prefix or fact.constant or isinstance(cell, Records):
            return cell
        return choose([(self.rows.read(self.prefix + HERE), cell)], None, fact.type, self.flags)

    def carries(self, name: str) -> bool:
        """Whether the table has a derived fact of these records around, worked out once for each."""
        start = f"{self.prefix}{CARRIED}{name}"
        return not self.given_columns.isdisjoint((start, start + TOP))

    def derived(self, fact: Fact) -> Cell:
        if fact.name not in self.memo and self.carries(fact.name):
            start = f"{self.prefix}{CARRIED}{fact.name}"
            here = {name: self.rows.read(name) for name in (start, start + TOP, start + BOTTOM)
                    if name in self.given_columns}  # fmt: skip
            self.memo[fact.name] = carried(here, start, fact.type)
        return super().derived(fact)

    def judged(self, rule: Rule) -> Judged:
        if (rule.id,) not in self.memo:
            with about(rule.id, rule.id):
                self.work_out(part.what for part in parts_of(rule) if part.subject == rule.subject)
        return super().judged(rule)

    def work_out(self, parts: Iterable[Part]) -> None:
        """Settle the operations in parts, those inside others first."""
        for level in operations(parts):
            new = {str(len(self.ops) + n): op for n, op in enumerate(level) if id(op) not in self.ops}
            settled = self.settle("", {name: self.evaluate(op) for name, op in new.items()})
            self.ops.update({id(op): settled[name] for name, op in new.items()})

    def settle(self, name: str, cells: Cells) -> Mapping[str, Cell]:
        """Put cells into columns of their own."""
        columns: dict[str, Any] = {}
        for key, cell in cells.items():
            columns |= _parts(f"{self.prefix}{name}{WORKING}{key}", cell)
        self.rows.extend(columns)
        return {key: self._read(f"{self.prefix}{name}{WORKING}{key}", cell) for key, cell in cells.items()}

    def _read(self, name: str, cell: Cell) -> Cell:
        """A cell from its columns."""
        if isinstance(cell, date):
            return cell
        if isinstance(cell, Records):
            return Records(self.rows.read(name), cell.subject)
        if not isinstance(cell, Num):
            return self.rows.read(name)
        return Num(*(part if part.fixed else Whole(self.rows.read(name + end), part.most)
                     for end, part in (("", cell.top), (UNDER, cell.bottom))))  # fmt: skip


def _parts(name: str, cell: Cell) -> dict[str, Any]:
    """A cell in columns; what is the same in every row needs none."""
    if isinstance(cell, Num):
        parts = {name: cell.top, name + UNDER: cell.bottom}
        return {key: part.column for key, part in parts.items() if not part.fixed}
    return {} if isinstance(cell, date) else {name: cell.column if isinstance(cell, Records) else cell}
