"""`/v1/log-lines`: the log for a store of the lender's own, line by line as it stands, with its signatures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import fields, validate

from service.api.decisions import SEARCHING
from service.http.answering import answer, log_problems
from service.http.context import service
from service.http.fields import Strict, Whole
from service.http.views import Blueprint
from service.log.exporting import spelled

blueprint = Blueprint("log_lines", __name__, url_prefix="/v1/log-lines", description="日志 / the log")
PAGE, MOST = 1000, 10000
NDJSON = "application/x-ndjson"


class LinesQuerySchema(Strict):
    after = fields.String(
        load_default="0",
        validate=validate.Regexp(r"[0-9]{1,18}\Z", error="not_a_cursor"),
        metadata={"description": "`seq` of the last line that is there already", "pattern": "^[0-9]{1,18}$"},
    )
    limit = Whole(1, MOST, load_default=PAGE)


@blueprint.view("GET", "", None, permission="pull_log")
@blueprint.arguments(LinesQuerySchema, location="query")
def pull(query: Mapping[str, Any]) -> Response:
    """日志的行，按顺序，NDJSON；没有新行时为空；没有有效签名的行带有 doubt
    / lines of the log in order, as NDJSON; empty where there are no more; `doubt` where no good signature covers one"""
    with SEARCHING.turn(), log_problems():
        lines, doubts = service().log.search(after_seq=int(query["after"]), limit=query["limit"])
    return answer(b"".join(spelled(line, doubts.get(line.seq)) for line in lines), mimetype=NDJSON)
