"""`village-credit log carry-over`, `new-key`, `accept-clock`: what an operator vouches for by a signed line."""

from __future__ import annotations

from pathlib import Path

import click

from rules.values.layout import line
from service.commands import carrying
from service.commands.common import Bad, Settings
from service.commands.log import TAMPERED, tell_flaws
from service.commands.on_log import on_log
from service.commands.screen import progress
from service.keys import user
from service.log import DecisionLog, Signer, verify
from service.log.kept import read_anchors
from service.log.signing import read_publics
from service.settings import value_of


@click.command("carry-over")
@click.option("--anchors", metavar="FILE", help="锚点文件 / a file of anchors")
@on_log
def carry_over(settings: Settings, log: DecisionLog, anchors: str | None) -> None:
    """为还没有签名的旧日志接续签名：先验证，再写一行 / sign on from an older log: verify it, then write one line"""
    log.upgrade()
    known = read_anchors(Path(anchors)) if anchors else []
    with progress(log.head().seq, settings.pick("验证", "verifying")) as tick:
        report = verify(log, known, tick)
    if wrong := [flaw for flaw in report.flaws if flaw.code != "unsigned"]:
        tell_flaws(wrong, report.untold, settings)
        raise click.exceptions.Exit(TAMPERED)
    again = carrying.carry_over(log)
    text = settings.pick(
        f"前 {report.head.seq} 行由下一行的签名担保；重写 {len(again)} 行。请用 keys list 核对密钥。",
        f"The next line vouches by its signature for the {report.head.seq} lines there are; {len(again)} were written "
        "again. Look at the keys with keys list.",
    )
    settings.tell({"carried_over": report.head.seq, "again": [one.id for one in again]}, [line(text)])


@click.command("new-key")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--beside", is_flag=True, help="旧密钥照用（另一台主机用新的）/ the old key stays, for another host")
@click.option("--lost", metavar="FILE", multiple=True,
              help="私钥已遗失：旧公钥的文件 / the old key is lost: its public half")  # fmt: skip
@on_log
def new_key(settings: Settings, log: DecisionLog, file: Path, beside: bool, lost: tuple[str, ...]) -> None:
    """新建签名密钥，写入文件，并在日志里交接 / make a signing key in a new file, and hand over to it in the log"""
    if bool(lost) == (log.signer is not None) or (lost and beside):
        raise Bad("请用 --signing-key 给出旧密钥，或用 --lost 给出它的公钥。",
                  "Give the old key by --signing-key, or its public half by --lost.")  # fmt: skip
    if file.exists():
        raise Bad(f"{file} 已存在。", f"{file} is there already.")
    old = log.signer.known if log.signer else read_publics(map(Path, lost))
    new = Signer.new(file, *old.values())
    retired = list(old) if lost else [] if beside or log.signer is None else [log.signer.id]
    try:
        log.succeed(new, user(), retired)
    except BaseException:
        file.unlink()
        raise
    text = settings.pick(f"新密钥 {new.id} 在 {file}。请把设置改为它并重启服务，公钥另存一份。",
                         f"The new key {new.id} is in {file}. Put it into the setting and restart the service; keep "
                         "its public half elsewhere.")  # fmt: skip
    settings.tell({"key": new.id, "file": str(file), "retired": retired}, [line(text)])


@click.command("accept-clock")
@on_log
def accept_clock(settings: Settings, log: DecisionLog) -> None:
    """系统时间核对无误：写一行确认，日志照它继续 / the clock is right: say so in a line, and go on by it"""
    before, now = (
        one.astimezone(value_of("time_zone")).isoformat(sep=" ", timespec="seconds") for one in log.accept_clock(user())
    )
    text = settings.pick(f"日志最后一行写于 {before}，现在以 {now} 继续。",
                         f"The last line was written at {before}; the log goes on at {now}.")  # fmt: skip
    settings.tell({"before": before, "now": now}, [line(text)])
