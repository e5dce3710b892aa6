"""Errors of the log, in both languages, and their mapping from database errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from rules.values.text import TextError

REASONS: Mapping[str, tuple[str, str]] = {
    "away": ("连接不上日志数据库。", "The log's database cannot be reached."),
    "clock": ("系统时间比日志最后一行早得太多。", "The clock is too far behind the last line of the log."),
    "corrupt": ("日志数据库的文件已损坏。", "The log's database is damaged."),
    "disk": ("日志数据库的磁盘读写出错。", "The log's disk fails to read or write."),
    "disk_full": ("日志数据库的磁盘已满。", "The log's disk is full."),
    "fault": ("日志数据库报错。", "The log's database reports an error."),
    "locked": ("日志数据库被其他程序占用。", "Another program holds the log's database."),
    "read_only": ("日志数据库不能写入。", "The log's database cannot be written to."),
    "tables": ("日志数据库的表不齐，请先升级。", "The log's tables are not all there: it needs the upgrade."),
}

SQLITE = {
    "SQLITE_BUSY": "locked",
    "SQLITE_CANTOPEN": "away",
    "SQLITE_CORRUPT": "corrupt",
    "SQLITE_FORMAT": "corrupt",
    "SQLITE_FULL": "disk_full",
    "SQLITE_IOERR": "disk",
    "SQLITE_LOCKED": "locked",
    "SQLITE_NOTADB": "corrupt",
    "SQLITE_PERM": "read_only",
    "SQLITE_READONLY": "read_only",
}
# SQLSTATE, the longest beginning that fits
POSTGRESQL = {
    "08": "away",
    "25006": "read_only",
    "28": "away",
    "3D000": "away",
    "42501": "read_only",
    "42P01": "tables",
    "53100": "disk_full",
    "53300": "away",
    "55P03": "locked",
    "57P": "away",
    "58": "disk",
    "XX": "corrupt",
}


class LogError(TextError):
    """Something about the log, in both languages."""


class LogUnavailable(LogError):
    """Nothing was written, and nothing may be answered. `code` is one of REASONS."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(*REASONS[code])
        self.code, self.detail = code, detail

    def __str__(self) -> str:
        return f"{self.en} ({self.detail})" if self.detail else self.en


class KeyReused(LogError):
    """An Idempotency-Key that stands for another request already."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"幂等键 {name} 已用于另一个不同的请求。", f"The idempotency key {name} was used for another request."
        )


class Repeated(LogError):
    """An entry whose id is in the log already."""

    def __init__(self) -> None:
        super().__init__("日志里已有这个编号。", "There is an entry with this id already.")


class Misconfigured(LogError):
    """A setting that cannot be used."""


class SealError(LogError):
    """Sealed inputs that do not open: altered, or sealed with a key that is not among the keys given."""


class InputsExpired(LogError):
    """Inputs that were deleted when their time was over."""

    def __init__(self, id: str) -> None:
        super().__init__(f"{id} 的输入已到期删除。", f"The inputs of {id} have expired and were deleted.")


def reason_of(error: BaseException) -> str:
    """The code of REASONS for what a database driver raised."""
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", None) or ""
        known = [code for start, code in SQLITE.items() if name == start or name.startswith(f"{start}_")]
        missing = str(error).startswith("no such table")
        return known[0] if known else "tables" if missing else "fault"
    state = getattr(error, "sqlstate", None)
    if state is None:  # psycopg: the connection itself failed
        return "away" if type(error).__name__ in {"OperationalError", "InterfaceError"} else "fault"
    fitting = [start for start in POSTGRESQL if state.startswith(start)]
    return POSTGRESQL[max(fitting, key=len)] if fitting else "fault"
