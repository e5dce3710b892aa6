"""Prints text, colours and JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any

import click

from rules.values.layout import Block, Line, aligned

COLOURS: dict[str, dict[str, Any]] = {
    "good": {"fg": "green"},
    "bad": {"fg": "red", "bold": True},
    "unknown": {"fg": "yellow"},
    "dim": {"fg": "bright_black"},
    "title": {"bold": True},
}


def colours(asked: bool | None) -> bool | None:
    """Whether to colour: the option, else NO_COLOR, else the terminal."""
    return False if asked is None and os.environ.get("NO_COLOR") else asked


def show(block: Block, color: bool | None) -> None:
    for one in aligned(block):
        click.echo(styled(one).rstrip(), color=color)


def styled(line: Line) -> str:
    return " " * line.indent + "".join(
        click.style(span.text, **COLOURS[span.tone]) if span.tone else span.text for span in line.spans
    )


def as_json(found: Any, *, lines: bool = False) -> None:
    """Print one JSON document, or one line of a stream with `lines`."""
    click.echo(json.dumps(found, ensure_ascii=False, indent=None if lines else 2))


def complain(messages: Iterable[str], color: bool | None) -> None:
    for message in messages:
        click.echo(click.style(message, fg="red"), err=True, color=color)


def patient(total: int) -> bool:
    """Whether to show progress: long work, on a terminal."""
    return total >= 100 and sys.stderr.isatty()
