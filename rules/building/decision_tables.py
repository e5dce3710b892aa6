"""Builds decision tables."""

from __future__ import annotations

from rules.building.facts import text_of, words
from rules.building.items import ItemBuilder, items, outputs_of
from rules.model import Criterion, Group, Table
from rules.values.text import Text


def table(build: ItemBuilder) -> Table:
    clause = text_of(build.node.get("clause"))
    outputs = outputs_of(build.node)
    roles = {outcome.role: name for name, outcome in build.outcomes.items()}
    rows = []
    for node in items(build.node, "rows"):
        meta = build.meta(node, clause)
        condition = build.condition(node.entries["when"])
        then, outcome = build.then(node, outputs), build.outcome(node)
        if condition is not None:
            rows.append(Criterion(
                title=build.title(node, condition), condition=condition, outcome=outcome or roles.get("met", ""),
                reading=text_of(node.get("reading")), then=then, note=words(node.get("note")), **meta,
            ))  # fmt: skip
    node = build.node.entries["otherwise"]
    otherwise = Criterion(
        "otherwise", Text("其他情形", "otherwise"), clause, Group("all", ()), node.mark,
        outcome=build.outcome(node) or roles.get("not_met", ""), then=build.then(node, outputs),
    )  # fmt: skip
    hit, by = text_of(build.node.get("hit")), build.node.get("by")
    if (hit in ("highest", "lowest")) != (by is not None):
        build.problems.add(by or build.node, "table.by")
    elif by is not None and (by.text not in outputs or not outputs[by.text].type.is_ordered):
        build.unknown(by, tuple(outputs), "output.unknown")
    for row in rows if by is not None else ():
        if text_of(by) not in row.then:
            build.problems.add(row.mark, "table.by_missing", id=row.id, by=text_of(by))
    if hit == "sum" and not all(output.type.is_number for output in outputs.values()):
        build.problems.add(build.node.entries["hit"], "table.sum")
    return Table(hit, tuple(rows), otherwise, outputs, text_of(by))
