"""A figure tried at value after value, as a curve that is drawn and said in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise

from rules.values.exact import read_literal
from rules.values.text import Text
from rules.warnings.numerals import literal

WIDE, HIGH = 600, 150  # of the box that it is drawn in
Step = tuple[str, int | None]  # a value as written, and how many records meet the decision at it; None: not judged


@dataclass(frozen=True, slots=True)
class Mark:
    """A value that stands out: how it is called, as it is written, and how far to the right it stands."""

    name: Text
    value: str
    x: int


@dataclass(frozen=True, slots=True)
class Curve:
    """`lines`: the points of each unbroken piece. `values` and `counts`: the lowest and the highest."""

    lines: tuple[str, ...]
    dots: tuple[tuple[int, int], ...]
    values: tuple[str, str]
    counts: tuple[int, int]
    marks: tuple[Mark, ...]
    said: Text


def drawn(steps: Sequence[Step], figure: tuple[Text, Text] | None) -> Curve | None:
    """The curve of some steps, each at its value; `figure` is what the item says now and by the draft. None where fewer
    than two of its values can be placed."""
    placed = [(value, one) for one in steps if (value := _value(one[0])) is not None]
    known = [(value, written, count) for value, (written, count) in placed if count is not None]
    if len({value for value, *_ in known}) < 2:
        return None
    named = zip((Text("现在", "Now"), Text("草稿", "Draft")), figure or (), strict=False)
    found = [(name, written, value) for name, text in named
             if (value := _value(written := literal(text.zh)[1])) is not None]  # fmt: skip
    ends = sorted([(value, one[0]) for value, one in placed] + [(value, written) for _, written, value in found])
    (left, first), (right, last) = ends[0], ends[-1]
    low, high = min(count for *_, count in known), max(count for *_, count in known)

    def x(value: Fraction) -> int:
        return int(WIDE * (value - left) / (right - left))

    def y(count: int) -> int:
        return HIGH - HIGH * (count - low) // max(high - low, 1)

    pieces = [[(x(value), y(count)) for value, (_, count) in piece if count is not None]
              for is_known, piece in groupby(placed, lambda one: one[1][1] is not None) if is_known]  # fmt: skip
    lines = tuple(" ".join(f"{across},{down}" for across, down in piece) for piece in pieces)
    marks = tuple(Mark(name, written, x(value)) for name, written, value in found)
    return Curve(lines, tuple(dot for piece in pieces for dot in piece), (first, last), (low, high), marks,
                 _said([(written, count) for _, written, count in known]))  # fmt: skip


def _value(text: str) -> Fraction | None:
    """What a literal stands for, where it is a number."""
    found = read_literal(text)
    return Fraction(found.value) if found is not None and type(found.value) in (int, Fraction) else None


def _said(steps: Sequence[tuple[str, int]]) -> Text:
    """From how many to how many, and where it falls and rises most."""
    (first, start), (last, end) = steps[0], steps[-1]
    zh = f"{first} 时 {start:,} 条符合，{last} 时 {end:,} 条"
    en = f"{start:,} meet it at {first}, {end:,} at {last}"
    for sign, down_zh, down_en in ((-1, "减少", "falls"), (1, "增加", "rises")):
        most = max(pairwise(steps), key=lambda pair: sign * (pair[1][1] - pair[0][1]))
        (old, was), (new, now) = most
        if sign * (now - was) > 0:
            zh += f"；从 {old} 到 {new} {down_zh}最多（{was:,} → {now:,}）"
            en += f"; it {down_en} most from {old} to {new} ({was:,} → {now:,})"
    return Text(f"{zh}。", f"{en}.")
