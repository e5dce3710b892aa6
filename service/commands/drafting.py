"""`village-credit policies draft | drafts | amend | restore`: write editions that are not published yet."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from rules.values.exact import read_date
from rules.values.layout import Line, Span, line, row
from service.commands.common import Bad, read_day
from service.commands.desk import Here, at_desk, checked_lines
from service.commands.screen import complain
from service.log import Spoiled
from service.publishing import drafting
from service.publishing.comparing import moved
from service.publishing.desk import STATES, Desk, last_act, must_have, outdated, state_of
from service.publishing.drafts import Draft

NOTE = ".draft.json"  # in a folder that a draft was written to: which draft and which revision
FOR = click.option("--for", "day", metavar="DAY", help="生效日 / the day from which it would be in force")
TO = click.option("--to", "target", metavar="FOLDER", type=click.Path(path_type=Path),
                  help="把文件写到这里，改好后用 draft --from 存回 / write its files there, to be edited")  # fmt: skip
Folder = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("source", required=False)
@FOR
@click.option("--from", "folder", metavar="FOLDER", type=Folder,
              help="取这个文件夹里改好的文件 / take the files that were edited in this folder")  # fmt: skip
@TO
@at_desk
def draft(here: Here, source: str | None, day: str | None, folder: Path | None, target: Path | None) -> None:
    """起草一个版本，或存回改好的文件 / draft an edition, or save files that were edited

    照一个方案（其最后一个版本）、一个版本（方案/日期）或一个文件夹起草。
    Begin from a plan (its edition before that day), an edition (plan/day) or a folder.
    """
    if source is None and folder is not None and (note := _note(folder)):
        saved = drafting.save(here.desk, here.who, note["draft"], note["revision"], _files(folder))
        _tell(here, saved.draft, folder)
        return
    if day is None:
        raise Bad("请用 --for 写生效日。", "Say with --for from which day it would be in force.")
    plan, files = _content(here.desk, source, folder)
    begun = drafting.begin(here.desk, here.who, plan, read_day(day, "--for"), files)
    _tell(here, begun, target)


@click.command()
@click.argument("edition")
@TO
@at_desk
def amend(here: Here, edition: str, target: Path | None) -> None:
    """修订一个已发布的版本（起草；要第二人批准）/ draft an amendment of a published edition"""
    plan, _, day = edition.partition("/")
    begun = drafting.begin(here.desk, here.who, plan, read_day(day, edition), amend=True)
    _tell(here, begun, target)


@click.command()
@click.argument("sha256")
@FOR
@click.option("--plan", help="方案，默认为原来的 / the plan (default: the one it was of)")
@TO
@at_desk
def restore(here: Here, sha256: str, day: str | None, plan: str | None, target: Path | None) -> None:
    """把以前发布过的内容作为新的草稿 / draft again what was published once, given by its hash"""
    edition, files = drafting.earlier(here.desk, sha256)
    start = read_day(day or edition.rpartition("/")[2], "--for")
    begun = drafting.begin(here.desk, here.who, plan or edition.partition("/")[0], start, files, amend=day is None)
    _tell(here, begun, target)


@click.command()
@click.argument("id", required=False)
@click.option("--state", type=click.Choice(STATES), help="只列这种状态的 / only those in this state")
@TO
@click.option("--unsigned", is_flag=True, help="取出没有有效签名、不采用的草稿的文字，供重新起草 / write the text of a "
              "draft that is not used, as no good signature covers it, to be drafted anew")  # fmt: skip
@at_desk
def drafts(here: Here, id: str | None, state: str | None, target: Path | None, unsigned: bool) -> None:
    """列出草稿；写明编号的，连同检查结果和改动 / list the drafts, or show one with its check and what it changes"""
    seen = here.desk.seen()
    if unsigned:
        _take_out(here, id, target)
        return
    if id is not None:
        _show(here, here.desk.draft(id), target)
        return
    listed = here.desk.drafts.listed()
    found = [(one, state_of(one, last_act(one, seen))) for one in listed.drafts]
    for one in listed.spoiled:
        complain([here.settings.pick(Spoiled(one).zh, Spoiled(one).en)], here.settings.color)
    shown = [(one, now) for one, now in found if state in (None, now)]
    here.settings.tell([_as_dict(one, now) for one, now in shown],
                  [row(Span(one.id, "title"), one.edition, now, one.saved.by) for one, now in shown])  # fmt: skip


@click.command()
@click.argument("id")
@at_desk
def update(here: Here, id: str) -> None:
    """把起草以来发布的改动并入草稿 / merge in what was published since the draft was begun"""
    _tell(here, drafting.update(here.desk, here.who, id).draft, None)


@click.command()
@click.argument("id")
@click.option("--to", "number", type=int, required=True, help="回到第几稿 / which revision to go back to")
@at_desk
def undo(here: Here, id: str, number: int) -> None:
    """回到以前的一稿，并列出一并撤回的各稿 / go back to an earlier revision, and list those taken back with it"""
    done = drafting.undo(here.desk, here.who, id, number, here.desk.draft(id).saved.number)
    said = [{"revision": one.number, "saved_by": one.by, "saved_at": one.at.isoformat()} for one in done.takes_back]
    word = here.settings.pick("一并撤回", "taken back")
    rows = [row(word, f"#{one.number}", one.by, here.desk.moment(one.at)) for one in done.takes_back]
    here.settings.tell({"id": id, "revision": done.draft.saved.number, "takes_back": said}, rows)


def _content(desk: Desk, source: str | None, folder: Path | None) -> tuple[str, drafting.Files | None]:
    """The plan that is drafted for, and its files where they are not those of the edition before."""
    if folder is not None:
        return source or _plan_of(folder), _files(folder)
    if source is None:
        raise Bad("请写方案、版本（方案/日期）或文件夹。", "Name a plan, an edition (plan/day) or a folder.")
    if Path(source).is_dir():
        return _plan_of(Path(source)), _files(Path(source))
    plan, _, day = source.partition("/")
    return plan, drafting.of_edition(desk, source) if day else None


def _plan_of(folder: Path) -> str:
    """The plan of an edition's folder: `<plan>/<day>`."""
    folder = folder.resolve()
    if read_date(folder.name) is None:
        raise Bad(f"从 {folder} 看不出是哪个方案：请先写方案，再写 --from。",
                  f"{folder} does not tell its plan: name the plan, then --from.")  # fmt: skip
    return folder.parent.name


def _files(folder: Path) -> drafting.Files:
    found = {path.name: path.read_bytes().decode(errors="surrogateescape") for path in sorted(folder.glob("*.y*ml*"))}
    if wrong := drafting.faults_of(found):
        name, (zh, en) = next(iter(wrong.items()))
        raise Bad(f"{folder / name}：{zh}", f"{folder / name}: {en}")
    return found


def _note(folder: Path) -> dict[str, Any] | None:
    file = folder / NOTE
    if not file.is_file():
        return None
    try:
        note = json.loads(file.read_text("utf-8"))
        return {"draft": str(note["draft"]), "revision": int(note["revision"])}
    except (ValueError, KeyError, TypeError):
        raise Bad(f"{file} 写坏了：用 policies drafts ID --to 文件夹 重新取出草稿。",
                  f"{file} is broken: get the draft anew with policies drafts ID --to FOLDER.") from None  # fmt: skip


def _take_out(here: Here, id: str | None, target: Path | None) -> None:
    """Write the text of a draft that is not used, for a person to answer for."""
    must_have(here.desk, here.who, "draft")
    if id is None or target is None:
        raise Bad("--unsigned 要写草稿编号和 --to 文件夹。", "--unsigned wants the id of a draft, and --to FOLDER.")
    found = here.desk.drafts.unsigned(id)
    if found is None:
        here.desk.draft(id)  # tells that there is none
        return
    if target.exists() and any(target.iterdir()):
        raise Bad(f"{target} 里已有文件，请写一个空文件夹。", f"There are files in {target}: name an empty folder.")
    _put(found.files, target)
    anew = f"village-credit policies draft {found.plan} --for {found.day} --from {target}"
    here.settings.tell(
        {"id": id, "plan": found.plan, "day": found.day, "said_by": found.by, "files": sorted(found.files)},
        [line(here.settings.pick(
            f"取出了 {len(found.files)} 个文件，没有有效签名作证。"
            f"据记载由 {found.by} 保存：照它起草的，存过它的人不能批准。看过之后：{anew}",
            f"{len(found.files)} files, for which no good signature vouches. They are said to be saved by {found.by}, "
            f"and whoever saved them cannot approve what is drafted from them. Look at them, then: {anew}"))],
    )  # fmt: skip


def _put(files: Mapping[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())


def _write(draft: Draft, folder: Path) -> None:
    """Write the files of a draft, and of which revision they are."""
    for old in folder.glob("*.yaml"):
        if old.name not in draft.saved.files:
            old.unlink()
    _put(draft.saved.files, folder)
    note = {"draft": draft.id, "revision": draft.saved.number}
    (folder / NOTE).write_text(json.dumps(note), encoding="utf-8")


def _tell(here: Here, draft: Draft, target: Path | None) -> None:
    """Print a draft that was begun or saved, with its check; and write its files, where that is wanted."""
    if target is not None:
        _write(draft, target)
    state = state_of(draft, last_act(draft, here.desk.seen()))
    checked = here.desk.checked(draft, here.desk.published())
    where = here.settings.pick(f"，文件在 {target}", f", its files are in {target}") if target else ""
    head = line(Span(draft.id, "title"), f"  {draft.edition}  #{draft.saved.number}{where}")
    here.settings.tell(_as_dict(draft, state), [head, *checked_lines(here.settings, checked)])


def _show(here: Here, draft: Draft, target: Path | None) -> None:
    """Print everything about a draft: for whoever is to approve it."""
    if target is not None:
        _write(draft, target)
    published, last = here.desk.published(), last_act(draft, here.desk.seen())
    state, checked = state_of(draft, last), here.desk.checked(draft, published)
    lines = [line(Span(draft.id, "title"), f"  {draft.edition}  {state}  #{draft.saved.number}")]
    if last is not None:
        lines += [line(f"  {last.outcome} {last.by} {here.desk.moment(last.at)}: {last.reason}")]
        lines += [line(f"  {one.file}:{one.line}: {one.text}", indent=2) for one in last.comments]
    if outdated(draft, published):
        lines.append(
            line(Span(here.settings.pick("所依据的版本变了：请更新草稿", "what it was begun from has changed"), "bad"))
        )
    since = [checked.title(one).get(here.settings.lang) for one in moved(here.desk.log, published, draft, last).names]
    if since:
        text = here.settings.pick("提交之后变了，要重新提交：", "changed since it was submitted, submit it again: ")
        lines.append(line(Span(text + here.settings.pick("、", ", ").join(since), "bad")))
    difference = _difference(here.desk, draft)
    here.settings.tell({**_as_dict(draft, state), "sha256": checked.sha256(draft.edition), "difference": difference},
                  [*lines, *checked_lines(here.settings, checked), *map(_toned, difference)])  # fmt: skip


def _difference(desk: Desk, draft: Draft) -> list[str]:
    """What a draft changes, line by line."""
    before = drafting.base_files(desk, draft.saved.base)
    names = sorted({*before, *draft.saved.files})
    return [
        text.rstrip("\n")
        for name in names
        for text in difflib.unified_diff(
            before.get(name, "").splitlines(), draft.saved.files.get(name, "").splitlines(), name, name, "", "", 1, ""
        )
    ]


def _toned(text: str) -> Line:
    tones = {"+": "good", "-": "bad", "@": "dim"}
    return line(Span(text, tones.get(text[:1], "")))


def _as_dict(draft: Draft, state: str) -> dict[str, Any]:
    base = draft.saved.base
    return {"id": draft.id, "edition": draft.edition, "state": state, "revision": draft.saved.number,
            "saved_at": draft.saved.at.isoformat(), "saved_by": draft.saved.by, "authors": draft.authors,
            "amends": draft.amends, "base": {"edition": base.edition, "sha256": base.sha256}}  # fmt: skip
