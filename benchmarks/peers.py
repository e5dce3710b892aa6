"""The peers' way of doing the same work: zen-engine decision tables and compiled CEL expressions.

Each is given facts already validated, and returns the codes of what is not met, as `judge` does. Zen has no exact
ratios, so it is given whole-number cross products, ready made: that is in its favour.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import cel
import zen

Rules = list[tuple[str, str, str]]  # code, field, what makes it fail: `< 18`


def zen_table(rules: Rules) -> Callable[[Mapping[str, Any]], Any]:
    """A collecting decision table with a row per criterion, loaded once."""
    fields = list(dict.fromkeys(field for _, field, _ in rules))
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": f"i{n}", "name": name, "field": name} for n, name in enumerate(fields)],
        "outputs": [{"id": "o", "name": "code", "field": "code"}],
        "rules": [
            {"_id": code, "o": json.dumps(code), **{f"i{n}": test if name == field else ""
                                                    for n, name in enumerate(fields)}}
            for code, field, test in rules
        ],
    }  # fmt: skip
    graph = {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
            {
                "id": "t",
                "type": "decisionTableNode",
                "name": "t",
                "position": {"x": 0, "y": 0},
                "content": table,
            },
            {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 0, "y": 0}},
        ],
        "edges": [
            {"id": "a", "sourceId": "in", "targetId": "t", "type": "edge"},
            {"id": "b", "sourceId": "t", "targetId": "out", "type": "edge"},
        ],
    }
    text = json.dumps(graph)
    engine = zen.ZenEngine({"loader": lambda _key: text})
    decision = engine.create_decision(text)
    try:
        static = zen.ZenEngine({"loader": {"type": "static", "content": {"t": graph}}})
        static.evaluate("t", dict.fromkeys(fields, 0))
    except Exception:  # the static loader is the faster way; without it the prepared decision must do
        return lambda facts: decision.evaluate(facts)["result"]
    return lambda facts: static.evaluate("t", facts)["result"]


def cel_program(rules: Rules) -> Callable[[Mapping[str, Any]], Any]:
    """One compiled expression that lists the codes."""
    parts = [f"({field} {test} ? ['{code}'] : [])" for code, field, test in rules]
    program = cel.compile(" + ".join(parts))
    return lambda facts: program.execute(dict(facts))
