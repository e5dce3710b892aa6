"""Sentences of the features: each a step of pytest-bdd and, without pytest, a function that can be run again.

The features are read twice: as tests, and as plain cases against altered editions (see scenarios.py).
Text must mean the same, so a sentence is declared once, here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest_bdd
from pytest_bdd import parsers

GIVEN, WHEN, THEN = "Context", "Action", "Outcome"  # as the Gherkin parser calls them
Action = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Sentence:
    kind: str
    pattern: re.Pattern[str]
    action: Action
    takes_table: bool


SENTENCES: list[Sentence] = []


def given(pattern: str) -> Callable[[Action], Action]:
    return _declare(GIVEN, pytest_bdd.given, pattern)


def when(pattern: str) -> Callable[[Action], Action]:
    return _declare(WHEN, pytest_bdd.when, pattern)


def then(pattern: str) -> Callable[[Action], Action]:
    return _declare(THEN, pytest_bdd.then, pattern)


def find(kind: str, text: str) -> tuple[Sentence, dict[str, Any]]:
    """The one sentence a step says, with its words; two that fit would be a mistake of ours."""
    found = [(one, match) for one in SENTENCES if one.kind == kind and (match := one.pattern.fullmatch(text))]
    if len(found) != 1:
        raise LookupError(f"{len(found)} sentences fit {kind} “{text}”")
    sentence, match = found[0]
    return sentence, match.groupdict()


def _declare(kind: str, register: Any, pattern: str) -> Callable[[Action], Action]:
    step = register(parsers.re(pattern), stacklevel=2)

    def declare(action: Action) -> Action:
        takes_table = "datatable" in action.__code__.co_varnames[: action.__code__.co_argcount]
        SENTENCES.append(Sentence(kind, re.compile(pattern), action, takes_table))
        declared: Action = step(action)
        return declared

    return declare
