"""Judges one case plainly: evaluation, outcomes, findings, missing facts, distances.

In: an edition, checked facts, a date. Out: `Decision` with its findings; `Reference`, the oracle of the engines. May
be imported by `engine`, `table`, `words`, `cases`, `variants` and the service.
"""
