"""The settings of the service: one table, read from the environment, all errors reported at once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.values.text import TextErrors

HOME = Path(__file__).resolve().parents[1]
DATA = HOME / ".data"
PREFIX = "VILLAGE_CREDIT_"
RUNTIME = f"{PREFIX}RUNTIME"  # set by `serve`: the folder in which its workers agree
EXAMPLE = f"{PREFIX}EXAMPLE"  # set by `serve --demo`: the folder for the reports of the example county


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: name, parser, default and purpose."""

    name: str
    read: Callable[[str], Any]
    default: str
    zh: str
    en: str

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


def _number(least: float, most: float, kind: type = int) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise ValueError(f"{least} .. {most}")
        return value

    return read


def size(text: str) -> str:
    """An amount of memory: a share of the machine's, or bytes with their unit. ValueError for anything else."""
    known = re.fullmatch(r"(\d+(?:\.\d+)?) ?(%|[KMGT]i?B)", text.strip(), re.IGNORECASE)
    if known is None or not 0 < float(known[1]) <= (100 if known[2] == "%" else float("inf")):
        raise ValueError("50%, 8GB, 900MiB")
    return text.strip()


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(" | ".join(words))
        return text

    return read


def _header(text: str) -> str:
    """The name of a header, of letters and digits alone: the server reads X_User for X-User, whichever comes last, and
    a proxy that takes one out of a request leaves the other in."""
    if not re.fullmatch(r"[A-Za-z0-9]*", text):
        raise ValueError("RemoteUser (A-Z a-z 0-9, - _ 不行 / no - and no _)")
    return text


def _addresses(text: str) -> tuple[str, ...]:
    """IP addresses, separated by commas."""
    return tuple(str(ip_address(one.strip())) for one in text.split(",") if one.strip())


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        raise ValueError("Asia/Shanghai, UTC …") from None


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def own_path(text: str) -> Path | None:
    """A path, which may begin with the home folder (~); None for an empty text, and where there is no such folder."""
    try:
        return Path(text).expanduser() if text else None
    except RuntimeError:  # nobody's home
        return None


def _setting(read: Callable[[str], Any], default: str, zh: str, en: str) -> Any:
    return field(metadata={"row": (read, default, zh, en)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The values of the table, by name."""

    # fmt: off
    policies: Path = _setting(Path, str(HOME / "policies"), "政策目录", "the policies folder")
    published_in: str = _setting(_one_of("database", "folder", "sandbox"), "database",
        "已发布的政策以什么为准：database 数据库（政策目录只在第一次启动时导入）；folder 政策目录（已生效的版本锁定）；"
        "sandbox 沙盒，目录里的一切改动立即生效，只供试验",
        "where what is published stands: database (the folder is taken in at the first start only); folder (editions "
        "in force are locked); sandbox, where every change of the folder goes live, to try things out")
    plan: str = _setting(str, "", "请求未写方案时所用的方案；只有一个方案时不必写",
        "the plan where a request names none; not needed where there is only one")
    database: str = _setting(str, f"sqlite:///{DATA / 'village-credit.db'}",
        "判定日志所在的数据库：sqlite:///… 或 postgresql+psycopg://…",
        "the database of the decision log: sqlite:///… or postgresql+psycopg://…")
    seal_keys: str = _setting(str, "", "封存输入的密钥，`名称:base64`，多把以逗号分隔，第一把为当前；必填",
        "the keys that seal inputs, `name:base64`, several with commas, the first is current; required")
    blind_key: str = _setting(str, "", "查找对象编号用的密钥，base64；必填",
        "the key for looking up subject ids, base64; required")
    signing_key: str = _setting(str, "", "给日志签名的 Ed25519 私钥的文件（PEM，他人不可读）；必填",
        "the file of the Ed25519 key that signs the log (PEM, unreadable to others); required")
    head_file: Path | None = _setting(_path, "",
        "数据库之外的一个文件，服务每几秒把日志的末尾记在那里，启动和 `log verify` 时核对；不写就不记",
        "a file outside the database in which the service keeps the end of the log every few seconds; compared at the "
        "start and by `log verify`; without it, nothing is kept")
    time_zone: ZoneInfo = _setting(_zone, "Asia/Shanghai", "日期所属的时区：没有写 on 的判定、按日查找、导出、到期",
        "the time zone of days: of a decision without `on`, of searches, exports and expiries by day")
    host: str = _setting(str, "127.0.0.1", "监听地址", "the address to listen on")
    port: int = _setting(_number(0, 65535), "8000", "监听端口", "the port to listen on")
    workers: int = _setting(_number(1, 256), "2", "进程数，通常等于核数", "processes, usually one per core")
    threads: int = _setting(_number(1, 256), "32", "每个进程的线程数：等待日志写盘的请求各占一个",
        "threads per process: each request that waits for the log to reach the disk holds one")
    reload_seconds: float = _setting(_number(0.05, 3600, float), "1", "每隔几秒看一次政策目录",
        "how often the policies folder is looked at, in seconds")
    rate_limit: int = _setting(_number(1, 10**9), "60000", "每个客户每分钟、每个进程的请求上限",
        "most requests a minute for each client and process")
    max_body: int = _setting(_number(1024, 1 << 30), str(16 << 20), "请求体的上限（字节）",
        "most bytes of a request body")
    max_batch: int = _setting(_number(1, 1_000_000), "10000", "一批最多的案例数（JSON）",
        "most cases of a batch (JSON)")
    request_seconds: float = _setting(_number(0.1, 3600, float), "60",
        "一个请求最长的秒数；批量到时即停，其余案例各得一条说明",
        "most seconds of a request; a batch stops then, and each case left is told so")
    distance_seconds: float = _setting(_number(0, 3600, float), "5",
        "一次说明最多用几秒测算“还差多少”；到时即停，说明里写明未测算",
        "most seconds of an explanation for what it would take; what is not found by then is said to be left out")
    stream_seconds: float = _setting(_number(0.1, 86400, float), "3600", "一个 NDJSON 批量流最长的秒数",
        "most seconds of a stream of NDJSON")
    clock_tolerance: float = _setting(_number(0, 3600, float), "5", "系统时钟落后于日志多少秒以内仍可判定",
        "how many seconds the clock may lag behind the log")
    clock_ahead: float = _setting(_number(60, 10**9, float), "86400",
        "系统时钟比日志最后一行晚多少秒以上即不再写入，待 `log accept-clock` 确认",
        "seconds that the clock may be ahead of the last line; beyond, nothing is written until `log accept-clock`")
    keep_inputs_days: int = _setting(_number(1, 36500), "1825", "封存的输入保留的天数（`log expire` 依此删除）",
        "days for which sealed inputs are kept (`log expire` goes by it)")
    review_days: int = _setting(_number(1, 366), "15", "人工复核应在几天内答复（复核清单的截止日）",
        "days within which a request for review is to be answered (the due day in the list)")
    public_address: str = _setting(str, "", "浏览器访问本服务的地址；以 https: 开头的，登录只走 https",
        "the address at which browsers reach the service; with https:, people sign in over it only")
    oidc_issuer: str = _setting(str, "", "单位的 OpenID Connect 登录服务（issuer）；不写就用本服务的密码",
        "the issuer of your organisation's OpenID Connect; without it, people have passwords here")
    oidc_client_id: str = _setting(str, "", "在那里登记的客户端编号", "the id of the client registered there")
    oidc_client_secret: str = _setting(str, "", "客户端密钥", "the secret of that client")
    oidc_claim: str = _setting(str, "preferred_username", "令牌里哪一项是登录名", "the claim that is the login")
    trusted_header: str = _setting(_header, "", "单位代理登录后写上登录名的请求头，名称只用字母和数字；不写就不认",
        "the header in which your proxy says who signed in there, of letters and digits; without it none is trusted")
    trusted_proxies: tuple[str, ...] = _setting(_addresses, "127.0.0.1", "认哪些代理的那个请求头，IP 以逗号分隔",
        "the proxies whose header is trusted: IP addresses with commas")
    session_idle_minutes: int = _setting(_number(1, 1440), "30", "登录后几分钟不用即须重新登录",
        "minutes without a request after which a person signs in anew")
    session_hours: int = _setting(_number(1, 168), "12", "一次登录最长几小时", "hours that a sign-in lasts at most")
    county_memory: str = _setting(size, "50%",
        "全县运行计算时最多占用的内存（`county run --memory`）：整机的百分比，或如 8GB；超出的放到磁盘",
        "most memory that a county run computes in (`county run --memory`): a share of the machine's, or 8GB; the rest "
        "goes to disk")
    county_threads: int = _setting(_number(0, 256), "0",
        "全县运行计算用的线程数（`county run --threads`）；0 为每核一个",
        "threads that a county run computes on (`county run --threads`); 0 for one per core")
    county_cache: Path | None = _setting(own_path, "~/.cache/village-credit",
        "全县运行保留查询语句的目录（`county run --cache`），只归自己可写；留空就不保留",
        "the folder in which county runs keep their queries (`county run --cache`), which nobody else may write to; "
        "empty, and none are kept")
    county_runs: str = _setting(str, "",
        "全县运行的结果所在的目录，或一次结果的目录；草稿的影响按其中最新的一次测算",
        "the folder of the results of county runs, or one result; the effect of a draft is worked out on the newest")
    log_level: str = _setting(_one_of("debug", "info", "warning", "error"), "info",
        "运行日志的级别", "level of the server's log")
    # fmt: on


TABLE = tuple(Setting(one.name, *one.metadata["row"]) for one in fields(Settings))
DEFAULTS: Mapping[str, Any] = {one.name: one.read(one.default) for one in TABLE}


class BadSettings(TextErrors):
    """Unusable settings, each with its variable."""


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; BadSettings lists every error and every unknown name."""
    values: dict[str, Any] = {}
    problems: list[dict[str, str]] = []
    for one in TABLE:
        text = environment.get(one.variable, one.default)
        try:
            values[one.name] = one.read(text)
        except ValueError as error:
            problems.append(_unfit(one, text, error))
    strangers = sorted(environment.keys() - {one.variable for one in TABLE} - {RUNTIME, EXAMPLE})
    problems += [
        _wrong(name, "没有这个设置", "there is no such setting") for name in strangers if name.startswith(PREFIX)
    ]
    if problems:
        raise BadSettings(problems)
    return Settings(**values)


def value_of(name: str, environment: Mapping[str, str] = os.environ) -> Any:
    """One setting, for a command that needs no others."""
    [one] = [row for row in TABLE if row.name == name]
    text = environment.get(one.variable, one.default)
    try:
        return one.read(text)
    except ValueError as error:
        raise BadSettings([_unfit(one, text, error)]) from None


def _unfit(one: Setting, text: str, error: ValueError) -> dict[str, str]:
    return _wrong(one.variable, f"{one.zh}，不能是 {text}（{error}）", f"{one.en}; not {text} ({error})")


def _wrong(variable: str, zh: str, en: str) -> dict[str, str]:
    return {"where": variable, "zh": zh, "en": en}
