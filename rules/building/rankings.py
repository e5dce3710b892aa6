"""Builds rankings."""

from __future__ import annotations

from rules.building.items import DecisionKind, ItemBuilder
from rules.model import Key, Ranking
from rules.values.kinds import said
from rules.values.text import shown


def _ranking(build: ItemBuilder) -> Ranking | None:
    node, at = build.node, build.node.at("list")
    records = build.resolver.path(at, build.place)
    if records is None:
        return None
    if records.type.kind != "list":
        build.problems.add(at, "type.not_list", text=shown(at.text))
        return None
    build.place = build.place.inside(records.type.of)
    eligible = build.criteria("eligible")
    keys = []
    for key in node.at("order").items:
        by = build.resolver.expression(key.at("by"), build.place)
        if by is not None and not by.type.is_ordered:
            build.problems.add(key.at("by"), "order.no_order", found=said(by.type))
        elif by is not None:
            keys.append(Key(by, key.at("first").text, build.title(key, by)))
    take = int(node.at("take").text or 0) or None
    ties, set_by = node.at("ties").text or "shared", node.at("set_by").text or "plan"
    return Ranking(records, eligible, tuple(keys), take, ties, set_by)


RANKING = DecisionKind(_ranking)
