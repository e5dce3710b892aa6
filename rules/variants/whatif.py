"""An edition as it would be with some of its figures changed: `decision.item=60%`.

The change is made in the text of a copy and loaded like any edition, so that it is held to the same rules, and what
it breaks is told in the same words.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rules.building.loader import load
from rules.editing.address import Refused
from rules.editing.edit import edit
from rules.editing.figures import changeable, figure, replacing
from rules.editing.texts import Texts
from rules.judging.decision import Decision
from rules.model import CONSTANTS, Edition
from rules.operations import OPERATORS
from rules.problems.problem import PolicyError
from rules.values.text import Text, TextError, near
from rules.variants.folders import texts_at, write

_NAME = re.compile(r"\w[\w-]*")  # of a decision or a subject: never a path
_NAMES = re.compile(r"\w[\w-]*(\.\w[\w-]*)*")  # of a fact, or of an item and the keys below it

KINDS: Mapping[str, Text] = {  # of change, in the order they are told
    "outcome": Text("结论", "outcome"),
    "outputs": Text("给出的结果", "outputs"),
    "points": Text("得分", "points"),
    "ranking": Text("名次", "places"),
    "findings": Text("条目", "items"),
    "chained": Text("所依据的判定", "decisions it rests on"),
    "missing": Text("待补的信息", "missing information"),
}


def changed(now: Decision, then: Decision) -> tuple[str, ...]:
    """The KINDS in which two decisions about the same facts differ."""
    before, after = _by_kind(now), _by_kind(then)
    return tuple(kind for kind in KINDS if before[kind] != after[kind])


def _by_kind(decision: Decision) -> Mapping[str, Any]:
    values = {name: value for name, (value, _) in decision.outputs.items()}
    total = values.pop("total", None) if decision.rule.body.items else None
    measures = {name: {key: value for key, (value, _) in outputs.items()} for name, outputs in decision.measures}
    return {
        "outcome": decision.outcome,
        "outputs": (values, measures),
        "points": (total, {one.id: one.points for one in decision.findings}),
        "ranking": decision.ranking,
        "findings": {(one.role, one.id): (one.verdict, one.applies) for one in decision.findings},
        "chained": {name: one.outcome for name, one in decision.chained.items()},
        "missing": decision.missing,
    }


class NoSuchFigure(TextError):
    """What was to be changed is not there, or cannot be changed so; `path` is how it was called."""

    def __init__(self, zh: str, en: str, path: str = "") -> None:
        super().__init__(zh, en)
        self.path = path


@dataclass(frozen=True, slots=True)
class Supposition:
    """`decision.item=[operator] limit`, `decision.item=points`, or `subject.fact=value` for a figure that the policy
    sets itself; `since` is the day from which the value meant is in force, of a fact with several by date."""

    owner: str
    name: str
    operator: str
    value: str
    since: date | None = None

    @property
    def path(self) -> str:
        return f"{self.owner}.{self.name}"

    @classmethod
    def read(cls, text: str) -> Supposition:
        path, equals, said = text.partition("=")
        owner, dot, name = path.strip().partition(".")
        operator, _, rest = said.strip().partition(" ")
        if operator not in OPERATORS:
            operator, rest = "", said.strip()
        if not (equals and dot and _NAME.fullmatch(owner) and _NAMES.fullmatch(name) and rest.strip()):
            raise NoSuchFigure(
                f"假设要写成“判定.条目=值”“对象.事实=值”或“{CONSTANTS}.常数=值”，不是 {text}。",
                f"A supposition reads decision.item=value, subject.fact=value or {CONSTANTS}.NAME=value, not {text}.",
            )
        return cls(owner, name, operator, rest.strip())


def in_force(edition: Edition, suppositions: Sequence[Supposition], on: date) -> tuple[Supposition, ...]:
    """The suppositions, those about a dated fact with the start of the value in force on a day."""
    return tuple(_in_force(edition, one, on) for one in suppositions)


def _in_force(edition: Edition, one: Supposition, on: date) -> Supposition:
    home = edition.subjects.get(one.owner)
    fact = None if home is None else home.facts.get(one.name)
    starts = [] if fact is None else [start for start, _ in fact.dated]
    if not starts:
        return one
    since = max((start for start in starts if start <= on), default=None)
    if since is None:
        raise NoSuchFigure(
            f"{one.path} 在 {on} 还没有值，最早的自 {starts[0]} 起。",
            f"{one.path} has no value yet on {on}: its first is from {starts[0]}.",
            one.path,
        )
    return replace(one, since=since)


def suppose(root: Path, edition: Edition, suppositions: Sequence[Supposition]) -> Edition:
    """The edition under some suppositions; PolicyError where it could not be used like that."""
    for number, one in enumerate(suppositions):
        if any(one.path == other.path for other in suppositions[:number]):
            raise NoSuchFigure(
                f"{one.path} 假设了两次：只写一个值；几个值分几次试算，或用 --sweep。",
                f"{one.path} is supposed twice: give one value; try several one by one, or by --sweep.",
                one.path,
            )
        if one.owner in edition.assignments:
            raise NoSuchFigure(
                f"{one.owner} 是分派，逐个判定用不到它：请改一份副本，用 policies diff 和 county assign 比较。",
                f"{one.owner} is an assignment, which judges no single case: edit a copy, and compare by policies diff "
                "and county assign.",
                one.path,
            )
        item = ".".join(one.path.split(".")[:2])
        if any(item in edition.readings[name].changes[option] for name, option in edition.under.items()):
            raise NoSuchFigure(
                f"{one.path} 已由所取的解读改定。", f"{one.path} is what a reading taken here sets.", one.path
            )
    folder = root / edition.plan / edition.effective_from.isoformat()
    texts = texts_at(root, folder)
    for supposition in suppositions:
        texts = _with(texts, supposition)
    with TemporaryDirectory() as there:
        copy = Path(there)
        shutil.copytree(root, copy, dirs_exist_ok=True)
        target = copy / folder.relative_to(root)
        write(target, texts.own)
        loaded = load(target, copy, warn=False, readings=edition.under)
    if loaded.edition is None:
        raise PolicyError(loaded.problems)
    return loaded.edition


def _with(texts: Texts, one: Supposition) -> Texts:
    """The texts of an edition with a supposition written into them."""
    found = figure(texts, one.owner, one.name, one.since, one.value)
    if found is None:
        raise _nothing(one, texts)
    try:
        return replace(texts, own=edit(texts, replacing(texts, found, one.operator, one.value)).files)
    except Refused as refused:
        raise NoSuchFigure(refused.zh, refused.args[0], one.path) from None


def _nothing(one: Supposition, texts: Texts) -> NoSuchFigure:
    known = changeable(texts)
    alike = tuple(path for path in known if path.partition(".")[2] == one.name)  # of another owner
    guess = near(one.path, alike, 0) or near(one.path, known)
    hint = (f"（是不是 {guess}？）", f" (did you mean {guess}?)") if guess else ("", "")
    return NoSuchFigure(
        f"没有可改的数值 {one.path}{hint[0]}：要写一个判定里只有一个限值的条目，或政策自定的数值，"
        f"全方案的常数写 {CONSTANTS}.名称。",
        f"There is no figure {one.path} to change{hint[1]}: name an item of a decision that has one limit, "
        f"or a value that the policy sets; constants of the whole plan are written {CONSTANTS}.NAME.",
        one.path,
    )
