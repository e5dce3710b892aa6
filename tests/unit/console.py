"""The console blocks of a document: run as they stand, in a copy of what they speak of."""

from __future__ import annotations

import re
import shlex
import shutil
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from service.commands.main import cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "README.zh-CN.md", "policies/README.zh-CN.md")
BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def played(document: str, folder: Path) -> str:
    """The document with the output that its commands give now; its diffs are applied on the way."""
    for name in ("policies", "examples"):
        shutil.copytree(ROOT / name, folder / name)
    return BLOCK.sub(lambda found: f"```{found[1]}\n{_block(found[1], found[2], folder)}```", document)


def _block(kind: str, text: str, folder: Path) -> str:
    if kind == "diff":
        _apply(text, folder)
        return text
    return "".join(f"$ {line}\n{run(line)}" for line in re.findall(r"^\$ (.*)$", text, re.MULTILINE))


def run(line: str) -> str:
    program, *words = shlex.split(line)
    assert program == "village-credit"
    return CliRunner(env={"VILLAGE_CREDIT_POLICIES": "policies"}).invoke(cli, words).output


def _apply(text: str, folder: Path) -> None:
    """Change the one file of the newest edition that holds the old line."""
    old, new = (next(line[1:] for line in text.splitlines() if line[0] == sign) for sign in "-+")
    newest = max(path.parent for path in folder.glob("policies/*/*/plan.yaml"))
    files = [path for path in newest.glob("*.yaml") if f"{old}\n" in path.read_text(encoding="utf-8")]
    assert len(files) == 1, f"{old!r} stands in {len(files)} files"
    content = files[0].read_text(encoding="utf-8")
    assert content.count(f"{old}\n") == 1
    files[0].write_text(content.replace(f"{old}\n", f"{new}\n"), encoding="utf-8")


def refresh() -> None:
    """Write into the documents what their commands print now: `python -m tests.unit.console`."""
    for name in DOCUMENTS:
        with TemporaryDirectory() as folder, chdir(folder):
            document = played((ROOT / name).read_text(encoding="utf-8"), Path(folder))
        (ROOT / name).write_text(document, encoding="utf-8")


if __name__ == "__main__":
    refresh()
