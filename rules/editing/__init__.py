"""Edits the text of policy files in place: only the lines that are meant, with comments, order and layout kept.

In: the texts of an edition's files (`texts.Texts`), and acts (`acts`) on places in them (`address.Address`). Out:
`edit.edit` gives texts, the lines that changed and what went with them; `outline.outline` the places of a file as a
tree for forms, `templates.templates` what can be added, `typing.offered` what may stand where the cursor is,
`clauses.wordings` the words of clause and reading that say a figure, `figures.figure` the place of a figure by its
short path. Pure: no file is read or written. May be imported by `variants` and the service.
"""
