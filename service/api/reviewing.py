"""Requests for human review as the log's lines add up to them: what was asked, by when, and what it came to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.http.answering import ASKED, REVIEWED, log_problems
from service.http.context import caller, service
from service.keys import PERMISSIONS
from service.log import Line

OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True)
class Review:
    """A request for review, and the line of its outcome once there is one."""

    asked: Line
    concluded: Line | None

    @property
    def state(self) -> str:
        return CLOSED if self.concluded else OPEN

    @property
    def due(self) -> date:
        """The day by which the person should have an answer."""
        return (self.asked.at + timedelta(days=service().settings.review_days)).astimezone().date()

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


def of_decision(log_id: str) -> tuple[Review, ...]:
    """The reviews of a decision, the oldest first."""
    with log_problems():
        lines = service().log.about(log_id)
    concluded = {json.loads(line.body)["request"]: line for line in lines if line.kind == REVIEWED}
    return tuple(Review(line, concluded.get(line.id)) for line in lines if line.kind == ASKED)


def all_of(client: str | None, after: int) -> Iterator[Review]:
    """The reviews that a client asked for, or everybody's, asked after a place in the log, the oldest first."""
    while True:
        with log_problems():
            lines = service().log.find(kind=ASKED, caller=client, after_seq=after)
        for line in lines:
            yield next(one for one in of_decision(line.refers_to) if one.asked.id == line.id)
        if not lines:
            return
        after = lines[-1].seq


def may_review(line: Line) -> bool:
    """Whether whoever asks is a reviewer of this decision: it has an open request, and he did not make it."""
    mine = line.caller == caller().client
    if mine or "record_review" not in PERMISSIONS[caller().role]:
        return False
    return any(one.state == OPEN for one in of_decision(line.id))
