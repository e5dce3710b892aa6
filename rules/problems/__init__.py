"""Problems of policy files, each with its place and its remedy in both languages.

In: a code, a place, and the facts of a message. Out: `Problem`, `Problems`, `PolicyError`. May be imported by every
reader of policies.
"""
