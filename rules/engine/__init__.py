"""Judges one case through durable_rules, proved complete."""
