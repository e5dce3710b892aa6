"""Assigns records to bearers evenly.

In: a task of `rules.judging.assignment`. Out: the records of every bearer, with a bound on any better answer. May be
imported by `commands`.
"""
