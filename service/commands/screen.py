"""Prints text, colours, progress and JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from rules.values.layout import Line, Row, Span, aligned, line

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


def at_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def show(block: Iterable[Line | Row], color: bool | None) -> None:
    for one in aligned(list(block)):
        click.echo(styled(one).rstrip(), color=color)


def styled(line: Line) -> str:
    return " " * line.indent + "".join(
        click.style(span.text, **COLOURS[span.tone]) if span.tone else span.text for span in line.spans
    )


def as_json(value: Any, *, lines: bool = False, err: bool = False) -> None:
    """Print one JSON document, or one line of a stream with `lines`."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=None if lines else 2), err=err)


def complain(messages: Iterable[str], color: bool | None) -> None:
    for message in messages:
        click.echo(click.style(message, fg="red"), err=True, color=color)


def more(rest: int, pick: Callable[[str, str], str], indent: int = 2) -> list[Line]:
    """The line for the rest of a list that the screen does not show."""
    return [line(Span(pick(f"还有 {rest} 个", f"and {rest} more"), "dim"), indent=indent)] if rest > 0 else []


def patient(total: int, least: int) -> bool:
    """Whether to show progress: long work, on a terminal."""
    return total >= least and sys.stderr.isatty()


@contextmanager
def progress(total: int, label: str, least: int = 100) -> Iterator[Callable[..., None]]:
    """A progress bar on standard error for work of at least so many steps on a terminal: call what it yields with the
    number of steps done, and with the name of the step where it has one."""
    if not patient(total, least):
        yield lambda *_: None
        return
    with click.progressbar(
        length=total, label=label, file=sys.stderr, item_show_func=lambda one: str(one or "")
    ) as bar:
        yield bar.update
