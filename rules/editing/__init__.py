"""Edits the text of policy files in place: only the lines that are meant, with comments, order and layout kept.

In: the texts of an edition's files, and acts on places in them. Out: texts, the lines that changed, what went with
them; the places of an edition as a tree for forms. Pure: no file is read or written. May be imported by `variants`.
"""
