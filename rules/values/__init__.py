"""Exact values and their types, ids, exact JSON, and plain text to print. Imports nothing of the package."""
