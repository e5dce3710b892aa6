"""The address of a place in an edition: a file, then keys, and the names or positions of list items.

As text: `file.criteria.item.require.fact.between[0]`, or with items in brackets, as problems name them:
`file.criteria[item]`. A key or name that is no plain word is quoted: `clauses.clauses["6.1"].text`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.files.merge import IDENTITIES
from rules.values.text import TextError, near, shown

Step = str | int  # a key, the identity of a list item, or its position from 0
Data = str | Sequence["Data"] | Mapping[str, "Data"]  # a value without places: scalars are the text of the file
Steps = tuple[Step, ...]


class Verbatim(str):
    """A text that stays one: `007` is written so that no reader takes it for a number."""

    __slots__ = ()


_PLAIN = re.compile(r"[^\W\d][\w()（）-]*")
_TOKEN = re.compile(r'\[(?P<number>\d{1,6})\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]|\[(?P<name>[^\]"]+)\]'
                    r"|(?:^|\.)(?P<key>[^.\[\]]+)")  # fmt: skip


class Refused(TextError):
    """An edit that is not made, nothing of it; `where` is the address."""

    def __init__(self, zh: str, en: str, where: object = "") -> None:
        super().__init__(zh, en)
        self.where = str(where)


@dataclass(frozen=True, slots=True)
class Address:
    """`file` is named without its ending."""

    file: str
    steps: Steps = ()

    def __truediv__(self, step: Step) -> Address:
        return Address(self.file, (*self.steps, step))

    @property
    def above(self) -> Address:
        return Address(self.file, self.steps[:-1])

    def __str__(self) -> str:
        return self.file + "".join(
            f"[{one}]" if isinstance(one, int) else f".{one}" if _PLAIN.fullmatch(one)
            else f"[{json.dumps(one, ensure_ascii=False)}]" for one in self.steps
        )  # fmt: skip

    @classmethod
    def read(cls, text: str) -> Address:
        """The address that a text writes; Refused where it writes none."""
        steps, at = list[Step](), 0
        while at < len(text) and (match := _TOKEN.match(text, at)):
            at = match.end()
            quoted = match["quoted"]
            steps.append(int(match["number"]) if match["number"] else json.loads(quoted) if quoted
                         else match["name"] or match["key"])  # fmt: skip
        if at < len(text) or not steps or not isinstance(steps[0], str):
            raise Refused(
                f"位置要写成“文件.键[条目]”，如 plan.effective.from，不是 {shown(text)}。",
                f"A place reads file.key[item], as in plan.effective.from, not {shown(text)}.", shown(text),
            )  # fmt: skip
        return cls(steps[0], tuple(steps[1:]))


def identity(item: Data) -> tuple[str, str] | None:
    """The key and the name that a list item goes by when editions are merged; None where it has none."""
    if not isinstance(item, Mapping):
        return None
    return next(((key, name) for key in IDENTITIES if isinstance(name := item.get(key), str) and name), None)


def entries(of: Data) -> Mapping[str, Data]:
    """The entries of a mapping; none of anything else."""
    return of if isinstance(of, Mapping) else {}


def word(of: Data) -> str:
    """The text of a single value; "" of anything else."""
    return of if isinstance(of, str) else ""


def members(of: Data) -> list[tuple[Step, Data]]:
    """The parts of a value with their keys, or their positions."""
    if isinstance(of, Mapping):
        return [*of.items()]
    return [] if isinstance(of, str) else [*enumerate(of)]


def names(of: Data) -> list[str]:
    """The keys of a mapping, or the names of the items of a list that have one."""
    if isinstance(of, Mapping):
        return [*of]
    return [] if isinstance(of, str) else [named[1] for one in of if (named := identity(one))]


def position(of: Data, step: Step) -> int | None:
    """At which place among its parts the one stands that a step means; None where there is none."""
    if isinstance(of, Mapping) or isinstance(step, int):
        return next((at for at, (key, _) in enumerate(members(of)) if key == step), None)
    return next((at for at, (_, one) in enumerate(members(of)) if (named := identity(one)) and named[1] == step), None)


def part(data: Data, at: Address) -> Data:
    """The value at an address; Refused where there is none, with what is near."""
    for number, step in enumerate(at.steps):
        found = position(data, step)
        if found is None:
            raise missing(data, step, Address(at.file, at.steps[: number + 1]))
        data = members(data)[found][1]
    return data


def missing(data: Data, step: Step, at: Address) -> Refused:
    guess = near(str(step), tuple(names(data)))
    hint = (f"（是不是 {guess}？）", f" (did you mean {guess}?)") if guess else ("", "")
    return Refused(f"没有 {at}{hint[0]}。", f"There is no {at}{hint[1]}.", at)
