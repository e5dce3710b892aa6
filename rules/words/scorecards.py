"""The words of a scorecard: its points and grades in the rulebook, in a difference and in an explanation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rules.judging.decision import Finding
from rules.judging.evaluate import evaluate, holds
from rules.judging.outcomes import within
from rules.model import Band, Condition, Const, Criterion, Grade, Group, Leaf, Rule, Scorecard, ScoreItem, leaves_in
from rules.values.exact import POINTS, Value, exact
from rules.values.text import Text
from rules.words.arithmetic import counted
from rules.words.explainer import Explainer, source
from rules.words.explanation import Reason
from rules.words.phrases import VALUES, joined
from rules.words.record_wording import compared, exactly, tests
from rules.words.sides import Item, Items, Sides, Spoken, framed, untitled
from rules.words.wording import Wording

Why = tuple[
    str | None, str, Sequence[Reason]
]  # why an item has its points (None: nothing is known), the formula behind them, the reasons below


def _stands(part: Band | Grade, whole: ScoreItem | Rule, say: Wording) -> str:
    """The clause of a part and who sets it, where that is not as in the whole."""
    said = [part.clause] if part.clause != whole.clause else []
    if part.set_by != getattr(whole, "set_by", "plan") and ("set_by", part.set_by) in VALUES:
        said.append(say.text(VALUES["set_by", part.set_by]))
    return say.pick("（{}）", " ({})").format(say.pick("，", ", ").join(said)) if said else ""


# --- difference


def items(rule: Rule, body: Scorecard, sides: Sides) -> Items:
    """The scored items, the grades and the total of a scorecard."""
    place = ("rules", rule.id, "body")
    for one in body.items:
        side = sides.of(partial(_scored, rule, one), "formula", "bands", "shown")
        at = (*place, "items", one.id)
        figures = {name: value for name in ("least", "most", "missing") if (value := getattr(one, name)) is not None}
        more = {
            name: sides.of(partial(Wording.value, value=value, type=POINTS), name) for name, value in figures.items()
        }
        yield f"{rule.id}.{one.id}", Item("item", one.title, one.clause, at, {"condition": side, **more})
    for grade in (one for one in body.grades if one.id in rule.outcomes):
        side = sides.of(partial(_band, grade=grade, subject=rule.subject), "condition")
        title, at = rule.outcomes[grade.id].title, (*place, "grades", grade.id)
        yield f"{rule.id}.grades.{grade.id}", Item("item", title, grade.clause, at, {"condition": side})
    total = {"value": sides.of(partial(_total, body), "least", "most")}
    yield f"{rule.id}.total", Item("item", Text("总分", "Total"), rule.clause, place, total)


def _band(say: Wording, grade: Grade, subject: str = "") -> str:
    """The totals that earn a grade; one without limits takes in every total that is known."""
    return say.condition(grade.condition, subject) or say.pick("任何已知的总分", "any total that is known")


def _total(body: Scorecard, say: Wording) -> str:
    if body.least is None and body.most is None:
        return say.text(VALUES["most", None])
    return " – ".join("…" if one is None else say.value(one, POINTS) for one in (body.least, body.most))


def _scored(rule: Rule, one: ScoreItem, say: Wording) -> Spoken:
    if one.formula is not None:
        return Spoken(say.expr(one.formula, rule.subject))
    bands = [(say.condition(band.condition, rule.subject),
              f"{say.expr(band.points, rule.subject)}{_stands(band, one, say)}") for band in one.bands]  # fmt: skip
    earns = say.pick("{} 得 {}", "{}: {}").format
    whole = say.pick("；", "; ").join(earns(band, worth) for band, worth in bands)
    frame = framed(bands[0][0], one, say) if bands else ""
    return Spoken(whole, tuple(earns(untitled(band, one, say), worth) for band, worth in bands), frame)


# --- explanation


@dataclass(frozen=True, slots=True)
class ScorecardExplainer(Explainer):
    """Explains a scorecard: the vetoes, the points of each item, the ceilings, the total and the grade."""

    body: Scorecard

    def item(self, finding: Finding, criterion: Criterion | ScoreItem) -> Reason:
        if isinstance(criterion, ScoreItem):
            scored = self._scored(finding, criterion)
            return replace(scored, below=(*scored.below, *self._reading(criterion.reading)))
        return Explainer.item(self, finding, criterion)

    def outputs(self) -> Iterator[Reason]:
        """The total and the grade it earns; a card with a veto has none that counts."""
        decision, body, say = self.decision, self.body, self.say
        title = say.pick("总分", "Total")
        vetoes = [one.verdict for one in decision.findings if one.role == "veto"]
        points = [one.points for one in decision.findings if one.role == "item"]
        if False in vetoes:
            yield Reason(title, say.pick("已被一票否决，不计总分", "vetoed: the points do not count"))
        elif None in points:
            waits = say.pick("有的项目还不能计分", "some items cannot be scored yet")
            range, _ = decision.left.outputs.get("total", (None, POINTS))
            seen, wanted = (say.value(range, POINTS), waits) if range else (waits, "")
            yield Reason(title, seen, wanted, state="unknown")
        else:
            raw = exact(sum(points))
            total = within(raw, body.least, body.most)
            yield Reason(title, self._apart(total), formula=self._added(points, raw, total))
            waits = say.pick("有一票否决的条件无法判断，还不能定级", "a veto cannot be told, so there is no grade yet")
            yield Reason(say.pick("等级", "Grade"), waits, state="unknown") if None in vetoes else self._grade()

    def _apart(self, total: Value) -> str:
        """The total, with as many decimals as it takes not to look like the limit of a grade."""
        tests = [test for grade in self.body.grades for leaf in leaves_in(grade.condition) for test in leaf.tests]
        limits = [one.value for test in tests for one in test.limits if isinstance(one, Const)]
        return self.say.value(total, POINTS, digits=self.say.apart(total, limits, POINTS, None))

    def _added(self, points: list[Value], raw: Value, total: Value) -> str:
        """The points added up, and the bound that cut the sum."""
        say = self.say
        if not self.arithmetic.depth:
            return ""
        each = [say.value(one, POINTS) if one >= 0 else f"({say.value(one, POINTS)})" for one in points]
        if total == raw:
            return f"= {' + '.join(each)}"
        return f"= {' + '.join(each)} = {say.value(raw, POINTS)}{say.pick('，', ', ')}{self._bound(raw, total)}"

    def _bound(self, value: Value, given: Value) -> str:
        """The bound that made another value of points."""
        bound = self.say.pick("最低", "at least") if given > value else self.say.pick("最高", "at most")
        return f"{bound} {self.say.value(given, POINTS)}"

    def _grade(self) -> Reason:
        """The grade that the total earns, and the ceilings that lower it."""
        decision, rule, say = self.decision, self.decision.rule, self.say
        grade = next(one for one in self.body.grades if holds(one.condition, say.scope))
        earned = say.text(rule.outcomes[grade.id].title)
        band = say.pick("，", " and ").join(tests(say.plain, leaf) for leaf in leaves_in(grade.condition))
        formula = say.pick(f"总分{band}的为 {earned}", f"{earned} is for a total {band}") if band else earned
        if rule.outcomes[decision.outcome].role == "unknown":
            waits = say.pick("有限级的条件无法判断，还不能定级", "a ceiling cannot be told, so there is no grade yet")
            return Reason(say.pick("等级", "Grade"), waits, formula=formula, state="unknown")
        kept = say.text(rule.outcomes[decision.outcome].title)
        if grade.id != decision.outcome:
            why = say.pick("、", ", ").join(
                say.text(one.title) for one in decision.findings
                if one.role == "ceiling" and one.verdict is False and one.outcome == decision.outcome
            )  # fmt: skip
            formula = say.pick(f"{formula}；因“{why}”降为 {kept}", f'{formula}; lowered to {kept} by "{why}"')
        told = formula if self.arithmetic.depth and formula != kept else ""
        stands = grade.clause if grade.clause != rule.clause else ""
        return Reason(say.pick("等级", "Grade"), kept, formula=told, clause=stands, source=stands)

    # --- points: the value seen, and the band, the formula or the bound that gave them

    def _scored(self, finding: Finding, item: ScoreItem) -> Reason:
        say, points = self.say, finding.points
        why, formula, below = self._why(item)
        worth = say.pick("不能计分", "cannot be scored")
        if points is not None:
            given = say.value(points, POINTS)
            worth = say.pick(f"{given}（{why}）", f"{given} ({why})") if why else given
            if why is None:
                worth = say.pick(f"未知，按{given}计", f"not known, counted as {given}")
        return Reason(
            title=say.text(finding.title),
            seen=self._seen(item),
            wanted=worth,
            formula=formula,
            state="" if points is not None else "unknown",
            clause=finding.clause,
            source=source(finding, say),
            below=tuple(below),
        )

    def _seen(self, item: ScoreItem) -> str:
        """The value that an item looks at; of a bonus or deduction that of its condition."""
        say, condition = self.say, item.bands[0].condition if item.bands else None
        if item.formula is not None or condition is None:
            return ""
        if item.shown is not None:
            return say.of_values(item.shown).lacking(item.shown)
        if isinstance(condition, Group):
            return counted(condition, say)
        name, seen = say.name(condition.left), say.of_values(condition.left).lacking(condition.left)
        return seen if name == say.text(item.title) else f"{name}{say.pick('：', ': ')}{seen}"

    def _why(self, item: ScoreItem) -> Why:
        say = self.say
        if item.formula is not None:
            value = evaluate(item.formula, say.scope)
            why = None if value is None else self._cut(item, value)
            return why, *self.arithmetic.of(item.formula)
        for band in item.bands:
            truth = holds(band.condition, say.scope)
            if truth is not False:
                behind = self._looked_at(item)
                if truth is None or evaluate(band.points, say.scope) is None:
                    return None, "", behind
                formula, below = self.arithmetic.of(band.points)
                return self._band(item, band.condition), formula, (*behind, *below)
        return None, "", ()

    def _looked_at(self, item: ScoreItem) -> Sequence[Reason]:
        """The arithmetic of the value that an item looks at, or the comparisons of a bonus that makes several."""
        first = item.bands[0].condition
        if item.shown is not None:
            return tuple(self.arithmetic.behind(item.shown))
        return tuple(self.arithmetic.parts(first)) if isinstance(first, Group) else ()

    def _band(self, item: ScoreItem, condition: Condition) -> str:
        """The band that the value fell into; of a bonus whether its condition holds."""
        say, first = self.say, item.bands[0].condition
        if item.shown is not None and isinstance(condition, Leaf):
            return "" if exactly(condition) else tests(say.of_values(condition.left), condition)
        if item.shown is not None:
            return say.plain.condition(condition)
        if isinstance(first, Group):
            return say.text(joined(first))
        return "" if exactly(first) and condition is first else compared(say, first, condition is first)

    def _cut(self, item: ScoreItem, value: Value) -> str:
        """The value of a formula and the bound that cut it; nothing where none did."""
        say, given = self.say, within(value, item.least, item.most)
        worked = say.value(value, POINTS)
        bound = self._bound(value, given)
        return "" if given == value else say.pick(f"算得 {worked}，{bound}", f"comes to {worked}, {bound}")
