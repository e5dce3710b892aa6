"""Builds decision tables."""

from __future__ import annotations

from dataclasses import replace

from rules.building.items import DecisionKind, ItemBuilder, outputs_of
from rules.files.source import Node
from rules.model import Criterion, Group, Output, Table
from rules.values.text import Text


def _table(build: ItemBuilder) -> Table:
    node, clause = build.node, build.node.at("clause").text
    outputs = {name: _standing(build, one, node.at("outputs").at(name)) for name, one in outputs_of(node).items()}
    roles = {outcome.role: name for name, outcome in build.outcomes.items()}
    rows = []
    for at in node.at("rows").items:
        then = build.then(at, outputs)
        if (row := build.conditional(at, clause, "when", "outcome", then=then)) is not None:
            rows.append(replace(row, outcome=row.outcome or roles.get("met", "")))
    default = node.at("otherwise")
    otherwise = Criterion(
        "otherwise", Text("其他情形", "otherwise"), clause, Group("all", ()), default.mark,
        outcome=build.outcome(default) or roles.get("not_met", ""), then=build.then(default, outputs),
    )  # fmt: skip
    _check_hit(build, rows, outputs)
    return Table(node.at("hit").text, tuple(rows), otherwise, outputs, node.at("by").text)


def _standing(build: ItemBuilder, output: Output, node: Node) -> Output:
    """The output with the clause that its figures stand in."""
    clause, set_by = build.stands(node, "", "")
    return replace(output, clause=clause, set_by=set_by)


def _check_hit(build: ItemBuilder, rows: list[Criterion], outputs: dict[str, Output]) -> None:
    """Require an output to compare the rows by, or numbers to add up, as the table's `hit` asks."""
    at, by = build.node.at("hit"), build.node.get("by")
    if (at.text in ("highest", "lowest")) != (by is not None):
        build.problems.add(by or at, "table.by")
    elif by is not None and (by.text not in outputs or not outputs[by.text].type.is_ordered):
        build.problems.unknown(by, "output.unknown", by.text, outputs)
    given = {node.at("id").text: node.at("then").entries for node in build.node.at("rows").items}
    for row in rows:
        if by is not None and by.text not in row.then and by.text not in given.get(row.id, ()):  # else that is reported
            build.problems.add(row.mark, "table.by_missing", id=row.id, by=by.text)
    if at.text == "sum" and not all(output.type.is_number for output in outputs.values()):
        build.problems.add(at, "table.sum")


def _roles(node: Node) -> list[str]:
    """A row without an outcome is met, and the table without its default not met."""
    met = any(row.get("outcome") is None for row in node.at("rows").items)
    not_met = node.at("otherwise").get("outcome") is None
    return ["met"] * met + ["not_met"] * not_met + ["unknown"]


TABLE = DecisionKind(_table, _roles)
