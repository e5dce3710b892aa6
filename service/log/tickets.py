"""What a caller waits for: its entries, to be written all or none, and what came of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.log.entry import Once, Prepared


def _closed() -> threading.Lock:
    gate = threading.Lock()
    gate.acquire()
    return gate


@dataclass(slots=True, eq=False)
class Ticket:
    """The entries of one caller, all or nothing, and their result."""

    entries: Sequence[Prepared]
    once: Once | None  # its response is sealed
    still: Callable[[Any], bool] | None = None  # asked of the cursor: whether what it rests on is as it was
    since: float = field(default_factory=time.monotonic)
    gate: threading.Lock = field(default_factory=_closed)  # opened when it is done, or leads
    waits: bool = False  # its caller has nothing else left to do
    leads: bool = False
    done: bool = False
    stored: Once | None = None
    error: Exception | None = None


def settle(tickets: Iterable[Ticket], error: Callable[[], Exception]) -> None:
    """Each gets an exception of its own: they are raised in as many threads."""
    for one in tickets:
        one.stored, one.error, one.done = None, error(), True
