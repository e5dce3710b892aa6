"""Creates the log, sealed inputs, stored answers, editions and API keys, with the triggers that refuse changes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = ("log", "editions")  # no line is changed or deleted
CONTENT_KEPT = ("sealed",)  # may be deleted from, for retention

REFUSE = """
CREATE FUNCTION village_credit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def upgrade() -> None:
    _tables()
    op.create_index("log_id", "log", ["id"], unique=True)
    op.create_index("log_subject", "log", ["subject", "seq"])
    op.create_index("log_decision", "log", ["decision", "outcome", "seq"])
    about = sa.text("refers_to <> ''")
    op.create_index("log_refers_to", "log", ["refers_to"], sqlite_where=about, postgresql_where=about)
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _tables() -> None:
    op.create_table(
        "log",
        sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("at", WHOLE, nullable=False),
        *_texts("id", "kind", "caller", "request_id", "plan", "edition", "decision", "on_date", "outcome", "subject"),
        sa.Column("body", sa.LargeBinary, nullable=False),
        *_texts("refers_to"),
        sa.Column("sealed_sha256", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "sealed",
        sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "once",
        sa.Column("caller", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("response", sa.LargeBinary, nullable=False),
        sa.Column("status", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "editions",
        sa.Column("sha256", sa.Text, primary_key=True),
        *_texts("plan", "date"),
        sa.Column("files", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, primary_key=True),
        *_texts("name", "role"),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("expires", WHOLE),
        sa.Column("revoked", WHOLE),
        sqlite_strict=True,
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _guard_sqlite() -> None:
    for table in (*KEPT, *CONTENT_KEPT):
        for deed in ("UPDATE", "DELETE") if table in KEPT else ("UPDATE",):
            op.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _guard_postgresql() -> None:
    op.execute(REFUSE)
    for table in (*KEPT, *CONTENT_KEPT):
        deeds = "UPDATE OR DELETE OR TRUNCATE" if table in KEPT else "UPDATE OR TRUNCATE"
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {deeds} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION village_credit_refuse()"
        )
