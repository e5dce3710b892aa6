"""`village-credit log backup`, `restore` and `upgrade`: copies of the log, and its tables."""

from __future__ import annotations

from pathlib import Path

import click

from rules.values.layout import line
from service.commands.common import FILE, Settings
from service.commands.on_log import on_log
from service.commands.screen import progress
from service.log import DecisionLog
from service.log.copying import backup, restore


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@on_log
def back_up(settings: Settings, log: DecisionLog, file: Path) -> None:
    """备份整个日志到一个 SQLite 文件，服务不必停 / copy the whole log to a file of SQLite, while the service runs"""
    with progress(log.head().seq, settings.pick("备份", "copying")) as tick:
        lines = backup(log.database, file, tick)
    text = settings.pick(f"{file} 有 {lines} 行。", f"{file} has {lines} lines.")
    settings.tell({"file": str(file), "lines": lines}, [line(text)])


@click.command("restore")
@click.argument("file", type=FILE)
@on_log
def bring_back(settings: Settings, log: DecisionLog, file: Path) -> None:
    """从备份恢复到空的数据库 / restore a copy into an empty database"""
    with progress(0, settings.pick("恢复", "restoring")) as tick:
        lines = restore(file, log.database, tick)
    text = settings.pick(f"恢复了 {lines} 行。请带锚点运行 log verify。",
                         f"{lines} lines are back. Run log verify with anchors.")  # fmt: skip
    settings.tell({"file": str(file), "lines": lines}, [line(text)])


@click.command()
@on_log
def upgrade(settings: Settings, log: DecisionLog) -> None:
    """建表，或更新旧版本的表；以表的属主运行 / make the tables, or bring older ones up to date; run by their owner"""
    log.upgrade()
    settings.tell({"upgraded": True}, [line(settings.pick("表是最新的。", "The tables are up to date."))])
