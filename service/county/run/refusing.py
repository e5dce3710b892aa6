"""What a run refuses before any row is judged, as problems of the plan's files: fault and cure."""

from __future__ import annotations

from collections.abc import Collection
from itertools import takewhile

from rules.judging.parts import Pair
from rules.model import Edition, Fact
from rules.operations import OPERATIONS
from rules.problems.problem import Problem
from rules.table import NotTabular, TableError
from rules.table.columns import around, key_of

Why = NotTabular | TableError  # a table cannot hold something, or has not the columns for it


def no_key(edition: Edition, files: Collection[str], fact: Fact, below: str) -> Problem:
    """A count of records that do not say where they belong: a file between is wanting, or a column."""
    of, above, key = edition.subjects[below].title, edition.subjects[fact.subject].title, key_of(fact.subject)
    between = takewhile(lambda one: one != fact.subject, around(edition, below))
    absent = [edition.subjects[one].title for one in between if one not in files]
    zh, en = "、".join(one.zh for one in absent), ", ".join(one.en for one in absent)
    column = (f"在{of.zh}的数据文件里加一列 {key}，每行写{above.zh}的编号",
              f"add a column {key} with the id of the {above.en} to the file of {of.en}")  # fmt: skip
    file = f"给出{zh}的数据文件", f"give a file of {en}, which says where each lies"
    cure = file if absent else column
    return Problem(
        fact.mark, f"subjects.{fact.subject}.facts.{fact.name}.counted", "run.counted",
        f"{above.zh}的“{fact.title.zh}”由{of.zh}汇总，但看不出{of.zh}的每行属于哪个{above.zh}"
        f"（没有列 {key}）。请{cure[0]}。",
        f"{fact.title.en} of {above.en} is counted from {of.en}, but nothing says which {above.en} each row of {of.en} "
        f"lies in (there is no column {key}): {cure[1]}.",
    )  # fmt: skip


def of_count(fact: Fact, below: str, why: Why) -> Problem:
    path = f"subjects.{fact.subject}.facts.{fact.name}.counted"
    if isinstance(why, TableError):
        return Problem(fact.mark, path, "run.counted", why.zh, why.en)
    named = f"{fact.subject}.{fact.name}"
    return Problem(
        fact.mark, path, "run.counted",
        f"{named}（{fact.title.zh}）由 {below} 汇总，全县运行的表里写不下：{in_zh(why, fact)}。"
        "请把条件写短一些，或删去 counted，在数据文件里给出这个数。",
        f"{named} ({fact.title.en}) is counted from {below}, and no table of a county run can hold that: "
        f"{in_en(why, fact)}. Make the condition shorter, or take out `counted` and give the figure in a file.",
    )  # fmt: skip


def of_pair(pair: Pair, why: Why) -> Problem:
    part, whole = pair.part, pair.whole
    named = f"{part.subject}.{part.name}"
    return Problem(
        part.mark, f"subjects.{part.subject}.facts.{part.name}.part_of", "run.part_of",
        f"{named}（{part.title.zh}）写了 part_of: {whole.name}，全县运行的表里无法核对两数：{in_zh(why)}。"
        "请把公式写短一些，或删去这个 part_of。",
        f"{named} ({part.title.en}) is part_of {whole.name}, and no table of a county run can hold the two against "
        f"each other: {in_en(why)}. Make the formulas shorter, or take out this part_of.",
    )  # fmt: skip


def in_zh(why: Why, fact: Fact | None = None) -> str:
    if isinstance(why, TableError):
        return why.zh
    named, at = _where(why, fact)
    return (f"{named}：" if named else "") + why.why_zh + (f"（在 {at}）" if at else "")


def in_en(why: Why, fact: Fact | None = None) -> str:
    if isinstance(why, TableError):
        return why.en
    named, at = _where(why, fact)
    return (f"{named}: " if named else "") + why.why_en + (f" (in {at})" if at else "")


def _where(why: NotTabular, fact: Fact | None) -> tuple[str, str]:
    """The operation that a table cannot do, as the plan writes it, and where it stands; "" where it goes without
    saying."""
    own = ("", *(() if fact is None else (fact.name, f"{fact.subject}.{fact.name}")))
    return why.operation if why.operation in OPERATIONS else "", "" if why.item in own else why.item
