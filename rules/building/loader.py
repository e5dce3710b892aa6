"""Loads an edition folder: strictly, all problems in one pass, or a whole Edition. Nothing in between."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rules.building.assignments import AssignmentBuilder, is_assignment
from rules.building.decisions import RuleBuilder, head_of, ordered
from rules.building.facts import FactBuilder, text_of, title, words
from rules.building.report import report_of
from rules.building.salvage import Sound
from rules.files.merge import merge
from rules.files.source import Node, read_file
from rules.format.grammar import DATE, DECISION, FILES, OPTIONAL, PLAN_ID, REPLACED
from rules.model import Assignment, Clause, Edition, Reading, Report, Rule, Sentence
from rules.model.depth import too_deep
from rules.problems.problem import Problem, Problems
from rules.values.exact import read_date
from rules.values.text import Mark, Text, near, shown
from rules.warnings.warnings import warnings

SUFFIX = ".yaml"
Files = dict[str, Node]


@dataclass(frozen=True, slots=True)
class Loaded:
    """An edition, or None where there are errors; with warnings, if they were asked for."""

    edition: Edition | None
    problems: tuple[Problem, ...]


def load(folder: Path, root: Path | None = None, *, warn: bool = True) -> Loaded:
    """Load the edition in a folder. Messages name files relative to `root`.

    `warn` looks for warnings, which takes as long as the rest of the building."""
    problems = Problems()
    try:
        edition = _load(folder, root or folder, problems)
        deep = edition is not None and too_deep(edition)
    except RecursionError:
        edition, deep = None, True
    if deep:
        problems.add(Mark(_name(folder, root or folder), 1, 1), "edition.too_deep")
    if warn and edition is not None and not problems.errors:
        problems.extend(warnings(edition))
    return Loaded(None if problems.errors else edition, problems.sorted())


def _load(folder: Path, root: Path, problems: Problems) -> Edition | None:
    found = _read(folder, root, problems, ())
    if found is None:
        return None
    files, digest = found
    name = Mark(_name(folder, root), 1, 1)
    extends = "plan" in files and files["plan"].get("extends") is not None
    for needed in FILES:
        inherited = extends and needed != "plan"
        if needed not in files and not inherited and not (folder / (needed + SUFFIX)).exists():
            problems.add(name, "edition.no_file", file=needed + SUFFIX)
    sound, meant = Sound(), Problems()
    sound.left_out |= {path.stem for path in folder.glob("*" + SUFFIX)} - files.keys()
    for key, node in files.items():
        sound.take(key, node, (FILES | OPTIONAL).get(key, DECISION), problems)
    if not all(key in sound.files for key in FILES):
        return None
    edition = _build(sound.files, digest, meant)
    problems.extend(sound.worth_saying(meant))
    return edition


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _read(folder: Path, root: Path, problems: Problems, seen: tuple[Path, ...]) -> tuple[Files, str] | None:
    """The files of an edition and their digest; those of the edition it extends lie under its own."""
    mark = Mark(_name(folder, root), 1, 1)
    if not folder.is_dir():
        problems.add(mark, "edition.no_folder", folder=mark.file)
        return None
    paths = sorted(folder.glob("*" + SUFFIX))
    for stray in sorted(folder.glob("*.yml")):
        problems.add(Mark(_name(stray, root), 1, 1), "edition.yml")
    digest = hashlib.sha256()
    files: Files = {}
    for path in paths:
        node = read_file(path, root, problems)
        if node is not None:
            files[path.stem] = node
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    plan = files.get("plan")
    extends = plan.get("extends") if plan else None
    if plan is None or extends is None:
        return files, digest.hexdigest()
    name, edition = text_of(extends.get("plan")), text_of(extends.get("edition"))
    if not PLAN_ID.fits(name) or not DATE.fits(edition):
        return files, digest.hexdigest()  # the grammar reports it; no path is made of it
    parent = folder.parent.parent / name / edition
    if parent in seen or parent == folder:
        problems.add(extends, "edition.extends_circle")
        return None
    if not parent.is_dir():
        problems.add(extends, "edition.extends_unknown", parent=_name(parent, root))
        return None
    above = _read(parent, root, problems, (*seen, folder))
    if above is None:
        return None
    digest.update(above[1].encode())
    merged = {name: node for name, node in above[0].items() if name != "plan"}
    for name, node in files.items():
        if name in merged and list(node.entries) == ["remove"]:
            del merged[name]  # the child has no such decision
        else:
            merged[name] = merge(merged[name], node, problems, REPLACED) if name in merged else node
    return merged, digest.hexdigest()


def _build(files: Files, digest: str, problems: Problems) -> Edition | None:
    plan = files["plan"]
    not_decided = plan.get("not_decided")
    why = {} if not_decided is None else {key: words(node) for key, node in not_decided.entries.items()}
    clauses = {
        key: _clause(key, node, why.get(key)) for key, node in files["clauses"].entries["clauses"].entries.items()
    }
    if not_decided is not None:
        for key in why:
            if key not in clauses:
                problems.add(
                    not_decided.entries[key],
                    "clause.unknown",
                    text=shown(key),
                    near=near(key, tuple(clauses)),
                )
    readings = _readings(files["readings"], clauses, problems)
    facts = FactBuilder(files["facts"], problems)
    decisions = {name: node for name, node in files.items() if name not in FILES | OPTIONAL}
    for name, node in decisions.items():
        if text_of(node.get("decision")) != name:
            problems.add(node.entries["decision"], "decision.file_name", file=name, id=text_of(node.get("decision")))
        if not is_assignment(node):  # whose outcome is no fact of any record
            facts.names.heads[name] = head_of(node)
        for subject, known in facts.names.of_facts.items():
            if name in known and subject == text_of(node.get("subject")):
                problems.add(node.entries["decision"], "decision.fact_of_same_name", id=name, subject=subject)
    subjects = facts.build()
    rules: list[Rule] = []
    assignments: dict[str, Assignment] = {}
    for name, node in decisions.items():
        if is_assignment(node):
            assignment = AssignmentBuilder(node, facts.resolver, clauses, readings).assignment()
            assignments |= {} if assignment is None else {name: assignment}
        elif (rule := RuleBuilder(node, facts.resolver, clauses, readings).build()) is not None:
            rules.append(rule)
    start, end = _effective(plan, problems)
    in_order = ordered(rules, problems)
    report = report_of(files["report"], facts.resolver, in_order) if "report" in files else Report()
    if start is None or problems.errors:
        return None
    source = plan.get("source")
    return Edition(
        text_of(plan.get("plan")), title(plan), words(plan.get("issuer")) or Text("", ""), start, end,
        {} if source is None else {key: node.text for key, node in source.entries.items() if node.is_scalar},
        digest, subjects, in_order, clauses, readings, assignments, report,
    )  # fmt: skip


def _clause(key: str, node: Node, why: Text | None) -> Clause:
    at = node.get("sentences")
    sentences = () if at is None else tuple(map(_sentence, at.items))
    text = text_of(node.get("text")) or "".join(one.text for one in sentences)
    return Clause(key, text_of(node.get("heading")), text, why, sentences)


def _sentence(node: Node) -> Sentence:
    by = node.get("by")
    paths = () if by is None else tuple(path.text for path in by.items)
    return Sentence(text_of(node.get("text")), paths, words(node.get("partly")), words(node.get("left_out")))


def _effective(plan: Node, problems: Problems) -> tuple[date | None, date | None]:
    days: dict[str, date | None] = {"from": None, "to": None}
    for key, node in plan.entries["effective"].entries.items():
        days[key] = read_date(node.text)
        if days[key] is None:
            problems.add(node, "fact.date", text=shown(node.text))
    if days["from"] and days["to"] and days["to"] < days["from"]:
        problems.add(plan.entries["effective"].entries["to"], "edition.backwards")
    return days["from"], days["to"]


def _readings(root: Node, clauses: Mapping[str, Clause], problems: Problems) -> dict[str, Reading]:
    found: dict[str, Reading] = {}
    for name, node in root.entries["readings"].entries.items():
        clause, chosen, options = (
            node.entries["clause"],
            node.entries["chosen"],
            node.entries["readings"].entries,
        )
        if clause.text not in clauses:
            problems.add(clause, "clause.unknown", text=shown(clause.text), near=near(clause.text, tuple(clauses)))
        for at in (chosen, *_keys(node.get("changes"))):
            if at.text not in options:
                problems.add(at, "reading.no_option", text=shown(at.text), allowed=", ".join(options))
        both = {key: words(node.get(key)) or Text("", "") for key in ("question", "because")}
        changes = {} if node.get("changes") is None else {
            option: {path: {op: limit.text or [one.text for one in limit.items] for op, limit in at.entries.items()}
                     for path, at in paths.entries.items()}
            for option, paths in node.entries["changes"].entries.items()
        }  # fmt: skip
        found[name] = Reading(
            name, clause.text, title(node), both["question"], chosen.text,
            {key: words(at) or Text("", "") for key, at in options.items()}, both["because"], changes,
        )  # fmt: skip
    return found


def _keys(node: Node | None) -> list[Node]:
    return [] if node is None else [Node(node.key_marks[key], f"{node.path}.{key}", key) for key in node.entries]
