"""Print all figures: `python -m benchmarks`. Exits with 1 where a target of start-up is missed."""

import sys
from itertools import chain

from benchmarks.speed import cases, growth, varied
from benchmarks.startup import MISSED, report

blocks = []
for block in chain.from_iterable(part() for part in (report, cases, varied, growth)):
    print(block, flush=True)
    blocks.append(block)
sys.exit(any(MISSED in block for block in blocks))
