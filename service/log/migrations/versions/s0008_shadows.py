"""Creates what shadows of drafts have found: counts, and ids of lines. Added to all the while, and not guarded."""

from alembic import op

from service.log.tables import TEXT, WHOLE, columns, keys

revision = "0008_shadows"
down_revision = "0007_drafts"


def upgrade() -> None:
    op.create_table("shadow_counts", *keys(TEXT, "shadow", "what", "decision", "was", "now"), *columns(WHOLE, "number"),
                    sqlite_strict=True)  # fmt: skip
    op.create_table("shadow_lines", *keys(TEXT, "shadow", "log_id"), *columns(TEXT, "decision", "was", "now"),
                    sqlite_strict=True)  # fmt: skip
