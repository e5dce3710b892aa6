"""Tells what is asked of a database, and what it answers, to whoever wants to ask the same again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

RUN, TABLE, PUT, OTHER = "run", "table", "put", "other"  # a statement; a file as a table; a file made; all else
Asked = tuple[str, Any, Any]  # one of these, about what, and the answer


class Heard:
    """What can be listened to. What is asked in answering something else is not told."""

    def __init__(self) -> None:
        self._hear: Callable[[Asked], None] | None = None

    @contextmanager
    def heard_by(self, hear: Callable[[Asked], None]) -> Iterator[None]:
        """Tell what is asked meanwhile."""
        self._hear = hear
        try:
            yield
        finally:
            self._hear = None

    @contextmanager
    def _heard(self, what: str, about: Any = None) -> Iterator[list[Any]]:
        """Tell of something asked; the answer, if there is one, is put into the list."""
        hear, self._hear = self._hear, None
        answer: list[Any] = []
        try:
            yield answer
        finally:
            self._hear = hear
        if hear is not None:
            hear((what, about, next(iter(answer), None)))
