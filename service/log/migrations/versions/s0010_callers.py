"""Finds what a client had written by an index: a search of one that made little took the longer the longer the log."""

from alembic import op

revision = "0010_callers"
down_revision = "0009_signed_drafts"


def upgrade() -> None:
    op.create_index("log_caller", "log", ["caller", "seq"])
