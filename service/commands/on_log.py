"""What the commands on the log share: its database, the keys it is signed and believed by, and its errors in words."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click
from sqlalchemy import make_url

from rules.values.text import Lang
from service.commands.common import HOME, OPTIONS, Bad, Command, Settings, reported
from service.commands.screen import colours
from service.log import DecisionLog, LogUnavailable, Sealer, Signer
from service.log.signing import read_publics
from service.settings import DEFAULTS, value_of

DATABASE = click.option(
    "--database",
    metavar="URL",
    envvar="VILLAGE_CREDIT_DATABASE",
    default=DEFAULTS["database"],
    help="日志数据库，默认为 .data 下的文件 / the log's database (default: a file in .data)",
)
SIGNING_KEY = click.option(
    "--signing-key",
    metavar="FILE",
    envvar="VILLAGE_CREDIT_SIGNING_KEY",
    default="",
    help="签名私钥的文件，写日志时要用 / the file of the signing key, needed to write",
)
PUBLIC_KEY = click.option(
    "--public-key",
    "public_keys",
    metavar="FILE",
    multiple=True,
    help="只认这些公钥的签名，可写多个 / believe the signatures of these public keys only; may be repeated",
)
OURS = {"clock", "clock_ahead", "lines_missing", "signer"}  # reasons that are no fault of the database
SHARED: Sequence[Any] = (DATABASE, SIGNING_KEY, PUBLIC_KEY, *OPTIONS[-3:])  # ... and --lang, --json, --color


def on_log(command: Command) -> Command:
    """Add the log and the common options to a command, and turn exceptions into messages."""

    @wraps(command)
    def run(database: str, lang: Lang, as_json: bool, color: bool | None, **others: Any) -> Any:
        settings = Settings(HOME, None, None, lang, as_json, colours(color))
        with reported(settings):
            keys = others.pop("signing_key"), others.pop("public_keys")
            try:
                with closing(opened(database, *keys)) as log:
                    return command(settings, log, **others)
            except LogUnavailable as error:
                if error.code in OURS:
                    raise Bad(error.zh, error.en) from None
                detail = f"{make_url(database).render_as_string()}: {error.detail}"  # without its password
                raise Bad(f"{error.zh}请核对 --database。（{detail}）",
                          f"{error.en} Check --database. ({detail})") from None  # fmt: skip

    for option in reversed(SHARED):
        run = option(run)
    return run  # type: ignore[return-value]


def opened(database: str, signing_key: str, public_keys: Sequence[str]) -> DecisionLog:
    """The log. Where no key is given, nothing can be written, and the first key that the log names is believed."""
    signer = Signer.read(Path(signing_key)) if signing_key else None
    log = DecisionLog(database, Sealer.without_keys(), signer, ahead=timedelta(seconds=value_of("clock_ahead")))
    if public_keys:
        log.known = read_publics(map(Path, public_keys))
    return log
