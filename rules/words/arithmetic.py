"""The arithmetic behind a value: its formula with the values put in, and the same for the values it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from rules.judging.evaluate import Scope, evaluate, holds, leaf_holds
from rules.model import Condition, Const, Criterion, Expr, Group, Leaf, Op, Ref, Rule, Table
from rules.operations import OPERATIONS
from rules.operations.comparisons import sort_key
from rules.values.text import Text
from rules.words.explanation import Reason
from rules.words.record_wording import RecordWording, exactly, plainly
from rules.words.wording import Wording

FIRST_KNOWN = "first_known"
MANY = 20  # records of a list that are named one by one
HOLDS: Mapping[bool | None, Text] = {
    True: Text("成立", "holds"),
    False: Text("不成立", "does not hold"),
    None: Text("无法判断", "cannot be told"),
}
REACHED: Mapping[bool | None, Text] = {
    True: Text("达到", "fulfilled"),
    False: Text("没有达到", "not fulfilled"),
    None: HOLDS[None],
}
COUNTED: Mapping[bool | None, Text] = {
    True: Text("符合条件的", "meets the condition"),
    False: Text("不符合条件的", "does not meet it"),
    None: Text("无法判断的", "cannot be told"),
}
JOINED: Mapping[str, Text] = {
    "all": Text("以下全部成立", "all of these"),
    "any": Text("以下任一项成立", "any of these"),
    "none": Text("以下都不成立", "none of these"),
    "": Text("以下至少 {0} 项成立", "at least {0} of these"),
}


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Tells how values came about, each fact below the first level once."""

    told: set[tuple[str, str, str]] = field(default_factory=set)
    opened: set[tuple[str, str, str]] = field(default_factory=set)  # outputs whose rows were told

    # --- values

    def behind(self, expr: Expr, say: RecordWording, depth: int) -> Iterator[Reason]:
        """Of each value that a formula is made of, how it came about."""
        if depth <= 0 or isinstance(expr, Const):
            return
        if isinstance(expr, Ref):
            named = self.named(expr, say, depth)
            if named is not None:
                yield named
            return
        if expr.where is not None and not expr.inside:
            yield from self.parts(expr.where, say, depth)
        for arg in _args(expr, say.scope):
            yield from self.behind(arg, say, depth)
        if expr.inside:
            yield from _records(expr, say)

    def named(self, ref: Ref, say: RecordWording, depth: int) -> Reason | None:
        """How a derived fact or an output of another decision came about; None where there is nothing to tell."""
        formula, below = self.once(ref, say, depth)
        return Reason(say.name(ref), say.lacking(ref), formula=formula, below=below) if formula or below else None

    def of(
        self, expr: Expr, say: RecordWording, depth: int, codes: Mapping[str, Text] | None = None
    ) -> tuple[str, tuple[Reason, ...]]:
        """The formula behind a value and the reasons below it; both empty where the value was given."""
        target = say.scope.named(expr.scope) if isinstance(expr, Ref) else say.scope
        if depth <= 0 or target is None or isinstance(expr, Const):
            return "", ()
        if isinstance(expr, Op):
            return _shown(expr, say, codes), tuple(self.behind(expr, say, depth - 1 + _conditional(expr)))
        there = say.beside(target)
        if expr.what == "output":
            if (key := (target.subject, expr.name, expr.output)) in self.opened:
                return "", ()
            self.opened.add(key)
            return self.output(say.edition.rules[expr.name], expr.output, there, depth)
        if expr.what != "fact":
            return "", ()
        fact = say.edition.subjects[target.subject].facts[expr.name]
        if fact.dated:
            since = max((day for day, _ in fact.dated if day <= target.on), default=date.min)
            return "" if since == date.min else say.pick(f"自 {since} 起", f"since {since}"), ()
        if fact.formula is None or isinstance(fact.formula, Const):
            return "", ()
        if isinstance(fact.formula, Ref):
            return f"= {there.expr(fact.formula)}", tuple(self.behind(fact.formula, there, depth - 1))
        return self.of(fact.formula, there, depth, fact.choices)

    def once(self, expr: Expr, say: RecordWording, depth: int) -> tuple[str, tuple[Reason, ...]]:
        """The same, but nothing for a fact that was told before."""
        if not isinstance(expr, Ref):
            return self.of(expr, say, depth)
        target = say.scope.named(expr.scope)
        key = ("" if target is None else target.subject, expr.name, expr.output)
        if depth <= 0 or key in self.told:
            return "", ()
        self.told.add(key)
        return self.of(expr, say, depth)

    # --- conditions

    def parts(self, condition: Condition, say: RecordWording, depth: int) -> Iterator[Reason]:
        """The comparisons of a condition: the value seen of each, and whether it holds."""
        if isinstance(condition, Leaf):
            yield self._part(condition, say, depth)
            return
        for part in condition.parts:
            if isinstance(part, Leaf):
                yield self._part(part, say, depth)
            else:
                below = tuple(self.parts(part, say, depth))
                yield Reason(joined(part, say), say.text(REACHED[holds(part, say.scope)]), below=below)

    def _part(self, leaf: Leaf, say: RecordWording, depth: int) -> Reason:
        say, truth = say.aged(leaf.left), leaf_holds(leaf, say.scope)
        said = say.text(HOLDS[truth])
        if not (truth and exactly(leaf)):
            wanted = plainly(say, leaf)
            said = say.pick(f"{said}（条件：{wanted}）", f"{said} (condition: {wanted})")
        formula, below = self.once(leaf.left, say, depth)
        state = "unknown" if truth is None else ""
        return Reason(say.name(leaf.left), say.lacking(leaf.left), said, formula, state, below=below)

    # --- outputs of tables

    def output(self, rule: Rule, name: str, say: RecordWording, depth: int) -> tuple[str, tuple[Reason, ...]]:
        """Which rows of a table gave an output, and from which values."""
        body = rule.body
        if depth <= 0 or not isinstance(body, Table):
            return "", ()
        hits = [row for row in body.rows if holds(row.condition, say.scope)]
        if body.hit == "first" or not hits:
            return self._from(rule, hits[0] if hits else body.otherwise, name, say, depth)
        if body.by and body.by != name:
            return self._from(rule, _best(body, hits, say.scope), name, say, depth)
        told = [row for row in hits if name in row.then]
        below = tuple(self._candidate(rule, row, name, say, depth) for row in told)
        if body.hit == "sum":
            return f"= {' + '.join(say.seen(row.then[name]) for row in told)}", below
        if body.hit == "lowest":
            return say.pick("取各行中最低的", "the lowest of these rows"), below
        return say.pick("取各行中最高的", "the highest of these rows"), below

    def _from(
        self, rule: Rule, row: Criterion, name: str, say: RecordWording, depth: int
    ) -> tuple[str, tuple[Reason, ...]]:
        expr = row.then.get(name)
        if expr is None:
            return "", ()
        formula, below = self.of(expr, say, depth, _choices(rule, name))
        if isinstance(expr, Ref):
            formula = f"{say.name(expr)} {formula}" if formula else f"= {say.expr(expr)}"
        by = say.pick(f"按“{label(rule, row, say)}”", f'by "{label(rule, row, say)}"')
        return f"{by}{say.pick('：', ': ')}{formula}" if formula else by, below

    def _candidate(self, rule: Rule, row: Criterion, name: str, say: RecordWording, depth: int) -> Reason:
        expr, choices = row.then[name], _choices(rule, name)
        formula, below = self.of(expr, say, depth, choices)
        value = evaluate(expr, say.scope)
        seen = say.lacking(expr) if value is None else say.value(value, expr.type, choices)
        return Reason(label(rule, row, say), seen, formula=formula, below=below)


def _choices(rule: Rule, output: str) -> Mapping[str, Text]:
    return rule.body.outputs[output].choices if isinstance(rule.body, Table) else {}


def _best(body: Table, rows: Sequence[Criterion], scope: Scope) -> Criterion:
    """The row that counts; the first while a value to choose by is not known."""
    values = [evaluate(row.then[body.by], scope) for row in rows]
    if None in values:
        return rows[0]
    ranked = [(sort_key(value, body.outputs[body.by].type), place) for place, value in enumerate(values)]
    best = (min if body.hit == "lowest" else max)(ranked, key=lambda one: one[0])
    return rows[best[1]]


def _conditional(op: Op) -> bool:
    """The comparisons of a formula that is a condition are its arithmetic, and so on its own level."""
    return op.where is not None and not op.inside


def _args(op: Op, scope: Scope) -> Sequence[Expr]:
    """The arguments that the value rests on: of a choice, and of the first that is known, the one that was taken."""
    if op.name == FIRST_KNOWN:
        return next(((arg,) for arg in op.args if evaluate(arg, scope) is not None), op.args)
    return OPERATIONS[op.name].asked(op, scope)


def _shown(op: Op, say: RecordWording, codes: Mapping[str, Text] | None) -> str:
    """The formula with its values; a condition is told by its parts, a choice by the branch that was taken."""
    if op.where is not None and not op.args:
        if not isinstance(op.where, Group):
            return ""
        return f"= {joined(op.where, say)}{say.pick('：', ': ')}{counted(op.where, say)}"
    if not OPERATIONS[op.name].strict and len(op.args) == 1 and not op.inside:  # asks about a value, not for it
        return f"= {say.name(op)}"
    taken, skipped = _taken(op, say.scope)
    fixed = isinstance(taken, Const)
    value = "" if fixed else f"= {say.expr(taken, codes=codes)}"
    before = say.pick("在前的没有或未知", "those before it are not known") if skipped else ""
    return say.pick("，", ", ").join(part for part in (value, before) if part)


def _taken(op: Op, scope: Scope) -> tuple[Expr, bool]:
    """The part of a formula that gave its value, and whether values before it were not known."""
    taken: Expr = op
    skipped = False
    while isinstance(taken, Op) and len(kept := _args(taken, scope)) == 1 and len(taken.args) > 1:
        skipped = skipped or (taken.name == FIRST_KNOWN and kept[0] is not taken.args[0])
        (taken,) = kept
    return taken, skipped


def _records(op: Op, say: RecordWording) -> Iterator[Reason]:
    """The records of a list, each with its value: those that meet the condition, those that do not, the others."""
    records = evaluate(op.args[0], say.scope) or ()
    found: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    title = ""
    for number, record in enumerate(records, 1):
        inner = say.beside(say.scope.inside(op.inside, record))
        name = str(record.get("id", say.pick(f"第 {number} 条", f"no. {number}")))
        truth = True if op.where is None else holds(op.where, inner.scope)
        found[truth].append(name if op.each is None else f"{name} {inner.seen(op.each)}")
        title = "" if op.each is None else inner.name(op.each)
    for truth, named in found.items() if op.where is not None or op.each is not None else ():
        if named:
            group = say.text(COUNTED[truth]) if op.where is not None else ""
            more = say.pick(f" 等 {len(named)} 条", f" and others, {len(named)} in all") if len(named) > MANY else ""
            listed = say.pick("、", ", ").join(named[:MANY]) + more
            yield Reason(say.pick("", ": ").join(part for part in (group, title) if part), listed)


def joined(group: Group, say: Wording) -> str:
    """How the parts of a group are joined."""
    return say.text(JOINED["" if group.join not in JOINED else group.join]).format(group.least)


def counted(group: Group, say: RecordWording) -> str:
    """How many of the parts of a group hold, do not, and cannot be told."""
    truths = [holds(part, say.scope) for part in group.parts]
    counts = [(truth, truths.count(truth)) for truth in (True, False, None)]
    if say.zh:
        return "，".join(f"{HOLDS[truth].zh} {count} 项" for truth, count in counts if count)
    one = {True: "holds", False: "does not", None: "cannot be told"}
    many = {True: "hold", False: "do not", None: "cannot be told"}
    return ", ".join(f"{count} {(one if count == 1 else many)[truth]}" for truth, count in counts if count)


def label(rule: Rule, row: Criterion, say: RecordWording) -> str:
    """The title of a row; what it asks beside it where rows share a title."""
    body = rule.body
    rows = body.rows if isinstance(body, Table) else ()
    if isinstance(body, Table) and row is body.otherwise:
        return say.pick("以上各行都不成立", "none of the rows above")
    title = say.text(row.title)
    if sum(one.title == row.title for one in rows) < 2 or not isinstance(row.condition, Leaf):
        return title
    return say.pick(f"{title}：{plainly(say, row.condition)}", f"{title}: {plainly(say, row.condition)}")
