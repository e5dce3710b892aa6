"""Makes requests for review findable without reading the whole log."""

import sqlalchemy as sa
from alembic import op

revision = "0003_reviews"
down_revision = "signed"


def upgrade() -> None:
    asked = sa.text("kind = 'review_requested'")
    op.create_index("log_review_requested", "log", ["seq"], sqlite_where=asked, postgresql_where=asked)
