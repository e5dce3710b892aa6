"""Speed, as ratios against peers measured in the same run: `make bench`. Nothing here is part of the test suite."""
