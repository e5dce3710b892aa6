"""Warnings about a valid edition: contradictions, dead rules, unused facts, clauses that say another figure."""
