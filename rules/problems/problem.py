"""Problems of policy files, worded so that a policy officer can mend them.

Every reader of a policy reports here instead of raising at the first fault, because policy staff want the whole list in
one pass: place (file, line, column, path), fault and remedy, in Chinese and in English. `messages.json` holds the texts
by code; `{name}` in a text is filled with the fact of that name given to `Problems.add`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol

from rules.problems.meant import plain
from rules.values.text import Lang, Mark, Text, listed, near, shown

Severity = Literal["error", "warning", "acknowledged"]
MOST_NAMES = 12  # of those that could stand in place of an unknown one
_MESSAGES = Path(__file__).with_name("messages.json")


@cache
def messages() -> Mapping[str, Mapping[str, str]]:
    """Every message that a policy editor can meet: code -> language -> text. Read when the first problem is met."""
    texts: Mapping[str, Mapping[str, str]] = json.loads(_MESSAGES.read_text(encoding="utf-8"))
    return texts


class Located(Protocol):
    """Anything that knows where it was written; `source.Node` above all."""

    @property
    def mark(self) -> Mark: ...
    @property
    def path(self) -> str: ...


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault; sorts by file, line and column because the mark comes first.

    `name` is the text that is refused, `mend` the text at the mark and what to put there: only where one cure is right.
    """

    mark: Mark
    path: str
    code: str
    zh: str
    en: str
    severity: Severity = "error"
    name: str = field(default="", compare=False)
    mend: tuple[str, str] | None = field(default=None, compare=False)
    edition: str = ""  # that inherits the place, where another edition's file holds it

    def is_own(self, edition: str) -> bool:
        """Whether it lies in the folder of an edition, or in the head of another, which none inherits."""
        folder, _, file = self.mark.file.rpartition("/")
        return edition in (folder, self.mark.file) or file == "plan.yaml"

    def inherited_by(self, edition: str) -> Problem:
        """The problem as an edition has it, which names that edition where the place is in a file that it extends."""
        if self.is_own(edition):
            return self
        zh, en = f"在沿用此处的 {edition} 里：{self.zh}", f"In {edition}, which inherits this: {self.en}"
        return replace(self, edition=edition, zh=zh, en=en)

    def text(self, lang: Lang = "zh") -> str:
        """The line to print, in the `file:line:column:` form that editors turn into a link."""
        return f"{self._where}: {self.zh if lang == 'zh' else self.en}"

    def __str__(self) -> str:
        return f"{self._where}: {self.zh} / {self.en}"

    @property
    def _where(self) -> str:
        return f"{self.mark.place}: {self.inside}" if self.inside else self.mark.place

    @property
    def inside(self) -> str:
        """The path to print before the message; "" where the message begins with it."""
        return "" if self.zh.startswith(f"`{self.path}`") else self.path

    def also(self, others: Sequence[Problem]) -> Problem:
        """The problem with the places of others that are alike."""
        if not others:
            return self
        places = [f"{one.mark.file.rpartition('/')[2]}:{one.mark.line}" for one in others]
        few = [*places[:MOST_NAMES], *(["…"] if len(places) > MOST_NAMES else [])]
        return replace(self, zh=f"{self.zh}（同样的另有 {len(places)} 处：{'、'.join(few)}）",
                       en=f"{self.en} (Also at {', '.join(few)}.)")  # fmt: skip

    def as_dict(self) -> dict[str, str | int]:
        """Flat, for JSON reports."""
        fields = asdict(self)
        return {**fields.pop("mark"), **{key: fields[key] for key in ("path", "code", "zh", "en", "severity")}}


class Problems(list[Problem]):
    """The list being gathered during one pass."""

    def add(
        self,
        where: Located | Mark,
        code: str,
        *,
        path: str | None = None,
        severity: Severity = "error",
        **facts: Any,
    ) -> None:
        """Report `code` at `where`. An unknown code or a missing fact is our mistake: it raises KeyError.

        Of the facts, `text` or `key` is the text that is refused, `near` a guess, `mend` the one cure."""
        mark = where if isinstance(where, Mark) else where.mark
        if path is None:
            path = "" if isinstance(where, Mark) else where.path
        if isinstance(guess := facts.get("near"), str):
            facts["nearest"] = _nearest(guess)
        text = messages()[code]
        zh, en = text["zh"].format(**_in("zh", facts)), text["en"].format(**_in("en", facts))
        name = str(facts.get("text", facts.get("key", "")))
        self.append(Problem(mark, path, code, zh, en, severity, name, facts.get("mend")))

    def warn(self, where: Located | Mark, code: str, *, path: str | None = None, **facts: Any) -> None:
        """Report something that deserves a look but does not stop the policy from being used."""
        self.add(where, code, path=path, severity="warning", **facts)

    def unknown(self, where: Located, code: str, name: str, known: Iterable[str], **facts: Any) -> None:
        """Report a name that is none of those known; the message offers the nearest, and the first of them all."""
        names = tuple(known)
        if meant := next((one for one in names if one != name and plain(one) == plain(name)), ""):
            self.add(where, "shape.meant", text=shown(name), meant=meant, mend=(name, meant))
            return
        offered = {"text": shown(name), "near": near(name, names), "allowed": listed(names[:MOST_NAMES]) or "—"}
        self.add(where, code, **(offered | facts))

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that make the policy unusable, in reading order."""
        return tuple(problem for problem in self.sorted() if problem.severity == "error")

    def sorted(self) -> tuple[Problem, ...]:
        """In reading order, whatever order the passes found them in."""
        return tuple(sorted(self))


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
