"""PostgreSQL through psycopg: writers take turns by an advisory lock that ends with the transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

from service.log.errors import Misconfigured

try:
    import psycopg
except ImportError:  # the extra `postgres` is not installed
    psycopg = None  # type: ignore[assignment]

TURN = 0x811C9DC5  # the number of our lock; any will do, if it stays
REACH = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "tcp_user_timeout": 10000,  # a server that is gone without a word is given up after these milliseconds
}
READY = (
    "SET lock_timeout = '10s'",
    # A setting that acknowledges before the disk has it would make every promise of the log untrue.
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
)


class Postgresql:
    """What is particular about PostgreSQL."""

    mark = "%s"
    take_turn = f"SELECT pg_advisory_xact_lock({TURN})"

    def __init__(self, url: URL) -> None:
        if psycopg is None:
            raise Misconfigured(
                "PostgreSQL 需要 psycopg：pip install 'psycopg[binary]'。",
                "PostgreSQL needs psycopg: pip install 'psycopg[binary]'.",
            )
        self.url = url.set(drivername="postgresql+psycopg")
        self.error: type[Exception] = psycopg.Error
        self.conflicts: tuple[type[Exception], ...] = (psycopg.IntegrityError, psycopg.DataError)

    def engine(self) -> Engine:
        reach = {name: value for name, value in REACH.items() if name not in self.url.query}
        engine = create_engine(
            self.url, connect_args=reach, isolation_level="READ COMMITTED", pool_use_lifo=True, hide_parameters=True
        )
        event.listen(engine, "connect", _make_ready)
        return engine

    def create(self) -> None:
        """The database is there, or it is not ours to make."""

    def acquire(self) -> None:
        """The turn comes with the transaction."""

    def release(self) -> None:
        """... and goes with it."""

    def close(self) -> None:
        """Nothing is held beside the connections."""

    def begin(self, cursor: Any) -> None:
        cursor.execute(self.take_turn)

    def stale(self, connection: Any) -> bool:
        """The server tells soon enough."""
        return False

    def check(self) -> None:
        """Whether there is room is known to the server alone."""

    def snapshot(self, options: dict[str, Any]) -> dict[str, Any]:
        return {**options, "isolation_level": "REPEATABLE READ"}


def _make_ready(connection: Any, _: Any) -> None:
    with connection.cursor() as cursor:
        for statement in READY:
            cursor.execute(statement)
    connection.commit()
