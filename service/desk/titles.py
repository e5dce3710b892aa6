"""Titles for the codes of a logged decision, as the newest edition that has it names them; codes where none does."""

from __future__ import annotations

import json
from collections.abc import Mapping

from rules.model import Rule
from rules.values.text import Lang
from service.api.reviewing import Review
from service.http.context import snapshot
from service.log import Line

STANDS = {"zh": "维持", "en": "stands"}
LOOKS: Mapping[str, Mapping[str, str]] = {
    "explanation": {"zh": "看说明", "en": "read the explanation"},
    "inputs": {"zh": "看输入", "en": "read the inputs"},
    "replay": {"zh": "重放", "en": "decided again"},
    "reviewing": {"zh": "复核", "en": "reviewed"},
}
CHANGED = {"zh": "改变", "en": "changed"}


def decision(line: Line, lang: Lang) -> str:
    rule = _rule(line.decision)
    return line.decision if rule is None else rule.title.get(lang)


def outcome(line: Line, code: str, lang: Lang) -> str:
    rule = _rule(line.decision)
    return code if rule is None or code not in rule.outcomes else rule.outcomes[code].title.get(lang)


def finding(line: Line, code: str, lang: Lang) -> str:
    """The title of a criterion, row or item."""
    rule = _rule(line.decision)
    found = [] if rule is None else [one for name in rule.body.finding_roles for one in getattr(rule.body, name)]
    return next((one.title.get(lang) for one in found if one.id == code), code)


def look(why: str, lang: Lang) -> str:
    """Why somebody opened the sealed inputs."""
    return LOOKS[why][lang] if why in LOOKS else why


def result(found: Review, lang: Lang) -> str:
    """What a review came to."""
    if found.concluded is None:
        return ""
    said = json.loads(found.concluded.body)
    new = said.get("outcome")
    return STANDS[lang] if new is None else f"{CHANGED[lang]}: {outcome(found.decided, new, lang)}"


def _rule(name: str) -> Rule | None:
    """The newest rule of this name."""
    editions = [one.edition for one in snapshot().compiled.values() if name in one.edition.rules]
    return max(editions, key=lambda one: one.effective_from).rules[name] if editions else None
