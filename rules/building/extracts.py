"""Builds the words of a plan's extracts from the optional `extracts.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rules.building.names import Names
from rules.files.source import Node
from rules.model import Column, Extracts, Fact, Members, Subject
from rules.problems.problem import Problems

KEY = "id"


def extracts_of(root: Node, names: Names, subjects: Mapping[str, Subject], problems: Problems) -> Extracts:
    """The words as declared; names that the plan does not know go to `problems`."""
    at = root.at("extracts")
    columns: dict[str, dict[str, Column]] = {}
    for subject, node in at.at("columns").entries.items():
        if _known(at.at("columns"), subject, subjects, problems):
            within, facts = subjects[subject].within, subjects[subject].facts
            known = [KEY, *filter(None, [within]), *(name for name, fact in facts.items() if fact.given)]
            apart = {} if within else {name: one for name, one in node.entries.items() if name in subjects}
            columns[subject] = {
                name: _column(one, facts.get(name), problems)
                for name, one in node.entries.items()
                if name not in apart and _known(node, name, known, problems)
            }
            for name in apart:
                if names.told_apart(subject, name):
                    problems.add(node.key(name), "extracts.apart", text=name, subject=subject)
    members = {
        subject: Members(_words(node.at("headings")), _words(node.at("head")))
        for subject, node in at.at("members").entries.items()
        if _known(at.at("members"), subject, subjects, problems)
    }
    return Extracts(_words(at.at("blank")), columns, members)


def _column(node: Node, fact: Fact | None, problems: Problems) -> Column:
    means: dict[str, str] = {}
    for value, words in node.at("means").entries.items():
        if fact is not None and fact.choices:
            _known(node.at("means"), value, fact.choices, problems)
        means |= dict.fromkeys(_words(words), value)
    return Column(_words(node.at("headings")), means)


def _words(node: Node) -> tuple[str, ...]:
    return tuple(one.text for one in node.items)


def _known(node: Node, name: str, known: Iterable[str], problems: Problems) -> bool:
    names = tuple(known)
    if name not in names:
        problems.unknown(node.key(name), "extracts.unknown", name, names)
    return name in names
