"""Judges one case plainly: evaluation, outcomes, findings, missing facts, distances."""
