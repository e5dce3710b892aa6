"""`village-credit policies comment | comments | answer | resolve | patch | publish`: what is said of the lines of a
draft, and how an approved draft comes into force."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from rules.values.layout import Line, Row, Span, line, row
from service.commands.common import Bad
from service.commands.desk import Here, at_desk, words
from service.policies.sources import DATABASE
from service.publishing import APPROVED, CHANGES_REQUESTED, SUBMITTED, comments, patching
from service.publishing.comments import At, Said, Thread
from service.publishing.desk import DRAFT, last_act, state_of
from service.publishing.drafts import Draft
from service.settings import value_of

PLACE = re.compile(r"([^:]+):(-?[0-9]{1,6})")
NEXT = {
    DRAFT: ("先提交审批：policies submit {id} --reason 理由 --source 文件。",
            "Submit it first: policies submit {id} --reason WHY --source FILE."),
    CHANGES_REQUESTED: ("已退回：改好后用 policies submit {id} 再提交。",
                        "It was sent back: once it is changed, policies submit {id} again."),
    SUBMITTED: ("批准就是发布：由没有写过它的人 policies approve {id} --sha256 {sha256}。",
                "To approve is to publish: somebody who wrote no part of it, policies approve {id} --sha256 {sha256}."),
}  # fmt: skip
OVER = (
    "这份草稿已了结（{state}），不会生效：用 policies draft 或 policies restore 另起草。",
    "It is over ({state}) and will not be in force: begin anew with policies draft or policies restore.",
)


@click.command()
@click.argument("id")
@click.argument("place", metavar="FILE:LINE")
@click.argument("text", callback=words)
@click.option("--warning", default="", metavar="CODE",
              help="说明这一行的这个提醒为何可以保留 / say why this warning of that line may stand")  # fmt: skip
@click.option("--revision", type=int, help="看的是第几稿，默认最后一稿 / the revision (default: the last)")
@at_desk
def comment(here: Here, id: str, place: str, text: str, warning: str, revision: int | None) -> None:
    """对草稿的一行提意见，删去的行写 文件:-行 / comment on a line of a draft; FILE:-LINE is one that it removes"""
    if (found := PLACE.fullmatch(place)) is None:
        raise Bad(
            f"位置要写成“文件:行”（删去的行：文件:-行），不是 {place}。",
            f"A place reads FILE:LINE (FILE:-LINE of a line that is removed), not {place}.",
        )
    number = here.desk.draft(id).saved.number if revision is None else revision
    _told(here, comments.comment(here.desk, here.who, id, _line(number, found, warning), text))


def _line(revision: int, found: re.Match[str], warning: str) -> At:
    """The line that a place names: behind a minus one of what the draft was begun from, which it removes."""
    return At(revision, found[1], abs(int(found[2])), warning, removed=found[2].startswith("-"))


@click.command()
@click.argument("id")
@click.argument("comment", metavar="COMMENT")
@click.argument("text", callback=words)
@at_desk
def answer(here: Here, id: str, comment: str, text: str) -> None:
    """答复一条意见；已了结的重新打开 / answer a comment; one that was resolved is open again"""
    _told(here, comments.reply(here.desk, here.who, id, comment, text))


@click.command()
@click.argument("id")
@click.argument("comment", metavar="COMMENT")
@click.option("--text", default="", help="怎样了结的 / how")
@at_desk
def resolve(here: Here, id: str, comment: str, text: str) -> None:
    """了结一条意见：提意见的人或审批人 / resolve a comment: by whoever made it, or an approver"""
    _told(here, comments.resolve(here.desk, here.who, id, comment, text))


@click.command("comments")
@click.argument("id")
@at_desk
def list_comments(here: Here, id: str) -> None:
    """列出逐行意见，及各自现在在哪一行 / list the comments by line, and where each line stands now"""
    found = comments.threads(here.desk, here.desk.draft(id))
    for one, code in comments.refused(here.desk):
        zh = f"日志第 {one.seq} 行的意见没有有效签名（{code}），没有列出；请用 log verify 查明。"
        en = f"Line {one.seq} of the log, a comment, is left out: no good signature covers it ({code}); see log verify."
        click.echo(here.settings.pick(zh, en), err=True)
    rows = [each for one in found for each in _rows(here, one)]
    empty = [line(here.settings.pick("没有意见。", "There are no comments."))]
    here.settings.tell([_as_dict(one) for one in found], rows or empty)


@click.command()
@click.argument("id")
@click.option("--to", "target", type=click.Path(path_type=Path), help="写到这个文件 / write it to this file")
@at_desk
def patch(here: Here, id: str, target: Path | None) -> None:
    """把草稿写成政策目录的补丁（git apply、patch -p1）/ a draft as a patch of the policies folder"""
    draft = here.desk.draft(id)
    made = patching.patch_of(here.desk, draft)
    if target is None:
        click.echo(made, nl=False)
        return
    target.write_bytes(made.encode())
    steps = patching.steps(draft, here.desk)
    here.settings.tell({"file": str(target), "steps": [one.get(here.settings.lang) for one in steps]},
                       [line(Span("✓ ", "good"), str(target)), *_numbered(here, draft)])  # fmt: skip


@click.command()
@click.argument("id")
@at_desk
def publish(here: Here, id: str) -> None:
    """已批准的草稿何时生效；没批准的还差哪一步 / when an approved draft comes into force, or what is left to do"""
    draft = here.desk.draft(id)
    state = state_of(draft, last_act(draft, here.desk.seen()))
    if state != APPROVED:
        sha256 = here.desk.checked(draft, here.desk.published()).sha256(draft.edition)
        zh, en = (one.format(id=id, sha256=sha256, state=state) for one in NEXT.get(state, OVER))
        raise Bad(zh, en)
    in_folder = value_of("published_in") != DATABASE
    done = (f"{draft.edition} 已批准，自 {draft.day} 起自行生效，不用再办。",
            f"{draft.edition} is approved and in force by itself from {draft.day}: nothing is left to do.")  # fmt: skip
    left = (f"{draft.edition} 已批准。政策以目录为准，还要把补丁放进去：policies patch {id} --to "
            f"{patching.name_of(draft)}",
            f"{draft.edition} is approved. The policies folder has to take it too: policies patch {id} --to "
            f"{patching.name_of(draft)}")  # fmt: skip
    shown = [line(Span("✓ ", "good"), here.settings.pick(*(left if in_folder else done)))]
    here.settings.tell({"id": id, "edition": draft.edition, "day": draft.day, "patch": in_folder},
                       [*shown, *(_numbered(here, draft) if in_folder else ())])  # fmt: skip


def _numbered(here: Here, draft: Draft) -> list[Row]:
    return [row(f"{at}.", one.get(here.settings.lang), indent=2)
            for at, one in enumerate(patching.steps(draft, here.desk), 1)]  # fmt: skip


def _told(here: Here, said: Said) -> None:
    told = {"id": said.id, "outcome": said.outcome, "draft": said.draft, "about": said.about, "text": said.text}
    here.settings.tell(told, [line(Span("✓ ", "good"), Span(said.about or said.id, "title"), f"  {said.text}")])


def _rows(here: Here, one: Thread) -> list[Line | Row]:
    pick = here.settings.pick
    where = (
        pick("这一行后来改过", "that line was changed since") if one.line is None else f"{one.place.file}:{one.line}"
    )
    state = pick("已了结", "resolved") if one.resolved else pick("未了结", "open")
    head = line(Span(one.comment.id, "title"), f"  {where}  {state}  {one.place.warning}")
    then = line(Span(f"#{one.place.revision} {one.place.file}:{one.place.line} {one.quoted}", "dim"), indent=2)
    said = (one.comment, *one.answers)
    return [head, then, *(row(here.desk.moment(each.when), each.by, each.text, indent=2) for each in said)]


def _as_dict(one: Thread) -> dict[str, Any]:
    answers = [{"id": each.id, "outcome": each.outcome, "by": each.by, "text": each.text} for each in one.answers]
    return {"id": one.comment.id, "by": one.comment.by, "text": one.comment.text, "file": one.place.file,
            "line": one.place.line, "revision": one.place.revision, "warning": one.place.warning,
            "line_now": one.line, "resolved": one.resolved is not None, "answers": answers}  # fmt: skip
