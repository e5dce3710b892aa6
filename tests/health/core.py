"""Judges drawn cases of every shipped edition by the engine and by the reference: `core.py THREADS CASES`.

Prints how many decisions agreed, and a hash of them all. It needs the core's own packages only, no pytest, so that
every interpreter of the machine can run it. All threads share one engine.
"""

import hashlib
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from rules import Edition, Engine, Reference, open_store  # noqa: E402 -- found by the line above
from tests.agreement.agreeing import agree  # noqa: E402
from tests.agreement.drawing import Drawing  # noqa: E402

Pair = tuple[Edition, Engine, Reference]


def judge(pairs: Sequence[Pair], cases: int, seed: int) -> tuple[int, str]:
    """Number and hash of the decisions on so many cases of each decision; AssertionError where two differ."""
    random, number, digest = Random(seed), 0, hashlib.sha256()
    for edition, engine, reference in pairs:
        drawing = Drawing(edition)
        for name, rule in edition.rules.items():
            for _ in range(cases):
                on = drawing.day(random)
                facts = drawing.case(random, rule.subject, on)
                digest.update(repr(agree(engine, reference, name, facts, on).as_dict()).encode())
                number += 1
    return number, digest.hexdigest()


def judge_in_threads(threads: int, cases: int) -> str:
    """Number and hash of all decisions, a seed for each thread."""
    plans = open_store(ROOT / "policies").plans.values()
    pairs = [(edition, Engine(edition), Reference(edition)) for editions in plans for edition in editions]
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(partial(judge, pairs, cases), range(threads)))
    return f"{sum(number for number, _ in found)} {hashlib.sha256(repr(found).encode()).hexdigest()}"


if __name__ == "__main__":
    sys.stdout.write(judge_in_threads(int(sys.argv[1]), int(sys.argv[2])) + "\n")
