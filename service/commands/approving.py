"""`village-credit policies submit | request-changes | reject | approve | discard | withdraw`."""

from __future__ import annotations

import re
from hashlib import sha256 as hashed
from pathlib import Path

import click

from service.commands.common import FILE, Bad
from service.commands.desk import ACKNOWLEDGED, REASON, Here, at_desk, checked_lines, tell_act, words
from service.publishing import Comment, Source, deciding

COMMENT = re.compile(r"([^:]+):([0-9]{1,6}):(\s*\S.*)", re.DOTALL)


@click.command()
@click.argument("id")
@REASON
@click.option("--source", type=FILE, required=True, help="所依据的文件 / the document on which it rests")
@click.option("--title", callback=words, help="文件的名称，默认为文件名 / its title (default: the file's name)")
@click.option(
    "--revision", type=int, help="看过的是第几稿，默认最后一稿 / the revision that was looked at (default: the last)"
)
@at_desk
def submit(
    here: Here, id: str, reason: str, source: Path, title: str | None,
    revision: int | None,
) -> None:  # fmt: skip
    """提交审批 / put a draft before whoever approves"""
    document = Source(title or source.name, hashed(source.read_bytes()).hexdigest())
    number = here.desk.draft(id).saved.number if revision is None else revision
    act, checked = deciding.submit(here.desk, here.who, id, number, reason, document)
    tell_act(here.settings, act, f"已提交 {id}。", f"{id} is submitted.", checked_lines(here.settings, checked))


@click.command("request-changes")
@click.argument("id")
@REASON
@click.option("--comment", "comments", multiple=True, metavar="FILE:LINE:TEXT", help="逐行的意见 / a comment on a line")
@at_desk
def request_changes(here: Here, id: str, reason: str, comments: tuple[str, ...]) -> None:
    """退回修改 / send a draft back"""
    act = deciding.request_changes(here.desk, here.who, id, reason, tuple(map(_comment, comments)))
    tell_act(here.settings, act, f"已退回 {id}。", f"{id} is sent back.")


@click.command()
@click.argument("id")
@REASON
@at_desk
def reject(here: Here, id: str, reason: str) -> None:
    """否决 / refuse a draft for good"""
    tell_act(here.settings, deciding.reject(here.desk, here.who, id, reason), f"已否决 {id}。", f"{id} is rejected.")


@click.command()
@click.argument("id")
@click.option(
    "--sha256", required=True, help="看过的内容的哈希（见 policies drafts ID）/ the hash of what you have seen"
)
@click.option("--reason", default="", help="意见 / why")
@ACKNOWLEDGED
@at_desk
def approve(here: Here, id: str, sha256: str, reason: str, acknowledged: tuple[str, ...]) -> None:
    """批准：到生效日自行生效；写过的人不能批准 / approve: in force by itself on its day; never by an author"""
    act = deciding.approve(here.desk, here.who, id, sha256, acknowledged, reason)
    day = here.desk.draft(id).day
    tell_act(here.settings, act, f"已批准 {id}，自 {day} 起生效。", f"{id} is approved, and in force from {day}.")


@click.command()
@click.argument("id")
@REASON
@at_desk
def discard(here: Here, id: str, reason: str) -> None:
    """放弃草稿 / give a draft up"""
    tell_act(here.settings, deciding.discard(here.desk, here.who, id, reason), f"已放弃 {id}。", f"{id} is given up.")


@click.command()
@click.argument("edition")
@REASON
@ACKNOWLEDGED
@at_desk
def withdraw(here: Here, edition: str, reason: str, acknowledged: tuple[str, ...]) -> None:
    """撤回尚未到生效日的版本 / take back a published edition before its day"""
    act = deciding.withdraw(here.desk, here.who, edition, reason, acknowledged)
    tell_act(here.settings, act, f"已撤回 {edition}。", f"{edition} is withdrawn.")


def _comment(text: str) -> Comment:
    if (found := COMMENT.fullmatch(text)) is None:
        raise Bad(f"意见要写成“文件:行:文字”，不是 {text}。", f"A comment reads FILE:LINE:TEXT, not {text}.")
    return Comment(found[1], int(found[2]), found[3].strip())
