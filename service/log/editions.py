"""The archive of editions: an old decision can be replayed though the policies folder has changed since."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, select

from service.log.database import Database
from service.log.tables import editions, insert


def keep(database: Database, sha256: str, plan: str, date: str, files: Mapping[str, str]) -> None:
    """An edition that is there already is left as it is."""
    packed = zlib.compress(orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS))
    statement = f"{insert(editions, database.mark)} ON CONFLICT (sha256) DO NOTHING"

    def add(cursor: Any) -> None:
        cursor.execute(statement, (sha256, plan, date, packed))

    if database.read(lambda connection: _packed(connection, sha256)) is None:
        database.write(add)


def files(connection: Connection, sha256: str) -> Mapping[str, str] | None:
    packed = _packed(connection, sha256)
    if packed is None:
        return None
    found: dict[str, str] = orjson.loads(zlib.decompress(packed))
    return found


def _packed(connection: Connection, sha256: str) -> bytes | None:
    return connection.execute(select(editions.c.files).where(editions.c.sha256 == sha256)).scalar()
