"""Comments on the lines of a draft: what somebody says of a line, what others answer, and that it is resolved. Each is
a signed line of the log, of a kind of its own: none changes what is published, nor takes a draft from its approver.

A comment that names a warning acknowledges it, with why. What was asked for line by line when a draft was sent back
stands among the comments, as `<id of the act>-<number>`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import islice

from rules.problems.problem import Problem
from service.exact_json import dumps
from service.log import Entry, Line, new_id
from service.publishing.acts import Act
from service.publishing.authors import authors_of
from service.publishing.desk import OPEN, Desk, Doer, must_be, must_have
from service.publishing.drafting import base_files
from service.publishing.drafts import Draft, Revision
from service.publishing.merging import edits
from service.publishing.refusals import Misplaced, NotAllowed, Refused, Unknown

COMMENTING = "comment"  # a kind of lines, and what is said:
COMMENTED, ANSWERED, RESOLVED = "commented", "answered", "resolved"
OUTCOMES = COMMENTED, ANSWERED, RESOLVED
TOLD = 100  # comments that are not believed
Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class At:
    """A line of a file of a revision, or (`removed`) of what the draft was begun from, which that revision leaves out;
    `warning` is the code of the warning there that is acknowledged, if one is."""

    revision: int
    file: str
    line: int
    warning: str = ""
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody said. `at` is where, of a comment; `quoted` is the text of that line then; `about` is the id of the
    comment that is answered or resolved. `by` is the id of a person."""

    outcome: str
    by: str
    draft: str
    text: str
    at: At | None = None
    quoted: str = ""
    about: str = ""
    id: str = ""
    seq: int = 0  # of its line
    when: datetime | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with its answers, in order. `line` is where its line stands in the last revision, or in what that was
    begun from, for a line that is removed; None where that line was changed, is gone, or is not removed any more: it
    was said of an earlier text, which is `quoted`."""

    comment: Said
    place: At
    answers: tuple[Said, ...]
    line: int | None
    quoted: str = ""

    @property
    def resolved(self) -> Said | None:
        """By what it was resolved, if nothing was said since."""
        return self.answers[-1] if self.answers and self.answers[-1].outcome == RESOLVED else None

    def acknowledges(self, warning: Problem) -> bool:
        """Whether somebody says of a warning of the last revision why it may stand."""
        mark = warning.mark
        return (warning.code, mark.file.rpartition("/")[2], mark.line) == (
            self.place.warning, self.place.file, self.line)  # fmt: skip


def comment(desk: Desk, who: Doer, id: str, at: At, text: str) -> Said:
    """Say something of a line. Misplaced where the revision has no such line, or that line no such warning."""
    must_have(desk, who, "draft")
    draft = desk.draft(id)
    must_be(desk, draft, desk.seen(), OPEN)
    made_of = next((one for one in desk.drafts.revisions(id) if one.number == at.revision), None)
    if made_of is None:
        raise Misplaced("revision", f"草稿 {id} 没有第 {at.revision} 稿。",
                        f"The draft {id} has no revision {at.revision}.")  # fmt: skip
    files = base_files(desk, made_of.base) if at.removed else made_of.files
    if at.file not in files:
        there = ", ".join(sorted(files))
        raise Misplaced("file", f"第 {at.revision} 稿没有文件 {at.file}，有：{there}。",
                        f"Revision {at.revision} has no file {at.file}; it has {there}.")  # fmt: skip
    lines = files[at.file].splitlines()
    if not 1 <= at.line <= len(lines):
        raise Misplaced("line", f"{at.file} 有 {len(lines)} 行，没有第 {at.line} 行。",
                        f"{at.file} has {len(lines)} lines: there is no line {at.line}.")  # fmt: skip
    if at.removed and (at.warning or not _removes(files, made_of.files, at)):
        raise Misplaced("removed", f"{at.file} 的第 {at.line} 行没有删去：对现在的那一行提意见。",
                        f"Line {at.line} of {at.file} is not removed: comment on the line as it is now.")  # fmt: skip
    if at.warning:
        _must_warn(desk, draft, at, line_now(made_of.files[at.file], draft.saved.files.get(at.file, ""), at.line))
    quoted = lines[at.line - 1].strip()
    return _written(desk, draft, Said(outcome=COMMENTED, by=who.person, draft=id, text=text, at=at, quoted=quoted))


def _removes(before: Files, after: Files, at: At) -> bool:
    """Whether a line of one text is not in another where it stood, moved lines included."""
    old, new = (files.get(at.file, "").splitlines(keepends=True) for files in (before, after))
    return any(one.first < at.line <= one.last for one in edits(old, new))


def reply(desk: Desk, who: Doer, id: str, about: str, text: str) -> Said:
    """Answer a comment; one that was resolved is open again."""
    must_have(desk, who, "draft")
    draft, _ = _found(desk, id, about)
    return _written(desk, draft, Said(outcome=ANSWERED, by=who.person, draft=id, text=text, about=about))


def resolve(desk: Desk, who: Doer, id: str, about: str, text: str = "") -> Said:
    """Say that a comment is settled: whoever made it does, or somebody who may approve and wrote no part of the draft.
    NotAllowed for anybody else: an author does not settle what was said of his own text."""
    must_have(desk, who, "draft")
    draft, thread = _found(desk, id, about)
    wrote = desk.rights.accounts(who.person).intersection(authors_of(desk, draft))
    approver = desk.rights.may(who.person, "approve") and not wrote
    if thread.resolved is not None:
        raise Refused(f"{thread.resolved.by} 已了结这条意见；还有话要说，请答复。",
                      f"{thread.resolved.by} has resolved it already; to go on about it, answer it.")  # fmt: skip
    if who.person != thread.comment.by and not approver:
        raise NotAllowed(
            "由提意见的人，或没有写过这份草稿的审批人来了结。",
            "Whoever made the comment resolves it, or an approver who wrote no part of the draft.",
        )
    return _written(desk, draft, Said(outcome=RESOLVED, by=who.person, draft=id, text=text, about=about))


def threads(desk: Desk, draft: Draft) -> tuple[Thread, ...]:
    """Everything that was said of the lines of a draft, the first comment first."""
    said = [*_asked_for(desk.seen(), draft), *(one for one in _all(desk) if one.draft == draft.id)]
    if not said:
        return ()
    revisions = {one.number: one for one in desk.drafts.revisions(draft.id)}
    made = (_thread(desk, one, one.at, said, revisions, draft) for one in said if one.at is not None)
    return tuple(sorted(made, key=lambda one: (one.comment.seq, one.place.file, one.place.line)))


def refused(desk: Desk) -> tuple[tuple[Line, str], ...]:
    """The comments that were read and not believed, with why: they were forged, or altered, so that what draft they
    are about cannot be known. At most a hundred."""
    known = sorted(desk.log.refused.items())
    found = ((line, code) for seq, code in known
             for line in desk.log.find(kind=COMMENTING, after_seq=seq - 1, before_seq=seq + 1))  # fmt: skip
    return tuple(islice(found, TOLD))


def line_now(before: str, after: str, line: int) -> int | None:
    """Where a line of a text stands after an edit of that; None where the edit changes it, or it was never there. One
    that was moved is found by its text, where no other line reads like it."""
    old, new, moved = before.splitlines(), after.splitlines(), 0
    for edit in edits(old, new):
        if edit.first < line <= edit.last:
            text = old[line - 1]
            return new.index(text) + 1 if text.strip() and old.count(text) == new.count(text) == 1 else None
        if edit.last < line:
            moved += len(edit.lines) - (edit.last - edit.first)
    return line + moved if 1 <= line <= len(old) else None


def _must_warn(desk: Desk, draft: Draft, at: At, line: int | None) -> None:
    """Misplaced where a line of the draft as it is now has no such warning: what acknowledges nothing would not count
    as a comment that is open either."""
    found = [one for one in desk.looked_at(draft, desk.published()).warnings
             if one.mark.file == f"{draft.edition}/{at.file}"]  # fmt: skip
    if not any((one.code, one.mark.line) == (at.warning, line) for one in found):
        there = ", ".join(f"{one.code} {at.file}:{one.mark.line}" for one in found) or "-"
        raise Misplaced("warning", f"{at.file}:{at.line} 没有提醒 {at.warning}（这个文件有：{there}）。",
                        f"{at.file}:{at.line} has no warning {at.warning} (in that file: {there}).")  # fmt: skip


def _thread(
    desk: Desk, comment: Said, at: At, said: list[Said], revisions: Mapping[int, Revision], draft: Draft
) -> Thread:
    there, now = revisions.get(at.revision), draft.saved
    if at.removed and there is not None:
        old, new = base_files(desk, there.base), base_files(desk, now.base)
        before, after = old.get(at.file, ""), new.get(at.file, "")
        line = line_now(before, after, at.line)
        line = line if line is not None and _removes(new, now.files, replace(at, line=line)) else None
    else:
        before, after = ("" if there is None else there.files.get(at.file, "")), now.files.get(at.file, "")
        line = line_now(before, after, at.line)
    answers = tuple(one for one in said if one.about == comment.id)
    quoted = comment.quoted or "".join(before.splitlines()[at.line - 1 : at.line]).strip()
    return Thread(comment, at, answers, line, quoted)


def _found(desk: Desk, id: str, about: str) -> tuple[Draft, Thread]:
    draft = desk.draft(id)
    must_be(desk, draft, desk.seen(), OPEN)
    if (found := next((one for one in threads(desk, draft) if one.comment.id == about), None)) is None:
        raise Unknown(f"草稿 {id} 没有意见 {about}。", f"The draft {id} has no comment {about}.")
    return draft, found


def _asked_for(acts: tuple[Act, ...], draft: Draft) -> Iterator[Said]:
    """What was asked for by line when a draft was sent back."""
    for act in acts:
        for number, one in enumerate(act.comments, 1) if act.draft == draft.id else ():
            yield Said(outcome=COMMENTED, by=act.by, draft=draft.id, text=one.text, id=f"{act.id}-{number}",
                       seq=act.seq, at=At(act.revision, one.file, one.line), when=act.at)  # fmt: skip


def _all(desk: Desk) -> Iterator[Said]:
    """LogUnavailable where lines of the log are missing: it may be a comment that is gone."""
    return map(_said, desk.log.rights(COMMENTING, *OUTCOMES))


def _written(desk: Desk, draft: Draft, said: Said) -> Said:
    body = {name: one for name, one in asdict(said).items() if name not in {"outcome", "id", "seq", "when"}}
    entry = Entry(new_id(desk.log.clock()), COMMENTING, said.by, "", draft.plan, "", "", "", said.outcome, "",
                  dumps(body))  # fmt: skip
    desk.log.append([entry])
    line = desk.log.get(entry.id)
    assert line is not None
    return _said(line)


def _said(line: Line) -> Said:
    body = json.loads(line.body)
    at = body.pop("at")
    return Said(
        outcome=line.outcome, id=line.id, seq=line.seq, when=line.at, at=None if at is None else At(**at), **body
    )
