"""Judges the levels of a county.

In: good rows of extracts. Out: judged tables, their counts and gaps, and the manifest that lists them. May be
imported by `report`, `running`, `simulation`, `commands`.
"""
