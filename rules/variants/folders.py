"""The texts of an edition's folder, and of those that it extends, for edits; and texts written back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rules.building.loader import SUFFIX
from rules.building.store import lineage
from rules.editing.texts import Texts


def texts_at(root: Path, folder: Path) -> Texts:
    """The texts of an edition. A byte that is no UTF-8 is kept; what is read of it is refused."""
    own, *above = [_texts(one) for one in lineage(root, folder)]
    return Texts(own, tuple(above))


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the texts that differ from the files of a folder."""
    for name, text in texts.items():
        data, path = text.encode("utf-8", "surrogateescape"), folder / name
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)


def _texts(folder: Path) -> dict[str, str]:
    files = sorted(folder.glob(f"*{SUFFIX}"))
    return {path.name: path.read_bytes().decode("utf-8", "surrogateescape") for path in files}
