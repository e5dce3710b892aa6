"""Warnings about a valid edition: contradictions, dead rules, unused facts, clauses that state another figure.

In: an `Edition`. Out: warnings with their places, each proved. May be imported by `building`.
"""
