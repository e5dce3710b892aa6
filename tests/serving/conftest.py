"""The databases of the log's own tests serve here too."""

from tests.log.conftest import postgresql, quick, server, sqlite, sqlite_template, url

__all__ = ["postgresql", "quick", "server", "sqlite", "sqlite_template", "url"]
