"""Gives what is saved of a draft a signature. What was saved before has none, and is not used."""

import sqlalchemy as sa
from alembic import op

from service.log.tables import TEXT

revision = "0008_signed_drafts"
down_revision = "0007_drafts"


def upgrade() -> None:
    op.add_column("draft_revisions", sa.Column("signature", TEXT, nullable=False, server_default=""))
