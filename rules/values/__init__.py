"""Exact values and their types, limits, ids, exact JSON, text in both languages, and plain text to print.

In: text and Python values. Out: values with their types, and words to show them. May be imported by everything.
"""
