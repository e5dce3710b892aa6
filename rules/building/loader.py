"""Loads an edition folder: strictly, all problems in one pass, or a whole Edition. Nothing in between."""

from __future__ import annotations

import gc
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from rules.building.edition import edition_of
from rules.building.extending import Files, merged
from rules.building.rereading import faults, reread
from rules.building.salvage import Sound
from rules.building.titles import with_ids
from rules.files.merge import removal_in
from rules.files.node import ABSENT
from rules.files.source import Node, read_file
from rules.format.grammar import DATE, DECISION, FILES, OPTIONAL, PLAN_ID
from rules.model import Edition
from rules.model.depth import too_deep
from rules.problems.problem import Problem, Problems
from rules.shapes import Shape
from rules.values.text import Mark
from rules.warnings.acknowledged import acknowledging
from rules.warnings.redundant import check_limits

SUFFIX = ".yaml"
# the name of a file that is meant to be one of an edition
_NAME = re.compile(r"([^.]+)\.ya?ml(\.txt|\.ya?ml)*\s*", re.IGNORECASE)
FACTS = "/facts.yaml"
CASES = "cases"  # the file of an edition's own test cases


@dataclass(frozen=True, slots=True)
class Loaded:
    """An edition, or None where there are errors; with warnings, if they were asked for."""

    edition: Edition | None
    problems: tuple[Problem, ...]


def load(
    folder: Path, root: Path | None = None, *, warn: bool = True, readings: Mapping[str, str] | None = None
) -> Loaded:
    """Load the edition in a folder. Messages name files relative to `root`.

    `warn` looks for warnings, which takes as long as the rest of the building. `readings` builds the edition under
    other readings, by name and option; without it the plan's own are followed and the changes of all others checked."""
    return _named(next(_each(folder, root or folder, [readings], warn=warn)), folder, root)


def load_alone(folder: Path, root: Path | None = None, *, warn: bool = True) -> Loaded:
    """Load the edition in a folder; a problem of a file that it extends does not name the edition."""
    return next(_each(folder, root or folder, [None], warn=warn))


def load_under(folder: Path, root: Path, many: Iterable[Mapping[str, str]]) -> Iterator[Loaded]:
    """The edition in a folder under each set of readings in turn, without warnings; its files are read once."""
    return (_named(one, folder, root) for one in _each(folder, root, many, warn=False))


def _named(loaded: Loaded, folder: Path, root: Path | None) -> Loaded:
    """The problems of files that an edition extends name the edition."""
    if root is None or not folder.is_relative_to(root):
        return loaded
    name = folder.relative_to(root).as_posix()
    return replace(loaded, problems=tuple(one.inherited_by(name) for one in loaded.problems))


def _each(folder: Path, root: Path, many: Iterable[Mapping[str, str] | None], *, warn: bool) -> Iterator[Loaded]:
    opened = None
    for readings in many:
        problems = Problems()
        try:
            with _uncollected():
                opened = opened or _opened(folder, root)
                problems.extend(opened.problems)
                edition = None if opened.files is None else _under(opened, opened.files, readings, problems)
                deep = None if edition is None else too_deep(edition)
        except RecursionError:
            edition, placed = None, any(one.code == "edition.too_deep" for one in problems)
            deep = None if placed else _mark(folder / f"plan{SUFFIX}", root)
        if deep is not None:
            problems.add(deep, "edition.too_deep")
        if edition is None or problems.errors:
            yield Loaded(None, _own_first(problems, _mark(folder, root).file))
        else:
            told = [*problems, *(_warnings(edition) if warn else ())]
            yield Loaded(edition, acknowledging(edition, told, complete=warn))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cycle collector, which would look again and again through thousands of objects, all of them in use.

    Whoever finds it at work leaves it at work, so that threads may overlap."""
    at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if at_work:
            gc.enable()


def _warnings(edition: Edition) -> tuple[Problem, ...]:
    from rules.warnings.warnings import warnings  # noqa: PLC0415 -- slow to import, and only a check asks for them

    return warnings(edition)


@dataclass(frozen=True, slots=True)
class _Opened:
    """The files of an edition, their digest, the names of those that cannot be read, the problems met so far, and what
    was built of them under readings: what another shares with the first is not worked out again."""

    files: Files | None
    digest: str
    left_out: frozenset[str]
    problems: tuple[Problem, ...]
    built: list[tuple[Files, Edition]] = field(default_factory=list)


def _opened(folder: Path, root: Path) -> _Opened:
    problems = Problems()
    files, digest = _read(folder, root, problems, ())
    own = {path.stem for path in folder.glob("*" + SUFFIX)} | {*misnamed(folder).values()}
    if files is not None and (removal := _stray_removal(files)) is not None:
        file = removal.file.rpartition("/")[2]
        problems.add(files["plan"], "edition.extends_missing", file=file, line=removal.line)
        return _Opened(None, digest, frozenset(own), tuple(problems))
    if files is not None and _lost(files, folder / f"plan{SUFFIX}"):
        if "plan" in files:
            shape_of("plan").check(files["plan"], problems)
        files = None  # what they say rests on files that are not known
    if files is not None:
        extends = "plan" in files and files["plan"].get("extends") is not None
        for needed in FILES.keys() - files.keys() - own:
            if needed == "plan" or not extends:
                problems.add(_mark(folder, root), "edition.no_file", file=needed + SUFFIX)
    return _Opened(files, digest, frozenset(own - (files or {}).keys()), tuple(problems))


def _stray_removal(files: Files) -> Mark | None:
    """Where an edition whose head is sound, and extends none, removes something; a reading may say so of an option."""
    plan = files.get("plan", ABSENT)
    if plan.get("extends") or not shape_of("plan").check(plan, Problems()):
        return None
    return next(filter(None, (removal_in(node) for name, node in files.items() if name != "readings")), None)


def _lost(files: Files, plan: Path) -> bool:
    """Whether an edition extends another, and cannot be told which."""
    if "plan" in files:
        extends = files["plan"].at("extends")
        return extends is not ABSENT and _parent(extends) is None
    return plan.exists() and b"extends" in plan.read_bytes()


def _under(opened: _Opened, files: Files, readings: Mapping[str, str] | None, problems: Problems) -> Edition | None:
    """The edition under other readings; without any, under its own, the changes of all others checked."""
    digest, left_out = opened.digest, opened.left_out
    if readings:
        files = reread(files, readings, problems)
        if problems.errors:
            return None
        digest = hashlib.sha256(json.dumps([digest, readings], sort_keys=True).encode()).hexdigest()
    edition = _built(files, digest, left_out, problems, *next(iter(opened.built), ()))
    if edition is not None and not (problems.errors or opened.built):
        opened.built.append((files, edition))
    if readings is None and edition is not None and not problems.errors:
        base = edition
        for name, option, found in faults(files, lambda made, told: _built(made, digest, left_out, told, files, base)):
            if Path(found[0].mark.file).parent == Path(files["plan"].mark.file).parent:
                problems.extend(found)
            else:  # inherited, and changes something that this edition has otherwise: it cannot be tried here
                edition = _without(edition, name, option)
    return edition and replace(edition, under=dict(readings or {}))


def _without(edition: Edition, name: str, option: str) -> Edition:
    """The edition with a reading that says nothing of how an option is carried out."""
    reading = edition.readings[name]
    changes = {key: change for key, change in reading.changes.items() if key != option}
    return replace(edition, readings={**edition.readings, name: replace(reading, changes=changes)})


def _built(
    files: Mapping[str, Node], digest: str, left_out: frozenset[str], problems: Problems,
    known: Mapping[str, Node] | None = None, base: Edition | None = None,
) -> Edition | None:  # fmt: skip
    """The edition that files make; `left_out` are those that could not be read.

    `known` are files that have passed the grammar, and `base` is the edition that they make: what `files` share with
    them is not worked out again."""
    meant, unread = Problems(), any(one.code.startswith("yaml.") and FACTS in one.mark.file for one in problems.errors)
    sound = Sound(left_out={*left_out}, facts_unread=unread or "facts" in left_out)
    for key, node in files.items():
        if known is not None and node is known.get(key):
            sound.files[key] = node
        else:
            sound.take(key, node, shape_of(key), problems)
    edition = None
    if FILES.keys() - {"plan"} <= sound.files.keys():  # no name rests on the head of the plan
        try:
            edition = edition_of({"plan": ABSENT, **sound.files}, digest, meant, base)
        except RecursionError:
            problems.extend(one for one in meant if one.code == "edition.too_deep")
            raise
    if edition is not None:
        check_limits(edition, meant)
    if meant or problems:
        told = with_ids(meant, files)
        kept = sound.worth_saying(told)
        problems[:] = [*with_ids(problems, files), *(kept if kept or problems.errors else told)]
    return edition


def _own_first(problems: Problems, folder: str) -> tuple[Problem, ...]:
    """The problems; of an edition that has errors of its own without those in the files that it extends, which may
    follow from them, and which the editions of these files have if they do not."""
    own = {one for one in problems.errors if f"{one.mark.file}/".startswith(f"{folder}/")}
    return tuple(one for one in problems.sorted() if not own or one.severity != "error" or one in own)


def _parent(extends: Node) -> tuple[str, str] | None:
    """The plan and the edition that are extended; None where they are not written so that a path can be made of it."""
    name, day = extends.at("plan").text, extends.at("edition").text
    return (name, day) if PLAN_ID.fits(name) and DATE.fits(day) else None


def shape_of(stem: str) -> Shape:
    """The shape of a file by its name without ending."""
    return (FILES | OPTIONAL).get(stem, DECISION)


def _mark(path: Path, root: Path) -> Mark:
    """The beginning of a file or folder, named relative to `root` where it lies below it."""
    return Mark((path.relative_to(root) if path.is_relative_to(root) else path).as_posix(), 1, 1)


def digest_of(folder: Path, root: Path) -> str:
    """The sha256 that an edition in a folder has, whether or not it can be used."""
    return _read(folder, root, Problems(), ())[1]


def _read(folder: Path, root: Path, problems: Problems, seen: tuple[Path, ...]) -> tuple[Files | None, str]:
    """The files of an edition and their digest; those of the edition it extends lie under its own."""
    if not folder.is_dir():
        problems.add(_mark(folder, root), "edition.no_folder", folder=_mark(folder, root).file)
        return None, ""
    files, digest = _own(folder, root, problems)
    extends = files["plan"].at("extends") if "plan" in files else ABSENT
    if (extended := _parent(extends)) is None:
        return files, digest.hexdigest()  # nothing is extended, or the grammar reports it
    name, day = extended
    parent = folder.parent.parent / name / day
    if parent in (*seen, folder):
        problems.add(extends, "edition.extends_circle")
    elif not parent.is_dir():
        problems.add(extends, "edition.extends_unknown", parent=_mark(parent, root).file)
    else:
        if (start := files["plan"].at("effective").at("from").text) < day:
            problems.warn(extends, "warning.before_parent", start=start, parent=_mark(parent, root).file)
        above, inherited = _read(parent, root, problems, (*seen, folder))
        digest.update(inherited.encode())
        return above and merged(above, files, problems), digest.hexdigest()
    return None, ""


def misnamed(folder: Path) -> dict[Path, str]:
    """The files of a folder whose names are nearly those of an edition's files, with the stem that is meant."""
    meant = {path: match[1] for path in folder.iterdir() if (match := _NAME.fullmatch(path.name)) and path.is_file()}
    stems = {path: stem.lower() if stem.lower() in FILES else stem for path, stem in meant.items()}
    return {path: stem for path, stem in stems.items() if path.name != stem + SUFFIX}


def _own(folder: Path, root: Path, problems: Problems) -> tuple[Files, hashlib._Hash]:
    """The files that lie in a folder, and their digest."""
    files, digest = {}, hashlib.sha256()
    others = misnamed(folder)
    for path, stem in sorted(others.items()):
        problems.add(_mark(path, root), "edition.yml", name=path.name, wanted=stem + SUFFIX)
        node = read_file(path, root, Problems())
        if node is not None and shape_of(stem).check(node, Problems()):
            files[stem] = node  # others may name what it declares
    for path in sorted({*folder.glob("*" + SUFFIX)} - {*others}):
        if (node := read_file(path, root, problems)) is not None:
            if path.stem != CASES:  # it is held against the edition, and makes nothing of it
                files[path.stem] = node
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return files, digest
