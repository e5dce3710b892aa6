"""The language of an answer: Chinese unless the reader asks for English."""

from __future__ import annotations

from flask import request

from rules.problems import Lang

LANGUAGES: tuple[Lang, Lang] = ("zh", "en")


def language() -> Lang:
    return "en" if request.accept_languages.best_match(LANGUAGES, "zh") == "en" else "zh"


def pick(zh: str, en: str) -> str:
    return zh if language() == "zh" else en
