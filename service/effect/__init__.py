"""What would come of an edition in the place of another, worked out in a process beside the requests.

In: the contents of both, a county run, examples and cases. Out: how far the answer is, and its parts as JSON. May be
imported by `http` and everything above it.
"""

from __future__ import annotations

from service.effect.jobs import Busy, Effects, State
from service.effect.question import Question, latest_run

__all__ = ["Busy", "Effects", "Question", "State", "latest_run"]
