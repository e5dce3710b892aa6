"""Pages for people who signed in: their account, requests for review, and the log.

In: requests with a session. Out: pages, made of what the API's views do. May be imported by `app` alone.
"""
