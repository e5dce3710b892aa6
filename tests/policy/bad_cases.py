"""Bad policies as files. A case is a folder of tests/policy/bad: what is wrong with the edition in tests/policy/base.

    edits                 a file name, then the text to take out (`- `) and to put in (`+ `); again and again
    base/2026-05-01/…     whole files that stand instead of the edition's own, or beside it
    other/2026-01-01/…    other editions
    expected.txt          what the loader must say: the problem's place, path and code, the Chinese, the English

To add a case: write it, run `python -m tests.policy.bad_cases`, and read the expected.txt that this writes.
"""

import shutil
import tempfile
from pathlib import Path

from rules.building.store import read_store
from rules.problems.problem import Problem

HERE = Path(__file__).parent
EDITION = "base/2026-05-01"
CASES = sorted(path for path in (HERE / "bad").iterdir() if path.is_dir())


def lay_out(case: Path, root: Path) -> None:
    """The policies folder of a case."""
    shutil.copytree(HERE / "base", root / "base")
    for path in case.iterdir():
        if path.is_dir():
            shutil.copytree(path, root / path.name, dirs_exist_ok=True)
    if (case / "edits").exists():
        edit(root, (case / "edits").read_text(encoding="utf-8"))


def edit(root: Path, edits: str) -> None:
    file = root
    old: str | None = None
    for line in edits.splitlines():
        if line.startswith("- ") or line == "-":
            old = line[2:].replace("\\n", "\n")
        elif line.startswith("+"):
            new, text = line[2:].replace("\\n", "\n"), file.read_text(encoding="utf-8")
            if old is None or text.count(old) != 1:
                raise ValueError(f"{file.name} has this {text.count(old or '')} times: {old}")
            file.write_text(text.replace(old, new), encoding="utf-8")
        elif line.strip():
            file = root / (line if "/" in line else f"{EDITION}/{line}")


def said(case: Path) -> tuple[Problem, ...]:
    """What the loader finds wrong with a case."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "policies"
        root.mkdir()
        lay_out(case, root)
        return read_store(root).problems


def written(problems: tuple[Problem, ...]) -> str:
    """Problems as expected.txt holds them."""
    return "\n".join(
        f"{one.mark.file.removeprefix(EDITION + '/')}:{one.mark.line}:{one.mark.column}: {one.path}: {one.code}"
        f"{' (warning)' if one.severity == 'warning' else ''}\n  {one.zh}\n  {one.en}\n"
        for one in problems
    )


if __name__ == "__main__":
    for each in CASES:
        (each / "expected.txt").write_text(written(said(each)), encoding="utf-8")
