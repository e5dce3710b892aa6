"""The last head of the log that a host saw, kept in a file outside the database: lines that are taken off the end while
the service is stopped are missed when it starts again.

The file is one anchor, as `village-credit log anchor` writes it.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from rules.problems.os_errors import why
from service.log import reader
from service.log.doubts import Doubts
from service.log.entry import Anchor
from service.log.errors import Misconfigured
from service.log.signing import Publics
from service.log.tables import log as lines

if TYPE_CHECKING:
    from service.log.log import DecisionLog

MOST = 2**63  # above every number of a line
HASH = re.compile("[0-9a-f]{64}")


def read_anchors(path: Path) -> list[Anchor]:
    """The anchors of a file, one a line. Misconfigured where a line is none."""
    found = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if text.strip():
            try:
                found.append(_anchor(json.loads(text)))
            except (KeyError, TypeError, ValueError, RecursionError):
                where = f"{path}:{number}"
                raise Misconfigured(f"{where} 不是锚点。", f"{where} is not an anchor.") from None
    return found


def _anchor(noted: Any) -> Anchor:
    """What a line says; ValueError where no line of a log can be meant."""
    found = Anchor(noted["seq"], str(noted["hash"]), str(noted["at"]))
    if type(found.seq) is not int or not 0 <= found.seq < MOST or not HASH.fullmatch(found.hash):
        raise ValueError(noted)
    return found


def kept_in(path: Path | None) -> Anchor | None:
    """The head that was kept last; None where none was, or no file is set."""
    if path is None:
        return None
    try:
        found = read_anchors(path)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError) as error:
        raise _unusable(path, error) from None
    if not found:
        raise Misconfigured(f"{path} 是空的：查明缘由，移走它之后再启动。",
                            f"{path} is empty: find out why, move it away, and start again.")  # fmt: skip
    return max(found, key=lambda one: one.seq)


def keep(log: DecisionLog, path: Path | None) -> None:
    """Keep the last line, if it is signed, unless one further on is kept. Misconfigured where that cannot be done."""
    if path is None or (head := log.database.read(lambda connection: _signed_head(connection, log.known))) is None:
        return
    last = kept_in(path)
    if last is not None and last.seq >= head.seq:
        return
    try:
        path = path.resolve()  # what a link leads to is replaced, not the link
        part = path.with_name(f"{path.name}.{os.getpid()}")
        with part.open("w", encoding="utf-8") as stream:
            stream.write(f"{json.dumps(asdict(head))}\n")
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise _unusable(path, error) from None


def check(log: DecisionLog, path: Path | None) -> bool:
    """Misconfigured where the head that was kept is not in the log any more; False where a file is set and none was
    kept: the log is held against nothing."""
    if path is None or (last := kept_in(path)) is None:
        return path is None
    asked = select(lines.c.hash).where(lines.c.seq == last.seq)
    hash = log.database.read(lambda connection: connection.execute(asked).scalar())
    if hash is None or bytes(hash).hex() != last.hash:
        raise Misconfigured(
            f"日志倒退了：{path} 记着第 {last.seq} 行（{last.at}），数据库里没有，或不是那一行。请从备份和导出恢复缺的"
            f"行；确实换了日志（例如从旧备份恢复）的，查明丢了什么，移走 {path} 之后再启动。",
            f"The log went back: {path} has kept line {last.seq} ({last.at}), and the database lacks it or has "
            f"another. Restore the missing lines from backups and exports; where another log is meant (an old backup, "
            f"say), find out what is lost, move {path} away, and start again.",
        )
    return True


def _signed_head(connection: Connection, known: Publics) -> Anchor | None:
    """The last line, where a good signature covers it: what somebody added unsigned is to be taken out again."""
    last = reader.head(connection)
    return None if not last.seq or Doubts(connection, known).of([last.seq]) else last


def _unusable(path: Path, error: Exception) -> Misconfigured:
    said = why(error) if isinstance(error, OSError) else None
    zh, en = (said.zh, said.en) if said else ("不是 UTF-8", "it is not UTF-8")
    return Misconfigured(f"{path} 读写不了（{zh}）。", f"{path} cannot be read or written ({en}).")
