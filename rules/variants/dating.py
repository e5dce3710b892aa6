"""Sets the day from which an edition is in force, in the text of its `plan.yaml`: comments and layout stay."""

from __future__ import annotations

from datetime import date

from rules.files.node import Node
from rules.files.source import read
from rules.problems.problem import Problems

BOM = "\ufeff"


def starting(text: str, day: date) -> str:
    """The text with `effective.from` on a day and without `effective.to`: the edition lasts until another follows. As
    it is where `effective.from` is not written; whoever checks the edition says so."""
    effective, start = _start(text)
    if effective is None or start is None or not start.is_scalar:
        return text
    mark = BOM if text.startswith(BOM) else ""
    lines = text.removeprefix(BOM).split("\n")
    end = effective.get("to")
    places = [(start.mark, day.isoformat(), start)]
    if end is not None and end.is_scalar:
        places.append((effective.key_marks["to"], "", end))
    for _, said, value in sorted(places, key=lambda place: place[0], reverse=True):
        if said:
            _say(lines, value, said)
        else:
            _take_out(lines, effective, value)
    return mark + "\n".join(lines)


def begins_on(text: str, day: date) -> bool:
    """Whether `effective.from` is a day already."""
    start = _start(text)[1]
    return start is not None and start.text == day.isoformat()


def _start(text: str) -> tuple[Node | None, Node | None]:
    """What is written under `effective`, and under its `from`."""
    plan = read(text, "", Problems())
    effective = None if plan is None else plan.get("effective")
    return effective, None if effective is None else effective.get("from")


def _say(lines: list[str], value: Node, said: str) -> None:
    line, first = value.mark.line - 1, value.mark.column - 1
    lines[line] = lines[line][:first] + said + lines[line][_end(value) :]


def _take_out(lines: list[str], effective: Node, value: Node) -> None:
    """Take the key `to` out: a line of its own, or a part within braces with the comma beside it."""
    mark = effective.key_marks["to"]
    at = mark.line - 1
    if lines[effective.mark.line - 1][effective.mark.column - 1] != "{":
        del lines[at]
        return
    head, tail = lines[at][: mark.column - 1], lines[at][_end(value) :]
    if head.rstrip().endswith(","):
        head = head.rstrip().removesuffix(",")
    else:
        tail = tail.lstrip().removeprefix(",").lstrip()
    lines[at] = head + tail


def _end(value: Node) -> int:
    """Where a scalar ends on its line."""
    return value.mark.column - 1 + len(value.text) + 2 * value.quoted
