"""Turns the API keys of the table into lines of the log: each key with its revocation, in the order of creation."""

import sqlalchemy as sa
from alembic import op

from service.exact_json import dumps
from service.log.entry import NO_LINE, Entry, link, moment, new_id, prepare
from service.log.seal import Sealer

COLUMNS = (
    "seq at id kind caller request_id plan edition decision on_date outcome subject body refers_to sealed_sha256 hash"
).split()  # fmt: skip -- as the table has them at this step

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    connection = op.get_bind()
    keys = connection.execute(sa.text("SELECT * FROM api_keys ORDER BY created, id")).mappings().all()
    acts = [("added", one, {"name": one["name"], "role": one["role"], "sha256": bytes(one["sha256"]).hex(),
                            "expires": None if one["expires"] is None else moment(one["expires"]).isoformat()})
            for one in keys]  # fmt: skip
    acts += [("revoked", one, {}) for one in keys if one["revoked"] is not None]
    last = connection.execute(sa.text("SELECT seq, at, hash FROM log ORDER BY seq DESC LIMIT 1")).one_or_none()
    seq, at, before = last or (0, 0, NO_LINE)
    lines = sa.table("log", *map(sa.column, COLUMNS))
    for act, one, more in acts:
        seq, at = seq + 1, max(at, one["revoked" if act == "revoked" else "created"])
        body = dumps({"key": one["id"], **more, "by": "upgrade"})
        entry = Entry(new_id(moment(at)), "key", "", "", "", "", "", "", act, "", body)
        prepared = prepare(entry, Sealer.without_keys())
        before = link(bytes(before), seq, at, prepared.canonical)
        *texts, _, digest = prepared.columns  # without the traceparent, for which there is no column yet
        row = (seq, at, *texts, digest, before)
        connection.execute(lines.insert().values(dict(zip(COLUMNS, row, strict=True))))
    op.drop_table("api_keys")
