"""Builds the report settings of an edition from the optional `report.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rules.building.facts import flag, text
from rules.building.resolver import Resolver
from rules.files.source import Node
from rules.model import Condition, Report, ReportResult, ReportStep, ReportTurn, Rule, criteria_of
from rules.operations.operation import Place
from rules.values.text import listed

ADDED = ("amount", "count")  # the kinds of figures that a result adds up


def report_of(root: Node, resolver: Resolver, rules: Mapping[str, Rule]) -> Report:
    """The report as declared; problems go to the resolver's."""
    at, names = root.at("report"), _Names(resolver, rules)
    funnel, scatter, shares, titles, ahead = (
        at.at(key) for key in ("funnel", "scatter", "shares", "titles", "ahead")
    )  # fmt: skip
    counted, expired = names.subject(funnel), names.subject(ahead.at("expired"))
    return Report(
        smallest_group=_number(at.at("smallest_group")),
        results=tuple(map(names.result, at.at("results").items)),
        turns=tuple(map(names.turn, at.at("turns").items)),
        funnel_subject=counted,
        funnel=tuple(
            ReportStep(step.at("id").text, text(step.at("title")), names.condition(step.at("where"), counted))
            for step in funnel.at("steps").items
        ),
        exclusions=tuple(map(names.decision, at.at("exclusions").items)),
        scatter=names.decision(scatter.at("decision")),
        scatter_group=names.item(scatter, "group", lambda rule: (one.group for one in criteria_of(rule) if one.group)),
        shares=names.decision(shares.at("decision")),
        share=names.item(shares, "criterion", lambda rule: (one.id for one in criteria_of(rule))),
        near=names.decision(at.at("near").at("decision")),
        nearest=_number(at.at("near").at("most")),
        titles=(judged := names.decision(titles.at("decision"))),
        held=names.condition(titles.at("held"), rules[judged].subject if judged else ""),
        ahead=names.decision(ahead.at("decision")),
        ahead_months=tuple(map(_number, ahead.at("months").items)),
        expired_subject=expired,
        expired=names.condition(ahead.at("expired").at("where"), expired),
        changes=tuple(map(names.decision, at.at("changes").items)),
        milestones=names.decision(at.at("milestones")),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """Looks up the names that a report speaks of; "" where none is written, or it is wrong and has been reported."""

    resolver: Resolver
    rules: Mapping[str, Rule]

    def subject(self, section: Node) -> str:
        return self._among(section.at("subject"), self.resolver.names.within)

    def result(self, node: Node) -> ReportResult:
        subject = self.subject(node)
        numbers = (name for name in self.resolver.names.of_facts.get(subject, ()) if self._adds_up(subject, name))
        total = self._among(node.at("sum"), numbers)
        where = self.condition(node.at("where"), subject)
        return ReportResult(text(node.at("title")), subject, where, total, flag(node.at("risk")))

    def _adds_up(self, subject: str, name: str) -> bool:
        fact = self.resolver.names.facts.built(subject, name)
        return fact is not None and fact.given and fact.type.kind in ADDED

    def turn(self, node: Node) -> ReportTurn:
        rule = self.rules.get(self.decision(node.at("decision")))
        outcomes, outputs = (rule.outcomes, rule.body.outputs) if rule else ({}, {})
        return ReportTurn(rule.id if rule else "", self._among(node.at("outcome"), outcomes),
                          self._among(node.at("by"), outputs))  # fmt: skip

    def decision(self, node: Node) -> str:
        return self._among(node, self.rules)

    def item(self, section: Node, key: str, known: Callable[[Rule], Iterable[str]]) -> str:
        """A part of the decision that a section is about."""
        rule = self.rules.get(section.at("decision").text)
        return "" if rule is None else self._among(section.at(key), known(rule))

    def condition(self, node: Node, subject: str) -> Condition | None:
        return self.resolver.condition(node, Place(subject)) if subject and node.entries else None

    def _among(self, node: Node, known: Iterable[str]) -> str:
        names = dict.fromkeys(known)
        if not node.text or node.text in names:
            return node.text
        self.resolver.problems.unknown(node, "report.unknown", node.text, names, allowed=listed(names) or "—")
        return ""


def _number(node: Node) -> int:
    return int(node.text or 0)
