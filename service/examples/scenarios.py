"""The features as plain cases: every example with its background and its row, ready to be put again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gherkin import Compiler, Parser

from rules import Edition, Engine, FactError
from rules.judging.decider import Decider
from rules.model.touched import touched
from rules.values.text import Text, TextError
from service.examples import assigning, conclusions, counting, facts, rankings, readings, shortfalls
from service.examples.case import Case, as_written
from service.examples.sentences import OUTCOME, Sentence, find

VOCABULARY = (
    assigning,
    conclusions,
    counting,
    facts,
    rankings,
    readings,
    shortfalls,
)  # importing them declares their sentences
CLAUSE = "@条款-"
FEATURES = "*.feature"


@dataclass(frozen=True, slots=True)
class Example:
    """One example: its case as decided once, and the sentences that look at the answer."""

    name: str
    decision: str  # the feature it stands in
    clauses: tuple[str, ...]
    case: Case
    looks: tuple[tuple[Sentence, dict[str, Any]], ...]
    steps: tuple[str, ...] = ()  # all that it says, the background before

    def holds(self, decider: Decider) -> bool:
        """Whether all that the example says is true of this decider as well."""
        return self.is_true(self.case.again(decider))

    def is_true(self, case: Case) -> bool:
        try:
            for sentence, said in self.looks:
                sentence.action(case, **said)
        except AssertionError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Broken:
    """An example that held and holds no longer."""

    decision: str
    name: str
    clauses: tuple[str, ...]
    steps: tuple[str, ...]
    outcome: Text | None  # what is concluded now; None where the example cannot be put to the edition any more
    alike: bool = False  # whether the same is concluded: something else that the example says holds no longer
    kept: Mapping[str, Any] | None = None  # the example as a test case, where one would hold its outcome


def broken(features: Path, old: Edition, old_root: Path, new: Edition, new_root: Path) -> list[Broken]:
    """The examples that hold under an edition and not under another; each was read from a policies folder."""
    with closing(Engine(old)) as before, closing(Engine(new)) as after:
        return [*_broken(features, before, old_root, after, new_root)]


def _broken(features: Path, before: Engine, old_root: Path, after: Engine, new_root: Path) -> Iterator[Broken]:
    old = before.edition
    wanted = touched(old, after.edition)
    for stem in sorted(wanted.intersection(old.rules, (one.stem for one in features.glob(FEATURES)))):
        for pickle in _pickles(stem, _document(features / f"{stem}.feature")):
            if (was := _put(stem, pickle, before, old_root)) is None or not was.is_true(was.case):
                continue
            now = _put(stem, pickle, after, new_root)
            if now is None or not now.is_true(now.case):
                said = None if now is None else now.case.decision
                title = None if said is None else said.rule.outcomes[said.outcome].title
                alike = said is not None and said.outcome == was.case.decision.outcome
                kept = None if alike else _kept(was.case)
                yield Broken(stem, was.name, was.clauses, was.steps, title, alike, kept)


def _kept(case: Case) -> Mapping[str, Any] | None:
    """An example as the test case that would keep what it concludes."""
    if case.supposed is not None or case.answer is None or case.on is None:
        return None
    outcome, facts = {case.asked: case.answer.outcome}, as_written(case.facts)
    return {"on": case.on.isoformat(), "decisions": outcome, "facts": facts}


def _put(stem: str, pickle: Any, decider: Decider, root: Path) -> Example | None:
    """An example as a decider's edition reads it; None where that has no such fact, value or decision."""
    try:
        return _example(stem, pickle, decider, root)
    except (LookupError, ValueError, AssertionError, FactError, TextError):
        return None


def documents(features: Path) -> dict[str, Any]:
    """Each feature file of a folder, parsed."""
    return {path.stem: _document(path) for path in sorted(features.glob(FEATURES))}


@cache
def _document(path: Path) -> Any:
    return Parser().parse(path.read_text(encoding="utf-8"))


def examples(features: Path, decider: Decider, root: Path) -> list[Example]:
    """Those of the decisions that judge: an assignment has no case to put again."""
    judging = [(stem, document) for stem, document in documents(features).items() if stem in decider.edition.rules]
    return [example for stem, document in judging for example in _examples(stem, document, decider, root)]


def _examples(stem: str, document: dict[str, Any], decider: Decider, root: Path) -> Iterator[Example]:
    return (_example(stem, pickle, decider, root) for pickle in _pickles(stem, document))


def _pickles(stem: str, document: dict[str, Any]) -> list[Any]:
    whole: Any = {**document, "uri": stem}
    return Compiler().compile(whole)


def _example(stem: str, pickle: Any, decider: Decider, root: Path) -> Example:
    case, looks = Case(decider, root), []
    for step in pickle["steps"]:
        sentence, said = find(step["type"], step["text"])
        if sentence.takes_table:
            said["datatable"] = _table(step)
        if sentence.kind == OUTCOME:
            looks.append((sentence, said))
        else:
            sentence.action(case, **said)
    tags = tuple(tag["name"].removeprefix(CLAUSE) for tag in pickle["tags"])
    return Example(pickle["name"], stem, tags, case, tuple(looks), tuple(step["text"] for step in pickle["steps"]))


def _table(step: Any) -> list[list[str]]:
    return [[cell["value"] for cell in row["cells"]] for row in step["argument"]["dataTable"]["rows"]]
