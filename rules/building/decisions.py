"""Builds the decisions of an edition from their files, and puts them in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rules.building.bands import Band, can_hold, check_bands
from rules.building.facts import choices_of, text_of, title, words
from rules.building.resolver import Head, Place, Resolver, said
from rules.files.source import Node
from rules.model import (
    Body,
    Checklist,
    Comparison,
    Condition,
    Const,
    Criterion,
    Expr,
    Fact,
    Group,
    Key,
    Leaf,
    Outcome,
    Output,
    Ranking,
    Ref,
    Rule,
    Scorecard,
    ScoreItem,
    Table,
    leaves_in,
)
from rules.problems.problem import Problems
from rules.values.exact import AMOUNT, BOOLEAN, DATE, POINTS, RATE, Type, Value, whole
from rules.values.text import Text, listed, near, shown

_TYPES = {"amount": AMOUNT, "rate": RATE, "points": POINTS, "boolean": BOOLEAN, "date": DATE}


def head_of(node: Node) -> Head:
    """What other files may know of a decision before it is built."""
    outcomes = node.entries["outcomes"].entries
    known = tuple(name for name, at in outcomes.items() if text_of(at.get("if")) != "unknown")
    kind = text_of(node.get("kind"))
    outputs = {name: _output(name, at).type for name, at in _entries(node, "outputs").items()}
    if kind == "scorecard":
        outputs = {"total": POINTS}
    type = Type("choice", choices=known, ranked=_ranked(node))
    return Head(text_of(node.get("subject")), type, outputs, title(node))


def _ranked(node: Node) -> bool:
    return text_of(node.get("kind")) == "scorecard" or text_of(node.get("ranked")) == "true"


def _entries(node: Node, key: str) -> Mapping[str, Node]:
    found = node.get(key)
    return {} if found is None else found.entries


def _items(node: Node, key: str) -> list[Node]:
    found = node.get(key)
    return [] if found is None else found.items


def _output(name: str, node: Node) -> Output:
    kind = text_of(node.get("type"))
    choices = choices_of(node.get("choices"))
    ranked = text_of(node.get("ranked")) == "true"
    type = _TYPES.get(kind) or Type(kind, text_of(node.get("unit")), tuple(choices), ranked)
    return Output(name, type, title(node), choices)


def number(node: Node | None) -> Value:
    return None if node is None else whole(Fraction(node.text))


class RuleBuilder:
    """Builds one decision."""

    def __init__(self, node: Node, resolver: Resolver, clauses: Mapping[str, Any], readings: Mapping[str, Any]) -> None:
        self.node, self.resolver, self.problems = node, resolver, resolver.problems
        self.clauses, self.readings = clauses, readings
        self.id, self.kind = text_of(node.get("decision")), text_of(node.get("kind"))
        self.subject = text_of(node.get("subject"))
        self.place = Place(self.subject)
        self.ids: dict[str, Node] = {}
        self.outcomes = {
            name: Outcome(name, title(at), text_of(at.get("if")))
            for name, at in node.entries["outcomes"].entries.items()
        }

    def build(self) -> Rule | None:
        if self.subject not in self.resolver.within:
            self._unknown(self.node.entries["subject"], tuple(self.resolver.within), "subject.unknown")
            return None
        self._check_roles()
        with self.resolver.gathering() as needs:
            body = getattr(self, f"_{self.kind}")()
        if body is None:
            return None
        return Rule(self.id, self.kind, self.subject, title(self.node), self._clause(self.node, ""), self.outcomes,
                    body, self.node.mark, tuple(sorted(needs)), _ranked(self.node))  # fmt: skip

    def _check_roles(self) -> None:
        """Whatever the facts, some outcome must follow."""
        rows, always = self._rows_default(), self.kind in ("checklist", "ranking", "assignment")
        needed = {"unknown": True, "met": always or rows["met"], "not_met": always or rows["not_met"]}
        for role, wanted in needed.items():
            found = [name for name, outcome in self.outcomes.items() if outcome.role == role]
            if len(found) > 1 or (wanted and not found):
                self.problems.add(self.node.entries["outcomes"], "outcome.role", role=role, count=len(found))

    def _rows_default(self) -> dict[str, bool]:
        if self.kind != "table":
            return {"met": False, "not_met": False}
        return {
            "met": any(row.get("outcome") is None for row in _items(self.node, "rows")),
            "not_met": self.node.entries["otherwise"].get("outcome") is None,
        }

    # --- items ---------------------------------------------------------------------------------------------------

    def _clause(self, node: Node, inherited: str) -> str:
        at = node.get("clause")
        if at is not None and at.text not in self.clauses:
            self._unknown(at, tuple(self.clauses), "clause.unknown")
        return text_of(at) or inherited

    def _unknown(self, at: Node, known: Sequence[str], code: str) -> None:
        guess = near(at.text, tuple(known))
        self.problems.add(at, code, text=shown(at.text), near=guess, allowed=listed(tuple(known)[:12]))

    def _outcome(self, node: Node, key: str = "outcome") -> str:
        at = node.get(key)
        if at is not None and (at.text not in self.outcomes or self.outcomes[at.text].role == "unknown"):
            self._unknown(at, tuple(n for n, o in self.outcomes.items() if o.role != "unknown"), "outcome.unknown")
        return text_of(at)

    def _meta(self, node: Node, clause: str) -> dict[str, Any]:
        name = text_of(node.get("id"))
        if name in self.ids:
            self.problems.add(node.entries["id"], "item.twice", id=name, line=self.ids[name].mark.line)
        self.ids[name] = node
        reading = node.get("reading")
        if reading is not None and reading.text not in self.readings:
            self._unknown(reading, tuple(self.readings), "reading.unknown")
        return {
            "id": name,
            "clause": self._clause(node, clause),
            "mark": node.mark,
            "set_by": text_of(node.get("set_by")) or "plan",
        }

    def _title(self, node: Node, *sources: Expr | Condition | None) -> Text:
        """The item's own title, else that of the one value it speaks of."""
        if (own := words(node.get("title"))) is not None:
            return own
        for source in sources:
            value = _one_value(source)
            if isinstance(value, Ref) and (found := self._title_of(value)) is not None:
                return found
        self.problems.add(node, "item.no_title", id=text_of(node.get("id")))
        return Text("", "")

    def _title_of(self, ref: Ref) -> Text | None:
        if ref.what == "outcome":
            return self.resolver.heads[ref.name].title
        subject = ref.scope if ref.scope not in ("", "own") else self.place.subject
        facts = getattr(self.resolver.facts, "facts", {})
        fact = facts.get((subject, ref.name))
        return fact.title if isinstance(fact, Fact) else None

    def _criterion(self, node: Node, clause: str, group: Node | None = None) -> Criterion | None:
        meta = self._meta(node, clause)
        at = node.get("require") or node.get("reject")
        assert at is not None
        condition = self._condition(at)
        when = self._condition(node.get("when"))
        outcome = self._outcome(node)
        if condition is None:
            return None
        return Criterion(
            title=self._title(node, condition), condition=condition, reject=node.get("reject") is not None, when=when,
            outcome=outcome, group=text_of(group.get("group") if group else None),
            group_title=words(group.get("title")) if group else None,
            reading=text_of(node.get("reading")), note=words(node.get("note")), **meta,
        )  # fmt: skip

    def _condition(self, node: Node | None) -> Condition | None:
        if node is None:
            return None
        condition = self.resolver.condition(node, self.place)
        for leaf in leaves_in(condition):
            if leaf.left.type.is_number and not can_hold(leaf.tests):
                self.problems.add(node, "condition.never")
        return condition

    def _criteria(self, key: str) -> tuple[Criterion, ...]:
        clause = text_of(self.node.get("clause"))
        found: list[Criterion | None] = []
        for item in _items(self.node, key):
            if item.get("group") is None:
                found.append(self._criterion(item, clause))
                continue
            inherited = self._clause(item, clause)
            found += [self._criterion(one, inherited, item) for one in _items(item, "criteria")]
        return tuple(criterion for criterion in found if criterion is not None)

    def _then(self, node: Node, outputs: Mapping[str, Output]) -> dict[str, Expr]:
        then: dict[str, Expr] = {}
        for name, value in _entries(node, "then").items():
            if name not in outputs:
                at = Node(node.entries["then"].key_marks[name], value.path, name)
                self._unknown(at, tuple(outputs), "output.unknown")
                continue
            expr = self.resolver.expression(value, self.place, outputs[name].type)
            if expr is not None:
                then[name] = expr
        return then

    # --- the four kinds ------------------------------------------------------------------------------------------

    def _checklist(self) -> Body:
        return Checklist(self._criteria("criteria"))

    def _table(self) -> Body:
        clause = text_of(self.node.get("clause"))
        outputs = {name: _output(name, at) for name, at in _entries(self.node, "outputs").items()}
        roles = {outcome.role: name for name, outcome in self.outcomes.items()}
        rows = []
        for node in _items(self.node, "rows"):
            meta = self._meta(node, clause)
            condition = self._condition(node.entries["when"])
            then, outcome = self._then(node, outputs), self._outcome(node)
            if condition is not None:
                rows.append(Criterion(
                    title=self._title(node, condition), condition=condition, outcome=outcome or roles.get("met", ""),
                    reading=text_of(node.get("reading")), then=then, note=words(node.get("note")), **meta,
                ))  # fmt: skip
        node = self.node.entries["otherwise"]
        otherwise = Criterion(
            "otherwise", Text("其他情形", "otherwise"), clause, Group("all", ()), node.mark,
            outcome=self._outcome(node) or roles.get("not_met", ""), then=self._then(node, outputs),
        )  # fmt: skip
        hit, by = text_of(self.node.get("hit")), self.node.get("by")
        if (hit in ("highest", "lowest")) != (by is not None):
            self.problems.add(by or self.node, "table.by")
        elif by is not None and (by.text not in outputs or not outputs[by.text].type.is_ordered):
            self._unknown(by, tuple(outputs), "output.unknown")
        for row in rows if by is not None else ():
            if text_of(by) not in row.then:
                self.problems.add(row.mark, "table.by_missing", id=row.id, by=text_of(by))
        if hit == "sum" and not all(output.type.is_number for output in outputs.values()):
            self.problems.add(self.node.entries["hit"], "table.sum")
        return Table(hit, tuple(rows), otherwise, outputs, text_of(by))

    def _scorecard(self) -> Body | None:
        clause = text_of(self.node.get("clause"))
        vetoes = self._criteria("vetoes")
        for veto in vetoes:
            if not veto.outcome:
                self.problems.add(veto.mark, "veto.no_outcome", id=veto.id)
        items = [self._item(node, clause) for node in _items(self.node, "items")]
        if None not in items:
            self._check_full_marks([item for item in items if item is not None])
        items += [self._adjustment(node, clause) for node in _items(self.node, "adjustments")]
        ceilings = []
        for node in _items(self.node, "ceilings"):
            meta, condition = self._meta(node, clause), self._condition(node.entries["when"])
            outcome = self._outcome(node, "at_most")
            if condition is not None:
                ceilings.append(Criterion(title=self._title(node, condition), condition=condition, reject=True,
                                          outcome=outcome, **meta))  # fmt: skip
        total = self.node.get("total")
        least, most = (number(total.get(key)) if total else None for key in ("at_least", "at_most"))
        return Scorecard(vetoes, tuple(item for item in items if item), self._grades(least, most), tuple(ceilings),
                         least, most)  # fmt: skip

    def _item(self, node: Node, clause: str) -> ScoreItem | None:
        meta = self._meta(node, clause)
        meta["missing"] = number(node.get("missing"))
        if (formula := node.get("formula")) is not None:
            expr = self.resolver.expression(formula, self.place)
            return None if expr is None else ScoreItem(
                title=self._title(node, expr), formula=expr, least=number(node.get("at_least")),
                most=number(node.get("at_most")), shown=expr, **meta)  # fmt: skip
        fact = self.resolver.path(node.entries["fact"], self.place)
        if fact is None:
            return None
        bands = self._bands(node, fact) if node.get("bands") is not None else self._by_choice(node, fact)
        return ScoreItem(title=self._title(node, fact), bands=tuple(bands), shown=fact, **meta)

    def _bands(self, node: Node, fact: Ref) -> list[tuple[Condition, Expr]]:
        found, edges = [], []
        for band in _items(node, "bands"):
            limits = Node(band.mark, band.path, {k: v for k, v in band.entries.items() if k != "points"})
            tests = self.resolver.tests(limits, fact, self.place)
            points = self.resolver.expression(band.entries["points"], self.place, POINTS)
            known = tuple(test for test in tests if test is not None)
            if points is not None and len(known) == len(tests):
                found.append((_all(fact, known), points))
                edges.append(Band.of(band, known))
        known_edges = [edge for edge in edges if edge is not None]
        if fact.type.is_ordered and fact.type.kind != "choice" and len(known_edges) == len(_items(node, "bands")):
            minimum, maximum = self._range(fact)
            check_bands(known_edges, fact.type, minimum, maximum, self.problems)
        return found

    def _range(self, fact: Ref) -> tuple[Value, Value]:
        """The least and the greatest value a fact can have; a derived one can be anything."""
        found = getattr(self.resolver.facts, "facts", {}).get((fact.scope or self.subject, fact.name))
        return (found.minimum, found.maximum) if isinstance(found, Fact) else (None, None)

    def _by_choice(self, node: Node, fact: Ref) -> list[tuple[Condition, Expr]]:
        points = node.entries["points"]
        codes = ("true", "false") if fact.type == BOOLEAN else fact.type.choices
        if not codes:
            self.problems.add(points, "score.no_choices", fact=fact.path)
        for code in points.entries:
            if codes and code not in codes:
                at = Node(points.key_marks[code], f"{points.path}.{code}", code)
                self._unknown(at, codes, "type.no_choice")
        if left_out := [code for code in codes if code not in points.entries]:
            self.problems.add(points, "score.choice_missing", left_out=listed(tuple(left_out)))
        found: list[tuple[Condition, Expr]] = []
        for code, at in points.entries.items():
            expr = self.resolver.expression(at, self.place, POINTS)
            value: Value = code == "true" if fact.type == BOOLEAN else code
            if expr is not None and code in codes:
                found.append((Leaf(fact, (Comparison("equals", (Const(value, fact.type),)),)), expr))
        return found

    def _adjustment(self, node: Node, clause: str) -> ScoreItem | None:
        meta, condition = self._meta(node, clause), self._condition(node.entries["when"])
        points = self.resolver.expression(node.entries["points"], self.place, POINTS)
        if condition is None or points is None:
            return None
        none = Group("none", (condition,))
        return ScoreItem(title=self._title(node, condition), bands=((condition, points), (none, Const(0, POINTS))),
                         missing=number(node.get("missing")), **meta)  # fmt: skip

    def _check_full_marks(self, items: Sequence[ScoreItem]) -> None:
        full = self.node.get("full_marks")
        if full is None:
            return
        best: list[Value] = []
        for item in items:
            worths = [worth.value for _, worth in item.bands if isinstance(worth, Const)]
            best.append(item.most if item.formula is not None else max(worths, default=None))
        if None not in best and sum(best) != number(full):
            self.problems.add(full, "score.full_marks", full=full.text, sum=sum(best))

    def _grades(self, least: Value, most: Value) -> tuple[tuple[Condition, str], ...]:
        total = Ref("total", "", self.id, POINTS)
        found, edges = [], []
        for node in _items(self.node, "grades"):
            limits = Node(node.mark, node.path, {k: v for k, v in node.entries.items() if k != "grade"})
            tests = tuple(
                Comparison(operator, (Const(number(value), POINTS),)) for operator, value in limits.entries.items()
            )
            found.append((_all(total, tests), self._outcome(node, "grade")))
            edges.append(Band.of(node, tests))
        check_bands([edge for edge in edges if edge], POINTS, least, most, self.problems)
        return tuple(found)

    def _ranking(self) -> Body | None:
        at = self.node.entries["list"]
        records = self.resolver.path(at, self.place)
        if records is None:
            return None
        if records.type.kind != "list":
            self.problems.add(at, "type.not_list", text=shown(at.text))
            return None
        self.place = self.place.inside(records.type.of)
        eligible = self._criteria("eligible")
        keys = []
        for node in _items(self.node, "order"):
            by = self.resolver.expression(node.entries["by"], self.place)
            if by is not None and not by.type.is_ordered:
                self.problems.add(node.entries["by"], "order.no_order", found=said(by.type))
            elif by is not None:
                keys.append(Key(by, node.entries["first"].text, self._title(node, by)))
        take = self.node.get("take")
        return Ranking(records, eligible, tuple(keys), int(take.text) if take else None,
                       text_of(self.node.get("ties")) or "shared")  # fmt: skip


def _all(left: Expr, tests: Sequence[Comparison]) -> Condition:
    """One leaf for the fixed limits, and one for each other."""
    fixed = tuple(test for test in tests if all(isinstance(limit, Const) for limit in test.limits))
    leaves = [Leaf(left, fixed)] if fixed else []
    leaves += [Leaf(left, (test,)) for test in tests if test not in fixed]
    return leaves[0] if len(leaves) == 1 else Group("all", tuple(leaves))


def _one_value(source: Expr | Condition | None) -> Expr | None:
    """The one value that an expression is or that a condition speaks of."""
    if isinstance(source, Leaf):
        return source.left
    if isinstance(source, Group):
        lefts = {part.left for part in source.parts if isinstance(part, Leaf)}
        return next(iter(lefts)) if len(lefts) == 1 and source.join == "all" else None
    return source


def ordered(rules: Sequence[Rule], problems: Problems) -> dict[str, Rule]:
    """The rules so that each comes after those it needs; a circle is refused."""
    by_id = {rule.id: rule for rule in rules}
    done: dict[str, Rule] = {}
    path: list[str] = []

    def visit(name: str) -> None:
        if name in done or name not in by_id:
            return
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            problems.add(by_id[name].mark, "decision.circle", path="", circle=circle)
            return
        path.append(name)
        for needed in by_id[name].needs:
            visit(needed)
        path.pop()
        done[name] = by_id[name]

    for name in by_id:
        visit(name)
    return done
