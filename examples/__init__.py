"""Examples: cases, a small county, and a generator of counties of any size."""
