"""Judges one case through durable_rules. Each answer is proved complete before it is given.

In: an `Edition`, then checked facts and a date. Out: `Engine`, whose decisions equal those of `judging.Reference`.
May be imported by `rules` and the service.
"""
