"""Forms that are sent when the session has ended: what was typed stays on a page, and is sent again after signing in.

Nothing is kept here and nothing done: whoever has signed in anew sees what was typed, and sends it with a token that
is good. That a form came from a page of this service is proved by the token it has, which goes with the cookie of the
session that ended, or by the mark of the page that offered it again, in the same browser.
"""

from __future__ import annotations

import hmac
import secrets
from typing import cast

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from service.http.context import cookie_name, secure, service
from service.http.problems import MEDIA_TYPE, Problem
from service.http.turns import Turns
from service.http.wsgi import BufferedRequest
from service.pages.pages import page

FIELD, MARK = "csrf", "again"  # fields of a form: the session's token, and the mark of one that is offered again
CHANCE = 32  # bytes of the token of a browser
OFFERING = Turns(2, 8)  # a page takes as much memory as its form, and here nobody has signed in
ENDED = (
    "登录已结束，没有保存：请重新登录后再试。",
    "You are not signed in any more; nothing was saved: sign in again, then retry.",
)
HOME = "desk.home"  # where to go on after signing in


def ended(most: int, most_of_files: int) -> Response:
    """The answer to a form of whoever is not signed in any more. `most` is how many bytes of what was typed are read,
    `most_of_files` of all with files, which nobody keeps."""
    if not by_browser():
        raise Problem("unauthorized", *ENDED, headers={"WWW-Authenticate": "Bearer"})
    sent = cast("BufferedRequest", request)
    sent.most_of_form, sent.most_of_files = most, most_of_files
    if not (_of_session() or offered()):  # read before it has a turn: a form may be sent half, and no more of it
        return redirect(url_for("signing.sign_in", next=url_for(HOME)), 303)
    with OFFERING.turn():
        return offer(401)


def offered() -> bool:
    """Whether a form has the mark of a page that offered it again to this browser. What somebody else was offered he
    can have another send, but not with the cookie of that other's browser."""
    given, token = request.form.get(MARK, ""), request.cookies.get(form_cookie(), "")
    return bool(given and token) and hmac.compare_digest(_mark(token), given.encode())


def offer(status: int, problem: Problem | None = None) -> Response:
    """What was typed, to be sent again to where it was sent; `problem` says why it was not taken, where somebody is
    signed in."""
    token = browser()
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in (FIELD, MARK)]
    shown = page("again.html", typed=typed, action=request.full_path.rstrip("?"), old=request.form.get(FIELD, ""),
                 mark=_mark(token).decode(), files=bool(request.files), problem=problem,
                 sign_in=url_for("signing.sign_in", next=url_for(HOME)))  # fmt: skip
    shown.status_code = status
    shown.headers.extend({} if problem is None else problem.headers)
    remember(shown, token)
    return shown


def form_cookie() -> str:
    return "__Host-form" if secure() else "form"


def browser() -> str:
    """The token of the browser, a new one where it has none."""
    return request.cookies.get(form_cookie()) or secrets.token_urlsafe(CHANCE)


def remember(response: Response, token: str) -> None:
    """Give the browser its token, which it sends from pages of this service alone."""
    response.set_cookie(form_cookie(), token, path="/", secure=secure(), httponly=True, samesite="Strict")


def by_browser() -> bool:
    """Whether a page is wanted; a script that saves by itself wants none."""
    return request.accept_mimetypes.best_match([MEDIA_TYPE, "text/html"]) == "text/html"


def _of_session() -> bool:
    """Whether the token of a form goes with the cookie, whatever became of that session."""
    token = request.cookies.get(cookie_name(), "")
    right = service().sealer.mark("csrf", token) if token else ""
    return bool(right) and hmac.compare_digest(right.encode(), request.form.get(FIELD, "").encode())


def _mark(browser: str) -> bytes:
    """It goes with the browser, the token that the form had, and the place it was sent to."""
    return service().sealer.mark("form again", f"{browser}\n{request.path}\n{request.form.get(FIELD, '')}").encode()
