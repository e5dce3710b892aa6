"""The live policies of a host: compiled, voted in by its workers, archived in the log.

In: a folder of policies. Out: `Snapshot`, the same for a whole request. May be imported by `http` and everything
above it.
"""
