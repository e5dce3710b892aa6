"""The policies folder as it stands: its signature, its files, and what forbids to take them.

Whatever lies there is looked at before it is read: a copy of it goes to memory, and one file that is not as files of
policies are must not end the watching, or the service.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from errno import EACCES
from pathlib import Path

from rules.files.source import MOST_BYTES
from rules.problems.problem import Problem
from rules.values.text import Mark

Signature = tuple[tuple[str, int, int, int, int], ...]
Files = dict[str, bytes]
MOST_FILES, MOST_IN_ALL = 2000, 16 << 20


def signature_of(root: Path) -> Signature:
    """A value that changes whenever a policy file changes: with the time that nobody can set, and the file's own
    number, for a copy may keep size and time of what it replaces."""
    stats = ((path.relative_to(root).as_posix(), path.stat()) for path in _policy_files(root))
    return tuple((name, one.st_mtime_ns, one.st_ctime_ns, one.st_ino, one.st_size) for name, one in stats)


def read_policies(root: Path) -> tuple[Files, tuple[Problem, ...]]:
    """The policy files of a folder, by path below it; or nothing, and why. FileNotFoundError where one goes."""
    problems = [*_unreadable_folders(root), *_too_much(root)]
    if problems:
        return {}, tuple(problems)
    files: Files = {}
    for path in _policy_files(root):
        try:
            files[path.relative_to(root).as_posix()] = path.read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            problems.append(_unreadable(root, path, error))
    return ({}, tuple(problems)) if problems else (files, ())


def _policy_files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.glob("*/*/*.y*ml")) if path.is_file())


def _unreadable_folders(root: Path) -> Iterator[Problem]:
    """Folders that would look empty."""
    for folder in (root, *sorted(root.glob("*")), *sorted(root.glob("*/*"))):
        if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
            yield _unreadable(root, folder, PermissionError(EACCES, os.strerror(EACCES)))


def _too_much(root: Path) -> Iterator[Problem]:
    number, size = 0, 0
    for path in _policy_files(root):
        number, own = number + 1, path.stat().st_size
        size += own
        if not _is_utf8(path.relative_to(root).as_posix()):
            zh, en = (
                "文件名不是 UTF-8（中文 Windows 的压缩包常见）：请改名。",
                "The file's name is not UTF-8: rename it.",
            )
            yield _problem(root, path, "file.name", zh, en)
        if own > MOST_BYTES:
            zh, en = f"文件有 {own} 字节，最多 {MOST_BYTES}。", f"The file has {own} bytes; at most {MOST_BYTES}."
            yield _problem(root, path, "file.too_big", zh, en)
    if number > MOST_FILES:
        zh, en = f"有 {number} 个文件，最多 {MOST_FILES} 个。", f"There are {number} files; at most {MOST_FILES}."
        yield _problem(root, root, "folder.too_many", zh, en)
    if size > MOST_IN_ALL:
        zh, en = f"合计 {size} 字节，最多 {MOST_IN_ALL}。", f"There are {size} bytes in all; at most {MOST_IN_ALL}."
        yield _problem(root, root, "folder.too_big", zh, en)


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # Python keeps other bytes as halves of characters
        return False
    return True


def _unreadable(root: Path, path: Path, error: OSError) -> Problem:
    zh, en = (
        f"服务读不了它（{error.strerror}）：检查权限。",
        f"The service cannot read it ({error.strerror}): see its rights.",
    )
    return _problem(root, path, "file.unreadable", zh, en)


def _problem(root: Path, path: Path, code: str, zh: str, en: str) -> Problem:
    name = os.fsencode(path.relative_to(root).as_posix()).decode(errors="backslashreplace")
    return Problem(Mark(name if path != root else "", 1, 1), "", code, zh, en)
