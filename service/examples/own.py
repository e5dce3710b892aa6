"""The test cases of an edition's own, in its file `cases.yaml`: what each must come to. A draft begins with those of
the edition before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from rules import Edition, Engine, FactChecker, FactError
from rules.building.loader import CASES, SUFFIX, load_alone
from rules.building.store import folders, lineage
from rules.cases.errors import FactProblem
from rules.cases.files import Case, CaseError, read_cases
from rules.problems.problem import Problem
from rules.values.text import Mark, Text
from service.examples.giving import given

MISSED = "case.missed"  # the code of a problem


@dataclass(frozen=True, slots=True)
class Judged:
    """A case held against an edition, by one decision or an output of it: what it must come to, and what it comes to;
    where its facts cannot be taken, why not."""

    case: Case
    decision: str
    title: Text  # of the decision, and of the output
    wanted: Text
    found: Text
    met: bool = False
    untaken: tuple[FactProblem, ...] = ()


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


def judged(edition: Edition, cases: Sequence[Case], today: date) -> Iterator[Judged]:
    """Each case under an edition, for each decision that it names an outcome of, and then for each output that it
    wants of that; one without a day is judged today. It is judged by what judges when the edition is in force."""
    checker = FactChecker(edition)
    with closing(Engine(edition)) as judge:
        for case in cases:
            yield from _judged(judge, checker, case, case.on or today)


def _judged(judge: Engine, checker: FactChecker, case: Case, on: date) -> Iterator[Judged]:
    edition = judge.edition
    for decision, code in case.wanted.items():
        if (rule := edition.rules.get(decision)) is None:
            nothing = Text("没有这项判定", "no such decision")
            yield Judged(case, decision, Text(decision, decision), Text(code, code), nothing)
            continue
        wanted = rule.outcomes[code].title if code in rule.outcomes else Text(code, code)
        try:
            found = judge.judge(decision, checker.check(rule.subject, case.facts, on), on)
        except FactError as error:
            first, *_ = error.problems
            why = Text(first.zh, first.en)
            yield Judged(case, decision, rule.title, wanted, why, untaken=tuple(error.problems))
        else:
            title = rule.outcomes[found.outcome].title
            yield Judged(case, decision, rule.title, wanted, title, found.outcome == code)
            for one in given(edition, rule, found, case.gives.get(decision, {})):
                name = Text(f"{rule.title.zh}·{one.title.zh}", f"{rule.title.en} · {one.title.en}")
                yield Judged(case, decision, name, one.wanted, one.found, one.met)


def missed(edition: Edition, cases: Sequence[Case], today: date) -> Iterator[Missed]:
    """What does not come to what it must under an edition. A fact that cannot be taken is told once, however many
    decisions of its case rest on it."""
    for _, found in groupby(judged(edition, cases, today), lambda one: id(one.case)):
        told: set[FactProblem] = set()
        for one in found:
            new = [problem for problem in one.untaken if problem not in told]
            yield from (_untaken(edition, one.case, problem) for problem in new)
            told.update(new)
            if not (one.met or one.untaken):
                yield _other(edition, one)


def _other(edition: Edition, one: Judged) -> Missed:
    """That a decision about a case comes to something else."""
    name = one.case.subject_id
    zh = f"{name} 的“{one.title.zh}”应为“{one.wanted.zh}”，按{edition.called.zh}是“{one.found.zh}”。"
    en = f"“{one.title.en}” of {name} must be “{one.wanted.en}”; by {edition.called.en} it is “{one.found.en}”."
    mark = Mark(one.case.where, 1, 1) if one.case.node is None else one.case.node.mark
    return Missed(mark, one.decision, Text(zh, en))


def _untaken(edition: Edition, case: Case, one: FactProblem) -> Missed:
    """That a case cannot be judged for a fact that it gives."""
    zh = f"{case.subject_id} 的 facts{one.pointer}：{one.zh}按{edition.called.zh}不能判定这个案例。"
    en = f"facts{one.pointer} of {case.subject_id}: {one.en} By {edition.called.en} the case cannot be judged."
    return Missed(case.at(one) or Mark(case.where, 1, 1), "", Text(zh, en))


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


def faults_below(root: Path, name: str, today: date) -> Iterator[Problem]:
    """The same of an edition and of all that extend it, where they can be used: what they inherit changes with it."""
    for folder in folders(root):
        if (folder / f"{CASES}{SUFFIX}").is_file() and root / name in lineage(root, folder):
            edition = load_alone(folder, root, warn=False).edition
            yield from () if edition is None else faults(root, edition, today)


def tally(root: Path, editions: Sequence[str]) -> Mapping[str, int]:
    """Of the test cases of editions, which can be read: how many outcomes they want, how many outputs, and how many
    cases want none, so that nothing is held against them."""
    cases = [case for name in editions for case in cases_of(root, name)]
    outputs = sum(len(each) for one in cases for each in one.gives.values())
    wanted, without = sum(len(one.wanted) for one in cases), sum(not one.wanted for one in cases)
    return {"wanted": wanted, "outputs": outputs, "without": without}
