"""An explanation as data: a tree of reasons in one language. Text, page and API print it, and decide nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from rules.values.layout import Span
from rules.values.text import Text

DEPTH = 2  # levels of arithmetic that are told unless somebody asks for more
ALL = 100  # more levels than formulas can have

TONES: Mapping[str, str] = {"met": "good", "not_met": "bad", "unknown": "unknown", "": "title"}  # by an outcome's role
MARKS: Mapping[bool | None, str] = {True: "✓", False: "✗", None: "?"}
VERDICT: Mapping[bool | None, str] = {True: "met", False: "not_met", None: "unknown"}


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


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """The explanation for JSON; members that say nothing are left out."""
    return {key: _filled(one) for key, one in {**asdict(explanation), "outcome": explanation.outcome.text}.items()
            if one not in ("", ())}  # fmt: skip


def _filled(told: Any) -> Any:
    if isinstance(told, Mapping):
        return {key: _filled(one) for key, one in told.items() if one not in ("", (), [])}
    return [_filled(one) for one in told] if isinstance(told, list | tuple) else told


def walk(reasons: tuple[Reason, ...]) -> Iterator[Reason]:
    """The reasons and all below them."""
    for one in reasons:
        yield one
        yield from walk(one.below)
