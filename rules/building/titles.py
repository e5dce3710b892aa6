"""Names the ids where a policy file writes their titles: 信用户占比 for `a_grade_share`; and editions by their titles
where a warning has their ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import PurePath

from rules.files.source import Node
from rules.problems.problem import Problem, Problems
from rules.values.text import Lang, Text, listed

REFUSED = ("shape.key_pattern", "shape.pattern", "name.unknown", "type.no_choice", "outcome.unknown", "output.unknown",
           "subject.unknown", "report.unknown", "reading.unknown", "reading.no_option")  # fmt: skip
WHERE: Mapping[str, frozenset[str]] = {  # the ids are declared that a key, or a code of a problem, wants
    "outcome": frozenset({"outcomes"}),
    "grade": frozenset({"outcomes"}),
    "type.no_choice": frozenset({"choices", "outcomes"}),
}
# an edition's id, `plan/day`, and no part of a path
_NAME = r"`?(?<![\w/.-])(?P<plan>[a-z][a-z0-9-]*)/(?P<day>\d{4}-\d\d-\d\d)(?![\w/-]|\.\w)`?"
_EDITION = {"zh": re.compile(f" ?{_NAME} ?", re.ASCII), "en": re.compile(_NAME, re.ASCII)}
Titles = Mapping[str, Mapping[str, frozenset[str]]]  # title -> id -> where it is declared: a subject, a fact, a file


def titles_of(files: Mapping[str, Node]) -> Titles:
    """The titles of subjects, facts, choices, decisions, outcomes and outputs, in either language."""
    titles: dict[str, dict[str, frozenset[str]]] = {}
    for name, home, node in (one for stem, file in files.items() for one in _named(file, (stem,))):
        for word in (node.at("zh").text, node.at("en").text):
            ids = titles.setdefault(word, {})
            ids[name] = ids.get(name, frozenset()) | {*home}
    return titles


def _named(node: Node, home: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], Node]]:
    """The ids below a node with their titles, and the names around them."""
    for key, value in node.entries.items():
        if value.get("zh") is not None and key != "title":
            yield key, home, value  # a choice, or an option of a reading
        yield from _named(value, (*home, key))
    if (title := node.get("title")) is not None:
        yield node.at("decision").text or home[-1], (*home, node.at("subject").text), title


def with_ids(problems: Iterable[Problem], files: Mapping[str, Node]) -> list[Problem]:
    """The problems, those over a title as what they are."""
    titles: Titles | None = None  # are gathered for the first that needs them
    told = []
    for one in problems:
        refused = one.code in REFUSED and not one.name.isascii()
        if refused and titles is None:
            titles = titles_of(files)
        told.append(_with_ids(one, titles, files) if refused and titles else one)
    return told


def _with_ids(problem: Problem, titles: Titles, files: Mapping[str, Node]) -> Problem:
    stem = PurePath(problem.mark.file).stem
    subject = files[stem].at("subject").text if stem in files else ""
    near = {subject, stem, *re.findall(r"\w+", problem.path)} - {"facts"}
    where = WHERE.get(problem.path.rpartition(".")[2], WHERE.get(problem.code))
    parts = [_ids(part, titles, near, where) for part in problem.name.split(".")]
    ids = [".".join(one) for one in product(*parts)]
    if not ids or problem.name in ids:
        return problem
    told = Problems()
    mend = (problem.name, ids[0]) if len(ids) == 1 else None
    told.add(problem.mark, "name.title", path=problem.path, text=problem.name, ids=listed(tuple(ids)), mend=mend)
    return replace(told[0], severity=problem.severity)


def _ids(word: str, titles: Titles, near: set[str], where: frozenset[str] | None) -> list[str]:
    """The ids that a word can stand for, of those declared in some `where`, those nearby first and alone; a word of
    ASCII stands for itself."""
    if word.isascii():
        return [word]
    ids = {name: homes for name, homes in titles.get(word, {}).items() if where is None or homes & where}
    return [name for name, homes in ids.items() if homes & near] or list(ids)


# --- editions


def called(problem: Problem, editions: Mapping[str, Text]) -> Problem:
    """A problem that calls editions by what they are called, given by id. An error says which folder or date is wrong,
    and keeps it as it is written."""
    if problem.severity == "error" and not problem.edition:
        return problem
    return replace(problem, zh=_called(problem.zh, "zh", editions), en=_called(problem.en, "en", editions))


def _called(text: str, lang: Lang, editions: Mapping[str, Text]) -> str:
    def title(found: re.Match[str]) -> str:
        known = editions.get(f"{found['plan']}/{found['day']}")
        return found[0] if known is None else known.get(lang)

    return _EDITION[lang].sub(title, text)
