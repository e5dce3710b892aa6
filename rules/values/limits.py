"""Limits of every figure and list, whichever plan: cases, tables and extracts are held to the same."""

HUGE = 10**15  # a count, a yuan amount, points: no honest figure comes near
PLACES = 6  # decimal places a figure may have
MOST_RECORDS = 100_000  # in a list of one case
