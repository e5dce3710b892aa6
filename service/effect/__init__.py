"""What would come of an edition in the place of another, worked out in a process beside the requests."""

from __future__ import annotations

from service.effect.jobs import Busy, Effects, State
from service.effect.question import Question, latest_run

__all__ = ["Busy", "Effects", "Question", "State", "latest_run"]
