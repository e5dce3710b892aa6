"""The test cases of an edition's own, in its file `cases.yaml`: what each must come to. A draft begins with those of
the edition before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rules import Edition, FactChecker, FactError, Reference
from rules.building.loader import CASES, SUFFIX
from rules.cases.files import Case, CaseError, read_cases
from rules.problems.problem import Problem
from rules.values.text import Mark, Text

MISSED = "case.missed"  # the code of a problem


@dataclass(frozen=True, slots=True)
class Judged:
    """A case held against an edition: what it must come to, and what it comes to or why it cannot be decided."""

    mark: Mark
    subject: str
    decision: str
    title: Text  # of the decision
    edition: str
    wanted: Text
    found: Text
    met: bool

    @property
    def text(self) -> Text:
        """What is wrong, of one that is not met."""
        return Text(
            f"{self.subject} 的“{self.title.zh}”应为“{self.wanted.zh}”，按 {self.edition} 是“{self.found.zh}”。",
            f"“{self.title.en}” of {self.subject} must be “{self.wanted.en}”; "
            f"by {self.edition} it is “{self.found.en}”.",
        )


def cases_of(root: Path, edition: str) -> list[Case]:
    """The test cases of an edition `plan/date` below a policies folder; CaseError where they cannot be read."""
    name = f"{edition}/{CASES}{SUFFIX}"
    if not (root / name).is_file():
        return []
    try:
        return read_cases((root / name).read_text(encoding="utf-8-sig"), name)
    except UnicodeDecodeError:
        raise CaseError(name, "文件要存成 UTF-8。", "The file has to be UTF-8.") from None


def judged(edition: Edition, cases: Sequence[Case], today: date) -> Iterator[Judged]:
    """Each case under an edition, for each decision that it names an outcome of; one without a day is judged today."""
    judge, checker = Reference(edition), FactChecker(edition)
    for case in cases:
        for decision, code in case.wanted.items():
            found, wanted, met = Text("没有这项判定", "no such decision"), Text(code, code), False
            title = Text(decision, decision)
            if (rule := edition.rules.get(decision)) is not None:
                title = rule.title
                wanted = rule.outcomes[code].title if code in rule.outcomes else wanted
                on = case.on or today
                try:
                    facts = checker.check(rule.subject, case.facts, on)
                    outcome = judge.judge(decision, facts, on).outcome
                    found, met = rule.outcomes[outcome].title, outcome == code
                except FactError as error:
                    [first, *_] = error.problems
                    found = Text(first.zh, first.en)
            yield Judged(_mark(case), case.subject_id, decision, title, edition.id, wanted, found, met)


def missed(edition: Edition, cases: Sequence[Case], today: date) -> Iterator[Judged]:
    """What does not come to what it must under an edition."""
    return (one for one in judged(edition, cases, today) if not one.met)


def _mark(case: Case) -> Mark:
    return Mark(case.where, 1, 1) if case.node is None else case.node.mark


def faults(root: Path, edition: Edition, today: date) -> Iterator[Problem]:
    """The same as problems of the edition's file, or why that cannot be read."""
    try:
        for one in missed(edition, cases_of(root, edition.id), today):
            yield Problem(one.mark, one.decision, MISSED, one.text.zh, one.text.en)
    except CaseError as error:
        file, _, place = error.where.partition(":")
        line = place.partition(":")[0]
        mark = Mark(file, int(line) if line.isdecimal() else 1, 1)
        yield Problem(mark, "", "case.unreadable", error.zh, error.en)
