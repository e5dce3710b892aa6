"""Finds a good answer to an assignment by local search: a greedy start, then trades of records while they improve it.

Figures here are floats, in full shares: they only lead the search. The results are computed exactly afterwards.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.judging.assignment import Answer, Task

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
NOBODY = -1
PARTNERS = 8  # with whom a bearer may trade at a time
SLIGHT = 1e-9  # of a strain: no gain, floats differ by this for no reason


class Board:
    """An answer under construction, and the load of every bearer. Weights are in full shares."""

    def __init__(self, task: Task) -> None:
        self.task, count = task, len(task.records)
        full = float(sum(one.share for one in task.bearers))
        totals = [float(sum(row)) or 1.0 for row in task.weights]
        rows = [[float(one) * full / total for one in row] for row, total in zip(task.weights, totals, strict=True)]
        self.weights: Floats = np.array(rows).T.reshape(count, len(rows))  # record x dimension
        self.shares: Floats = np.array([float(one.share) for one in task.bearers])
        self.most: Places = np.array([count if one.most is None else one.most for one in task.bearers], np.int64)
        value = np.array([float(one.weight) for one in task.assignment.balance])
        self.value: Floats = value / value.sum()  # of each dimension
        last = [NOBODY if one is None else one for one in task.last] or [NOBODY] * count
        self.last: Places = np.array(last, np.int64)
        self.answer: Places = np.full(count, NOBODY, np.int64)
        self.carried: Floats = np.zeros((len(self.shares), len(rows)))  # bearer x dimension
        self.held: Places = np.zeros(len(self.shares), np.int64)  # records by bearer
        self.stays = 0
        self.power = 2  # the higher, the more only the worst counts

    def give(self, record: int, bearer: int) -> None:
        """Move a record to a bearer."""
        old = self.answer[record]
        if old != NOBODY:
            self.carried[old] -= self.weights[record]
            self.held[old] -= 1
            self.stays -= int(old == self.last[record])
        self.answer[record] = bearer
        self.carried[bearer] += self.weights[record]
        self.held[bearer] += 1
        self.stays += int(bearer == self.last[record])

    def off(self) -> Floats:
        """The deviation of each bearer from his share, as a part of it, by dimension."""
        return self.carried / self.shares[:, None] - 1

    def score(self) -> float:
        return float(self.value @ np.abs(self.off()).max(axis=0))

    def strain(self, carried: Floats, shares: Floats) -> Floats:
        """The misfit of loads to shares: smooth, so that a trade helps even where another bearer is worse off."""
        strain: Floats = (np.abs(carried / shares[..., None] - 1) ** self.power) @ self.value**self.power
        return strain


def begin(task: Task) -> Board:
    """Start from the last answer within the limits; give the rest, the heaviest first, to whom each fits best."""
    board = Board(task)
    heavy = np.argsort(-(board.weights * board.value).sum(axis=1), kind="stable")
    for record in heavy:
        old = board.last[record]
        if old != NOBODY and board.held[old] < board.most[old]:
            board.give(int(record), int(old))
    for record in heavy[board.answer[heavy] == NOBODY]:
        after = board.strain(board.carried + board.weights[record], board.shares)
        gain = after - board.strain(board.carried, board.shares)
        gain[board.held >= board.most] = np.inf
        board.give(int(record), int(np.argmin(gain)))
    return board


def trade(board: Board, rounds: int) -> None:
    """Let the worst-off bearer hand over or swap the record that helps most, until nothing helps or time is up."""
    settled: set[int] = set()
    for _ in range(rounds):
        worst = board.strain(board.carried, board.shares)
        worst[list(settled)] = -1
        bearer = int(np.argmax(worst))
        if worst[bearer] <= 0:
            return
        if _best_trade(board, bearer):
            settled.clear()
        else:
            settled.add(bearer)


def _best_trade(board: Board, bearer: int) -> bool:
    """Make the best trade of a bearer, if there is one that helps: give one away, take one, or swap two."""
    count, partners = len(board.answer), opposites(board, bearer)[:PARTNERS]
    given = np.append(np.flatnonzero(board.answer == bearer), count)  # `count` stands for no record
    theirs = np.flatnonzero(np.isin(board.answer, partners))
    taken = np.concatenate([theirs, np.full(len(partners), count)])
    others = np.concatenate([board.answer[theirs], partners])
    weights = np.vstack([board.weights, np.zeros(board.weights.shape[1])])
    change = weights[taken][None, :, :] - weights[given][:, None, :]
    before = board.strain(board.carried, board.shares)
    here = board.strain(board.carried[bearer] + change, board.shares[bearer : bearer + 1])
    there = board.strain(board.carried[others] - change, board.shares[others])
    gain = here + there - before[bearer] - before[others]
    gain[_forbidden(board, bearer, given, taken, others)] = np.inf
    row, column = divmod(int(np.argmin(gain)), len(taken))
    if not gain[row, column] < -SLIGHT * before[bearer]:
        return False
    if given[row] < count:
        board.give(int(given[row]), int(others[column]))
    if taken[column] < count:
        board.give(int(taken[column]), bearer)
    return True


def opposites(board: Board, bearer: int) -> Places:
    """The other bearers, the best counterweights to this one first."""
    off = board.off() * board.value
    order: Places = np.argsort(off @ off[bearer], kind="stable")
    return np.delete(order, np.flatnonzero(order == bearer))


def _forbidden(board: Board, bearer: int, given: Places, taken: Places, others: Places) -> NDArray[np.bool_]:
    """The trades, given by taken, that are none, break a limit, or leave too few records where they were."""
    count = len(board.answer)
    gives, takes = given[:, None] < count, taken[None, :] < count
    room = board.held < board.most
    last, answer = np.append(board.last, NOBODY), np.append(board.answer, NOBODY - 1)
    leaves = (last == answer)[given][:, None].astype(int) + (last == answer)[taken][None, :]
    returns = (last[given][:, None] == others[None, :]).astype(int) + (last[taken] == bearer)[None, :]
    forbidden: NDArray[np.bool_] = board.stays - leaves + returns < board.task.keep
    forbidden |= ~gives & ~takes
    forbidden |= gives & ~takes & ~room[others][None, :]
    forbidden |= ~gives & takes & ~room[bearer]
    return forbidden


def answer_of(board: Board) -> Answer:
    return tuple(int(one) for one in board.answer)
