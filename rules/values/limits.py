"""The limits of figures and lists. They are the same for cases, tables and extracts, under every plan."""

HUGE = 10**15  # a count, a yuan amount, points: no honest figure comes near
PLACES = 6  # decimal places a figure may have
MOST_RECORDS = 100_000  # in a list of one case
MOST_MISSING = 10_000  # missing facts that a decision lists
