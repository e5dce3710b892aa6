"""Other editions made from one: other limits, sweeps of a limit, the beginning of a new edition.

In: policy files and a supposition. Out: an `Edition` and its differences; copied files. May be imported by the
service.
"""
