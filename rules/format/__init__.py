"""The grammar of policy files.

In: the shapes, and the keys of `operations`. Out: `FILES`, `DECISION`, `DOCUMENT`, and the JSON Schema of editors.
May be imported by `building`, `variants`, the tools of docs.
"""
