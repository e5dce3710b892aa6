"""The order of evaluation: the derived facts and decisions that a decision rests on, in stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.model import Edition, Ref
from rules.model.uses import Used, fact_of, read_by, refs

Unit = tuple[str, str]  # a subject, and a derived fact or a decision of it


def heights_of(edition: Edition, start: Iterable[Used]) -> dict[Unit, int]:
    """The height of each reference: one more than the highest it depends on; given facts have 0."""
    heights: dict[Unit, int] = {}
    for subject, ref in start:
        _height(edition, subject, ref, heights)
    return heights


def stages(heights: dict[Unit, int]) -> list[list[Unit]]:
    """Derived facts and decisions; each stage rests only on those before it."""
    found: list[list[Unit]] = [[] for _ in range(max(heights.values(), default=0))]
    for unit, height in heights.items():
        if height:
            found[height - 1].append(unit)
    return found


def _height(edition: Edition, subject: str, ref: Ref, heights: dict[Unit, int]) -> int:
    unit = (subject, ref.name)
    if ref.what in ("on", "total") or not subject:
        return 0
    if unit not in heights:
        below = [_height(edition, home, one, heights) for home, one in _behind(edition, subject, ref)]
        fact = fact_of(edition, subject, ref)
        heights[unit] = 0 if fact is not None and fact.given else 1 + max(below, default=0)
    return heights[unit]


def _behind(edition: Edition, subject: str, ref: Ref) -> Iterator[Used]:
    fact = fact_of(edition, subject, ref)
    if fact is not None:
        yield from refs(fact.formula, subject)
    elif ref.what in ("outcome", "output"):
        yield from read_by(edition.rules[ref.name])
