"""Builds rankings."""

from __future__ import annotations

from rules.building.facts import text_of
from rules.building.items import ItemBuilder, items
from rules.model import Key, Ranking
from rules.values.kinds import said
from rules.values.text import shown


def ranking(build: ItemBuilder) -> Ranking | None:
    at = build.node.entries["list"]
    records = build.resolver.path(at, build.place)
    if records is None:
        return None
    if records.type.kind != "list":
        build.problems.add(at, "type.not_list", text=shown(at.text))
        return None
    build.place = build.place.inside(records.type.of)
    eligible = build.criteria("eligible")
    keys = []
    for node in items(build.node, "order"):
        by = build.resolver.expression(node.entries["by"], build.place)
        if by is not None and not by.type.is_ordered:
            build.problems.add(node.entries["by"], "order.no_order", found=said(by.type))
        elif by is not None:
            keys.append(Key(by, node.entries["first"].text, build.title(node, by)))
    take = build.node.get("take")
    return Ranking(records, eligible, tuple(keys), int(take.text) if take else None,
                   text_of(build.node.get("ties")) or "shared")  # fmt: skip
