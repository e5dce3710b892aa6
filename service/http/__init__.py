"""HTTP around the views: application, request data, access, cases, bodies, problems, metrics.

In: requests. Out: checked cases, logged answers, problem documents. May be imported by `openapi`, `pages`, `api`,
`app`.
"""
