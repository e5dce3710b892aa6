"""Which files hold the records of which subject or list, from the options of `village-credit county run`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rules.model import CONSTANTS, Edition
from service.commands.common import Bad
from service.county.intake.inputs import Source
from service.county.intake.lists import list_of, lists_of, owner_of

LEFT = ("~$", ".")  # how names begin of files that programs leave behind


def sources(edition: Edition, named: Iterable[tuple[str, Path]], tables: Iterable[str]) -> tuple[Source, ...]:
    """The files of each subject and list, in the order given: of options of their own, and of SUBJECT=FILE; of a folder
    all that lie in it. Bad where the plan has none of that name, where two files of one have one name, and where there
    is no file."""
    given = [(subject, file) for subject, path in (*named, *map(_table, tables)) for file in files_in(path)]
    subjects = [one for one in edition.subjects if one != CONSTANTS]
    there = [subject for subject, _ in given]
    files = dict[str, list[Path]]()
    for subject, file in given:
        own = list_of(edition, subject, there) or subject
        if own not in subjects and not owner_of(own):
            known = ", ".join((*subjects, *lists_of(edition)))
            raise Bad(f"方案里没有对象或列表 {own}（有：{known}）。",
                      f"The plan has no subject or list {own} (there are: {known}).")  # fmt: skip
        alike = next((one for one in files.setdefault(own, []) if one.name == file.name), None)
        if alike is not None:
            raise Bad(f"{own} 的两个文件同名：{alike}、{file}。请改名，好分清哪一行出自哪个文件。",
                      f"Two files of {own} have one name: {alike} and {file}. Rename one, so that rows can be told "
                      "apart.")  # fmt: skip
        files[own].append(file)
    if not files:
        raise Bad("请给出至少一个数据文件。", "Give at least one file of records.")
    return tuple(Source(subject, first, tuple(others)) for subject, (first, *others) in files.items())


def files_in(path: Path) -> Iterator[Path]:
    """The files of a folder by name, but for those that programs leave behind; a file is its own. Bad where a folder
    holds none, or another folder."""
    if not path.is_dir():
        yield path
        return
    inside = sorted(one for one in path.iterdir() if not one.name.startswith(LEFT))
    if not inside:
        raise Bad(f"目录 {path} 里没有文件。", f"The folder {path} holds no file.")
    for one in inside:
        if one.is_dir():
            raise Bad(f"目录 {path} 里还有目录 {one.name}。请把数据文件放在同一个目录里。",
                      f"The folder {path} holds another, {one.name}: put all files of records into one folder."
                      )  # fmt: skip
        yield one


def _table(text: str) -> tuple[str, Path]:
    subject, _, file = text.partition("=")
    if not file or not Path(file).exists():
        raise Bad(f"--table 要写 对象=文件，不是 {text}。", f"--table wants SUBJECT=FILE, not {text}.")
    return subject, Path(file)
