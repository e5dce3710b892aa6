"""Creates what hosts say of themselves: which policies each serves. It changes all the while, so it is not guarded."""

from alembic import op

from service.log.tables import TEXT, WHOLE, columns, keys

revision = "0005_hosts"
down_revision = "0004_people"


def upgrade() -> None:
    op.create_table("hosts", *keys(TEXT, "host"), *columns(TEXT, "digest", "editions"), *columns(WHOLE, "seen"),
                    sqlite_strict=True)  # fmt: skip
