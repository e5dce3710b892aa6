"""Suppositions: other limits, sweeps of a limit, the beginning of a new edition."""
