"""The format of an answer, by the header Accept."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import MIMEAccept

from service.http.problems import Problem


def accepted(*formats: str) -> str:
    """The format that the caller likes best, the first where it says nothing; a Problem where it takes none of them.

    Parameters such as a charset say nothing here: all text is UTF-8."""
    if "Accept" not in request.headers:
        return formats[0]
    liked = MIMEAccept([(one.partition(";")[0].strip(), quality) for one, quality in request.accept_mimetypes])
    if (found := liked.best_match(formats)) is None:
        names = ", ".join(formats)
        raise Problem("not-acceptable", f"可选：{names}。", f"There are: {names}.")
    return found
