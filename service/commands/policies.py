"""`village-credit policies`: check, mend, compare and begin editions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from rules.building.store import folders, is_edition, problems_of, read_store
from rules.values.layout import Line, Span, line, row
from rules.values.text import Text
from rules.variants.mending import Mended, mend
from rules.variants.new_edition import Step, new_edition
from rules.variants.new_plan import new_plan
from rules.words.diff import Change, diff
from rules.words.wording import plural
from service.commands.common import POLICY_PROBLEMS, Bad, Settings, common, located, message_of, read_day, reread
from service.commands.screen import as_json, at_terminal, complain, show
from service.examples.own import faults, tally

WORDS = {"warning": ("提醒：", "warning: "), "acknowledged": ("已确认：", "acknowledged: ")}
COLOURS = {"added": "good", "removed": "bad", "changed": "title"}


@click.command()
@click.argument("path", required=False)
@click.option("--all", "everything", is_flag=True, help="连同已确认的提醒 / acknowledged warnings too")
@click.option("--against-log", "against", is_flag=True,
              help="与数据库里已发布的对照（用服务的设置）/ hold the folder against what is published, by the "
                   "service's settings")  # fmt: skip
@common
def check(settings: Settings, path: str | None, everything: bool, against: bool) -> None:
    """检查政策文件，列出全部问题 / check policy files and list every problem"""
    root, names = editions(settings, path)
    problems = problems_of(root, names)
    if against:
        from service.commands.published import against_log  # noqa: PLC0415 -- the log's libraries, for this alone

        problems = tuple(sorted({*problems, *against_log(root, settings.today())}))
    cases: Mapping[str, int] = {}
    if not any(one.severity == "error" for one in problems):
        store = read_store(root, warn=False)
        missed = [one for name in names for one in faults(root, store.edition(name), settings.today())]
        problems, cases = (*problems, *missed), {} if missed else tally(root, names)
    tell(settings, [located(one, root) for one in problems], names, everything, cases=cases)


def tell(
    settings: Settings,
    found: Sequence[Mapping[str, str]],
    checked: Sequence[str],
    everything: bool = False,
    **more: Any,
) -> None:
    """Print problems and their sum; the exit code says whether there are errors."""
    number = Counter(one["severity"] for one in found)
    if settings.json:
        as_json({"ok": not number["error"], "editions": checked, **more, "problems": found})
    else:
        for one in found:
            if one["severity"] == "error":
                complain([message_of(one, settings.lang)], settings.color)
            elif everything or one["severity"] == "warning":
                word = settings.pick(*WORDS[one["severity"]])
                message = f"{word}{message_of(one, settings.lang)} [{one['code'].rpartition('.')[2]}]"
                click.echo(click.style(message, fg="yellow"), color=settings.color)
        _sum_up(settings, checked, number, more.get("cases") or {})
    if number["error"]:
        raise click.exceptions.Exit(POLICY_PROBLEMS)


def editions(settings: Settings, path: str | None) -> tuple[Path, list[str]]:
    """The policies folder that a path leads into, and the names of the editions there."""
    target = (Path(path) if path else settings.policies).resolve()
    if not target.exists():
        raise Bad(f"没有 {path}。", f"There is no {path}.")
    target = target if target.is_dir() else target.parent
    depth = 2 if is_edition(target) else 1 if any(map(is_edition, target.iterdir())) else 0
    root = target.parents[depth - 1] if depth else target
    names = [one.relative_to(root).as_posix() for one in folders(root) if one.is_relative_to(target)]
    if not names:
        shown = path or settings.policies
        raise Bad(f"{shown} 里没有政策版本（plan.yaml）。", f"There is no edition (plan.yaml) in {shown}.")
    return root, names


def _sum_up(settings: Settings, checked: Sequence[str], number: Counter[str], cases: Mapping[str, int]) -> None:
    errors, warned, acknowledged = (number[one] for one in ("error", "warning", "acknowledged"))
    state = (f"{errors} 个错误", counted(errors, "error")) if errors else ("可以使用", "good")
    more = (f"，{acknowledged} 个已确认", f", {acknowledged} acknowledged") if acknowledged else ("", "")
    held = _held(cases)
    zh = f"{', '.join(checked)}：{state[0]}，{warned} 个提醒{more[0]}{held.zh}"
    en = f"{', '.join(checked)}: {state[1]}, {counted(warned, 'warning')}{more[1]}{held.en}"
    text = settings.pick(zh, en)
    show([line(Span(text, "bad")) if errors else line(Span("✓ ", "good"), text)], settings.color)


def _held(cases: Mapping[str, int]) -> Text:
    """How many outcomes the editions' own cases came to as wanted; cases that want none are told, not passed over."""
    wanted, without = cases.get("wanted", 0), cases.get("without", 0)
    outputs = cases.get("outputs", 0)
    more = Text(f"、给出的内容 {outputs} 项", f" and {counted(outputs, 'output')}") if outputs else Text("", "")
    zh = f"，案例应得的结论 {wanted} 个{more.zh}全部相符" if wanted else ""
    en = f", {counted(wanted, 'outcome')}{more.en} of cases as wanted" if wanted else ""
    if without:
        zh += f"，{without} 个案例没有写应得的结论，没有核对"
        en += f", {counted(without, 'case')} that want no outcome not checked"
    return Text(zh, en)


@click.command()
@click.argument("path", required=False)
@click.option("--write", is_flag=True, help="把改动写入文件 / write the changes")
@common
def fix(settings: Settings, path: str | None, write: bool) -> None:
    """改正只有一种改法的错误，显示改动 / mend what has one cure only, showing the change"""
    root, names = editions(settings, path)
    mended, problems = mend(root, names)
    if not settings.json and mended:
        show(difference(mended), settings.color)
        write = write or agreed(settings)
    if write:
        for one in mended:
            one.write(root)
    if not settings.json and mended:
        show([counted_files(settings, mended, write)], settings.color)
    changes = [{"file": one.file, "diff": one.diff()} for one in mended]
    tell(settings, [located(one, root) for one in problems], names, changes=changes, written=write and bool(mended))


def difference(mended: Sequence[Mended]) -> Iterator[Line]:
    """The changes as a difference."""
    tones = {"+": "good", "-": "bad", "@": "dim"}
    yield from (line(Span(text, tones.get(text[:1], ""))) for one in mended for text in one.diff())


def agreed(settings: Settings) -> bool:
    """Whether a person at a terminal says that the changes be written; nobody is asked elsewhere."""
    return at_terminal() and click.confirm(settings.pick("写入这些改动吗？", "Write these changes?"), default=False)


def counted_files(settings: Settings, mended: Sequence[Mended], written: bool) -> Line:
    """How many files change, and whether the changes are written."""
    zh, en = ("已写入", "written") if written else ("没有写入，加 --write 写入", "nothing is written without --write")
    count = len(mended)
    return line(settings.pick(f"改动 {count} 个文件（{zh}）", f"{counted(count, 'file')} changed ({en})"))


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
    """复制最新版本，改好生效日 / copy the newest edition under a new date"""
    _show_steps(
        settings,
        new_edition(settings.policies, name, read_day(date, settings.pick("生效日", "The first day in force")), source),
    )


@click.command("new-plan")
@click.argument("name", metavar="ID")
@click.option("--from", "start", metavar="DATE", help="生效日，默认为今天 / the first day in force (default: today)")
@common
def begin_plan(settings: Settings, name: str, start: str | None) -> None:
    """新建方案：有注释的小版本，附案例 / begin a plan: a small edition with cases"""
    day = read_day(start, "--from") if start else settings.today()
    others = sorted({one.parent.parent.name for one in settings.policies.glob("*/*/plan.yaml")})
    _show_steps(settings, new_plan(settings.policies, name, day))
    if others and not settings.json:
        click.echo(settings.pick(
            f"{settings.policies} 里还有 {', '.join(others)}：读这个文件夹的服务重新加载后，新方案自 {day} 起一并生效。"
            "草稿请写到自己的文件夹：--policies 文件夹",
            f"{settings.policies} also holds {', '.join(others)}: a service that reads the folder follows the new plan "
            f"too, from {day} on, once it loads anew. Write a draft into a folder of its own: --policies FOLDER"),
            err=True)  # fmt: skip


def _show_steps(settings: Settings, steps: Sequence[Step]) -> None:
    rows = [row(Span("✓", "good"), step.file, settings.pick(step.zh, step.en)) for step in steps]
    settings.tell([{"file": step.file, "zh": step.zh, "en": step.en} for step in steps], rows)
