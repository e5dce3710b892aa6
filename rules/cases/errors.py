"""What is wrong with the facts of a case, all of it at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FactProblem:
    """One thing wrong with the facts of a case; `pointer` is a JSON Pointer (RFC 6901) below `facts`."""

    pointer: str
    code: str
    zh: str
    en: str

    def as_dict(self) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "zh": self.zh, "en": self.en}


class FactError(Exception):
    """The facts of a case cannot be used, with every reason why."""

    def __init__(self, problems: tuple[FactProblem, ...]) -> None:
        super().__init__("; ".join(f"{problem.pointer}: {problem.en}" for problem in problems))
        self.problems = problems
