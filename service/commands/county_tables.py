"""Which files hold the records of which subject or list, from the options of `village-credit county run`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rules.model import CONSTANTS, Edition
from service.commands.common import Bad
from service.county.intake.inputs import Source
from service.county.intake.lists import list_of, lists_of, owner_of


def sources(edition: Edition, named: Iterable[tuple[str, Path]], tables: Iterable[str]) -> tuple[Source, ...]:
    """The file of each subject and list: of options of their own, and of SUBJECT=FILE. Bad where the plan has none of
    that name, where two files hold the same records, and where there is no file."""
    given = [*named, *map(_table, tables)]
    subjects = [one for one in edition.subjects if one != CONSTANTS]
    there = [subject for subject, _ in given]
    files = dict[str, Path]()
    for subject, file in given:
        own = list_of(edition, subject, there) or subject
        if own not in subjects and not owner_of(own):
            known = ", ".join((*subjects, *lists_of(edition)))
            raise Bad(f"方案里没有对象或列表 {own}（有：{known}）。",
                      f"The plan has no subject or list {own} (there are: {known}).")  # fmt: skip
        if own in files:
            raise Bad(
                f"{own} 给了两个文件：{files[own]}、{file}。一种对象只读一个文件：请合成一张表，或放在同一个工作簿的"
                "几张工作表里。",
                f"Two files are given of {own}: {files[own]} and {file}. One file of each is read: put them into one "
                "table, or on several sheets of one workbook.",
            )
        files[own] = file
    if not files:
        raise Bad("请给出至少一个数据文件。", "Give at least one file of records.")
    return tuple(Source(subject, file) for subject, file in files.items())


def _table(text: str) -> tuple[str, Path]:
    subject, _, file = text.partition("=")
    if not Path(file).is_file():
        raise Bad(f"--table 要写 对象=文件，不是 {text}。", f"--table wants SUBJECT=FILE, not {text}.")
    return subject, Path(file)
