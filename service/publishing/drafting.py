"""Writing drafts: begin one, save, undo, bring up to date. Nothing here changes what is published."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from rules.values.exact import read_date
from rules.variants.dating import begins_on, starting
from service.log import Altered, Overtaken
from service.publishing.acts import CHANGES_REQUESTED, EFFECTIVE, TRIES
from service.publishing.contents import edition as archived
from service.publishing.contents import once_live
from service.publishing.desk import DRAFT, OPEN, Desk, Doer, base_of, moved_on, must_be, must_have
from service.publishing.drafts import Base, Draft, Revision
from service.publishing.merging import merge
from service.publishing.refusals import Refused, Touching, Unknown

FILE = re.compile(r"[A-Za-z0-9_-]{1,64}\.yaml")
PLAN = re.compile(r"[a-z][a-z0-9-]{0,63}")
MOST_FILES, MOST_BYTES = 200, 1_000_000  # of an edition; bytes of a file
HEAD = "plan.yaml"
Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft as it is now, whether somebody else's changes were merged in, and the revisions that were taken back."""

    draft: Draft
    merged: bool = False
    takes_back: tuple[Revision, ...] = ()


def faults_of(files: Files) -> Mapping[str, tuple[str, str]]:
    """Why files cannot be kept at all, by name; what they say is for the check to judge."""
    wrong = {}
    for name, text in files.items():
        if not FILE.fullmatch(name):
            wrong[name] = (
                "文件名用字母、数字、_ 和 -，以 .yaml 结尾。",
                "A file name has letters, digits, _ and -, and ends in .yaml.",
            )
        elif "\0" in text or any("\ud800" <= one <= "\udfff" for one in text):
            wrong[name] = "含有不是文字的字符。", "It holds characters that are no text."
        elif len(text.encode()) > MOST_BYTES:
            wrong[name] = f"最多 {MOST_BYTES} 字节。", f"A file has at most {MOST_BYTES} bytes."
    if not files or len(files) > MOST_FILES:
        wrong[""] = f"要有 1 到 {MOST_FILES} 个文件。", f"Give 1 to {MOST_FILES} files."
    return wrong


def begin(desk: Desk, who: Doer, plan: str, day: date, files: Files | None = None, *, amend: bool = False) -> Draft:
    """Begin a draft of an edition: with files, or with those of the edition that it amends or follows. The day is set
    in them, and the last day of what had another first day is left out."""
    must_have(desk, who, "draft")
    published = desk.published()
    base, edition = base_of(published, plan, day), f"{plan}/{day}"
    if not PLAN.fullmatch(plan):
        raise Unknown(f"没有方案 {plan}。", f"There is no plan {plan}.")
    if edition in published.releases and not amend:
        raise Refused(f"{edition} 已发布：要改它，请起草修订（amend）。",
                      f"{edition} is published: to change it, draft an amendment of it (amend).")  # fmt: skip
    if edition not in published.releases and amend:
        raise Unknown(f"没有发布过版本 {edition}，不能修订。", f"No edition {edition} is published: nothing to amend.")
    if files is None and not base.edition:
        raise Refused(
            f"{plan} 在 {day} 之前没有版本可照着写：请给出文件，或指明照哪个版本。",
            f"{plan} has no edition before {day} to begin from: give files, or say which edition.",
        )
    own = dict(desk.own_files(published, base.edition) if files is None else files)
    if HEAD in own and not amend and not begins_on(own[HEAD], day):
        own[HEAD] = starting(own[HEAD], day)
    return desk.drafts.begin(edition, base, own, who.person)


def earlier(desk: Desk, sha256: str) -> tuple[str, Files]:
    """Which edition some content was, and its own files: of what was published or live once, by the beginning of its
    hash."""
    known = {one.sha256: one.edition for act in desk.seen() if act.outcome in EFFECTIVE for one in act.changes}
    found = {one: name for one, name in {**once_live(desk.log), **known}.items() if one.startswith(sha256)}
    if len(found) != 1:
        which = ("不止一个", "more than one") if found else ("没有", "none")
        raise Unknown(f"发布过或启用过的内容里，哈希以 {sha256} 开头的{which[0]}。",
                      f"Of what was published or live once, {which[1]} has a hash that begins {sha256}.")  # fmt: skip
    [(whole, edition)] = found.items()
    return edition, base_files(desk, Base(edition, whole))


def of_edition(desk: Desk, edition: str) -> Files:
    """The own files of a published edition, `plan/day`."""
    published = desk.published()
    if edition not in published.releases:
        known = ", ".join(published.releases) or "-"
        raise Unknown(
            f"没有发布过版本 {edition}（现有：{known}）。", f"No edition {edition} is published (there are: {known})."
        )
    return desk.own_files(published, edition)


def save(desk: Desk, who: Doer, id: str, number: int, files: Files) -> Saved:
    """Save files that were made of a revision. What others have saved since is merged in; Touching where it cannot be.
    Any save takes a draft back from those who were to approve it."""

    def merged(draft: Draft) -> tuple[Base, Files]:
        base = draft.saved.base
        if number == draft.saved.number:
            return base, files
        made_of = revision(desk, id, number)
        result, conflicts = merge(made_of.files, files, draft.saved.files)
        if conflicts:
            raise Touching(conflicts)
        return base, result

    draft = _saved(desk, who, id, merged)
    return Saved(draft, merged=draft.saved.files != files)


def autosave(desk: Desk, who: Doer, id: str, number: int, files: Files) -> Saved:
    """Save files by themselves: merged with nothing, and not where somebody waits for the draft to be looked at."""

    def onto(draft: Draft) -> tuple[Base, Files]:
        if draft.saved.number != number:
            raise moved_on(draft, number)
        must_be(desk, draft, desk.seen(), (DRAFT, CHANGES_REQUESTED))
        return draft.saved.base, files

    return Saved(_saved(desk, who, id, onto))


def undo(desk: Desk, who: Doer, id: str, number: int, after: int) -> Saved:
    """Save an earlier revision again, and say which revisions that takes back; `after` is the one that is there."""
    all = desk.drafts.revisions(id)
    old = revision(desk, id, number)

    def back(draft: Draft) -> tuple[Base, Files]:
        if draft.saved.number != after:
            raise moved_on(draft, after)
        return old.base, old.files

    draft = _saved(desk, who, id, back)
    return Saved(draft, takes_back=tuple(one for one in all if number < one.number <= after))


def update(desk: Desk, who: Doer, id: str) -> Saved:
    """Bring a draft up to date: with what was published since it was begun merged in."""

    def onto(draft: Draft) -> tuple[Base, Files]:
        published = desk.published()
        day = read_date(draft.day)
        assert day is not None  # it was one when the draft was begun
        base = base_of(published, draft.plan, day)
        before, now = base_files(desk, draft.saved.base), base_files(desk, base)
        if base.edition != draft.edition and HEAD in now:
            before, now = ({**one, HEAD: starting(one.get(HEAD, ""), day)} for one in (before, now))
        result, conflicts = merge(before, draft.saved.files, now)
        if conflicts:
            raise Touching(conflicts)
        return base, result

    before = desk.draft(id)
    draft = _saved(desk, who, id, onto)
    return Saved(draft, merged=draft.saved != before.saved)


def revision(desk: Desk, id: str, number: int) -> Revision:
    desk.draft(id)
    if (found := next((one for one in desk.drafts.revisions(id) if one.number == number), None)) is None:
        raise Unknown(f"草稿 {id} 没有第 {number} 稿。", f"The draft {id} has no revision {number}.")
    return found


def base_files(desk: Desk, base: Base) -> Files:
    """The own files of what a draft was begun from; none where it begins a plan."""
    files = archived(desk.log, base.sha256) if base.edition else {}
    if files is None:
        raise Altered(base.sha256)
    return {path.rpartition("/")[2]: text for path, text in files.items() if path.startswith(f"{base.edition}/")}


def _saved(desk: Desk, who: Doer, id: str, made: Callable[[Draft], tuple[Base, Files]]) -> Draft:
    """Save what is made of a draft; made anew where somebody saves or acts meanwhile. What is there already is not
    saved again."""
    for _ in range(TRIES):
        must_have(desk, who, "draft")
        still, draft = desk.unacted(), desk.draft(id)
        must_be(desk, draft, desk.seen(), OPEN)
        base, files = made(draft)
        if (base, files) == (draft.saved.base, draft.saved.files):
            return draft
        with suppress(Overtaken):
            return desk.drafts.save(draft, base, files, who.person, still)
    raise Overtaken
