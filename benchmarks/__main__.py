"""Print all figures: `python -m benchmarks`."""

from benchmarks.speed import cases, growth, varied
from benchmarks.startup import report

for block in (*cases(), *varied(), *growth(), *report()):
    print(block, flush=True)
