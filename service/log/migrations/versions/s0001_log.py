"""Creates the log, sealed inputs, stored answers, editions and API keys, with the triggers that refuse changes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from service.log.tables import BYTES, TEXT, WHOLE, columns, keys

revision = "0001"
down_revision = None

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
    _table(
        "log", *keys(WHOLE, "seq"), *columns(WHOLE, "at"),
        *columns(TEXT, "id", "kind", "caller", "request_id", "plan", "edition", "decision", "on_date", "outcome"),
        *columns(TEXT, "subject"), *columns(BYTES, "body"), *columns(TEXT, "refers_to"),
        *columns(BYTES, "sealed_sha256", "hash"),
    )  # fmt: skip
    _table("sealed", *keys(WHOLE, "seq"), *columns(BYTES, "content"))
    _table("once", *keys(TEXT, "caller", "name"), *columns(BYTES, "fingerprint", "response"),
           *columns(WHOLE, "status", "until"), sqlite_with_rowid=False)  # fmt: skip
    _table("editions", *keys(TEXT, "sha256"), *columns(TEXT, "plan", "date"), *columns(BYTES, "files"))
    _table("api_keys", *keys(TEXT, "id"), *columns(TEXT, "name", "role"), *columns(BYTES, "sha256"),
           *columns(WHOLE, "created"), sa.Column("expires", WHOLE), sa.Column("revoked", WHOLE))  # fmt: skip


def _table(name: str, *parts: sa.Column[Any], **options: bool) -> None:
    op.create_table(name, *parts, sqlite_strict=True, **options)


def _guard_sqlite() -> None:
    for table, deed in [(one, "UPDATE") for one in (*KEPT, *CONTENT_KEPT)] + [(one, "DELETE") for one in KEPT]:
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
