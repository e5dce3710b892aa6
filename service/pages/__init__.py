"""The pages that browsers show: start page, explanation, documentation, example report.

In: decisions, editions, the state of the service. Out: HTML, and data for its scripts. May be imported by `api`,
`app`.
"""
