"""What an effect shows, kept as a test case: an example that a draft breaks, or a row of the county run that moves."""

from __future__ import annotations

from functools import partial

from rules import Edition
from rules.editing.address import Data
from service.api.effects import asked
from service.desk.effects import KEY
from service.desk.views import NUMBER
from service.effect.rows import case_of_row
from service.http.context import service

ROW = 3  # parts of the name of a row: key, decision, number; an example has no decision
SHORT = 8  # characters of a made-up id


def kept(draft_id: str, edition: Edition, which: str) -> Data:
    """The case of an effect that somebody wants to keep, `key.number` of an example or `key.decision.number` of a row;
    nothing where that is not there, or the effect is of another text than the draft has now."""
    key, *decision, number = which.split(".") if which.count(".") in (ROW - 2, ROW - 1) else ("", "")
    if not KEY.fullmatch(key) or not NUMBER.fullmatch(number):
        return {}
    parts = service().effects.at(key).parts
    if decision:
        return _row(draft_id, edition, key, decision[0], int(number))
    broken = (parts.get("cases") or {}).get("broken", ())
    found: Data = broken[int(number)].get("kept") or {} if int(number) < len(broken) else {}
    return found


def _row(draft_id: str, edition: Edition, key: str, decision: str, number: int) -> Data:
    told = (service().effects.at(key).parts.get("county") or {}).get("decisions", ())
    moved = next((one["moved"] for one in told if one["decision"] == decision), ())
    question = asked(draft_id).question
    rule = edition.rules.get(decision)
    if number >= len(moved) or rule is None or question is None or question.key != key:
        return {}
    return case_of_row(question, rule, moved[number], partial(alias, rule.subject))


def alias(subject: str, id: str) -> str:
    """An id that tells nobody whose it is: the same record has the same."""
    mark = service().sealer.mark("case", f"{subject}\n{id}")
    return f"{subject}-{mark[:SHORT]}"
