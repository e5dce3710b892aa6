"""What all pages for people share: their language, their words, and how they are sent.

A page is in Chinese unless its reader prefers English; `?lang=` in its address goes before what the browser asks for.
"""

from __future__ import annotations

from flask import Response, render_template, request

from rules.values.text import Lang
from service.http.language import LANGUAGES, language


def page_language() -> Lang:
    wanted = request.args.get("lang", "")
    return wanted if wanted in LANGUAGES else language()


def page(template: str, **parts: object) -> Response:
    """A template as an answer. In it, `say(zh, en)` picks the language, and `other` is the one to switch to."""
    lang = page_language()

    def say(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    other = next(one for one in LANGUAGES if one != lang)
    response = Response(render_template(template, lang=lang, other=other, say=say, **parts), mimetype="text/html")
    response.headers["Content-Language"] = lang
    response.vary.add("Accept-Language")
    return response
