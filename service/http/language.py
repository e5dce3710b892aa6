"""The language of an answer: Chinese unless the reader asks for English."""

from __future__ import annotations

from flask import request

from rules.values.text import Lang

LANGUAGES: tuple[Lang, Lang] = ("zh", "en")


def language() -> Lang:
    for tag, _ in request.accept_languages:  # those liked best come first; one that is not wanted has quality 0
        for lang in LANGUAGES:
            if tag.lower().partition("-")[0] == lang and request.accept_languages[tag] > 0:
                return lang
    return "zh"
