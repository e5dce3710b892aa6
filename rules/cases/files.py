"""Reads cases from YAML, JSON or JSON lines: exactly, so that no figure passes through a float.

A case is `on` (the decision date), `subject: {id}`, `facts`, and where it belongs to an example, the `decisions` to
make: a list of them, or each with the outcome that it must come to, and where wanted the outputs that it must give,
`{outcome: granted, outputs: {limit: 50000}}`. One file holds one case or a list of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rules.cases.errors import FactProblem
from rules.files.node import Node, kind
from rules.files.source import read
from rules.problems.problem import Problems
from rules.values.exact import read_date
from rules.values.exact_json import decode
from rules.values.ids import WANTED, is_id
from rules.values.text import Mark, TextError

OUTCOME, OUTPUTS = "outcome", "outputs"
KEYS = ("on", "subject", "facts", "decisions")


class CaseError(TextError):
    """A case that cannot be read; both languages, and where."""

    def __init__(self, where: str, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.en}"

    def as_dict(self) -> dict[str, str]:
        return {"where": self.where, "zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Case:
    """One case as written; `facts` still have to be checked against an edition."""

    subject_id: str
    on: date | None
    facts: Any
    decisions: tuple[str, ...]
    where: str  # the file, and which of its cases
    node: Node | None = None
    wanted: Mapping[str, str] = field(default_factory=dict)  # decision -> the outcome that it must come to
    gives: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # decision -> output -> value; None: none

    def at(self, problem: FactProblem) -> Mark | None:
        """Where in the file the fact of a problem is; None where the case is no YAML."""
        node = None if self.node is None else self.node.get("facts")
        for step in filter(None, problem.pointer.split("/")):
            node = node and _below(node, step.replace("~1", "/").replace("~0", "~"))
        return None if node is None else node.mark

    def place(self, problem: FactProblem) -> str:
        """Where in the file a problem with a fact is: line and column in YAML, else the pointer."""
        at = self.at(problem)
        where = self.where if at is None else f"{at.file}:{at.line}:{at.column}"
        return f"{where}: facts{problem.pointer}"


def _below(node: Node, step: str) -> Node | None:
    """The node one step down; the node itself where there is none, as with a record that lacks a fact."""
    if node.is_list:
        return node.items[int(step)] if step.isdecimal() and int(step) < len(node.items) else node
    return node.get(step) or node


def read_cases(text: str, name: str) -> list[Case]:
    """The cases of a text; `name` is its file, whose ending says what it holds (anything but JSON is YAML)."""
    if name.endswith((".json", ".ndjson", ".jsonl")) or (name == "-" and text.lstrip()[:1] in ("{", "[")):
        return list(_from_json(text, name))
    problems = Problems()
    node = read(text, name, problems)
    if node is None or problems.errors:
        first = problems.errors[0]
        raise CaseError(f"{name}:{first.mark.line}:{first.mark.column}", first.zh, first.en)
    if node.is_list:
        return [_case(_data(one), f"{one.mark.file}:{one.mark.line}", one) for one in node.items]
    return [_case(_data(node), name, node)]


def _data(node: Node) -> Any:
    """A tree as values. A number stays exact; a date stays text, for only the fact dictionary knows what is a date."""
    if node.is_map:
        return {key: _data(value) for key, value in node.entries.items()}
    if node.is_list:
        return [_data(item) for item in node.items]
    match kind(node.text, quoted=node.quoted):
        case "null":
            return None
        case "boolean":
            return node.text.lower() == "true"
        case "integer" if node.text.lstrip("+-").isdecimal():
            return int(node.text)
        case "number" if node.text[-1] in "0123456789.":
            return Decimal(node.text)
        case _:
            return node.text


def _from_json(text: str, name: str) -> Iterator[Case]:
    try:
        data = decode(text)
    except RecursionError:
        raise CaseError(name, "嵌套太深。", "It is nested too deep.") from None
    except ValueError as error:
        lines = [(number, one) for number, one in enumerate(text.splitlines(), 1) if one.strip()]
        if len(lines) < 2 or not lines[0][1].rstrip().endswith("}"):
            raise _bad_json(name, error) from None
        yield from (_case(_line(one, f"{name}:{number}"), f"{name}:{number}") for number, one in lines)
        return
    if isinstance(data, list):
        yield from (_case(one, f"{name}#{number}") for number, one in enumerate(data, 1))
    else:
        yield _case(data, name)


def _line(text: str, where: str) -> Any:
    """The case on a line of JSON lines."""
    try:
        return decode(text)
    except (ValueError, RecursionError) as error:
        raise _bad_json(where, error) from None


def _bad_json(where: str, error: Exception) -> CaseError:
    detail = f"{error.msg}, {error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
    return CaseError(where, f"这不是正确的 JSON（{detail}）。", f"This is not valid JSON ({detail}).")


def _case(data: Any, where: str, node: Node | None = None) -> Case:
    if not isinstance(data, Mapping) or "facts" not in data:
        keys = ", ".join(KEYS[:-1])
        raise CaseError(where, f"一个案例要写成映射，含有 {keys}。", f"A case is a mapping with {keys}.")
    for key in data:
        if key not in KEYS:
            raise CaseError(where, f"案例里没有 {key} 这一项。", f"A case has no {key}.")
    decisions = data.get("decisions") or ()
    names, wanted = _decisions(decisions, where), decisions if isinstance(decisions, Mapping) else {}
    outcomes = {name: one if isinstance(one, str) else one[OUTCOME] for name, one in wanted.items()}
    gives = {name: one[OUTPUTS] for name, one in wanted.items() if not isinstance(one, str) and OUTPUTS in one}
    return Case(_subject(data, where, node), _on(data, where), data["facts"], names, where, node, outcomes, gives)


def _subject(data: Mapping[str, Any], where: str, node: Node | None) -> str:
    """The id as it is written: 007 in YAML is not 7."""
    subject = data.get("subject") or {}
    name = subject.get("id") if isinstance(subject, Mapping) else subject
    if node is not None and type(name) is int:
        name = node.at("subject").at("id").text or node.at("subject").text
    if name is not None and type(name) not in (str, int):
        raise CaseError(where, "subject.id 要是文字。", "subject.id has to be text.")
    name = "" if name is None else str(name)
    if name and not is_id(name):
        raise CaseError(where, *WANTED)
    return name


def _on(data: Mapping[str, Any], where: str) -> date | None:
    if data.get("on") is None:
        return None
    day = read_date(data["on"]) if isinstance(data["on"], str) else None
    if day is None:
        raise CaseError(where, "on 要写日期，如 2026-12-31。", "`on` is a date, as in 2026-12-31.")
    return day


def _decisions(names: Any, where: str) -> tuple[str, ...]:
    wanted = [*names.values()] if isinstance(names, Mapping) else []
    said = [None] if isinstance(names, str) or not hasattr(names, "__iter__") else [*names]
    if not (all(isinstance(one, str) for one in said) and all(map(_is_wanted, wanted))):
        raise CaseError(where, "decisions 要写成名称的列表，或逐项写明应得的结论；还应给出什么，写 "
                               "{outcome: 结论, outputs: {名称: 值}}。",
                        "`decisions` is a list of names, or each with the outcome that it must come to, or with "
                        "{outcome: …, outputs: {name: value}}.")  # fmt: skip
    return tuple(names)


def _is_wanted(said: Any) -> bool:
    """Whether it is an outcome, or one with the outputs beside it."""
    if not isinstance(said, Mapping):
        return isinstance(said, str)
    outputs = said.get(OUTPUTS, {})
    single = isinstance(outputs, Mapping) and not any(isinstance(one, Mapping | list) for one in outputs.values())
    return {*said} <= {OUTCOME, OUTPUTS} and isinstance(said.get(OUTCOME), str) and single
