"""The arithmetic behind a value: its formula with the values put in, and the same for the values it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rules.judging.evaluate import Scope, evaluate, holds, leaf_holds
from rules.model import Condition, Const, Expr, Group, Leaf, Op, Ref, Rule
from rules.operations import OPERATIONS
from rules.values.text import Text
from rules.words.explanation import Reason
from rules.words.phrases import COUNTED, HOLDS, REACHED, joined
from rules.words.record_wording import RecordWording, compared

FIRST_KNOWN = "first_known"
MANY = 20  # records of a list that are named one by one
How = tuple[str, tuple[Reason, ...]]  # the formula behind a value, and the reasons below it
GIVEN: How = ("", ())


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Explains how values of one record came about, to `depth` levels; each fact below the first level once."""

    say: RecordWording
    depth: int
    output_of: Callable[[Rule, str, Arithmetic], How]  # explains an output of another decision
    facts: set[tuple[str, str, str]] = field(default_factory=set)  # explained already
    outputs: set[tuple[str, str, str]] = field(default_factory=set)  # whose rows were explained

    def beside(self, scope: Scope) -> Arithmetic:
        """The arithmetic of another record."""
        return replace(self, say=self.say.beside(scope))

    def deeper(self, levels: int = 1) -> Arithmetic:
        return replace(self, depth=self.depth - levels)

    # --- values

    def behind(self, expr: Expr) -> Iterator[Reason]:
        """Of each value that a formula is made of, how it came about."""
        if self.depth <= 0 or isinstance(expr, Const):
            return
        if isinstance(expr, Ref):
            formula, below = self.once(expr)
            if formula or below:
                yield Reason(self.say.name(expr), self.say.lacking(expr), formula=formula, below=below)
            return
        if expr.where is not None and not expr.inside:
            yield from self.parts(expr.where)
        for arg in _args(expr, self.say.scope):
            yield from self.behind(arg)
        if expr.inside:
            yield from _records(expr, self.say)

    def of(self, expr: Expr, codes: Mapping[str, Text] | None = None) -> How:
        """The formula behind a value and the reasons below it; both empty where the value was given."""
        say = self.say
        target = say.scope.named(expr.scope) if isinstance(expr, Ref) else say.scope
        if self.depth <= 0 or target is None or isinstance(expr, Const):
            return GIVEN
        if isinstance(expr, Op):
            conditional = expr.where is not None and not expr.inside  # its comparisons stand on its own level
            return _formula(expr, say, codes), tuple(self.deeper(0 if conditional else 1).behind(expr))
        there = self.beside(target)
        if expr.what == "output":
            if (key := (target.subject, expr.name, expr.output)) in self.outputs:
                return GIVEN
            self.outputs.add(key)
            return self.output_of(say.edition.rules[expr.name], expr.output, there)
        fact = say.edition.subjects[target.subject].facts[expr.name] if expr.what == "fact" else None
        if fact is not None and fact.dated:
            since = max((day for day, _ in fact.dated if day <= target.on), default=date.min)
            return "" if since == date.min else say.pick(f"自 {since} 起", f"since {since}"), ()
        if fact is None or fact.formula is None or isinstance(fact.formula, Const):
            return GIVEN
        if isinstance(fact.formula, Ref):
            return f"= {there.say.expr(fact.formula)}", tuple(there.deeper().behind(fact.formula))
        return there.of(fact.formula, fact.choices)

    def once(self, expr: Expr) -> How:
        """The same, but nothing for a fact that was explained before."""
        if isinstance(expr, Ref):
            target = self.say.scope.named(expr.scope)
            key = ("" if target is None else target.subject, expr.name, expr.output)
            if self.depth <= 0 or key in self.facts:
                return GIVEN
            self.facts.add(key)
        return self.of(expr)

    # --- conditions

    def parts(self, condition: Condition) -> Iterator[Reason]:
        """The comparisons of a condition: the value seen of each, and whether it holds."""
        for part in (condition,) if isinstance(condition, Leaf) else condition.parts:
            if isinstance(part, Leaf):
                yield self._part(part)
            else:
                reached = self.say.text(REACHED[holds(part, self.say.scope)])
                yield Reason(self.say.text(joined(part)), reached, below=tuple(self.parts(part)))

    def _part(self, leaf: Leaf) -> Reason:
        say, truth = self.say.of_values(leaf.left), leaf_holds(leaf, self.say.scope)
        verdict = compared(say, leaf, truth)
        formula, below = replace(self, say=say).once(leaf.left)
        state = "unknown" if truth is None else ""
        return Reason(say.name(leaf.left), say.lacking(leaf.left), verdict, formula, state, below=below)


def _args(op: Op, scope: Scope) -> Sequence[Expr]:
    """The arguments that the value rests on: of a choice, and of the first that is known, the one that was taken."""
    if op.name == FIRST_KNOWN:
        return next(((arg,) for arg in op.args if evaluate(arg, scope) is not None), op.args)
    return OPERATIONS[op.name].asked(op, scope)


def _formula(op: Op, say: RecordWording, codes: Mapping[str, Text] | None) -> str:
    """The formula with its values; a condition is explained by its parts, a choice by the branch that was taken."""
    if op.where is not None and not op.args:
        if not isinstance(op.where, Group):
            return ""
        return f"= {say.text(joined(op.where))}{say.pick('：', ': ')}{counted(op.where, say)}"
    if not OPERATIONS[op.name].strict and len(op.args) == 1 and not op.inside:  # asks about a value, not for it
        return f"= {say.name(op)}"
    taken: Expr = op
    skipped = False
    while isinstance(taken, Op) and len(kept := _args(taken, say.scope)) == 1 and len(taken.args) > 1:
        skipped = skipped or (taken.name == FIRST_KNOWN and kept[0] is not taken.args[0])
        (taken,) = kept
    value = "" if isinstance(taken, Const) else f"= {say.expr(taken, codes=codes)}"
    before = say.pick("在前的没有或未知", "those before it are not known") if skipped else ""
    return say.pick("，", ", ").join(part for part in (value, before) if part)


def _records(op: Op, say: RecordWording) -> Iterator[Reason]:
    """The records of a list, each with its value: those that meet the condition, those that do not, the others."""
    if op.where is None and op.each is None:
        return
    named: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    title = ""
    for number, one in enumerate(say.scope.records_of(op.inside, evaluate(op.args[0], say.scope) or ()), 1):
        inner = say.beside(one)
        name = str(one.record.get("id", say.pick(f"第 {number} 条", f"no. {number}")))
        truth = True if op.where is None else holds(op.where, inner.scope)
        named[truth].append(name if op.each is None else f"{name} {inner.seen(op.each)}")
        title = "" if op.each is None else inner.name(op.each)
    for truth, names in named.items():
        if names:
            group = say.text(COUNTED[truth]) if op.where is not None else ""
            more = say.pick(f" 等 {len(names)} 条", f" and others, {len(names)} in all") if len(names) > MANY else ""
            listed = say.pick("、", ", ").join(names[:MANY]) + more
            yield Reason(say.pick("", ": ").join(part for part in (group, title) if part), listed)


def counted(group: Group, say: RecordWording) -> str:
    """How many of the parts of a group hold, do not, and cannot be told."""
    truths = [holds(part, say.scope) for part in group.parts]
    counts = [(truth, truths.count(truth)) for truth in (True, False, None)]
    if say.zh:
        return "，".join(f"{HOLDS[truth].zh} {count} 项" for truth, count in counts if count)
    one = {True: "holds", False: "does not", None: "cannot be told"}
    many = {True: "hold", False: "do not", None: "cannot be told"}
    return ", ".join(f"{count} {(one if count == 1 else many)[truth]}" for truth, count in counts if count)
