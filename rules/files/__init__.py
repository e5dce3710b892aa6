"""Policy files as trees of nodes with their places; the only package that knows YAML.

In: files. Out: `Node` trees; problems of spelling and form. May be imported by `shapes` and everything above it.
"""
