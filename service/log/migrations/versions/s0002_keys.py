"""Turns the API keys of the table into lines of the log: each key with its revocation, in the order of creation."""

import sqlalchemy as sa
from alembic import op

from service.exact_json import dumps
from service.log.entry import Entry, link, moment, new_id, prepare
from service.log.seal import Sealer
from service.log.tables import log
from service.log.writer import last_line

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    connection = op.get_bind()
    keys = connection.execute(sa.text("SELECT * FROM api_keys ORDER BY created, id")).mappings().all()
    acts = [("added", one, {"name": one["name"], "role": one["role"], "sha256": bytes(one["sha256"]).hex(),
                            "expires": None if one["expires"] is None else moment(one["expires"]).isoformat()})
            for one in keys]  # fmt: skip
    acts += [("revoked", one, {}) for one in keys if one["revoked"] is not None]
    cursor = connection.connection.cursor()
    seq, at, before = last_line(cursor)
    for act, one, more in acts:
        seq, at = seq + 1, max(at, one["revoked" if act == "revoked" else "created"])
        body = dumps({"key": one["id"], **more, "by": "upgrade"})
        entry = Entry(new_id(moment(at)), "key", "", "", "", "", "", "", act, "", body)
        prepared = prepare(entry, Sealer.without_keys())
        before = link(before, seq, at, prepared.canonical)
        row = (seq, at, *prepared.columns, before)
        connection.execute(log.insert().values(dict(zip(log.columns.keys(), row, strict=True))))
    op.drop_table("api_keys")
