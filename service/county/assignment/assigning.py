"""Assigns records to bearers as evenly as it can, and bounds the distance to the best assignment.

First trades (`trading`), then the solver on two bearers at a time, the worst-off among them, and on the whole where
that is small. The same question always gets the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from rules.judging.assignment import Answer, Judged, Task, judged, least_spreads
from service.county.assignment.solving import improve, part_of, relaxed
from service.county.assignment.trading import Board, answer_of, begin, opposites, trade

POWERS = (2, 4, 8)  # at first all that is off counts, in the end nearly only the worst
TRADES = 4000  # of one power, at most
PAIRS = 100  # that the solver looks at
PATIENCE = 20  # pairs in a row that bring nothing
EFFORT = 0.05  # of the solver on a pair: about a tenth of a second
WHOLE_EFFORT = 2.0
ENOUGH = 1 / 2000  # of a fair share: nobody notices less
SMALL = 512  # records times bearers: so many choices the solver takes in at once
STEPS = len(POWERS) + PAIRS + 1


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, how even it is, and a bound that no answer can beat."""

    answer: Answer
    judged: Judged
    bound: Fraction

    @property
    def gap(self) -> Fraction:
        """How much more even the best answer could be at most."""
        return max(Fraction(0), self.judged.score - self.bound)


def assign(asked: Task, step: Callable[[int], None] = lambda _: None) -> Found:
    """The answer to a task that has no obstacles; `step` hears of progress, in STEPS."""
    board = begin(asked)
    for board.power in POWERS:
        trade(board, TRADES)
        step(1)
    board.power = POWERS[0]
    pairs(board, step)
    bound = max(asked.mean(least_spreads(asked)), Fraction(relaxed(board)))
    if len(board.answer) * len(board.shares) <= SMALL:
        everybody = part_of(board, range(len(board.shares)))
        bound = max(bound, Fraction(improve(board, everybody, WHOLE_EFFORT)))
    step(1)
    answer = answer_of(board)
    found = judged(asked, answer)
    return Found(answer, found, min(bound, found.score))


def pairs(board: Board, step: Callable[[int], None]) -> None:
    """Even out the worst-off bearer with one other at a time, the best counterweights first."""
    tries = 0
    for made in range(PAIRS):
        off = np.abs(board.off())
        dimension = int(np.argmax(board.value * off.max(axis=0)))
        worst = int(np.argmax(off[:, dimension]))
        others = opposites(board, worst)
        if tries >= min(PATIENCE, len(others)) or board.score() < ENOUGH:
            step(PAIRS - made)
            return
        before = board.score()
        improve(board, part_of(board, [worst, int(others[tries])]), EFFORT)
        tries = 0 if board.score() < before else tries + 1
        step(1)
