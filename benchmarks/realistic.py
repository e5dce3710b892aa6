"""One case at a time on the example county: its households and villages, no two alike and none seen twice."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import pyarrow.parquet as pq

from benchmarks.peers import cel_program, zen_table
from benchmarks.timing import table
from examples.generate import Wanted, generate
from rules import Edition, Engine, FactChecker
from rules.values.exact import completed_years

Facts = Mapping[str, Any]
ROUNDS, HOUSEHOLDS, VILLAGES = 9, 18_000, 18_000  # each round has cases of its own
OF_A_VILLAGE = 50  # households
STATUS = {"resident": 0, "moved_away": 1, "deceased": 2, "absconded": 3}


def county(edition: Edition, on: date) -> tuple[list[Facts], list[Facts]]:
    """Checked facts of households and of villages, the county's own figures around each village."""
    checker = FactChecker(edition)
    with tempfile.TemporaryDirectory() as folder:
        out = generate(Wanted(VILLAGES * OF_A_VILLAGE, on=on, villages=VILLAGES, years=1), Path(folder))
        around = next(_rows(edition, "county", out / "county.parquet"))
        households = [
            checker.check("household", one)
            for one in islice(_rows(edition, "household", out / "households.parquet"), HOUSEHOLDS)
        ]
        villages = [checker.check("village", one | {"county": around})
                    for one in _rows(edition, "village", out / "villages.parquet")]  # fmt: skip
    return households, villages


def _rows(edition: Edition, subject: str, file: Path) -> Iterator[dict[str, Any]]:
    facts = edition.subjects[subject].facts
    for row in (one for batch in pq.ParquetFile(file).iter_batches() for one in batch.to_pylist()):
        yield {name: value for name, value in row.items() if name in facts and facts[name].given and value is not None}


def household_peer(facts: Facts, on: date) -> dict[str, int]:
    """What a peer is given of a household; it has no word for "not known", and is given a no instead."""
    return {
        "age": completed_years(facts["birth_date"], on), "status": STATUS[facts["status"]],
        "adverse": int(facts.get("adverse_record", False)), "other": int(facts.get("other_unfitness", False)),
    }  # fmt: skip


def measured(work: Mapping[str, tuple[Callable[[Any], object], Sequence[Any]]]) -> dict[str, float]:
    """The median time of one case, each contestant in every round, each round over the next cases."""
    seen: dict[str, list[float]] = {name: [] for name in work}
    for round_ in range(ROUNDS):
        for name, (decide, cases) in work.items():
            each = len(cases) // ROUNDS
            mine = cases[round_ * each : (round_ + 1) * each]
            start = process_time()
            for case in mine:
                decide(case)
            seen[name].append((process_time() - start) / each * 1e6)
    return {name: median(times) for name, times in seen.items()}


def realistic(edition: Edition, on: date, rules: Mapping[str, Any], village_peer: Callable[[Any], Any]) -> list[str]:
    """Judging and deciding against the peers, with the share of answers that were remembered."""
    households, villages = county(edition, on)
    shown = []
    for decision, cases, peer in (
        ("screening", households, [household_peer(one, on) for one in households]),
        ("credit_village", villages, [village_peer(one) for one in villages]),
    ):
        engine, other, cold = Engine(edition), Engine(edition), Engine(edition, remember=0)
        times = measured({
            "zen decision table": (zen_table(rules[decision]), peer),
            "cel, one compiled expression": (cel_program(rules[decision]), peer),
            "judge: outcome and codes": (lambda facts: engine.judge(decision, facts, on), cases),  # noqa: B023
            "judge, nothing remembered": (lambda facts: cold.judge(decision, facts, on), cases),  # noqa: B023
            "decide: full findings": (lambda facts: other.decide(decision, facts, on), cases),  # noqa: B023
            "decide, nothing remembered": (lambda facts: cold.decide(decision, facts, on), cases),  # noqa: B023
        })  # fmt: skip
        memory = engine.memory
        shown.append(
            table(f"{decision}: {len(cases):,} different cases", times, "zen decision table",
                  "cel, one compiled expression")
            + f"\n  remembered: {memory.hits / len(cases):.1%} of the answers as a whole, "
            f"{memory.joined / len(cases):.1%} rung by rung; {memory.misses:,} were proved"
        )  # fmt: skip
    return shown
