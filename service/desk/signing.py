"""Signing in and out, and one's own password."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from service.desk import again
from service.desk.views import FIELD, go, local, tell_by_page
from service.http.context import cookie_name, secure, service, signed_in
from service.http.problems import Problem
from service.http.security import meant
from service.http.turns import Turns
from service.pages.pages import page
from service.people import NotSignedIn, Person, Session, TooWeak
from service.people.refusals import NOT_CONFIRMED, UNKNOWN

if TYPE_CHECKING:
    from service.people.openid import OpenId

blueprint = Blueprint("signing", __name__)
tell_by_page(blueprint)
SIGNED_IN, SIGNED_OUT = "signed_in", "signed_out"
MINUTES = timedelta(minutes=10)
HASHING = Turns(1, 8)  # a password takes 20 ms and 19 MiB, and anybody may send one
ELSEWHERE = Turns(4, 4)  # a provider that hangs holds a thread for seconds
KEPT = "sign-in"  # the cookie while somebody is at the provider
STALE = "登录页已过期，请再试一次。", "The page to sign in at was out of date: try again."
WRONG = (
    "登录名或密码不对。连续输错几次后，要等一刻钟。",
    "Login or password is wrong. After several failures in a row, wait a quarter of an hour.",
)


@blueprint.get("/sign-in")
def sign_in() -> Response:
    """The form to sign in with; whoever is in already goes on."""
    wanted = local(request.args.get("next", ""))
    return go(wanted) if signed_in() else _form(next=wanted)


@blueprint.get("/sign-in/elsewhere")
def leave() -> Response:
    """Go to the organisation's provider to sign in."""
    try:
        with ELSEWHERE.turn():
            address, kept = _provider().begin(_back(), local(request.args.get("next", "")))
    except NotSignedIn as error:
        return _form(status=503, problem=(error.zh, error.en))
    response = go(address)
    response.set_cookie(KEPT, kept, max_age=MINUTES, path=url_for("signing.come_back"), secure=secure(), httponly=True,
                        samesite="Lax")  # fmt: skip
    return response


@blueprint.get("/sign-in/back")
def come_back() -> Response:
    """Where the provider sends the browser with its answer."""
    try:
        with ELSEWHERE.turn():
            login, wanted = _provider().finish(_back(), request.url, request.cookies.get(KEPT, ""))
    except NotSignedIn as error:
        service().passwords.refusals.refused(NOT_CONFIRMED)
        return _form(status=401, problem=(error.zh, error.en))
    person = service().people.by_login(login)
    if person is None:
        service().passwords.refusals.refused(UNKNOWN)
        zh, en = (
            f"登录名 {login} 还没有加入本服务，请找管理员。",
            f"Nobody here has the login {login}: ask the administrator.",
        )
        return _form(status=403, problem=(zh, en))
    service().people.say(SIGNED_IN, {"person": person.id}, person)
    response = _in(person, wanted)
    response.delete_cookie(KEPT, path=url_for("signing.come_back"))
    return response


@blueprint.post("/sign-in")
def begin() -> Response:
    _from_our_site()
    wanted, login = local(request.form.get("next", "")), request.form.get("login", "").strip()
    if not hmac.compare_digest(
        _mark(request.cookies.get(again.form_cookie(), "")), request.form.get(FIELD, "").encode()
    ):
        return _form(status=403, next=wanted, login=login, problem=STALE)
    with HASHING.turn():
        person = service().passwords.check(login, request.form.get("password", ""))
    if person is None:
        return _form(status=401, next=wanted, login=login, problem=WRONG)
    service().people.say(SIGNED_IN, {"person": person.id}, person)
    return _in(person, url_for("signing.account") if person.temporary else wanted)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End this session, or with `everywhere` all sessions of the person."""
    session = _mine()
    if "everywhere" in request.form:
        service().sessions.end_all(session.person)
    else:
        service().sessions.end(session)
    service().people.say(SIGNED_OUT, {"person": session.person.id}, session.person)
    response = go(url_for("operations.home"))
    response.delete_cookie(cookie_name(), secure=secure(), httponly=True, samesite="Lax")
    return response


@blueprint.get("/account")
def account() -> Response:
    return page("account.html") if signed_in() else go(url_for("signing.sign_in", next="/account"))


@blueprint.post("/account")
def change_password() -> Response:
    """Take another password, and end the person's other sessions."""
    session = _mine()
    new = request.form.get("new", "")
    with HASHING.turn():
        right = service().passwords.check(session.person.login, request.form.get("password", "")) is not None
    if not right:
        service().passwords.refusals.write()
        return _refused("现在的密码不对。", "The present password is wrong.")
    if new != request.form.get("again", ""):
        return _refused("两次输入的新密码不一样。", "The new password was typed in two ways.")
    if new == request.form.get("password"):
        return _refused("新密码要与现在的不同。", "The new password has to be another one.")
    try:
        with HASHING.turn():
            service().passwords.change(session.person, new)
    except TooWeak as error:
        return _refused(error.zh, error.en)
    service().sessions.end_all(session.person)
    return _in(session.person, url_for("operations.home"))


def _form(status: int = 200, **parts: object) -> Response:
    """The form to sign in with. It carries a token that goes with a cookie of this browser: a form of another site,
    which would sign somebody in as another person, has none."""
    token = again.browser()
    shown = page("sign_in.html", elsewhere=service().openid is not None, mark=_mark(token).decode(), **parts)
    shown.status_code = status
    again.remember(shown, token)
    shown.call_on_close(service().passwords.refusals.write)  # what the answer was may not show in how long it took
    return shown


def _mark(token: str) -> bytes:
    """What the form carries for the token in the cookie; nothing fits where there is none."""
    return service().sealer.mark("sign-in form", token).encode() if token else secrets.token_bytes()


def _provider() -> OpenId:
    if (found := service().openid) is None:
        raise Problem("not-found", "没有设置单位登录。", "There is no sign-in elsewhere.")
    return found


def _back() -> str:
    """The address to which the provider sends the browser; it has to be registered there."""
    return service().settings.public_address.rstrip("/") + url_for("signing.come_back")


def _refused(zh: str, en: str) -> Response:
    refused = page("account.html", problem=(zh, en))
    refused.status_code = 422
    return refused


def _in(person: Person, address: str) -> Response:
    """Go on there with a new session: a token from before the sign-in is of no use after it. The cookie outlives the
    session, so that a form sent too late is known to be ours."""
    session = service().sessions.begin(person)
    response = go(address)
    response.set_cookie(
        cookie_name(), session.token, max_age=2 * timedelta(hours=service().settings.session_hours), path="/",
        secure=secure(), httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


def _mine() -> Session:
    """The session that sent the form."""
    meant(request.form.get(FIELD, ""))
    session = signed_in()
    assert session is not None
    return session


def _from_our_site() -> None:
    """Refuse a form of which the browser says that another site sent it."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Problem("forbidden", "请从本服务的登录页登录。", "Sign in from the page of this service.")
