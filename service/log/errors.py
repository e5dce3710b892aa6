"""Errors of the log, in both languages, and their mapping from database errors."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping

from rules.values.text import TextError

# code: Chinese, English, SQLite's names without SQLITE_, the beginnings of PostgreSQL's SQLSTATE
_CODES: Mapping[str, tuple[str, str, str, str]] = {
    "away": ("连接不上日志数据库。", "The log's database cannot be reached.", "CANTOPEN", "08 28 3D000 53300 57P"),
    "clock": ("系统时间比日志最后一行早得太多。", "The clock is too far behind the last line of the log.", "", ""),
    "clock_ahead": (
        "系统时间比日志最后一行晚得太多：核对时间之后用 village-credit log accept-clock 确认。",
        "The clock is too far ahead of the last line of the log: check it, then village-credit log accept-clock.",
        "",
        "",
    ),
    "corrupt": ("日志数据库的文件已损坏。", "The log's database is damaged.", "CORRUPT FORMAT NOTADB", "XX"),
    "disk": ("日志数据库的磁盘读写出错。", "The log's disk fails to read or write.", "IOERR", "58"),
    "disk_full": ("日志数据库的磁盘已满。", "The log's disk is full.", "FULL", "53100"),
    "fault": ("日志数据库报错。", "The log's database reports an error.", "", ""),
    "lines_missing": (
        "日志缺行，其中可能有收回权限或撤回版本的，所以谁也不放行：用 village-credit log verify 查明，从备份恢复。",
        "Lines of the log are missing, and one of them may have taken a right or an edition back, so nobody is let in: "
        "find out by village-credit log verify, and restore a backup.",
        "",
        "",
    ),
    "locked": ("日志数据库被其他程序占用。", "Another program holds the log's database.", "BUSY LOCKED", "55P03"),
    "read_only": ("日志数据库不能写入。", "The log's database cannot be written to.", "PERM READONLY", "25006 42501"),
    "rolled_back": (
        "日志倒退了：上次写入的一行不在了。请查明；确认后重启服务。",
        "The log went back: a line that was written is gone. Find out why, then restart the service.",
        "",
        "",
    ),
    "swallowed": (
        "数据库收下了行却没有存（有规则或触发器？）。",
        "The database took lines and did not store them (a rule or a trigger?).",
        "",
        "",
    ),
    "signer": (
        "签名密钥已停用，或日志不认得它。",
        "The signing key is retired, or the log does not know it.",
        "",
        "",
    ),
    "tables": (
        "日志数据库的表不齐，或是旧版本的：请以表的属主运行 village-credit log upgrade。",
        "The log's tables are not all there, or of an older version: let their owner run village-credit log upgrade.",
        "",
        "42P01 42703",
    ),
}
REASONS: Mapping[str, tuple[str, str]] = {code: row[:2] for code, row in _CODES.items()}
SQLITE = {name: code for code, row in _CODES.items() for name in row[2].split()}
_NO_SUCH = re.compile("^no such (table|column)|has no column named")  # as SQLite says it
POSTGRESQL = {state: code for code, row in _CODES.items() for state in row[3].split()}


NO_SIGNER = (
    "没有签名密钥：请设置 VILLAGE_CREDIT_SIGNING_KEY；只是试用的，加 --demo。",
    "There is no signing key: set VILLAGE_CREDIT_SIGNING_KEY; to try the service only, add --demo.",
)


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


class Overtaken(LogError):
    """Somebody else acted first: look again, and decide anew."""

    def __init__(self) -> None:
        super().__init__(
            "刚才有人先做了另一项操作：请看过之后再办。", "Somebody else acted first just now: look again, then act."
        )


class Misconfigured(LogError):
    """A setting that cannot be used."""


class SealError(LogError):
    """Sealed inputs that do not open: altered, or sealed with a key that is not among the keys given."""


class Altered(SealError):
    """An archived edition that has not the hash it is stored under."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            f"存档的政策版本 {sha256} 被改动：内容的哈希与存入时不同。请从备份恢复，不能照它判定。",
            f"The archived edition {sha256} was altered: its content has another hash. Restore it from a backup; "
            "nothing is decided by it.",
        )


class Spoiled(SealError):
    """A draft whose rows hold what no save can have written."""

    def __init__(self, draft: str) -> None:
        super().__init__(
            f"数据库里草稿 {draft} 的内容不是服务保存的：被改动过，或者是有签名之前的版本保存的，没有采用。"
            f"请从备份恢复；或用 policies drafts {draft} --to 文件夹 --unsigned 取出文字，看过之后重新起草。",
            f"What the database holds of the draft {draft} is nothing that the service has saved: it was altered, or "
            "saved before saves were signed, and is not used. Restore it from a backup; or get its text with "
            f"policies drafts {draft} --to FOLDER --unsigned, look at it, and draft it anew.",
        )


class Forged(SealError):
    """A line that is not as the service wrote it, or that it never wrote."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"日志第 {seq} 行没有有效的签名：是伪造的，或被改动，不能采用。请用 village-credit log verify 查明。",
            f"No good signature covers line {seq} of the log: it was forged or altered, and is not used. Find out by "
            "village-credit log verify.",
        )


class InputsExpired(LogError):
    """Inputs that were deleted when their time was over."""

    def __init__(self, id: str) -> None:
        super().__init__(f"{id} 的输入已到期删除。", f"The inputs of {id} have expired and were deleted.")


def reason_of(error: BaseException) -> str:
    """The code of REASONS for an error of a database driver."""
    if isinstance(error, sqlite3.Error):
        name = (getattr(error, "sqlite_errorname", None) or "").removeprefix("SQLITE_").partition("_")[0]
        return SQLITE.get(name) or ("tables" if _NO_SUCH.search(str(error)) else "fault")
    state = getattr(error, "sqlstate", None)
    if state is None:  # psycopg: the connection itself failed
        return "away" if type(error).__name__ in {"OperationalError", "InterfaceError"} else "fault"
    return next((code for start, code in POSTGRESQL.items() if state.startswith(start)), "fault")
