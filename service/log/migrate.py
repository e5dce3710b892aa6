"""Migrates the tables to the newest version, under the lock that writers take."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

from service.log.database import Database
from service.log.errors import LogUnavailable, Misconfigured

NEWEST = "0010_callers"
SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    try:
        if database.read(revision) == NEWEST:
            return
    except LogUnavailable as error:
        if error.code not in {"tables", "away"}:
            raise
    try:
        with database.alone() as connection:
            _run(connection)
    except LogUnavailable as error:  # the role of the service may not change tables
        raise LogUnavailable("tables", error.detail) if error.code == "read_only" else error from None


def revision(connection: Connection) -> str | None:
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run(connection: Connection, step: str = "head") -> None:
    from alembic import command  # noqa: PLC0415 -- slow to import, and needed once
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, step)
    except CommandError as error:  # a step that is not among ours
        raise Misconfigured(
            "日志数据库是由更新的版本建立的，请升级程序。",
            "A newer version made the log's tables: upgrade the program.",
        ) from error
