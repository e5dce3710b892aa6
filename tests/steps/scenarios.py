"""The features as plain cases: every example with its background and its row, ready to be put again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gherkin import Compiler, Parser

from rules.judging.decider import Decider
from tests.steps import assigning, conclusions, counting, facts, rankings, readings, shortfalls
from tests.steps.case import Case
from tests.steps.sentences import THEN, Sentence, find

FEATURES = Path(__file__).parents[2] / "features"
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


@dataclass(frozen=True, slots=True)
class Example:
    """One example: its case as decided once, and the sentences that look at the answer."""

    name: str
    decision: str  # the feature it stands in
    clauses: tuple[str, ...]
    case: Case
    looks: tuple[tuple[Sentence, dict[str, Any]], ...]

    def holds(self, decider: Decider) -> bool:
        """Whether all that the example says is true of this decider as well."""
        try:
            case = self.case.again(decider)
            for sentence, said in self.looks:
                sentence.action(case, **said)
        except AssertionError:
            return False
        return True


@cache
def documents() -> dict[str, Any]:
    """Each feature file, parsed."""
    return {path.stem: Parser().parse(path.read_text(encoding="utf-8")) for path in sorted(FEATURES.glob("*.feature"))}


def examples(decider: Decider) -> list[Example]:
    """Those of the decisions that judge: an assignment has no case to put again."""
    judging = [(stem, document) for stem, document in documents().items() if stem in decider.edition.rules]
    return [example for stem, document in judging for example in _examples(stem, document, decider)]


def _examples(stem: str, document: dict[str, Any], decider: Decider) -> Iterator[Example]:
    whole: Any = {**document, "uri": stem}
    for pickle in Compiler().compile(whole):
        case, looks = Case(decider), []
        for step in pickle["steps"]:
            sentence, said = find(step["type"], step["text"])
            if sentence.takes_table:
                said["datatable"] = _table(step)
            if sentence.kind == THEN:
                looks.append((sentence, said))
            else:
                sentence.action(case, **said)
        tags = tuple(tag["name"].removeprefix(CLAUSE) for tag in pickle["tags"])
        yield Example(pickle["name"], stem, tags, case, tuple(looks))


def _table(step: Any) -> list[list[str]]:
    return [[cell["value"] for cell in row["cells"]] for row in step["argument"]["dataTable"]["rows"]]
