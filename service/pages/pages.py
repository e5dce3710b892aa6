"""Common parts of the pages: language, words, headers."""

from __future__ import annotations

import re
from datetime import datetime

from flask import Response, current_app, render_template, request
from markupsafe import Markup, escape

from rules.values.text import Lang
from service.http.context import service, signed_in
from service.http.language import LANGUAGES, language
from service.http.security import SAFE
from service.keys import PERMISSIONS
from service.log import LogUnavailable
from service.people import Session

HAN = re.compile("[\u3400-\u9fff](?:[^a-zA-Z<>&;]*[\u3400-\u9fff])?")
CHINESE = Markup('<span lang="zh-CN">{}</span>')


def page_language() -> Lang:
    wanted = request.args.get("lang", "")
    return wanted if wanted in LANGUAGES else language()


def page(template: str, **parts: object) -> Response:
    """Render a template. In it, `say(zh, en)` picks the language, `other` is the other one, `marked` marks what is
    Chinese in a text of an English page, `when` writes a time as it is in the service's `zone`, `session` is that of
    whoever signed in, `can` what their role permits, `read_at` where a page that answers a form can be read."""
    lang, zone = page_language(), service().settings.time_zone

    def say(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    def marked(text: str, whole: bool = False) -> Markup:
        return in_chinese(text, whole=whole) if lang != "zh" else escape(text)

    session = _visitor()
    other = next(one for one in LANGUAGES if one != lang)

    def when(at: datetime, pattern: str = "%Y-%m-%d %H:%M:%S") -> str:
        return at.astimezone(zone).strftime(pattern)

    shown = {"when": when, "zone": zone.key, "lang": lang, "other": other, "say": say, "session": session,
             "marked": marked, "can": _permissions(session), "read_at": _own()}  # fmt: skip
    response = Response(render_template(template, **{**shown, **parts}), mimetype="text/html")
    response.headers["Content-Language"] = lang
    response.vary.add("Accept-Language")
    return response


def _own() -> str:
    """Where the page that answers a form can be read: at its own address, or at the one that it is part of."""
    if request.method in SAFE:
        return ""
    address, routes = request.path, current_app.url_map.bind("")
    while address and not routes.test(address, "GET"):
        address = address.rpartition("/")[0]
    query = request.query_string.decode("ascii", "replace")
    return f"{address}?{query}" if query and address == request.path else address


def in_chinese(text: str, *, whole: bool = False) -> Markup:
    """A text with what is Chinese in it, or all of it, marked as such for whatever speaks it or breaks its lines."""
    if whole:
        return CHINESE.format(text)
    made, place = Markup(), 0
    for one in HAN.finditer(text):
        made += escape(text[place : one.start()]) + CHINESE.format(one[0])
        place = one.end()
    return made + escape(text[place:])


def _visitor() -> Session | None:
    """Who looks at the page. While the database is away it is shown as to nobody."""
    try:
        return signed_in()
    except LogUnavailable:
        return None


def _permissions(session: Session | None) -> frozenset[str]:
    return PERMISSIONS[session.person.role] if session and not session.person.temporary else frozenset()
