"""Other editions tried against one on a county run: every other choice of its readings, or one figure at value after
value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules import Edition, PolicyError
from rules.judging.decision import vars_of
from rules.values.text import Text, TextError
from rules.variants.readings import Rereading
from rules.variants.sweep import sweep, values_of
from rules.variants.whatif import Supposition
from service.county.backend import Limits
from service.county.effect import effect
from service.county.run.outputs import Outputs
from service.county.running import Tick
from service.effect.question import READINGS, SWEEP

MOST = 41  # values of a sweep: for each the whole run may be judged again


@dataclass(frozen=True, slots=True)
class Trial:
    """An edition to be tried, and how it is called; `refused` says why it cannot be."""

    name: Text
    edition: Edition | None
    refused: Text | None = None


def trials(root: Path, edition: Edition, asks: str, run: Outputs) -> list[Trial]:
    """The editions to be tried, of those that lie below a folder. TextError where a sweep cannot be walked."""
    if asks == READINGS:
        return list(_readings(root, edition))
    must_walk(asks)
    return _swept(root, edition, asks, run)


def must_walk(asks: str) -> None:
    """TextError where what is asked is no sweep as it is written, or one of too many steps."""
    found = values_of(Supposition.read(asks.removeprefix(SWEEP)).value)
    if len(found) > MOST:
        raise TextError(f"最多试 {MOST} 个数，这里有 {len(found)} 个：步子放大些。",
                        f"At most {MOST} values are tried and these are {len(found)}: take larger steps.")  # fmt: skip


def _readings(root: Path, edition: Edition) -> Iterator[Trial]:
    rereading = Rereading(root, edition)
    for reading in edition.readings.values():
        for option in reading.changes:
            if option != reading.chosen:
                said = reading.readings[option]
                name = Text(f"{reading.title.zh}：{said.zh}", f"{reading.title.en}: {said.en}")
                try:
                    yield Trial(name, rereading.under({reading.id: option}))
                except TextError as error:
                    yield Trial(name, None, Text(error.zh, error.en))
                except PolicyError as error:
                    first = error.problems[0]
                    yield Trial(name, None, Text(first.zh, first.en))


def _swept(root: Path, edition: Edition, asks: str, run: Outputs) -> list[Trial]:
    try:
        swept = sweep(root, edition, asks.removeprefix(SWEEP), run.on)
    except PolicyError as error:
        raise TextError(error.problems[0].zh, error.problems[0].en) from None
    return [Trial(Text(value, value), one) for value, one in zip(swept.values, swept.editions, strict=True)]


def tried(run: Outputs, base: Outputs, those: list[Trial], scratch: Path, tick: Tick, limits: Limits) -> Any:
    """What each trial would move against `base`, the run under the edition that they are of."""
    steps = []
    for number, one in enumerate(those):
        tick(one.name.en)
        said: dict[str, Any] = {"name": vars_of(one.name), "decisions": []}
        if one.edition is None:
            steps.append(said | {"not": one.refused and vars_of(one.refused)})
            continue
        try:
            whole = effect(run, base, one.edition, scratch / str(number), lambda _: None, limits)
        except TextError as error:
            steps.append(said | {"not": {"zh": error.zh, "en": error.en}})
            continue
        steps.append(said | {"decisions": [_short(decision) for decision in whole["decisions"]]})
    return {"steps": steps, "curves": _curves(steps)}


def _short(decision: dict[str, Any]) -> dict[str, Any]:
    """One decision without its places and records."""
    short = {name: decision[name] for name in ("decision", "title", "subject", "changed", "gains", "loses", "met")}
    return short | {"amounts": [{name: value for name, value in one.items() if name != "places"}
                                for one in decision["amounts"]]}  # fmt: skip


def _curves(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How many records meet each decision that some step moves, at every step; None at one that was not judged."""
    moved = {one["decision"]: one for step in steps for one in step["decisions"] if one["met"] is not None}
    curves = []
    for name, first in moved.items():
        at = [None if "not" in step else
              next((one["met"]["after"] for one in step["decisions"] if one["decision"] == name),
                   first["met"]["before"]) for step in steps]  # fmt: skip
        if {*at} - {None} != {first["met"]["before"]}:
            curves.append({"decision": name, "title": first["title"], "subject": first["subject"],
                           "now": first["met"]["before"], "met": at})  # fmt: skip
    return curves
