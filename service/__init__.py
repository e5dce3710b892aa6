"""The decision service: HTTP API, pages, decision log, county run, command line."""
