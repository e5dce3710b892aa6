"""Sets places of an edition: `credit_village.a_grade_share=60%`, or any by its address: `plan.title.zh=…`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from rules.building.loader import load
from rules.editing.acts import Act, Set
from rules.editing.address import Address, Refused, part
from rules.editing.clauses import Wording, wordings
from rules.editing.edit import edit
from rules.editing.figures import changeable, figure, replacing, value_of
from rules.editing.texts import SUFFIX, Texts, data_of, merged
from rules.operations import OPERATORS
from rules.problems.problem import Problem
from rules.values.text import near
from rules.variants.folders import texts_at, write
from rules.variants.mending import Mended

Also = Callable[[Path], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What comes of it: the files of the edition after it, those that change, the words that say a figure
    which was set, and the problems of the edition as it would be."""

    files: Mapping[str, str]
    changed: tuple[Mended, ...]
    wordings: tuple[Wording, ...]
    problems: tuple[Problem, ...]


def setting(
    root: Path, name: str, said: Sequence[str], *, clauses: bool = False, also: Also = lambda root: ()
) -> Setting:
    """The edition `name` with some places set; nothing is written to `root`. `clauses` corrects the words of clause and
    reading too, where a text says a figure once. `also` gives further problems of a policies folder in which they are
    set. Refused where a place cannot be set."""
    before = texts_at(root, root / name)
    texts, found = before, list[Wording]()
    for one in said:
        acts = _acts(texts, one)
        offered = _offered(texts, acts)
        once = [one for one in offered if sum(one.at == other.at for other in offered) == 1]
        found += offered
        corrected = [Set(one.at, one.text) for one in once] if clauses else []
        texts = Texts(edit(texts, [*acts, *corrected]).files, texts.above)
    changed = tuple(Mended(f"{name}/{file}", before.own.get(file, ""), text) for file, text in texts.own.items()
                    if text != before.own.get(file))  # fmt: skip
    return Setting(texts.own, changed, tuple(found), _checked(root, name, texts.own, also))


def _offered(texts: Texts, acts: Sequence[Act]) -> list[Wording]:
    return [found for one in acts if isinstance(one, Set) and isinstance(one.value, str)
            for found in wordings(texts, one.at, one.value)]  # fmt: skip


def _acts(texts: Texts, said: str) -> list[Act]:
    """The acts of `path=value`: of a figure by its short path, with or without an operator, or of any place."""
    path, equals, value = (one.strip() for one in said.partition("="))
    if not (path and equals and value):
        raise Refused(f"要写成“位置=值”，不是 {said}。", f"Write PLACE=VALUE, not {said}.", path)
    owner, _, name = path.partition(".")
    if (found := figure(texts, owner, name, value=value)) is not None:
        operator, _, rest = value.partition(" ")
        operator, value = (operator, rest.strip()) if operator in OPERATORS else ("", value)
        return replacing(texts, found, operator, value)
    at = Address.read(path)
    if at.file + SUFFIX not in texts.own and merged(texts, at.file) is None:
        guess = near(path, changeable(texts)) or near(at.file, texts.files)
        hint = (f"（是不是 {guess}？）", f" (did you mean {guess}?)") if guess else ("", "")
        raise Refused(f"没有 {path}{hint[0]}。", f"There is no {path}{hint[1]}.", path)
    part(data_of(merged(texts, at.file)), at)
    return [Set(at, value_of(value))]


def _checked(root: Path, name: str, files: Mapping[str, str], also: Also) -> tuple[Problem, ...]:
    """The problems of the edition with other files, in a copy of all policies."""
    with TemporaryDirectory() as there:
        copy = Path(there) / "policies"
        copytree(root, copy)
        write(copy / name, files)
        return tuple(sorted((*load(copy / name, copy).problems, *also(copy))))
