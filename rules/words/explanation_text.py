"""An explanation as lines of text, with tones for a screen that has colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rules.values.layout import Line, Row, Span, aligned, line, row
from rules.values.text import Lang, Text
from rules.words.explanation import STATES, Explanation, Reason

STEP = 2
BELOW = 10  # under the titles of the reasons above


def lines(told: Explanation, lang: Lang) -> Iterator[Line]:
    who = f"  {told.subject_id}" if told.subject_id else ""
    head = Span(told.title, "title"), f"{who}  {told.on}  ", Span(f"{told.edition} {told.clause}", "dim")
    yield line(*head)
    yield line(Text("结论：", "Outcome: ").get(lang), told.outcome, indent=STEP)
    sections = (
        (Text("依据", "Because"), told.because),
        (Text("结果", "What follows"), told.outputs),
        (Text("排名", "Ranking"), told.ranking),
        (Text("还需提供", "Still wanted"), told.missing),
        (Text("还差多少", "What it would take"), told.far),
        (Text("所依据的判定", "Decisions it rests on"), told.concluded),
    )
    for title, reasons in sections:
        if reasons:
            yield line(Span(title.get(lang), "dim"), indent=STEP)
            yield from aligned(list(_block(reasons)))
    for one in told.rests_on:
        for below in lines(one, lang):
            yield Line(below.spans, below.indent + STEP * 2)


def _block(reasons: Sequence[Reason]) -> Iterator[Row | Line]:
    for group, members in groupby(reasons, key=lambda one: one.group):
        if group:
            yield line(Span(group, "dim"), indent=STEP * 2)
        for one in members:
            yield from _reason(one)


def _reason(one: Reason) -> Iterator[Row | Line]:
    state = STATES[one.state]
    seen = Span(one.seen, "unknown" if one.state == "unknown" else "")
    wanted = Span(one.wanted, "" if one.state == "not_met" else "dim")
    if one.title:
        yield row(Span(state.mark, state.tone), one.title, seen, wanted, Span(one.source, "dim"), indent=STEP * 2)
    if one.formula:
        yield line(Span(one.formula, "dim"), indent=BELOW)
    for below in one.below:
        yield from _below(below, BELOW)


def _below(one: Reason, indent: int) -> Iterator[Line]:
    """A reason below another stands on a line of its own, aligned with nothing."""
    said = "  ".join(part for part in (one.title, one.seen, one.wanted) if part)
    yield line(Span(" ".join(part for part in (said, one.formula) if part), "dim"), indent=indent)
    for below in one.below:
        yield from _below(below, indent + STEP)
