"""Views of people: who may open them, and forms that no other site can send."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from service.desk import again
from service.http.bodies import readable
from service.http.cases import field_errors
from service.http.context import request_data, signed_in
from service.http.problems import KINDS, Problem
from service.http.security import SAFE, count_request, meant
from service.http.views import marked
from service.http.wsgi import FORM, BufferedRequest
from service.keys import PERMISSIONS
from service.log import LogUnavailable
from service.pages.pages import page
from service.publishing.drafting import MOST_BYTES

BUSY = "busy"
View = Callable[..., Response]
# No second slash, and nothing that a browser takes for one or leaves out of an address: blanks, tabs, ends of lines.
LOCAL = re.compile(r"/(?!/)[^\x00-\x20\x7f\\]*")
TEXT = 3 * MOST_BYTES + FORM  # bytes of a form that sends a file: each byte of it may take three
NUMBER = re.compile(r"[0-9]{1,9}")
FIELD = again.FIELD


def local(address: str) -> str:
    """The address, where it is one of this service; otherwise the start page."""
    return address if LOCAL.fullmatch(address) else url_for("operations.home")


def go(address: str) -> Response:
    """Send the browser there, to read."""
    return redirect(address, 303)


def number_of(name: str) -> int:
    """A whole number that a form or an address says; 0 where it says nothing, a Problem where that is no number."""
    text = request.values.get(name, "")
    if text and not NUMBER.fullmatch(text):
        raise Problem.invalid(field_errors({name: ["not_whole"]}))
    return int(text or 0)


def tell_by_page(blueprint: Blueprint) -> None:
    """Answer a browser by a page where something is wrong, and anybody else by a problem document."""
    blueprint.register_error_handler(Problem, _told)
    blueprint.register_error_handler(LogUnavailable, lambda error: _told(Problem.unavailable(error)))


def _told(problem: Problem) -> Response:
    if not again.by_browser():
        return problem.response()
    kind = KINDS[problem.kind]
    shown = page("trouble.html", problem=problem, title=kind.title, request_id=request_data().request_id)
    shown.status_code = kind.status
    shown.headers.extend(problem.headers)
    return shown


def person_view(
    blueprint: Blueprint, path: str, permission: str, methods: tuple[str, ...] = ("GET",), *, most: int = FORM
) -> Callable[[View], View]:
    """Register a view for whoever signed in, changed the first password, and has the permission. `most` is how many
    bytes its form may have, within what any body may."""

    def register(view: View) -> View:
        @wraps(view)
        def guarded(**places: str) -> Response:
            session = signed_in()
            if session is None and request.method not in SAFE:
                return again.ended(min(most, TEXT), most)
            if session is None:
                return go(f"{url_for('signing.sign_in')}?{urlencode({'next': request.full_path.rstrip('?')})}")
            count_request(session.person.client)
            if session.person.temporary:
                return go(url_for("signing.account"))
            if request.method not in SAFE:
                cast("BufferedRequest", request).most_of_form = most
                if again.offered():
                    return again.offer(409)
                meant(request.form.get(FIELD, ""))
            if permission not in PERMISSIONS[session.person.role]:
                refused = page("refused.html", permission=permission)
                refused.status_code = 403
                return refused
            request_data().key = session.person
            readable(request)
            try:
                return view(**places)
            except Problem as problem:  # the same form may well be taken in a moment: what was typed stays
                if problem.kind != BUSY or request.method in SAFE or not again.by_browser():
                    raise
                return again.offer(KINDS[BUSY].status, problem)

        blueprint.add_url_rule(path, view_func=marked("permission", permission)(guarded), methods=list(methods))
        return view

    return register
