"""Sentences of the features: each a function that looks at a case, declared once.

The features are read twice: as tests (tests/conftest.py makes each sentence a step), and as plain cases against other
editions (scenarios.py). Text must mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CONTEXT, ACTION, OUTCOME = "Context", "Action", "Outcome"  # as the Gherkin parser calls them
Action = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Sentence:
    kind: str
    pattern: re.Pattern[str]
    action: Action
    takes_table: bool


SENTENCES: list[Sentence] = []


def given(pattern: str) -> Callable[[Action], Action]:
    return _declare(CONTEXT, pattern)


def when(pattern: str) -> Callable[[Action], Action]:
    return _declare(ACTION, pattern)


def then(pattern: str) -> Callable[[Action], Action]:
    return _declare(OUTCOME, pattern)


def find(kind: str, text: str) -> tuple[Sentence, dict[str, Any]]:
    """The one sentence a step says, with its words; two that fit would be a mistake of ours."""
    found = [(one, match) for one in SENTENCES if one.kind == kind and (match := one.pattern.fullmatch(text))]
    if len(found) != 1:
        raise LookupError(f"{len(found)} sentences fit {kind} “{text}”")
    sentence, match = found[0]
    return sentence, match.groupdict()


def _declare(kind: str, pattern: str) -> Callable[[Action], Action]:
    def declare(action: Action) -> Action:
        takes_table = "datatable" in action.__code__.co_varnames[: action.__code__.co_argcount]
        SENTENCES.append(Sentence(kind, re.compile(pattern), action, takes_table))
        return action

    return declare
