"""`village-credit log`: verify, anchor, export and expire the decision log."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import click

from rules.values.layout import Span, line
from service import days, people
from service.commands.common import FOLDER, Bad, Settings, read_day
from service.commands.on_log import on_log
from service.commands.screen import as_json, complain, progress, show
from service.log import Anchor, DecisionLog, Flaw, Report, expire, export, verify
from service.log.exporting import Exported, export_next
from service.log.kept import kept_in, read_anchors
from service.policies import archive
from service.settings import DEFAULTS, value_of

TAMPERED = 1
KEEP_DAYS = click.option("--keep-days", metavar="DAYS", type=click.IntRange(1), show_default=True,
                         envvar="VILLAGE_CREDIT_KEEP_INPUTS_DAYS", default=DEFAULTS["keep_inputs_days"],
                         help="输入至少保留几天 / for how many days at least inputs are kept")  # fmt: skip


@click.command("verify")
@click.option("--anchors", metavar="FILE", help="锚点文件 / a file of anchors")
@KEEP_DAYS
@on_log
def verify_log(settings: Settings, log: DecisionLog, anchors: str | None, keep_days: int) -> None:
    """验证日志没有被改动，改动过则退出码为 1 / prove that the log is as it was written; exit code 1 if not"""
    known = [*(read_anchors(Path(anchors)) if anchors else []), *_kept()]
    with progress(log.head().seq, settings.pick("验证", "verifying")) as tick:
        report = verify(log, known, tick, keep=timedelta(days=keep_days))
    editions, wrong = archive.faults(log)
    passwords = people.faults(log)
    if settings.json:
        as_json(_as_dict(report, editions, wrong, passwords))
    else:
        _tell(report, (*wrong, *passwords), settings)
    if wrong or passwords or not report.intact:
        raise click.exceptions.Exit(TAMPERED)


@click.command()
@click.option("--append", metavar="FILE", help="添加到文件末尾 / append it to a file")
@on_log
def anchor(settings: Settings, log: DecisionLog, append: str | None) -> None:
    """记下日志现在的末尾；存到别处，末尾的删除才查得出来
    / note where the log ends; kept elsewhere, it shows a deletion at the end"""
    noted = json.dumps(asdict(log.head()))
    if append is None:
        click.echo(noted)
        return
    with Path(append).open("a", encoding="utf-8") as file:
        file.write(f"{noted}\n")
        file.flush()
        os.fsync(file.fileno())
    if not settings.json:
        click.echo(settings.pick(f"已记入 {append}。", f"Noted in {append}."), err=True)


@click.command("export")
@click.option("--format", type=click.Choice(["ndjson", "parquet"]), default="ndjson", help="格式 / the format")
@click.option("--output", metavar="FILE", help="文件，默认为标准输出 / the file (default: standard output)")
@click.option("--from", "start", metavar="DATE", help="从哪天起 / from this day on")
@click.option("--to", "end", metavar="DATE", help="到哪天止，含当日 / up to this day and with it")
@on_log
def export_log(
    settings: Settings,
    log: DecisionLog,
    format: Literal["ndjson", "parquet"],
    output: str | None,
    start: str | None,
    end: str | None,
) -> None:
    """导出日志的行；封存的输入不在其中 / write the lines out; sealed inputs stay behind"""
    if output is None and format == "parquet" and sys.stdout.isatty():
        raise Bad("Parquet 不能显示在终端上，请用 --output。", "A terminal cannot show Parquet: use --output.")
    first = None if start is None else midnight(start, "--from")
    last = None if end is None else _day_after(end, "--to")
    if first is not None and last is not None and first >= last:
        raise Bad(f"--from {start} 在 --to {end} 之后，其间没有哪一天：请对调，或改其中之一。",
                  f"--from {start} is after --to {end}, and no day lies between: swap them, or mend one.")  # fmt: skip
    with (
        progress(log.head().seq, settings.pick("导出", "exporting")) as tick,
        click.open_file(output or "-", "wb") as stream,
    ):
        made = export(log, stream, format, start=first, end=last, tick=tick)
    _doubted(settings, made)


@click.command("export-next")
@click.argument("folder", type=FOLDER)
@on_log
def export_more(settings: Settings, log: DecisionLog, folder: Path) -> None:
    """把目录里还没有的行导出为一个新文件（每晚运行）/ write the lines a folder lacks into a new file (every night)"""
    with progress(log.head().seq, settings.pick("导出", "exporting")) as tick:
        file, made = export_next(log, folder, tick)
    text = settings.pick("没有新行。", "There are no new lines.") if file is None else str(file)
    settings.tell({"file": None if file is None else str(file), "doubted": made.doubted}, [line(text)])
    _doubted(settings, made)


def _doubted(settings: Settings, made: Exported) -> None:
    """End with the code of a log that was tampered with, where lines were written that no good signature covers."""
    if made.first is not None:
        flaw = Flaw(*made.first)
        zh = f"{made.doubted} 行没有有效的签名，已在文件里标明（doubt）：从{flaw.zh}。"
        en = f"No good signature covers {made.doubted} lines; they are marked (doubt): {flaw.en}."
        complain([settings.pick(zh, en)], settings.color)
        raise click.exceptions.Exit(TAMPERED)


@click.command("expire")
@click.option("--before", metavar="DATE", help="删除这天以前的输入 / delete inputs from before this day")
@KEEP_DAYS
@on_log
def expire_inputs(settings: Settings, log: DecisionLog, before: str | None, keep_days: int) -> None:
    """删除到期的封存输入，日志照样可以验证 / delete sealed inputs whose time is over; the log still verifies"""
    due = log.clock() - timedelta(days=keep_days)
    until = midnight(before, "--before") if before is not None else due
    if until > due:  # a slip of the pen would delete everything, for good
        raise Bad(
            f"{before} 至今还不到应保留的 {keep_days} 天，没有删除任何输入；确实要删的，请同时写 --keep-days。",
            f"{before} is less than the {keep_days} days ago that inputs are kept for; none were deleted. If that is "
            "meant, say --keep-days too.",
        )
    with progress(0, settings.pick("删除", "deleting")) as tick:
        done = expire(log, until, tick=tick)
    text = settings.pick("没有到期的输入。", "No inputs have expired.")
    if done.through:
        text = settings.pick(
            f"第 {done.through} 行及以前的输入已到期；删除输入 {done.inputs} 份、幂等应答 {done.answers} 份。",
            f"Inputs up to line {done.through} have expired; "
            f"deleted {done.inputs} inputs and {done.answers} stored answers.",
        )
    settings.tell({"through": done.through, "inputs": done.inputs, "answers": done.answers}, [line(text)])


def midnight(text: str, option: str) -> datetime:
    """The moment at which a day begins, in the time zone that is set."""
    return days.midnight(read_day(text, option), value_of("time_zone"))


def _day_after(text: str, option: str) -> datetime | None:
    """The midnight that ends a day; None on the last day there is, which ends nothing."""
    try:
        return days.midnight(read_day(text, option), value_of("time_zone"), 1)
    except OverflowError:
        return None


def _kept() -> list[Anchor]:
    """The head that the service on this host has kept, if any."""
    last = kept_in(value_of("head_file"))
    return [] if last is None else [last]


def _as_dict(
    report: Report, editions: int, wrong: Sequence[archive.Fault], passwords: Sequence[people.Fault]
) -> dict[str, Any]:
    return {
        "intact": report.intact and not wrong and not passwords,
        "lines": report.lines,
        "head": asdict(report.head),
        "anchors": report.anchors,
        "overdue": report.overdue,
        "carried_over": report.carried_over,
        "signers": list(report.signers),
        "editions": editions,
        "editions_wrong": [asdict(one) for one in wrong],
        "passwords_wrong": [one.as_dict() for one in passwords],
        "flaws": [flaw.as_dict() for flaw in report.flaws],
        "untold": report.untold,
    }


def tell_flaws(flaws: Sequence[Flaw], untold: int, settings: Settings) -> None:
    for flaw in flaws:
        complain([settings.pick(flaw.zh, flaw.en)], settings.color)
    if untold:
        complain([settings.pick(f"另有 {untold} 处。", f"And {untold} more.")], settings.color)


def _tell(report: Report, wrong: Sequence[archive.Fault | people.Fault], settings: Settings) -> None:
    pick = settings.pick
    for one in wrong:
        complain([pick(one.zh, one.en)], settings.color)
    tell_flaws(report.flaws, report.untold, settings)
    if report.overdue:
        click.echo(
            pick(
                f"{report.overdue} 份输入已到期而未删除：请再运行 log expire。",
                f"{report.overdue} inputs have expired and are still there: run log expire again.",
            )
        )
    if report.intact and not wrong:
        anchors = "anchor" if report.anchors == 1 else "anchors"
        text = pick(
            f"{report.lines} 行完整无改动，核对了 {report.anchors} 个锚点，签名密钥 {', '.join(report.signers)}。",
            f"{report.lines} lines are as they were written; {report.anchors} {anchors} agree; "
            f"signed by {', '.join(report.signers)}.",
        )
        show([line(Span("✓ ", "good"), text)], settings.color)
