"""Print all figures: `python -m benchmarks`."""

from benchmarks.speed import cases, growth
from benchmarks.startup import report

for block in (*cases(), *growth(), *report()):
    print(block, flush=True)
