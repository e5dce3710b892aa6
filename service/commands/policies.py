"""`village-credit policies`: check, show, compare and begin editions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from rules.building.loader import load
from rules.building.store import folders, read_store
from rules.problems.problem import Problem
from rules.values.layout import Line, Span, line, row
from rules.variants.new_edition import new_edition
from rules.words.diff import Change, diff
from rules.words.wording import plural
from service.commands.common import POLICY_PROBLEMS, Bad, Settings, common, located, message_of, read_day, reread
from service.commands.screen import as_json, complain, show

COLOURS = {"added": "good", "removed": "bad", "changed": "title"}


@click.command()
@click.argument("path", required=False)
@common
def check(settings: Settings, path: str | None) -> None:
    """检查政策文件，列出全部问题 / check policy files and list every problem"""
    target = (Path(path) if path else settings.policies).resolve()
    if not target.exists():
        raise Bad(f"没有 {path}。", f"There is no {path}.")
    root, problems, checked = _checked(target if target.is_dir() else target.parent)
    if not checked:
        shown = path or settings.policies
        raise Bad(f"{shown} 里没有政策版本（plan.yaml）。", f"There is no edition (plan.yaml) in {shown}.")
    found = [located(one, root) for one in problems]
    errors = sum(one["severity"] == "error" for one in found)
    if settings.json:
        as_json({"ok": not errors, "editions": checked, "problems": found})
    else:
        for one in found:
            if one["severity"] == "error":
                complain([message_of(one, settings.lang)], settings.color)
            else:
                word = settings.pick("提醒：", "warning: ")
                click.echo(click.style(f"{word}{message_of(one, settings.lang)}", fg="yellow"), color=settings.color)
        _sum_up(settings, checked, errors, len(found) - errors)
    if errors:
        raise click.exceptions.Exit(POLICY_PROBLEMS)


def _checked(target: Path) -> tuple[Path, tuple[Problem, ...], list[str]]:
    """The folder that problems are named from, the problems, and the editions looked at."""
    if (target / "plan.yaml").is_file():
        root = target.parents[1]
        return root, load(target, root).problems, [target.relative_to(root).as_posix()]
    root = target.parent if any(target.glob("*/plan.yaml")) else target
    inside = "" if root == target else f"{target.name}/"
    found = [folder.relative_to(root).as_posix() for folder in folders(root)]
    problems = tuple(one for one in read_store(root).problems if one.mark.file.startswith(inside))
    return root, problems, [name for name in found if name.startswith(inside)]


def _sum_up(settings: Settings, checked: list[str], errors: int, warned: int) -> None:
    names = ", ".join(checked)
    if errors:
        text = settings.pick(
            f"{names}：{errors} 个错误，{warned} 个提醒",
            f"{names}: {counted(errors, 'error')}, {counted(warned, 'warning')}",
        )
        show([line(Span(text, "bad"))], settings.color)
    else:
        text = settings.pick(f"{names}：可以使用，{warned} 个提醒", f"{names}: good, {counted(warned, 'warning')}")
        show([line(Span("✓ ", "good"), text)], settings.color)


def counted(number: int, word: str) -> str:
    return f"{number} {word if number == 1 else plural(word)}"


@click.command("diff")
@click.argument("old")
@click.argument("new")
@reread
@common
def compare(settings: Settings, old: str, new: str, readings: Mapping[str, str]) -> None:
    """用文字说明两个版本的不同 / say in words what changed between two editions"""
    before, after = settings.named(old), settings.named(new, readings)
    changes = diff(before, after)
    block = [_shown(change, settings) for change in changes]
    settings.tell(
        {"old": before.id, "new": after.id, "changes": [change.as_dict() for change in changes]},
        block or [line(settings.pick("两个版本的规则没有不同。", "The two editions say the same."))],
    )


def _shown(change: Change, settings: Settings) -> Line:
    """A line of its own: sentences differ in length too much for columns."""
    clause = change.item.clause if change.item.kind != "clause" else ""
    cited = "  ".join(filter(None, (clause, change.path)))
    return line(Span(change.text(settings.lang), COLOURS[change.what]), Span(f"  {cited}", "dim"))


@click.command("new-edition")
@click.argument("name", metavar="PLAN")
@click.argument("date")
@click.option("--from", "source", metavar="EDITION",
              help="照哪个版本复制，默认最新 / what to copy (default: the newest)")  # fmt: skip
@common
def begin(settings: Settings, name: str, date: str, source: str | None) -> None:
    """复制最新版本，改好生效日，并给旧版本写上失效日 / copy the newest edition under a new date"""
    steps = new_edition(settings.policies, name, read_day(date, "DATE"), source)
    rows = [row(Span("✓", "good"), step.file, settings.pick(step.zh, step.en)) for step in steps]
    settings.tell([{"file": step.file, "zh": step.zh, "en": step.en} for step in steps], rows)
