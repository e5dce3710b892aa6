"""Creates drafts of editions and what was saved of them. What is published is in the log, not here."""

from alembic import op

from service.log.tables import BYTES, TEXT, WHOLE, columns, keys

revision = "0007_drafts"
down_revision = "0006_traces"


def upgrade() -> None:
    op.create_table("drafts", *keys(TEXT, "id"), *columns(TEXT, "plan", "day"), sqlite_strict=True)
    op.create_table("draft_revisions", *keys(TEXT, "draft"), *keys(WHOLE, "revision"), *columns(WHOLE, "at"),
                    *columns(TEXT, "by_person", "base", "base_sha256"), *columns(BYTES, "files"),
                    sqlite_strict=True)  # fmt: skip
