"""Gives every line room for a signature. The lines there are have none: `village-credit log carry-over` vouches for
them, once somebody has looked."""

import sqlalchemy as sa
from alembic import op

from service.log.tables import BYTES, TEXT, WHOLE

revision = "signed"
down_revision = "0002"


def upgrade() -> None:
    nothing = sa.text("x''" if op.get_bind().dialect.name == "sqlite" else "''::bytea")
    for name, kind, default in (("signer", TEXT, ""), ("signed_from", WHOLE, "0"), ("signature", BYTES, nothing)):
        op.add_column("log", sa.Column(name, kind, nullable=False, server_default=default))
