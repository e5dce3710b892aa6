"""Requests for human review as the log's lines add up to them: what was asked, by when, and what it came to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.api.decisions import find_line, only_caller
from service.days import day_of
from service.http.answering import ASKED, REVIEWED, log_problems
from service.http.context import caller, service
from service.http.problems import Problem
from service.keys import PERMISSIONS
from service.log import Forged, Line

OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True)
class Review:
    """A request for review, the decision it is about, and the line of its outcome once there is one."""

    asked: Line
    decided: Line
    concluded: Line | None

    @property
    def state(self) -> str:
        return CLOSED if self.concluded else OPEN

    @property
    def due(self) -> date:
        """The day by which the person should have an answer."""
        return day_of(self.asked.at + timedelta(days=service().settings.review_days), service().settings.time_zone)

    @property
    def overdue(self) -> bool:
        """Whether that day has passed and there is none."""
        return not self.concluded and self.due < day_of(service().clock(), service().settings.time_zone)

    def as_dict(self) -> dict[str, Any]:
        """Everything that stands unsealed."""
        done = self.concluded
        said = {} if done is None else {key: one for key, one in json.loads(done.body).items() if key != "request"}
        return {
            "id": self.asked.id,
            "decision_log_id": self.asked.refers_to,
            "decision": self.asked.decision,
            "at": self.asked.at.isoformat(),
            "due": self.due.isoformat(),
            "state": self.state,
            **said,
            **({} if done is None else {"concluded_at": done.at.isoformat(), "reviewer": done.caller}),
        }


def of_decision(decided: Line) -> tuple[Review, ...]:
    """The reviews of a decision, the oldest first."""
    with log_problems():
        lines = service().log.about(decided.id)
    concluded = {json.loads(line.body)["request"]: line for line in lines if line.kind == REVIEWED}
    return tuple(Review(line, decided, concluded.get(line.id)) for line in lines if line.kind == ASKED)


def review_of(request_id: str) -> Review:
    """The review of this id if the caller may see it; otherwise 404, whether it exists or not."""
    asked = find_line(request_id)
    if asked is None or asked.kind != ASKED or only_caller() not in (None, asked.caller):
        raise Problem("not-found", f"没有复核申请 {request_id}。", f"There is no review request {request_id}.")
    if (found := _of(asked)) is None:
        raise Problem("not-found", f"没有复核申请 {request_id}。", f"There is no review request {request_id}.")
    return found


def words_of(line: Line | None) -> str | None:
    """The sealed words of a request or an outcome, if it has any."""
    if line is None or not line.sealed_sha256:
        return None
    with log_problems():
        return str(json.loads(service().log.inputs(line.id))["words"])


def all_of(client: str | None, after: int) -> Iterator[Review]:
    """The reviews that a client asked for, or everybody's, asked after a place in the log, the oldest first."""
    while True:
        with log_problems():
            lines = service().log.find(kind=ASKED, caller=client, after_seq=after)
        yield from (found for line in lines if (found := _of(line)))
        if not lines:
            return
        after = lines[-1].seq


def may_review(line: Line) -> bool:
    """Whether whoever asks is a reviewer of this decision: it has an open request, and he did not make it."""
    mine = line.caller in service().people.accounts(caller().client)
    if mine or "record_review" not in PERMISSIONS[caller().role]:
        return False
    return any(one.state == OPEN for one in of_decision(line))


def _of(asked: Line) -> Review | None:
    """The review; None where the request, or what it is about, was forged."""
    with log_problems():
        try:
            decided = service().log.get(asked.refers_to)
        except Forged:
            return None
    reviews = of_decision(decided) if decided else ()
    return next((one for one in reviews if one.asked.id == asked.id), None)
