"""Why something cannot be done at the desk, in both languages. Nothing was changed where one of these is raised."""

from __future__ import annotations

from collections.abc import Sequence

from rules.problems.problem import Problem
from rules.values.text import TextError
from service.publishing.merging import Conflict


class Refused(TextError):
    """It does not fit what is there now."""


class Unknown(Refused):
    """There is nothing of this name."""


class NotAllowed(Refused):
    """Whoever wants it is not the one to do it."""


class Misplaced(Refused):
    """It names a place that is not there; `field` is the name of what says so."""

    def __init__(self, field: str, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.field = field


class Touching(Refused):
    """Somebody else has changed the same lines meanwhile."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        files = ", ".join(dict.fromkeys(one.file for one in conflicts))
        super().__init__(
            f"别人同时改了同样的行（{files}）：没有保存。两种写法都在 conflicts 里，请合并后再保存。",
            f"Somebody else has changed the same lines ({files}): nothing was saved. Both texts are in `conflicts`: "
            "put them together, and save again.",
        )
        self.conflicts = tuple(conflicts)


class NotClean(Refused):
    """The content cannot be published as it is."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"有 {len(problems)} 个错误，请先改正。", f"There are errors to mend first: {len(problems)}.")
        self.problems = tuple(problems)


class Unacknowledged(Refused):
    """Warnings that nobody has said to have seen."""

    def __init__(self, warnings: Sequence[Problem]) -> None:
        super().__init__(
            f"有 {len(warnings)} 个提醒没有确认看过。请逐条看过，逐条确认。",
            f"Warnings that were not acknowledged: {len(warnings)}. See each of them, and acknowledge it.",
        )
        self.warnings = tuple(warnings)
