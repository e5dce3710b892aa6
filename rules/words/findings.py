"""One finding in words: the value seen, what was wanted of it, by which clause, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.judging.decision import Decision, Finding, Part
from rules.model import Const, Criterion, Expr, Leaf, Scorecard, leaves_in
from rules.values.exact import POINTS
from rules.values.layout import Row, Span, row
from rules.words.wording import BETWEEN, Wording

MARKS = {True: "✓", False: "✗", None: "?"}
TONES = {True: "good", False: "bad", None: "unknown"}
HIT, PASSED = "»", "-"
INDENT = 2 * 2


def finding_rows(decision: Decision, finding: Finding, criterion: Criterion | None, say: Wording) -> Iterator[Row]:
    """A row for a finding; where it makes several comparisons, a row below for each."""
    clause = Span(_source(finding, say), "dim")
    title = say.text(finding.title)
    mark = _mark(finding)
    if any("岁" in part.title.zh for part in finding.parts):
        say = replace(say, years="岁")
    if finding.role == "item":
        points = Span(say.value(finding.points, POINTS), "" if finding.verdict else "unknown")
        yield row("", title, _seen(finding, decision, say), points, clause, indent=INDENT)
        return
    leaves = list(leaves_in(criterion.condition)) if criterion else []
    if not finding.applies:
        yield row(mark, title, Span(say.pick("不适用", "does not apply"), "dim"), "", clause, indent=INDENT)
    elif len(finding.parts) == 1:
        part = finding.parts[0]
        yield row(mark, title, *_compared(part, leaves[0], finding, decision, say), clause, indent=INDENT)
    else:
        yield row(mark, title, "", "", clause, indent=INDENT)
        for part, leaf in zip(finding.parts, leaves, strict=True):
            cells = _compared(part, leaf, finding, decision, say, named=True)
            yield row("", Span(f"  {say.text(part.title)}", "dim"), *cells, indent=INDENT)


def _mark(finding: Finding) -> Span:
    if not finding.applies:
        return Span(PASSED, "dim")
    if finding.role == "row" and finding.verdict is not None:
        return Span(HIT, "title") if finding.verdict else Span(PASSED, "dim")
    return Span(MARKS[finding.verdict], TONES[finding.verdict])


def _source(finding: Finding, say: Wording) -> str:
    lender = say.pick("（自定）", " (set by the lender)") if finding.set_by != "plan" else ""
    return f"{finding.clause}{lender}"


def _seen(finding: Finding, decision: Decision, say: Wording) -> str:
    """What an item of a scorecard looked at."""
    body = decision.rule.body
    items = body.items if isinstance(body, Scorecard) else ()
    shown = next((item.shown for item in items if item.id == finding.id), None)
    return ", ".join(
        say.value(part.value, part.type, {} if shown is None else say.codes(shown)) for part in finding.parts
    )


def _compared(
    part: Part, leaf: Leaf, finding: Finding, decision: Decision, say: Wording, *, named: bool = False
) -> Iterator[Span]:
    """The value seen, and what was wanted of it."""
    codes = say.codes(leaf.left)
    digits = say.apart(part.value, part.limits, part.type, codes)
    seen = say.value(part.value, part.type, codes, digits)
    if not named and part.title != finding.title:
        seen = f"{say.text(part.title)}{say.pick('：', ': ')}{seen}"
    yield Span(seen, TONES[None] if part.value is None else "")
    yield Span(_wanted(part, leaf, finding, decision, say, digits), "dim" if finding.verdict else "")


def _wanted(part: Part, leaf: Leaf, finding: Finding, decision: Decision, say: Wording, digits: int) -> str:
    if part.type.kind == "boolean" and finding.role != "row" and finding.verdict is True:
        return ""
    codes, said = say.codes(leaf.left), []
    if part.operators == BETWEEN and not any(benchmarks(leaf)):
        low, high = (say.value(limit, part.type, codes, digits) for limit in part.limits)
        return f"{_must(finding, say)}{say.span(low, high)}"
    for test, limit, benchmark in zip(leaf.tests, part.limits, benchmarks(leaf), strict=True):
        words = say.comparison(test.operator, limit, part.type, codes, digits)
        if benchmark is not None:
            title, operator = say.expr(benchmark, decision.rule.subject), say.operator(test.operator, part.type.kind)
            figure = words.removeprefix(operator).strip()
            words = say.pick(f"{operator} {title} {figure}", f"{words} ({title})")
        said.append(words)
    return f"{_must(finding, say)}{say.pick('，', ' and ').join(said)}"


def benchmarks(leaf: Leaf) -> list[Expr | None]:
    """The limit of each comparison that is a figure of the case and not of the policy."""
    limits = [test.limits[0] if len(test.limits) == 1 else None for test in leaf.tests]
    return [None if isinstance(limit, Const) else limit for limit in limits]


def _must(finding: Finding, say: Wording) -> str:
    if finding.role == "row":
        return ""
    return say.pick("不得", "must not be ") if finding.rejects else say.pick("应", "must be ")
