"""Holds the words of inherited readings against the figures of items that a child edition changes.

A child that changes a limit keeps the words of the reading that the item names, which then state another figure than is
in force. Within one edition a reading may speak of the figure of another item, and is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rules.model import Const, Criterion, Edition, Reading, ScoreItem, items_of
from rules.problems.problem import Problems
from rules.values.figures import told
from rules.warnings.clauses import is_figure
from rules.warnings.numerals import figures
from rules.warnings.sources import claims


def check_chosen(edition: Edition, problems: Problems) -> None:
    """Warn where a reading of another edition states figures of a kind that the item has, and none of its own."""
    for rule in edition.rules.values():
        for item in items_of(rule):
            reading = edition.readings.get(item.reading)
            if reading is None or _edition(reading) == _edition(item) or (other := _other(item, reading)) is None:
                continue
            path = f"{rule.id}.{item.id}"
            problems.warn(item.mark, "warning.reading_disagrees", path=path, id=path, parent=_edition(reading),
                          limit=told(other.value, other.type), reading=reading.title,
                          words=reading.readings[reading.chosen])  # fmt: skip


def _edition(thing: Criterion | ScoreItem | Reading) -> str:
    """The folder of the edition that something is written in."""
    return thing.mark.file.rpartition("/")[0]


def _other(item: Criterion | ScoreItem, reading: Reading) -> Const | None:
    """A figure of the item of which the reading, by its words chosen and its title, states others of its kind alone."""
    words = figures(f"{reading.readings[reading.chosen].zh}。{reading.title.zh}")
    limits = [*_limits(item)]
    for limit in limits:
        alike = [one for one in words if one.alike(limit.type)]
        own = [one for one in limits if one.type == limit.type]
        if alike and not any(one.equals(abs(Fraction(each.value)), each.type.unit) for one in alike for each in own):
            return limit
    return None


def _limits(item: Criterion | ScoreItem) -> Iterator[Const]:
    parts = (item.condition, item.when) if isinstance(item, Criterion) else tuple(
        one.condition for one in item.bands)  # fmt: skip
    for claim in claims(parts):
        if isinstance(claim.limit, Const) and claim.limit.type.is_number and is_figure(claim.limit, claim.operator):
            yield claim.limit
