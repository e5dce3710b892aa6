"""Reads extracts of a county.

In: CSV, Excel and Parquet files. Out: good rows in columns named after facts, and a reason for every other row. May
be imported by `run` and above.
"""
