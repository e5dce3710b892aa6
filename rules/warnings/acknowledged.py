"""Tells the warnings of an edition that it acknowledges from those that it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rules.model import Acknowledged, Edition
from rules.problems.problem import Problem, Problems

OUTSIDE = ("effective.from", "effective.to")  # places of warnings that take other editions or the log to see


def acknowledging(edition: Edition, problems: Iterable[Problem], *, complete: bool) -> tuple[Problem, ...]:
    """The warnings, with those that the edition acknowledges told apart; where they are all that it can have, one more
    for each that does not arise."""
    known = {(f"warning.{one.warning}", one.at): one for one in edition.acknowledged}
    told, left = Problems(), dict(known)
    for problem in problems:
        one = known.get((problem.code, problem.path))
        left.pop((problem.code, problem.path), None)
        told.append(problem if one is None else _acknowledged(problem, one))
    for one in left.values() if complete else ():
        if one.at not in OUTSIDE and one.mark.file.startswith(
            f"{edition.id}/"
        ):  # an inherited one may speak of a rule that the child has not
            told.warn(one.mark, "warning.not_arising", path="acknowledged", warning=one.warning, at=one.at)
    return told.sorted()


def _acknowledged(problem: Problem, one: Acknowledged) -> Problem:
    zh = f"{problem.zh}（{one.on}由{one.by.zh}确认：{one.because.zh}）"
    en = f"{problem.en} (Acknowledged on {one.on} by {one.by.en}: {one.because.en})"
    return replace(problem, zh=zh, en=en, severity="acknowledged")
