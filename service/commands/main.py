"""The command `village-credit`."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import click

ENGINE = "durable_rules_engine"  # the C module that judges
YOUNG = 10_000  # objects between two collections: what loading makes stays, and no garbage is found in it
NO_ENGINE = """\
village-credit 无法载入规则引擎 durable-rules：{reason}
请在检出目录中用 make 安装；用 pip 时先设置 CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject，
再以 --no-cache-dir 重装 durable-rules。
village-credit cannot load the rule engine durable-rules: {reason}
Install with make in a checkout. With pip, set CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject and install
durable-rules anew with --no-cache-dir.
"""


MISUSED = (  # the first class that fits; click's own words follow
    (click.NoSuchOption, "没有这个选项。"),
    (click.MissingParameter, "缺少参数。"),
    (click.BadOptionUsage, "选项用法不对。"),
    (click.BadParameter, "参数的值不对。"),
    (click.UsageError, "用法不对。"),
)


class Misused(click.UsageError):
    """A usage error in both languages."""


@contextmanager
def _in_chinese() -> Iterator[None]:
    """Put Chinese before the words of a usage error, once."""
    try:
        yield
    except (Misused, click.exceptions.NoArgsIsHelpError):
        raise
    except click.UsageError as error:
        zh = next(words for kind, words in MISUSED if isinstance(error, kind))
        raise Misused(f"{zh}{error.format_message()}", error.ctx) from error


def _hold_once(ctx: click.Context, args: list[str]) -> None:
    """Misused where one file is named after another with an option that takes one: the first would not be read."""
    _, _, order = ctx.command.make_parser(ctx).parse_args(list(args))
    files = [one for one in order if isinstance(one, click.Option) and isinstance(one.type, click.Path)]
    for one in files:
        if not one.multiple and files.count(one) > 1:
            name = one.opts[0]
            raise Misused(f"{name} 只能写一次，这里写了 {files.count(one)} 次。 {name} can be given once, "
                          f"not {files.count(one)} times.", ctx)  # fmt: skip


class Lazy(click.Group):
    """A group that imports a command when it is called: its help, and every other command, stays light."""

    def __init__(self, summary: str, commands: Mapping[str, tuple[str, str] | Lazy], name: str | None = None) -> None:
        super().__init__(name, help=summary, context_settings={"help_option_names": ["-h", "--help"]})
        self.short_help = summary
        self.places = commands  # name -> (module:attribute, summary), or a group of commands

    def make_context(self, *words: Any, **extra: Any) -> click.Context:
        with _in_chinese():
            return super().make_context(*words, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _in_chinese():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None and not isinstance(command, click.Group):
            _hold_once(click.Context(command, parent=ctx, info_name=name, resilient_parsing=True), rest)
        return name, command, rest

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self.places.get(cmd_name)
        if place is None or isinstance(place, Lazy):
            return place
        command: click.Command = resolve_name(f"service.commands.{place[0]}")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.summary(name)) for name in self.list_commands(ctx)])

    def summary(self, name: str) -> str:
        """The line of a command in the help of its group."""
        place = self.places[name]
        return place.short_help or "" if isinstance(place, Lazy) else place[1]


def _read(name: str, entry: Any) -> tuple[str, str] | Lazy:
    """A command from its place and summary, or a group from its summary and commands."""
    first, second = entry
    return (first, second) if isinstance(second, str) else Lazy(first, _group(second), name)


def _group(entries: Mapping[str, Any]) -> dict[str, tuple[str, str] | Lazy]:
    return {name: _read(name, entry) for name, entry in entries.items()}


COMMANDS = _group(json.loads(Path(__file__).with_name("commands.json").read_text(encoding="utf-8")))
cli = Lazy(
    """整村授信：按政策版本判定，每条结论都注明条款。

    Whole-village credit: decisions by policy edition, each finding citing its clause.

    退出码 / exit codes: 0 完成 done · 1 政策有问题 policy problems · 2 用法或输入有误 bad usage or input
    · 3 需补充信息 information is missing
    """,
    COMMANDS,
    "village-credit",
)
cli.context_settings["max_content_width"] = 100


def main() -> None:
    """Run the command line; where the engine does not load, say how to install it and exit with 2."""
    gc.set_threshold(YOUNG)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr] # a terminal without Chinese shows `?`
    try:
        cli(prog_name="village-credit")
    except ImportError as error:
        if error.name != ENGINE:
            raise
        sys.stderr.write(NO_ENGINE.format(reason=error.msg))
        raise SystemExit(2) from None
