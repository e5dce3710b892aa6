"""Extracts in (CSV, Excel, Parquet); good rows in columns named after facts, and a reason for every other row, out."""
