"""Extracts as they come: opened, read as what the fact dictionary says, and checked row by row."""
