"""Gives every line room for the traceparent of its request. The hash of a line without one is what it was."""

import sqlalchemy as sa
from alembic import op

from service.log.tables import TEXT

revision = "0006_traces"
down_revision = "0005_hosts"

BYTEWISE = {"sqlite": "BINARY", "postgresql": '"C"'}


def upgrade() -> None:
    op.add_column("log", sa.Column("traceparent", TEXT, nullable=False, server_default=""))
    traced, order = sa.text("traceparent <> ''"), BYTEWISE[op.get_bind().dialect.name]
    op.create_index("log_traceparent", "log", [sa.text(f"traceparent COLLATE {order}")], sqlite_where=traced,
                    postgresql_where=traced)  # fmt: skip
