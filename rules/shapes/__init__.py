"""Shapes: what a node may look like, checked with all problems at once."""
