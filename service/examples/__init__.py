"""The examples of `features/`, read without a test runner: whether each still holds under another edition.

In: the folder of the features and a decider. Out: the examples, each with its sentences. The tests run the same
sentences. May be imported by `effect` and everything above it.
"""
