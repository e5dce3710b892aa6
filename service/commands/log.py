"""`village-credit log`: verify, anchor, export and expire the decision log. No command needs a key."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, Literal

import click
from sqlalchemy import make_url

from rules.values.layout import Span, line
from rules.values.text import Lang
from service.commands.common import HOME, OPTIONS, Bad, Command, Settings, read_day, reported
from service.commands.screen import as_json, colours, complain, progress, show
from service.log import Anchor, DecisionLog, LogUnavailable, Report, Sealer, expire, export, verify
from service.settings import DEFAULTS

TAMPERED = 1


DATABASE = click.option(
    "--database",
    metavar="URL",
    envvar="VILLAGE_CREDIT_DATABASE",
    default=DEFAULTS["database"],
    help="日志数据库，默认为 .data 下的文件 / the log's database (default: a file in .data)",
)
SHARED: Sequence[Any] = (DATABASE, *OPTIONS[-3:])  # and how to answer: --lang, --json, --color


def on_log(command: Command) -> Command:
    """Add the log and the common options to a command, and turn exceptions into messages."""

    @wraps(command)
    def run(database: str, lang: Lang, as_json: bool, color: bool | None, **others: Any) -> Any:
        settings = Settings(HOME, None, None, lang, as_json, colours(color))
        with reported(settings):
            try:
                with closing(DecisionLog(database, Sealer.without_keys())) as log:
                    return command(settings, log, **others)
            except LogUnavailable as error:
                detail = f"{make_url(database).render_as_string()}: {error.detail}"  # without its password
                raise Bad(f"{error.zh}请核对 --database。（{detail}）",
                          f"{error.en} Check --database. ({detail})") from None  # fmt: skip

    for option in reversed(SHARED):
        run = option(run)
    return run  # type: ignore[return-value]


@click.command("verify")
@click.option("--anchors", metavar="FILE", help="锚点文件 / a file of anchors")
@on_log
def verify_log(settings: Settings, log: DecisionLog, anchors: str | None) -> None:
    """验证日志没有被改动，改动过则退出码为 1 / prove that the log is as it was written; exit code 1 if not"""
    known = _anchors(Path(anchors)) if anchors else []
    with progress(log.head().seq, settings.pick("验证", "verifying")) as tick:
        report = verify(log, known, tick)
    if settings.json:
        as_json(_as_dict(report))
    else:
        _tell(report, settings)
    if not report.intact:
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
@click.option("--from", "start", metavar="DATE", help="从哪天起（UTC）/ from this day on (UTC)")
@click.option("--to", "end", metavar="DATE", help="到哪天止，含当日（UTC）/ up to this day and with it (UTC)")
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
    with (
        progress(log.head().seq, settings.pick("导出", "exporting")) as tick,
        click.open_file(output or "-", "wb") as stream,
    ):
        export(log, stream, format, start=first, end=last, tick=tick)


@click.command("expire")
@click.option("--before", metavar="DATE", help="删除这天（UTC）以前的输入 / delete inputs from before this day (UTC)")
@click.option("--keep-days", metavar="DAYS", type=click.IntRange(1), envvar="VILLAGE_CREDIT_KEEP_INPUTS_DAYS",
              default=DEFAULTS["keep_inputs_days"], show_default=True,
              help="或：保留几天 / or: keep them for so many days")  # fmt: skip
@on_log
def expire_inputs(settings: Settings, log: DecisionLog, before: str | None, keep_days: int) -> None:
    """删除到期的封存输入，日志照样可以验证 / delete sealed inputs whose time is over; the log still verifies"""
    until = midnight(before, "--before") if before is not None else log.clock() - timedelta(days=keep_days)
    if until > log.clock():  # a slip of the pen would delete everything, for good
        raise Bad(f"{before} 还没有到，没有删除任何输入。", f"{before} is yet to come; no inputs were deleted.")
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
    return datetime.combine(read_day(text, option), time(), UTC)


def _day_after(text: str, option: str) -> datetime | None:
    """The midnight that ends a day; None on the last day there is, which ends nothing."""
    try:
        return midnight(text, option) + timedelta(days=1)
    except OverflowError:
        return None


def _anchors(path: Path) -> list[Anchor]:
    found = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if text.strip():
            try:
                noted = json.loads(text)
                found.append(Anchor(int(noted["seq"]), str(noted["hash"]), str(noted["at"])))
            except (KeyError, TypeError, ValueError):
                where = f"{path}:{number}"
                raise Bad(f"{where} 不是锚点。", f"{where} is not an anchor.") from None
    return found


def _as_dict(report: Report) -> dict[str, Any]:
    return {
        "intact": report.intact,
        "lines": report.lines,
        "head": asdict(report.head),
        "anchors": report.anchors,
        "overdue": report.overdue,
        "flaws": [flaw.as_dict() for flaw in report.flaws],
        "untold": report.untold,
    }


def _tell(report: Report, settings: Settings) -> None:
    pick = settings.pick
    for flaw in report.flaws:
        complain([f"{pick(flaw.zh, flaw.en)}"], settings.color)
    if report.untold:
        complain([pick(f"另有 {report.untold} 处。", f"And {report.untold} more.")], settings.color)
    if report.overdue:
        click.echo(
            pick(
                f"{report.overdue} 份输入已到期而未删除：请再运行 log expire。",
                f"{report.overdue} inputs have expired and are still there: run log expire again.",
            )
        )
    if report.intact:
        anchors = "anchor" if report.anchors == 1 else "anchors"
        text = pick(
            f"{report.lines} 行完整无改动，核对了 {report.anchors} 个锚点。",
            f"{report.lines} lines are as they were written; {report.anchors} {anchors} agree.",
        )
        show([line(Span("✓ ", "good"), text)], settings.color)
