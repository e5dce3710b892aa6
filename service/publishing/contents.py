"""The content of editions in the archive, by its hash: compared with that hash whenever it is read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from rules.building.loader import digest_of
from rules.building.store import folders, lineage
from service.log import Altered, DecisionLog

EDITIONS = "editions"  # the kind of lines that say what is live
DEPTH = 3  # parts of the path of a file: plan, date, name
KEPT = 8  # editions whose hash was compared last: to read one for that takes a sixth of a second
LONGEST = 255  # bytes of a part of a path


def edition(log: DecisionLog, sha256: str) -> Mapping[str, str] | None:
    """The files of an archived edition and of those it extends, by path; Altered where they have another hash."""
    files = log.edition(sha256)
    if files is not None and not holds(files, sha256):
        raise Altered(sha256)
    return files


def once_live(log: DecisionLog) -> Mapping[str, str]:
    """The editions, by hash, that were ever live, published by an act or not: as the log's signed lines say."""
    lines = log.believed(EDITIONS, "")
    return {one["sha256"]: one["edition"] for line in lines for one in json.loads(line.body)["editions"]}


def live_now(log: DecisionLog) -> Mapping[str, str]:
    """The hashes of the editions that are live, by name, as the last signed line about them says; none before any."""
    lines = [*log.believed(EDITIONS, "", newest=True, limit=1)]
    return {one["edition"]: one["sha256"] for line in lines for one in json.loads(line.body)["editions"]}


def take_in(log: DecisionLog, name: str, sha256: str, files: Mapping[str, str]) -> None:
    """Archive an edition `plan/day`. ValueError where its files have another hash; Altered where the archive has
    something else under it."""
    if not holds(files, sha256, name):
        raise ValueError(f"the files of {name} are not {sha256}")
    log.keep_edition(sha256, *plan_and_day(name), files)
    edition(log, sha256)


def editions_of(log: DecisionLog, names: Mapping[str, str]) -> Mapping[str, str]:
    """The own files of editions, given by name and hash, as one policies folder: text by path. Altered where one is
    not what it was, or is not there any more."""
    files: dict[str, str] = {}
    for name, sha256 in names.items():
        if (found := edition(log, sha256)) is None:
            raise Altered(sha256)
        files |= {path: text for path, text in found.items() if path.startswith(f"{name}/")}
    return files


def files_of(root: Path, name: str) -> Mapping[str, str]:
    """The files of an edition below a policies folder, and of those it extends, by path."""
    paths = sorted(path for one in lineage(root, root / name) for path in one.glob("*.yaml"))
    return {path.relative_to(root).as_posix(): path.read_bytes().decode() for path in paths}


def plan_and_day(name: str) -> tuple[str, str]:
    """The parts of an edition's name."""
    plan, _, day = name.partition("/")
    return plan, day


def holds(files: Mapping[str, str], sha256: str, name: str = "") -> bool:
    """Whether files by path are an edition of this hash, with those it extends and nothing else: more could be judged
    by, and a path could lead anywhere. What held once holds again: the files themselves are what is remembered."""
    return in_place(files) and _holds(tuple(sorted(files.items())), sha256, name)


@lru_cache(KEPT)
def _holds(files: tuple[tuple[str, str], ...], sha256: str, name: str) -> bool:
    with laid_out(dict(files)) as root:
        for one in folders(root):
            if digest_of(one, root) == sha256 and name in {"", one.relative_to(root).as_posix()}:
                return len(files) == sum(len([*each.glob("*.yaml")]) for each in lineage(root, one))
    return False


@contextmanager
def laid_out(files: Mapping[str, str]) -> Iterator[Path]:
    """A folder of policies with these files by path, for as long as it is looked at. ValueError where a path is not
    that of a file of an edition: rows of the database say where to write, and it could be anywhere."""
    if not in_place(files):
        raise ValueError("a path that is none of an edition's")
    with TemporaryDirectory(prefix="village-credit-") as folder:
        root = Path(folder)
        for path, text in files.items():
            (file := root / path).parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        yield root


def in_place(paths: Iterable[str]) -> bool:
    """Whether each path is that of a file of an edition: plan, date, name."""
    return all(len(parts := one.split("/")) == DEPTH and all(map(_is_name, parts)) for one in paths)


def _is_name(part: str) -> bool:
    return part not in {"", ".", ".."} and "\0" not in part and len(part.encode(errors="replace")) <= LONGEST
