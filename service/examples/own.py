"""The test cases of an edition's own, in its file `cases.yaml`: what each must come to. A draft begins with those of
the edition before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rules import Edition, FactChecker, FactError, Reference
from rules.building.loader import CASES, SUFFIX
from rules.cases.errors import FactProblem
from rules.cases.files import Case, CaseError, read_cases
from rules.problems.problem import Problem
from rules.values.text import Mark, Text


@dataclass(frozen=True, slots=True)
class Missed:
    """A case that does not come to what it must, or a fact of it that cannot be taken."""

    mark: Mark
    decision: str
    text: Text


def cases_of(root: Path, edition: str) -> list[Case]:
    """The test cases of an edition `plan/date` below a policies folder; CaseError where they cannot be read."""
    name = f"{edition}/{CASES}{SUFFIX}"
    if not (root / name).is_file():
        return []
    try:
        return read_cases((root / name).read_text(encoding="utf-8-sig"), name)
    except UnicodeDecodeError:
        raise CaseError(name, "文件要存成 UTF-8。", "The file has to be UTF-8.") from None


def missed(edition: Edition, cases: Sequence[Case], today: date) -> Iterator[Missed]:
    """What does not come to what it must under an edition; a case without a day is judged today. A fact that cannot be
    taken is told once, however many decisions of its case rest on it."""
    judge, checker = Reference(edition), FactChecker(edition)
    for case in cases:
        told, on = set[FactProblem](), case.on or today
        for decision, code in case.wanted.items():
            if (rule := edition.rules.get(decision)) is None:
                yield _other(edition, case, decision, Text(code, code), Text("没有这项判定", "no such decision"))
                continue
            try:
                outcome = judge.judge(decision, checker.check(rule.subject, case.facts, on), on).outcome
            except FactError as error:
                new = [one for one in error.problems if one not in told]
                yield from (_untaken(edition, case, one) for one in new)
                told.update(new)
                continue
            if outcome != code:
                wanted = rule.outcomes[code].title if code in rule.outcomes else Text(code, code)
                yield _other(edition, case, decision, wanted, rule.outcomes[outcome].title)


def _other(edition: Edition, case: Case, decision: str, wanted: Text, found: Text) -> Missed:
    """That a decision about a case comes to something else."""
    zh = f"{case.subject_id} 的 {decision} 应为“{wanted.zh}”，按 {edition.id} 是“{found.zh}”。"
    en = f"{decision} of {case.subject_id} must be {wanted.en}; by {edition.id} it is {found.en}."
    mark = Mark(case.where, 1, 1) if case.node is None else case.node.mark
    return Missed(mark, decision, Text(zh, en))


def _untaken(edition: Edition, case: Case, one: FactProblem) -> Missed:
    """That a case cannot be judged for a fact that it gives."""
    zh = f"{case.subject_id} 的 facts{one.pointer}：{one.zh}按 {edition.id} 不能判定这个案例。"
    en = f"facts{one.pointer} of {case.subject_id}: {one.en} By {edition.id} the case cannot be judged."
    return Missed(case.at(one) or Mark(case.where, 1, 1), "", Text(zh, en))


def faults(root: Path, edition: Edition, today: date) -> Iterator[Problem]:
    """The same as problems of the edition's file, or why that cannot be read."""
    try:
        for one in missed(edition, cases_of(root, edition.id), today):
            yield Problem(one.mark, one.decision, "case.missed", one.text.zh, one.text.en)
    except CaseError as error:
        file, _, place = error.where.partition(":")
        line = place.partition(":")[0]
        mark = Mark(file, int(line) if line.isdecimal() else 1, 1)
        yield Problem(mark, "", "case.unreadable", error.zh, error.en)


def tally(root: Path, editions: Sequence[str]) -> Mapping[str, int]:
    """Of the test cases of editions, which can be read: how many outcomes they want, and how many cases want none, so
    that nothing is held against them."""
    cases = [case for name in editions for case in cases_of(root, name)]
    return {"wanted": sum(len(one.wanted) for one in cases), "without": sum(not one.wanted for one in cases)}
