"""Reads cases and checks them against the fact dictionary of an edition.

In: YAML, JSON or values from a request. Out: exact facts, or every `FactProblem` at once. May be imported by `rules`
and the service.
"""
