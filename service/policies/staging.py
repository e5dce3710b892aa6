"""Copies of a policies folder under the digest of their content, and small files that are read and replaced whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

Signature = tuple[tuple[str, int, int], ...]
KEPT = 8  # copies of policies in the runtime folder, for requests still under way with an older one


def _policy_files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.glob("*/*/*.y*ml")) if path.is_file())


def signature_of(root: Path) -> Signature:
    """A value that changes whenever a policy file changes."""
    stats = ((path.relative_to(root).as_posix(), path.stat()) for path in _policy_files(root))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def stage(folder: Path, runtime: Path) -> Path:
    """A copy of the policies under the digest of their content."""
    data = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _policy_files(folder)}
    return runtime / _stage_bytes(data, runtime)


def stage_files(files: Mapping[str, str], runtime: Path) -> str:
    return _stage_bytes({name: text.encode() for name, text in files.items()}, runtime) if files else ""


def _stage_bytes(data: Mapping[str, bytes], runtime: Path) -> str:
    parts = (hashlib.sha256(part).digest() for name, found in sorted(data.items()) for part in (name.encode(), found))
    digest = hashlib.sha256(b"".join(parts)).hexdigest()
    if not (runtime / digest).is_dir():
        copy = Path(mkdtemp(prefix="staging-", dir=runtime))
        for name, found in data.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(found)
        with suppress(OSError):  # another worker was first: its copy is the same
            copy.rename(runtime / digest)
        shutil.rmtree(copy, ignore_errors=True)
    return digest


def prune(runtime: Path, live: str) -> None:
    """Remove old copies; other workers may be doing the same."""
    copies = [(mark, copy) for copy in runtime.iterdir() if len(copy.name) == len(live) and (mark := _mark(copy))]
    for _, old in sorted(copies)[:-KEPT]:
        if old.name != live:
            shutil.rmtree(old, ignore_errors=True)


def _mark(file: Path) -> tuple[int, int] | None:
    try:
        stat = os.stat(file)  # noqa: PTH116 -- on the path of every request
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino


def read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def write(file: Path, text: str) -> None:
    """Replace a file in one step, so that a reader sees the old text or the new."""
    part = file.with_name(f".{file.name}-{os.getpid()}-{threading.get_ident()}")
    part.write_text(text)
    part.replace(file)
