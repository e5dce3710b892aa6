"""The files of an edition over those of the edition that it extends."""

from __future__ import annotations

from dataclasses import replace

from rules.files.merge import merge
from rules.files.source import Node
from rules.format.grammar import MERGED
from rules.problems.problem import Problems

Files = dict[str, Node]


def merged(above: Files, files: Files, problems: Problems) -> Files:
    """The files of an edition over those that it extends."""
    found = {name: node for name, node in above.items() if name != "plan"}
    for name, node in files.items():
        if name in found and list(node.entries) == ["remove"]:
            del found[name]  # the child has no such decision
        else:
            found[name] = merge(found[name], node, problems, MERGED) if name in found else node
    found["plan"] = _acknowledging(above["plan"], files["plan"])
    return found


def _acknowledging(above: Node, plan: Node) -> Node:
    """The head of a child, with the acknowledged warnings of the edition that it extends."""
    inherited = above.at("acknowledged")
    if not inherited.items:
        return plan
    both = replace(inherited, value=[*inherited.items, *plan.at("acknowledged").items])
    marks = {"acknowledged": inherited.mark} | plan.key_marks
    return replace(plan, value={**plan.entries, "acknowledged": both}, key_marks=marks)
