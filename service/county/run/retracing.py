"""Makes tables of a run as they were made before. What is asked of DuckDB, and what it answers, is written down; a
later run under the same key asks the same, without working out the queries again, as long as the answers are the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from service.county.backend import REFUSED, Duck
from service.county.cache import digest_of
from service.county.hearing import PUT, RUN, TABLE, Asked
from service.county.run.steps import WORK

KNOWN = (RUN, TABLE, PUT)  # what can be asked again
TABLES = ("*.parquet", "*.sql")  # the files of tables, and of views of tables
READS = re.compile(r"read_\w+\(")  # a file by its path, which is another in another run


class Retracing:
    """Steps of a run in a folder, which follow from `about`, from each other, and from what DuckDB answers."""

    def __init__(self, duck: Duck, folder: Path, about: Any) -> None:
        self.duck, self.folder, self.about = duck, folder, about
        self.trail: list[str] = []  # of the steps so far in this process, with all answers

    def once(self, name: Any, do: Callable[[], Any]) -> Any:
        """The result of a step, in the types of JSON; `do` reads nothing but what `about` and `name` say, and asks
        DuckDB for all else. Its tables are there afterwards either way."""
        cache = self.duck.cache
        if not cache:
            return do()
        key = cache.key([self.about, self.trail, name, self._there()])
        kept = cache.get(key)
        if kept is None or not self._again(kept["asked"]):
            asked: list[Asked] = []
            with self.duck.heard_by(asked.append):
                result = do()
            kept = {"result": result, "asked": self._movable(asked)}
            if kept["asked"] is not None:
                cache.put(key, kept)
        self.trail.append(digest_of([key, kept["asked"]]))
        return kept["result"]

    def _there(self) -> list[str]:
        """The tables made so far, also by a run that was broken off: a file that is not there is not asked about."""
        homes = self.folder, self.folder / WORK
        return sorted(self._from_here(one) for home in homes for kind in TABLES for one in home.glob(kind))

    def _again(self, asked: Sequence[Sequence[Any]]) -> bool:
        """Ask the same; whether all was answered the same."""
        try:
            return all(_plain(self._ask(what, about)) == answer for what, about, answer in asked)
        except (FileNotFoundError, REFUSED):
            return False

    def _ask(self, what: str, about: Any) -> Any:
        if what == TABLE:
            return self.duck.described(self.duck.table(self.folder / about))
        if what == PUT:
            sql, path, order = about
            return self.duck.put(sql, self.folder / path, order)
        return self.duck.run(about)

    def _movable(self, asked: Sequence[Asked]) -> list[list[Any]] | None:
        """What was asked, with paths from the folder on; None where it cannot be asked in another folder."""
        steps: list[list[Any]] = []
        for what, about, answer in asked:
            told = about
            path = about if what == TABLE else about[1] if what == PUT else self.folder
            if what not in KNOWN or not path.is_relative_to(self.folder):
                return None
            if what == TABLE:
                told = self._from_here(path)
            elif what == PUT:
                told = [about[0], self._from_here(path), about[2]]
            steps.append([what, told, _plain(answer)])
        return None if READS.search(json.dumps([told for _, told, _ in steps])) else steps

    def _from_here(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _plain(answer: Any) -> Any:
    return json.loads(json.dumps(answer, default=str))
