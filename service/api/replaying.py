"""Decides past cases again from their sealed inputs, under the same or another edition."""

from __future__ import annotations

from datetime import date
from typing import Any

from rules import Decision, FactError
from rules.values.text import NotFound
from service import publishing
from service.exact_json import loads
from service.http.answering import log_problems
from service.http.cases import Case
from service.http.context import service, snapshot
from service.http.problems import FieldError, Problem
from service.log import Line
from service.policies.compiled import Compiled, compile_files, kept


def edition_of(line: Line) -> Compiled:
    """The edition of a logged decision: live, or from the archive."""
    for compiled in snapshot().compiled.values():
        if compiled.edition.sha256 == line.edition:
            return compiled
    return _archived(line.edition)


@kept
def _archived(sha256: str) -> Compiled:
    with log_problems():
        files = publishing.edition(service().log, sha256)
    if files is None:
        raise Problem("gone", f"没有存档的政策版本 {sha256}。", f"Edition {sha256} is not in the archive.")
    try:
        return compile_files(files, sha256)
    except NotFound:
        zh = f"存档的政策版本 {sha256} 与存档时不同，不能用。"
        raise Problem("gone", zh, f"Edition {sha256} is not in the archive as it was put there.") from None


def again(line: Line, compiled: Compiled | None = None, on: date | None = None) -> tuple[Case, Decision]:
    """Decide a logged case again. Its facts may not fit another edition, or another day: the problem then lists why."""
    then = date.fromisoformat(line.on)
    checked = None if compiled is None and on is None else on or then  # as it was decided, it was checked as then
    compiled = compiled or edition_of(line)
    rule = compiled.edition.rules.get(line.decision)
    if rule is None:
        raise Problem("conflict", f"{compiled.edition.id} 没有判定 {line.decision}。",
                      f"{compiled.edition.id} has no decision {line.decision}.")  # fmt: skip
    with log_problems():
        inputs = loads(service().log.inputs(line.id))
    try:
        facts = compiled.checker.check(rule.subject, inputs["facts"], checked)
    except FactError as error:
        raise Problem("conflict", f"原输入不合 {compiled.edition.id} 的事实字典或判定日期，不能用。",
                      f"The facts do not fit the dictionary of {compiled.edition.id}, or the day of the decision.",
                      [FieldError.of_fact(one, "/facts") for one in error.problems]) from None  # fmt: skip
    case = Case(compiled, rule, on or then, inputs["subject"]["id"], facts, inputs["facts"])
    return case, compiled.engine.decide(rule.id, facts, case.on, case.subject_id)


def differences(before: Decision, after: Decision) -> list[dict[str, Any]]:
    """The differences between two decisions on the same facts."""
    found: list[dict[str, Any]] = []
    for what in ("outcome", "on", "outputs", "measures", "ranking", "missing"):
        one, other = before.as_dict()[what], after.as_dict()[what]
        if one != other:
            found.append({"what": what, "before": one, "after": other})
    verdicts, others = (
        {one["criterion"]: one for one in decision.as_dict()["findings"]} for decision in (before, after)
    )
    chained, others_chained = (
        {name: one.outcome for name, one in decision.chained.items()} for decision in (before, after)
    )
    for what, key, ones, theirs in (
        ("finding", "criterion", verdicts, others), ("chained", "decision", chained, others_chained),
    ):  # fmt: skip
        for name in dict.fromkeys([*ones, *theirs]):
            one, other = ones.get(name), theirs.get(name)
            if one != other:
                found.append({"what": what, key: name, "before": one, "after": other})
    return found
