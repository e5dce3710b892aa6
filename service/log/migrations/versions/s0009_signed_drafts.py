"""Gives what is saved of a draft a signature. What was saved before has none, and is not used."""

import sqlalchemy as sa
from alembic import op

from service.log.tables import TEXT

revision = "0009_signed_drafts"
down_revision = "0008_shadows"


def upgrade() -> None:
    op.add_column("draft_revisions", sa.Column("signature", TEXT, nullable=False, server_default=""))
