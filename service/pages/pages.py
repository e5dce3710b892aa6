"""Common parts of the pages: language, words, headers."""

from __future__ import annotations

from flask import Response, render_template, request

from rules.values.text import Lang
from service.http.language import LANGUAGES, language


def page_language() -> Lang:
    wanted = request.args.get("lang", "")
    return wanted if wanted in LANGUAGES else language()


def page(template: str, **parts: object) -> Response:
    """Render a template. In it, `say(zh, en)` picks the language; `other` is the other language."""
    lang = page_language()

    def say(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    other = next(one for one in LANGUAGES if one != lang)
    response = Response(render_template(template, lang=lang, other=other, say=say, **parts), mimetype="text/html")
    response.headers["Content-Language"] = lang
    response.vary.add("Accept-Language")
    return response
