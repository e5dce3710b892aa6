"""Builds an edition from the sound parts of its files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from rules.building.decisions import decision, head_of, ordered
from rules.building.extracts import extracts_of
from rules.building.facts import FactBuilder, flag, text, words
from rules.building.items import ItemBuilder
from rules.building.report import report_of
from rules.building.rereading import plain
from rules.files.source import Node
from rules.format.grammar import FILES, OPTIONAL
from rules.model import Acknowledged, Assignment, Clause, Edition, Extracts, Reading, Report, Rule, Sentence
from rules.problems.problem import Problems
from rules.values.exact import read_date
from rules.values.text import Text, listed, shown


def edition_of(
    files: Mapping[str, Node], digest: str, problems: Problems, base: Edition | None = None
) -> Edition | None:
    """The edition; None where anything is wrong, which goes to `problems`. `base` has the same clauses and readings."""
    plan = files["plan"]
    clauses = base.clauses if base else _clauses(files["clauses"], plan.at("not_decided"), problems)
    readings = base.readings if base else _readings(files["readings"], clauses, problems)
    facts = FactBuilder(files["facts"], problems, clauses)
    decisions = {name: node for name, node in files.items() if name not in FILES | OPTIONAL}
    for name, node in decisions.items():
        _declare(name, node, facts, problems)
    subjects = facts.build()
    made = [decision(ItemBuilder(node, facts.resolver, clauses, readings)) for node in decisions.values()]
    rules = ordered([one for one in made if isinstance(one, Rule)], problems)
    report = report_of(files["report"], facts.resolver, rules) if "report" in files else Report()
    extracts = extracts_of(files["extracts"], facts.names, subjects, problems) if "extracts" in files else Extracts()
    start, end = _effective(plan.at("effective"), problems)
    acknowledged = _acknowledged(plan.at("acknowledged"), problems)
    if start is None or problems.errors:
        return None
    source = {key: node.text for key, node in plan.at("source").entries.items() if node.is_scalar}
    assignments = {one.id: one for one in made if isinstance(one, Assignment)}
    return Edition(
        plan.at("plan").text, text(plan.at("title")), text(plan.at("issuer")), start, end, source, digest,
        subjects, rules, clauses, readings, assignments, report, acknowledged, extracts,
        after_lapse=flag(plan.at("effective").at("after_lapse")), mark=plan.at("effective").at("from").mark,
        mark_to=plan.at("effective").at("to").mark,
    )  # fmt: skip


def _declare(name: str, node: Node, facts: FactBuilder, problems: Problems) -> None:
    """Make a decision known to the others, under a name of its own."""
    at, subject = node.at("decision"), node.at("subject").text
    if at.text != name:
        problems.add(at, "decision.file_name", file=name, id=at.text)
    if (head := head_of(node)) is not None:
        facts.names.heads |= {name: head, at.text: head}
    if name in (*facts.names.of_facts.get(subject, ()), *facts.names.constants):
        problems.add(at, "decision.fact_of_same_name", id=name, subject=subject)


def _clauses(root: Node, not_decided: Node, problems: Problems) -> dict[str, Clause]:
    nodes = root.at("clauses").entries
    for key in not_decided.entries.keys() - nodes.keys():
        problems.unknown(not_decided.entries[key], "clause.unknown", key, nodes)
    return {key: _clause(key, node, not_decided.at(key)) for key, node in nodes.items()}


def _clause(key: str, node: Node, why: Node) -> Clause:
    sentences = tuple(
        Sentence(one.at("text").text, tuple(path.text for path in one.at("by").items), words(one.at("partly")),
                 words(one.at("left_out")))
        for one in node.at("sentences").items
    )  # fmt: skip
    whole = node.at("text").text or "".join(one.text for one in sentences)
    return Clause(key, node.at("heading").text, whole, words(why), sentences)


def _effective(node: Node, problems: Problems) -> tuple[date | None, date | None]:
    days = {key: read_date(node.at(key).text) for key in ("from", "to", "issued") if key in node.entries}
    for key, day in days.items():
        if day is None:
            problems.add(node.at(key), "fact.date", text=shown(node.at(key).text))
    start, end, issued = (days.get(key) for key in ("from", "to", "issued"))
    if start and issued and issued > start:
        problems.warn(node.at("issued"), "warning.back_dated", start=start, day=issued,
                      how=Text("印发", "issued"))  # fmt: skip
    if start and end and end < start:
        problems.add(node.at("to"), "edition.backwards")
    return start, end


def _acknowledged(node: Node, problems: Problems) -> tuple[Acknowledged, ...]:
    acknowledged = []
    for one in node.items:
        if (day := read_date(one.at("on").text)) is None:
            problems.add(one.at("on"), "fact.date", text=shown(one.at("on").text))
        else:
            acknowledged.append(Acknowledged(one.at("warning").text, one.at("at").text, text(one.at("by")), day,
                                             text(one.at("because")), one.mark))  # fmt: skip
    return tuple(acknowledged)


def _readings(root: Node, clauses: Mapping[str, Clause], problems: Problems) -> dict[str, Reading]:
    readings: dict[str, Reading] = {}
    for name, node in root.at("readings").entries.items():
        clause, chosen, changes = (node.at(key) for key in ("clause", "chosen", "changes"))
        options = {key: text(at) for key, at in node.at("readings").entries.items()}
        if clause.text not in clauses:
            problems.unknown(clause, "clause.unknown", clause.text, clauses)
        for at in (chosen, *map(changes.key, changes.entries)):
            if at.text not in options:
                problems.add(at, "reading.no_option", text=shown(at.text), allowed=listed(options))
        readings[name] = Reading(
            name, clause.text, text(node.at("title")), text(node.at("question")), chosen.text, options,
            text(node.at("because")), {option: plain(paths) for option, paths in changes.entries.items()},
            root.at("readings").key(name).mark,
        )  # fmt: skip
    return readings
