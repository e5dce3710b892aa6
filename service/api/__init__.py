"""The views of the API, one file for each resource.

In: checked cases and queries. Out: JSON answers as `answers` documents them. May be imported by `app`.
"""
