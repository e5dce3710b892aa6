"""An explanation as data: a tree of reasons in one language; and its form as JSON and as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any, NamedTuple

from rules.values.layout import Line, Row, Span, aligned, line, row
from rules.values.text import Lang, Text

DEPTH = 2  # levels of arithmetic that are told unless somebody asks for more
ALL = 100  # more levels than formulas can have
STEP = 2  # spaces of an indent
BELOW = 10  # of the reasons under the titles of those above

TONES: Mapping[str, str] = {"met": "good", "not_met": "bad", "unknown": "unknown", "": "title"}  # by an outcome's role
MARKS: Mapping[bool | None, str] = {True: "✓", False: "✗", None: "?"}


class State(NamedTuple):
    """How a state of a reason is shown: its sign, the tone of the sign, and the word for it."""

    mark: str
    tone: str
    word: Text


STATES: Mapping[str, State] = {
    "met": State(MARKS[True], "good", Text("符合", "met")),
    "not_met": State(MARKS[False], "bad", Text("不符合", "not met")),
    "unknown": State(MARKS[None], "unknown", Text("无法判断", "cannot tell")),
    "hit": State("»", "title", Text("适用", "applies")),
    "passed": State("-", "dim", Text("不适用", "does not apply")),
    "chosen": State(MARKS[True], "good", Text("入选", "chosen")),
    "placed": State("-", "dim", Text("未入选", "not chosen")),
    "not_eligible": State(MARKS[False], "dim", Text("不参加排名", "not ranked")),
    "given": State(MARKS[True], "good", Text("给予", "granted")),
    "": State("", "", Text("", "")),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One statement: the value seen, the value wanted, the formula that gave it, and the reasons below it."""

    title: str
    seen: str = ""
    wanted: str = ""
    formula: str = ""
    state: str = ""
    clause: str = ""
    source: str = ""  # the clause, and the lender where the lender set it
    group: str = ""
    below: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One decision; `rests_on` has those it follows from, each told once."""

    title: str
    clause: str
    subject: str
    subject_id: str
    on: str
    edition: str
    outcome: Span
    tally: str
    because: tuple[Reason, ...]
    outputs: tuple[Reason, ...]
    ranking: tuple[Reason, ...]
    missing: tuple[Reason, ...]
    far: tuple[Reason, ...]
    concluded: tuple[Reason, ...]
    rests_on: tuple[Explanation, ...] = ()
    subject_name: str = ""
    tried: tuple[str, ...] = ()  # readings taken otherwise than the plan does


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """The explanation for JSON; members that say nothing are left out."""
    return _filled({**asdict(explanation), "outcome": explanation.outcome.text})  # type: ignore[no-any-return]


def _filled(thing: Any) -> Any:
    if isinstance(thing, Mapping):
        return {key: _filled(one) for key, one in thing.items() if one not in ("", (), [])}
    return [_filled(one) for one in thing] if isinstance(thing, list | tuple) else thing


def lines(explanation: Explanation, lang: Lang) -> Iterator[Line]:
    """The explanation as lines of text, with tones for a screen that has colours."""
    who = " ".join(filter(None, (explanation.subject_name, explanation.subject_id)))
    where = Span(f"{explanation.edition} {explanation.clause}", "dim")
    yield line(Span(explanation.title, "title"), f"{who and f'  {who}'}  {explanation.on}  ", where)
    yield from (line(Span(one, "unknown"), indent=STEP) for one in explanation.tried)
    yield line(Text("结论：", "Outcome: ").get(lang), explanation.outcome, indent=STEP)
    sections = (
        (Text("依据", "Because"), explanation.because),
        (Text("结果", "What follows"), explanation.outputs),
        (Text("排名", "Ranking"), explanation.ranking),
        (Text("还需提供", "Still wanted"), explanation.missing),
        (Text("还差多少", "What it would take"), explanation.far),
        (Text("所依据的判定", "Decisions it rests on"), explanation.concluded),
    )
    for title, reasons in sections:
        if reasons:
            yield line(Span(title.get(lang), "dim"), indent=STEP)
            yield from aligned(list(_block(reasons)))
    for one in explanation.rests_on:
        yield from (Line(below.spans, below.indent + STEP * 2) for below in lines(one, lang))


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
    words = "  ".join(filter(None, (one.title, one.seen, one.wanted)))
    gap = " " if one.formula.startswith("=") else "  "  # a note is no part of the value
    yield line(Span(gap.join(filter(None, (words, one.formula))), "dim"), indent=indent)
    for below in one.below:
        yield from _below(below, indent + STEP)
