"""Mends policy files where a fault has one cure only; every other fault is left as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from rules.building.loader import load_alone
from rules.building.store import problems_of
from rules.problems.problem import Problem

MOST_ROUNDS = 60  # a mend shows the faults that it hid


@dataclass(frozen=True, slots=True)
class Mended:
    """A file, named from the policies folder, with its text before and after."""

    file: str
    before: str
    after: str

    def diff(self) -> list[str]:
        """The lines of a unified difference."""
        return [line.rstrip("\r\n") for line in unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), self.file, self.file, n=0,
        )]  # fmt: skip

    def write(self, root: Path) -> None:
        """Write the text after, with the line ends that the file has."""
        _write(root / self.file, self.after)


def mend(root: Path, names: Sequence[str]) -> tuple[list[Mended], list[Problem]]:
    """The files of some editions mended, and the problems that are left there; nothing is written to `root`."""
    inside = tuple(f"{name}/" for name in names)
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "policies"
        copytree(root, copy)
        for _ in range(MOST_ROUNDS):
            problems = {problem for name in names for problem in load_alone(copy / name, copy, warn=False).problems}
            if not _mend_once(copy, (one for one in problems if one.mark.file.startswith(inside))):
                break
        left = [*problems_of(copy, names)]
        paths = [path for name in names for path in sorted((copy / name).glob("*.yaml"))]
        files = [(path.relative_to(copy).as_posix(), path) for path in paths]
        mended = [Mended(name, _read(root / name), _read(path)) for name, path in files]
    return [one for one in mended if one.before != one.after], left


def _mend_once(root: Path, problems: Iterable[Problem]) -> bool:
    """Whether a file was changed: from the end, so that the places before stay."""
    changed = False
    for problem in sorted(problems, reverse=True):
        if problem.mend is not None:
            path = root / problem.mark.file
            before = _read(path)
            after = _put(before, problem, *problem.mend)
            _write(path, after)
            changed |= before != after
    return changed


def _put(text: str, problem: Problem, old: str, new: str) -> str:
    """The text with the mend at its place, in quotes or not; as it was where something else stands there."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    at, column = problem.mark.line - 1, problem.mark.column - 1
    head, tail = lines[at][:column], lines[at][column:]
    for written in (old, f'"{old}"', f"'{old}'"):
        if tail.startswith(written):
            lines[at] = head + new + tail[len(written) :]
            break
    return ("\ufeff" if text.startswith("\ufeff") else "") + "".join(lines)


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
