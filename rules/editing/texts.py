"""The texts of an edition: its own files, and those of the editions that it extends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from rules.building.loader import CASES
from rules.building.rereading import plain
from rules.editing.address import Data, Refused
from rules.files.merge import merge
from rules.files.node import Node
from rules.files.source import read
from rules.format.grammar import MERGED
from rules.problems.problem import Problems

SUFFIX = ".yaml"
HEAD = "plan"  # the file that no edition inherits
ABOVE = "../"  # before the name of a file of an edition that is extended


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts by file name. `above`: those of the editions that it extends, the nearest first."""

    own: Mapping[str, str]
    above: tuple[Mapping[str, str], ...] = ()
    files: tuple[str, ...] = field(init=False)  # the names of all, without ending

    def __post_init__(self) -> None:
        names = {name for files in (self.own, *self.above) for name in files if name.endswith(SUFFIX)}
        names.discard(CASES + SUFFIX)
        object.__setattr__(self, "files", tuple(sorted(name.removesuffix(SUFFIX) for name in names)))


@lru_cache
def tree(file: str, text: str) -> Node:
    """The nodes of a file, which an edit reads again and again; Refused where it is not one whole YAML document."""
    problems = Problems()
    node = read(text, file + SUFFIX, problems)
    if node is None or problems.errors:
        told = problems.errors[0]
        raise Refused(f"{file}{SUFFIX} 读不通，先改正第{told.mark.line}行：{told.zh}",
                      f"{file}{SUFFIX} cannot be read; mend line {told.mark.line} first: {told.en}", file)  # fmt: skip
    return node


def inherited(texts: Texts, file: str) -> Node | None:
    """What the editions above say in a file; None where none of them has it. Its marks name files behind ABOVE."""
    node = None
    for files in reversed(texts.above if file != HEAD else ()):
        node = _over(node, file, files, ABOVE)
    return node


def merged(texts: Texts, file: str) -> Node | None:
    """What the edition says in a file, its own words and those that it inherits."""
    return _over(inherited(texts, file), file, texts.own)


def _over(above: Node | None, file: str, files: Mapping[str, str], where: str = "") -> Node | None:
    text = files.get(file + SUFFIX)
    if text is None:
        return above
    node = tree(where + file, text)
    if above is None:
        return node
    if [*node.entries] == ["remove"]:
        return None
    problems = Problems()
    made = merge(above, node, problems, MERGED)
    if problems.errors:
        told = problems.errors[0]
        raise Refused(f"{file}{SUFFIX} 第{told.mark.line}行：{told.zh}",
                      f"{file}{SUFFIX} line {told.mark.line}: {told.en}", file)  # fmt: skip
    return made


def data_of(node: Node | None) -> Data:
    """The data of a file; that of one that is not there is empty."""
    return {} if node is None else plain(node)  # type: ignore[return-value] # its dictionaries, lists and texts
