"""Builds the report settings of an edition from the optional `report.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rules.building.facts import title
from rules.building.resolver import Resolver
from rules.files.source import Node
from rules.model import Report, ReportStep, Rule, criteria_of
from rules.operations.operation import Place
from rules.values.text import listed, near, shown

ABOUT_A_DECISION = ("scatter", "shares", "near", "titles", "ahead", "milestones")
ABOUT_SEVERAL = ("exclusions", "changes")


def report_of(root: Node, resolver: Resolver, rules: Mapping[str, Rule]) -> Report:
    """The report as declared; problems go to the resolver's."""
    at = root.entries["report"].entries
    named = {key: rule for key in ABOUT_A_DECISION if key in at and (rule := _decision(at[key], resolver, rules))}
    settings: dict[str, Any] = {key: rule.id for key, rule in named.items()}
    for key in ABOUT_SEVERAL:
        decisions = [_decision(node, resolver, rules) for node in at[key].items] if key in at else []
        settings[key] = tuple(rule.id for rule in decisions if rule)
    if "smallest_group" in at:
        settings["smallest_group"] = int(at["smallest_group"].text)
    if "funnel" in at:
        settings["funnel_subject"], settings["funnel"] = _funnel(at["funnel"], resolver)
    if rule := named.get("scatter"):
        groups = (one.group for one in criteria_of(rule) if one.group)
        settings["scatter_group"] = _among(at["scatter"].entries["group"], groups, resolver)
    if rule := named.get("shares"):
        criteria = (one.id for one in criteria_of(rule))
        settings["share"] = _among(at["shares"].entries["criterion"], criteria, resolver)
    if rule := named.get("titles"):
        settings["held"] = resolver.condition(at["titles"].entries["held"], Place(rule.subject))
    if "near" in at:
        settings["nearest"] = int(at["near"].entries["most"].text)
    if "ahead" in at:
        settings |= _ahead(at["ahead"].entries, resolver)
    return Report(**settings)


def _funnel(node: Node, resolver: Resolver) -> tuple[str, tuple[ReportStep, ...]]:
    subject = _among(node.entries["subject"], resolver.names.within, resolver)
    steps = []
    for step in node.entries["steps"].items if subject else ():
        where = step.get("where")
        condition = None if where is None else resolver.condition(where, Place(subject))
        steps.append(ReportStep(step.entries["id"].text, title(step), condition))
    return subject, tuple(steps)


def _ahead(at: Mapping[str, Node], resolver: Resolver) -> Mapping[str, Any]:
    settings: dict[str, Any] = {"ahead_months": tuple(int(node.text) for node in at["months"].items)}
    if "expired" in at:
        expired = at["expired"].entries
        settings["expired_subject"] = subject = _among(expired["subject"], resolver.names.within, resolver)
        if subject:
            settings["expired"] = resolver.condition(expired["where"], Place(subject))
    return settings


def _decision(node: Node, resolver: Resolver, rules: Mapping[str, Rule]) -> Rule | None:
    return rules.get(_among(node.entries["decision"] if node.is_map else node, rules, resolver))


def _among(node: Node, names: Iterable[str], resolver: Resolver) -> str:
    """The name that a node holds, if it is one of some names."""
    known = tuple(dict.fromkeys(names))
    if node.text in known:
        return node.text
    resolver.problems.add(node, "report.unknown", text=shown(node.text), near=near(node.text, known),
                          allowed=listed(known) or "—")  # fmt: skip
    return ""
