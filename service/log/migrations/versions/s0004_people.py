"""Creates what people sign in with: hashes of passwords, and sessions. Both change, so neither is guarded."""

from alembic import op

from service.log.tables import TEXT, WHOLE, columns, keys

revision = "0004_people"
down_revision = "0003_reviews"


def upgrade() -> None:
    op.create_table("credentials", *keys(TEXT, "person"), *columns(TEXT, "hash"), *columns(WHOLE, "failures", "since"),
                    sqlite_strict=True)  # fmt: skip
    op.create_table("sessions", *keys(TEXT, "token"), *columns(TEXT, "person"), *columns(WHOLE, "created", "seen"),
                    *columns(TEXT, "mac"), sqlite_strict=True)  # fmt: skip
    op.create_index("sessions_person", "sessions", ["person"])
