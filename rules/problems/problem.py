"""Problems of policy files, worded so that a policy officer can mend them.

Every reader of a policy reports here instead of raising at the first fault, because policy staff want the whole list in
one pass: place (file, line, column, path), fault and remedy, in Chinese and in English. The wording of policy messages
lives in `file_messages`, `fact_messages` and `plan_messages`, so that the texts can be compared and corrected together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

from rules.problems.file_messages import MESSAGES
from rules.problems.plan_messages import PLAN_MESSAGES
from rules.values.text import Lang, Mark, Text

Severity = Literal["error", "warning"]


class Located(Protocol):
    """Anything that knows where it was written; `source.Node` above all."""

    @property
    def mark(self) -> Mark: ...
    @property
    def path(self) -> str: ...


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault; sorts by file, line and column because the mark comes first."""

    mark: Mark
    path: str
    code: str
    zh: str
    en: str
    severity: Severity = "error"

    def text(self, lang: Lang = "zh") -> str:
        """The line to print, in the `file:line:column:` form that editors turn into a link."""
        return f"{self._where}: {self.zh if lang == 'zh' else self.en}"

    def __str__(self) -> str:
        return f"{self._where}: {self.zh} / {self.en}"

    @property
    def _where(self) -> str:
        place = f"{self.mark.file}:{self.mark.line}:{self.mark.column}"
        return f"{place}: {self.path}" if self.path else place

    def as_dict(self) -> dict[str, str | int]:
        """Flat, for JSON reports."""
        fields = asdict(self)
        return {**fields.pop("mark"), **fields}


class Problems:
    """The list being gathered during one pass."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(
        self,
        where: Located | Mark,
        code: str,
        *,
        path: str | None = None,
        severity: Severity = "error",
        **facts: object,
    ) -> Problem:
        """Report `code` at `where`. An unknown code or a missing fact is our mistake: it raises KeyError."""
        mark = where if isinstance(where, Mark) else where.mark
        if path is None:
            path = "" if isinstance(where, Mark) else where.path
        if isinstance(guess := facts.get("near"), str):
            facts["nearest"] = _nearest(guess)
        zh, en = (MESSAGES | PLAN_MESSAGES)[code]
        problem = Problem(mark, path, code, zh.format(**_in("zh", facts)), en.format(**_in("en", facts)), severity)
        self._found.append(problem)
        return problem

    def warn(self, where: Located | Mark, code: str, *, path: str | None = None, **facts: object) -> Problem:
        """Report something that deserves a look but does not stop the policy from being used."""
        return self.add(where, code, path=path, severity="warning", **facts)

    def extend(self, others: Iterable[Problem]) -> None:
        """Take over what another pass found."""
        self._found.extend(others)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that make the policy unusable."""
        return tuple(p for p in self.sorted() if p.severity == "error")

    def sorted(self) -> tuple[Problem, ...]:
        """In reading order, whatever order the passes found them in."""
        return tuple(sorted(self._found))

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class PolicyError(Exception):
    """An unusable policy, with every error."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(self.problems)

    def text(self, lang: Lang = "zh") -> str:
        """A line for each problem, in one language."""
        return "\n".join(problem.text(lang) for problem in self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def _nearest(guess: str) -> Text:
    return Text(f"最接近的是 `{guess}`。", f" The nearest is `{guess}`.") if guess else Text("", "")


def _in(lang: Lang, facts: dict[str, object]) -> dict[str, object]:
    return {name: getattr(fact, lang) if isinstance(fact, Text) else fact for name, fact in facts.items()}
