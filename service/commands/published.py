"""`village-credit policies history | export | import`: what is published, by whom, and to and from folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from hashlib import sha256 as hashed
from pathlib import Path
from typing import Any

import click

from rules.building.store import folders
from rules.problems.problem import Problem
from rules.values.layout import Line, Row, Span, line, row
from service.commands.common import FILE, FOLDER, Bad, Settings, read_day
from service.commands.desk import ACKNOWLEDGED, APPROVER_PASSWORD, PASSWORD, REASON, refusing, signed_in
from service.commands.on_log import on_log, opened
from service.days import day_of
from service.keys import user
from service.log import DecisionLog
from service.people import Passwords, People
from service.policies.differing import LOCKED, differences, has_begun
from service.publishing import Act, Source, acts, deciding, drafting, editions_of, published
from service.publishing.checking import check, name_of
from service.publishing.contents import plan_and_day
from service.publishing.desk import Desk, Doer
from service.publishing.refusals import NotClean, Unacknowledged
from service.publishing.remembered import worded
from service.settings import value_of

WORDS = {
    "imported": ("导入", "imported"), "submitted": ("提交", "submitted"), "rejected": ("否决", "rejected"),
    "changes_requested": ("退回修改", "sent back"), "approved": ("批准发布", "approved"),
    "withdrawn": ("撤回", "withdrawn"), "discarded": ("放弃", "given up"),
}  # fmt: skip


@click.command()
@click.argument("edition", required=False)
@on_log
def history(settings: Settings, log: DecisionLog, edition: str | None) -> None:
    """发布记录：谁、何时、为什么、谁批准、改成什么 / every act of publishing: who, when, why and what"""
    people = {one.id: one.name for one in People(log).listed()}
    found = [one for one in acts(log) if edition is None or any(each.edition == edition for each in one.changes)]
    desk, all = Desk(log, People(log), value_of("time_zone")), acts(log)
    rows = [each for one in found for each in (
        *_shown(one, settings, lambda one: people.get(one, one)), *_warned(settings, one, worded(desk, one, all)),
    )]  # fmt: skip
    if not rows:
        rows = [line(settings.pick("没有发布记录。", "Nothing was ever published."))]
    settings.tell([_as_dict(one) for one in found], rows)


def against_log(root: Path, today: date) -> Iterator[Problem]:
    """What of a folder differs from what is published; of an edition in force that is an error."""
    with closing(opened(value_of("database"), value_of("signing_key"), ())) as log:
        for one in differences(log, root, today):
            yield replace(one, severity="error") if one.code in LOCKED else one


def _as_dict(act: Act) -> dict[str, Any]:
    return {
        "id": act.id, "seq": act.seq, "at": act.at and act.at.isoformat(), "outcome": act.outcome, "by": act.by,
        "authors": act.authors, "reason": act.reason, "draft": act.draft,
        "source": act.source and {"title": act.source.title, "sha256": act.source.sha256},
        "changes": [{"edition": one.edition, "before": one.before, "sha256": one.sha256, "amends": one.amends}
                    for one in act.changes],
        "acknowledged": act.acknowledged, "warnings": [asdict(one) for one in act.warnings],
    }  # fmt: skip


def _shown(act: Act, settings: Settings, name: Callable[[str], str]) -> Iterator[Line | Row]:
    pick = settings.pick
    at = act.at.astimezone(value_of("time_zone")) if act.at else ""
    authors = "、".join(name(one) for one in act.authors if one != act.by)
    wrote = pick(f"起草：{authors}", f"written by {authors}") if authors else ""
    source = f"《{act.source.title}》 {act.source.sha256[:12]}" if act.source else ""
    word = Span(pick(*WORDS[act.outcome]), "title")
    yield row(f"{at:%Y-%m-%d %H:%M}", word, name(act.by), wrote, act.reason, Span(source, "dim"))
    for one in act.changes:
        amends = pick("生效后修订", "amended in force") if one.amends else ""
        yield row(one.edition, f"{one.before[:12] or '—'} → {one.sha256[:12] or '—'}", amends, indent=2)


def _warned(settings: Settings, act: Act, words: Mapping[str, Problem]) -> Iterator[Line]:
    """The warnings that were seen, in words where these are known."""
    for id in act.acknowledged:
        one = words.get(id)
        where = id if one is None else f"{one.mark.file}:{one.mark.line}"
        said = ("当时没有记下文字，也不能再推算出来", "its words were not kept then, and cannot be worked out again")
        text = settings.pick(*said) if one is None else settings.pick(one.zh, one.en)
        yield line(settings.pick("看过提醒：", "warning seen: "), Span(f"{where} ", "dim"), text, indent=2)


@click.command("export")
@click.argument("folder", type=FOLDER)
@on_log
def export_policies(settings: Settings, log: DecisionLog, folder: Path) -> None:
    """把已发布的版本写成政策目录 / write what is published as a policies folder"""
    if folder.exists() and any(folder.iterdir()):
        raise Bad(f"{folder} 不是空的，没有写入。", f"{folder} is not empty; nothing was written.")
    now = published(log).releases
    files = editions_of(log, {name: one.sha256 for name, one in now.items()})
    for path, text in files.items():
        (file := folder / path).parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    said = [row(Span("✓", "good"), name, Span(one.sha256, "dim")) for name, one in now.items()]
    empty = [line(settings.pick("没有已发布的版本。", "Nothing is published."))]
    settings.tell([{"edition": name, "sha256": one.sha256} for name, one in now.items()], said or empty)


@click.command("import")
@click.argument("folder", type=FOLDER)
@click.option("--by", "author", metavar="LOGIN", required=True,
              help=f"起草人；密码当场输入，或取自 {PASSWORD} / who wrote them; the password is asked for, or "
                   f"taken from {PASSWORD}")  # fmt: skip
@click.option("--approved-by", "approver", metavar="LOGIN", required=True,
              help=f"批准人，须是另一个人；密码取自 {APPROVER_PASSWORD} / another person, who approves; the "
                   f"password may be in {APPROVER_PASSWORD}")  # fmt: skip
@REASON
@click.option("--source", type=FILE, required=True, help="所依据的文件 / the document on which they rest")
@ACKNOWLEDGED
@on_log
def import_policies(
    settings: Settings, log: DecisionLog, folder: Path, author: str, approver: str, **said: Any
) -> None:
    """发布政策目录里尚未生效的新版本；起草和批准是两个人 / publish a folder's new editions, by two people"""
    log.upgrade()
    log.introduce(user())
    people = People(log)
    desk = Desk(log, people, value_of("time_zone"))
    names, source = _new(log, folder), said["source"]
    said["source"] = Source(source.name, hashed(source.read_bytes()).hexdigest())
    if not names:
        raise Bad(f"{folder} 里没有尚未发布、尚未到生效日的版本。",
                  f"{folder} has no edition that is not published and whose day is to come.")  # fmt: skip
    passwords = Passwords(log, people)
    one, other = (signed_in(settings, passwords, login, variable)
                  for login, variable in ((author, PASSWORD), (approver, APPROVER_PASSWORD)))  # fmt: skip
    if one == other:
        raise Bad("起草和批准要是两个人。", "Who approves is another person than who wrote it.")
    done = [_published(desk, one, other, (folder, name), said) for name in names]
    changed = [each for act in done for each in act.changes]
    settings.tell([_as_dict(act) for act in done],
                  [row(Span("✓", "good"), each.edition, Span(each.sha256, "dim")) for each in changed])  # fmt: skip


def _new(log: DecisionLog, folder: Path) -> Sequence[str]:
    """The editions of a folder that are not published and whose day is to come, the first day first."""
    today, now = day_of(datetime.now(UTC), value_of("time_zone")), published(log).releases
    names = [one.relative_to(folder).as_posix() for one in folders(folder)]
    return sorted((one for one in names if one not in now and not has_begun(one, today)),
                  key=lambda name: plan_and_day(name)[::-1])  # fmt: skip


def _published(desk: Desk, author: Doer, approver: Doer, content: tuple[Path, str], said: Mapping[str, Any]) -> Act:
    """Draft, submit and approve one edition of a folder."""
    (folder, name), acknowledged = content, said["acknowledged"]
    plan, day = plan_and_day(name)
    files: Mapping[str, str] = {path.name: path.read_bytes().decode() for path in (folder / name).glob("*.yaml")}
    first = check(desk.files(desk.published()), name, files, desk.today())
    with refusing():  # before anything is written
        if first.errors:
            raise NotClean(first.errors)
        if left := [one for one in first.warnings if name_of(one) not in acknowledged]:
            raise Unacknowledged(left)
        draft = drafting.begin(desk, author, plan, read_day(day, name), files)
        submitted, checked = deciding.submit(desk, author, draft.id, draft.saved.number, said["reason"], said["source"])
        return deciding.approve(desk, approver, submitted.draft, checked.sha256(name), acknowledged, said["reason"])
