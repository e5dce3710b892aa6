"""Uses the solver of OR-Tools to improve a part of an answer and to prove a bound.

CP-SAT reckons in whole numbers: a full share is UNIT of them. Its work is limited by its own measure of effort, not by
the clock, and done by one worker from a fixed seed, so that the same question gets the same answer anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from ortools.linear_solver.python import model_builder
from ortools.sat.python import cp_model

from rules.judging.assignment import least_spreads
from service.county.assignment.trading import NOBODY, Board

UNIT = 1_000_000
SEED = 1
SHY = Fraction(1, UNIT)  # taken off a bound that was found in floats


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer that is to be made anew: some bearers and the records they have."""

    bearers: tuple[int, ...]
    records: tuple[int, ...]


def part_of(board: Board, bearers: Sequence[int]) -> Part:
    return Part(tuple(bearers), tuple(int(one) for one in np.flatnonzero(np.isin(board.answer, bearers))))


def improve(board: Board, part: Part, effort: float) -> float:
    """Make a part of an answer as even as effort allows, and give it to the board if the whole gains by it.

    Returns a bound that no answer to the part can beat, 0 where none is known."""
    model, has = _model(board, part)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        before, answer = (board.score(), _sum(board, part)), board.answer.copy()
        for record, choices in zip(part.records, has, strict=True):
            chosen = next(
                bearer for bearer, one in zip(part.bearers, choices, strict=True) if solver.boolean_value(one)
            )
            if chosen != board.answer[record]:
                board.give(record, chosen)
        if (board.score(), _sum(board, part)) >= before:
            for record in part.records:
                board.give(record, int(answer[record]))
    slack = (len(part.records) + 1) * len(part.bearers) / UNIT  # for weights that were rounded
    return max(0.0, solver.best_objective_bound / sum(_whole(board.value)) / UNIT - slack)


def _sum(board: Board, part: Part) -> float:
    """The sum of deviations in a part: it separates two answers whose worst bearers are equal."""
    return float(board.value @ np.abs(board.off()[list(part.bearers)]).max(axis=0))


def _whole(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[int]:
    return [round(float(one) * UNIT) for one in values]


Choices = list[list[cp_model.IntVar]]


def _model(board: Board, part: Part) -> tuple[cp_model.CpModel, Choices]:
    """Each record to one bearer; the least weighted spread."""
    model = cp_model.CpModel()
    has: Choices = [[model.new_bool_var("") for _ in part.bearers] for _ in part.records]
    for record, choices in zip(part.records, has, strict=True):
        model.add_exactly_one(choices)
        for bearer, one in zip(part.bearers, choices, strict=True):
            model.add_hint(one, bool(board.answer[record] == bearer))
    spreads = [model.new_int_var(0, len(board.shares) * UNIT, "") for _ in board.value]
    weights = np.rint(board.weights[list(part.records)] * UNIT).astype(int)
    for place, bearer in enumerate(part.bearers):
        column = [choices[place] for choices in has]
        model.add(sum(column) <= int(board.most[bearer]))
        share = round(float(board.shares[bearer]) * 100)
        for dimension, spread in enumerate(spreads):
            load = cp_model.LinearExpr.weighted_sum(column, [int(one) * 100 for one in weights[:, dimension]])
            model.add(load - share * UNIT <= share * spread)
            model.add(share * UNIT - load <= share * spread)
    outside = board.stays - sum(int(board.answer[one] == board.last[one]) for one in part.records)
    places = {bearer: place for place, bearer in enumerate(part.bearers)}
    stay = [
        choices[places[int(board.last[record])]]
        for record, choices in zip(part.records, has, strict=True)
        if int(board.last[record]) in places
    ]
    model.add(sum(stay) >= board.task.keep - outside)
    model.minimize(cp_model.LinearExpr.weighted_sum(spreads, _whole(board.value)))
    return model, has


def relaxed(board: Board) -> float:
    """A score that no answer can better: records that leave their last bearer may be cut up, and go anywhere."""
    least = [float(one) for one in least_spreads(board.task)]
    plain = float(board.value @ np.array(least))
    held = [int(record) for record in np.flatnonzero(board.last != NOBODY)]
    if not held:
        return plain
    model = model_builder.Model()  # type: ignore[no-untyped-call] # as its authors left it
    leaves = {record: model.new_num_var(0, 1, "") for record in held}
    model.add(model_builder.LinearExpr.sum(list(leaves.values())) <= len(held) - board.task.keep)
    spreads = [model.new_num_var(one, float(len(board.shares)), "") for one in least]
    mine: list[list[int]] = [[] for _ in board.shares]
    for record in held:
        mine[int(board.last[record])].append(record)
    loose = np.flatnonzero(board.last == NOBODY)
    for dimension, spread in enumerate(spreads):
        weights = board.weights[:, dimension]
        comes = [model.new_num_var(0, float(weights.sum()), "") for _ in board.shares]
        gone = model_builder.LinearExpr.weighted_sum(list(leaves.values()), [float(weights[one]) for one in held])
        model.add(model_builder.LinearExpr.sum(comes) == gone + float(weights[loose].sum()))
        for bearer, share in enumerate(board.shares):
            out = model_builder.LinearExpr.weighted_sum(
                [leaves[one] for one in mine[bearer]], [float(weights[one]) for one in mine[bearer]]
            )
            load = float(weights[mine[bearer]].sum()) - out + comes[bearer]
            model.add(load - float(share) <= float(share) * spread)
            model.add(float(share) - load <= float(share) * spread)
    model.minimize(model_builder.LinearExpr.weighted_sum(spreads, [float(one) for one in board.value]))
    solver = model_builder.Solver("glop")
    if solver.solve(model) != model_builder.SolveStatus.OPTIMAL:
        return plain
    return max(plain, solver.objective_value - float(SHY))
