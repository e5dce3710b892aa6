"""The OpenAPI document, made from the views and the editions in force.

In: views, fact dictionaries. Out: one document for each set of editions. May be imported by `pages`, `api`, `app`.
"""
