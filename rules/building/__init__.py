"""Builds an edition: names resolved, types checked, the extended edition merged in.

In: trees of nodes. Out: `Edition`, or every problem at once; `Store`, all editions of a folder. May be imported by
`cases`, `variants`, `rules` and the service.
"""
