"""The test cases of a plan's own, kept beside its editions: what a case must come to, whatever the edition says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rules import Edition, FactChecker, FactError, Reference, Store
from rules.cases.files import Case, CaseError, read_cases
from rules.values.text import NotFound, Text

FOLDER = "cases"  # beside the editions of a plan
ENDINGS = ("*.yaml", "*.yml", "*.json", "*.ndjson", "*.jsonl")


@dataclass(frozen=True, slots=True)
class Missed:
    """A case that does not come to what it must, or cannot be decided."""

    where: str
    subject: str
    decision: str
    edition: str
    wanted: Text
    found: Text

    @property
    def text(self) -> Text:
        zh = f"{self.subject} 的 {self.decision} 应为“{self.wanted.zh}”，按 {self.edition} 是“{self.found.zh}”。"
        en = f"{self.decision} of {self.subject} must be {self.wanted.en}; by {self.edition} it is {self.found.en}."
        return Text(zh, en)


def cases_of(root: Path, plan: str) -> list[Case]:
    """The test cases of a plan below a policies folder. CaseError where a file cannot be read."""
    folder = root / plan / FOLDER
    files = sorted(path for ending in ENDINGS for path in folder.glob(ending))
    return [one for path in files for one in _read(path, root)]


def _read(path: Path, root: Path) -> list[Case]:
    name = path.relative_to(root).as_posix()
    try:
        return read_cases(path.read_text(encoding="utf-8-sig"), name)
    except UnicodeDecodeError:
        raise CaseError(name, "文件要存成 UTF-8。", "The file has to be UTF-8.") from None


def missed(edition: Edition, cases: Sequence[Case], today: date) -> Iterator[Missed]:
    """What does not come to what it must under an edition; a case without a day is judged today."""
    judge, checker = Reference(edition), FactChecker(edition)
    for case in cases:
        for decision, code in case.wanted.items():
            if (rule := edition.rules.get(decision)) is None:
                found, wanted = Text("没有这项判定", "no such decision"), Text(code, code)
            else:
                wanted = rule.outcomes[code].title if code in rule.outcomes else Text(code, code)
                on = case.on or today
                try:
                    facts = checker.check(rule.subject, case.facts, on)
                    outcome = judge.judge(decision, facts, on).outcome
                    if outcome == code:
                        continue
                    found = rule.outcomes[outcome].title
                except FactError as error:
                    [first, *_] = error.problems
                    found = Text(first.zh, first.en)
            yield Missed(case.where, case.subject_id, decision, edition.id, wanted, found)


def missed_in(store: Store, plan: str, cases: Sequence[Case], today: date) -> Iterator[Missed]:
    """The same of the editions of a plan, each case by the edition of its day."""
    for case in cases:
        with suppress(NotFound):  # no edition was in force on its day
            yield from missed(store.in_force(plan, case.on or today), [case], today)
