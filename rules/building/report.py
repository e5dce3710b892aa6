"""Builds the report settings of an edition from the optional `report.yaml`."""

from __future__ import annotations

from collections.abc import Mapping

from rules.building.facts import title
from rules.building.resolver import Resolver
from rules.files.source import Node
from rules.model import Report, ReportStep, Rule, criteria_of
from rules.operations.operation import Place
from rules.values.text import listed, near, shown


def report_of(root: Node, resolver: Resolver, rules: Mapping[str, Rule]) -> Report:
    """The report as declared; problems go to the resolver's."""
    at = root.entries["report"].entries
    funnel = at.get("funnel")
    subject, steps = ("", ()) if funnel is None else _funnel(funnel, resolver)
    scatter, shares, near_, titles, ahead = (at.get(key) for key in ("scatter", "shares", "near", "titles", "ahead"))
    group = ""
    if scatter is not None and (rule := _decision(scatter.entries["decision"], resolver, rules)) is not None:
        named = scatter.entries["group"]
        group = _among(named, tuple(dict.fromkeys(one.group for one in criteria_of(rule) if one.group)), resolver)
    share = ""
    if shares is not None and (rule := _decision(shares.entries["decision"], resolver, rules)) is not None:
        share = _among(shares.entries["criterion"], tuple(one.id for one in criteria_of(rule)), resolver)
    held = None
    if titles is not None and (rule := _decision(titles.entries["decision"], resolver, rules)) is not None:
        held = resolver.condition(titles.entries["held"], Place(rule.subject))
    expired_subject, expired = "", None
    if ahead is not None and (node := ahead.get("expired")) is not None:
        expired_subject = _among(node.entries["subject"], tuple(resolver.names.within), resolver)
        if expired_subject:
            expired = resolver.condition(node.entries["where"], Place(expired_subject))
    for node in (near_, ahead, at.get("milestones")):
        if node is not None:
            _decision(node.entries["decision"] if node.is_map else node, resolver, rules)
    lists = {key: () if (node := at.get(key)) is None else tuple(node.items) for key in ("exclusions", "changes")}
    for node in (*lists["exclusions"], *lists["changes"]):
        _decision(node, resolver, rules)
    return Report(
        smallest_group=_number(at.get("smallest_group")),
        funnel_subject=subject,
        funnel=steps,
        exclusions=tuple(node.text for node in lists["exclusions"]),
        scatter=_text(scatter),
        scatter_group=group,
        shares=_text(shares),
        share=share,
        near=_text(near_),
        nearest=0 if near_ is None else _number(near_.get("most")),
        titles=_text(titles),
        held=held,
        ahead=_text(ahead),
        ahead_months=() if ahead is None else tuple(_number(node) for node in ahead.entries["months"].items),
        expired_subject=expired_subject,
        expired=expired,
        changes=tuple(node.text for node in lists["changes"]),
        milestones="" if (node := at.get("milestones")) is None else node.text,
    )


def _funnel(node: Node, resolver: Resolver) -> tuple[str, tuple[ReportStep, ...]]:
    named = node.entries["subject"]
    subject = _among(named, tuple(resolver.names.within), resolver)
    steps = []
    for step in node.entries["steps"].items if subject else ():
        where = step.get("where")
        condition = None if where is None else resolver.condition(where, Place(subject))
        steps.append(ReportStep(step.entries["id"].text, title(step), condition))
    return subject, tuple(steps)


def _decision(node: Node, resolver: Resolver, rules: Mapping[str, Rule]) -> Rule | None:
    return rules.get(_among(node, tuple(rules), resolver))


def _among(node: Node, known: tuple[str, ...], resolver: Resolver) -> str:
    """The name that a node holds, if it is one of those known."""
    if node.text in known:
        return node.text
    resolver.problems.add(node, "report.unknown", text=shown(node.text), near=near(node.text, known),
                          allowed=listed(known) or "—")  # fmt: skip
    return ""


def _text(node: Node | None) -> str:
    return "" if node is None else node.entries["decision"].text


def _number(node: Node | None) -> int:
    return 0 if node is None else int(node.text)
