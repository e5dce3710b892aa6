"""Acts of publishing: signed statements of the log, each with who, why and what. An act, and nothing else, changes
what is published; it is one line, so that it was done or was not.

Each act is written after the one that its author had seen last. Of two who act at once one is told of the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from rules.problems.problem import Problem
from rules.values.text import Mark
from service.exact_json import dumps
from service.log import DecisionLog, Entry, Line, Overtaken, new_id
from service.publishing.contents import edition, plan_and_day, take_in

PUBLISHING = "publishing"  # a kind of lines, and what came of it:
IMPORTED, SUBMITTED, CHANGES_REQUESTED, REJECTED = "imported", "submitted", "changes_requested", "rejected"
APPROVED, WITHDRAWN, DISCARDED = "approved", "withdrawn", "discarded"
EFFECTIVE = IMPORTED, APPROVED, WITHDRAWN  # those that change what is published
OUTCOMES = IMPORTED, SUBMITTED, CHANGES_REQUESTED, REJECTED, APPROVED, WITHDRAWN, DISCARDED
TRIES = 10  # of an act that others overtake

Files = Mapping[str, Mapping[str, str]]  # of editions, by their hash: text by path


@dataclass(frozen=True, slots=True)
class Source:
    """The document on which an act rests."""

    title: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Change:
    """An edition (`plan/day`) that is new (`before` empty), has other content, or is taken away (`sha256` empty).
    `amends`: its day had come when it was changed."""

    edition: str
    sha256: str
    before: str = ""
    amends: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """What a reader of a draft says about a line of a file."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning as it was worded when somebody acknowledged it: its code, file, line and path, its words, and the
    edition that inherits the place, where one does."""

    code: str
    file: str
    line: int
    path: str
    zh: str
    en: str
    edition: str = ""

    @classmethod
    def of(cls, one: Problem) -> Warned:
        return cls(one.code, one.mark.file, one.mark.line, one.path, one.zh, one.en, one.edition)

    @property
    def problem(self) -> Problem:
        mark = Mark(self.file, self.line, 1)
        return Problem(mark, self.path, self.code, self.zh, self.en, "warning", edition=self.edition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did about editions. `by` and `authors` are ids of persons; of an import, the name of the operating
    system's user. The last three come with the line."""

    outcome: str
    by: str
    authors: tuple[str, ...] = ()  # all who wrote the draft
    reason: str = ""
    draft: str = ""
    revision: int = 0  # of the draft
    source: Source | None = None
    changes: tuple[Change, ...] = ()
    acknowledged: tuple[str, ...] = ()  # codes and paths of the warnings that were seen
    comments: tuple[Comment, ...] = ()
    warnings: tuple[Warned, ...] = ()  # the same warnings in words; none in acts of before they were kept
    id: str = ""
    seq: int = 0
    at: datetime | None = field(default=None)

    def body(self) -> bytes:
        said = asdict(self)
        return dumps({name: one for name, one in said.items() if name not in {"outcome", "id", "seq", "at"}})


@dataclass(frozen=True, slots=True)
class Release:
    """A published edition: its content's hash, the act that published this content, and the last by which it was
    amended after its day had come."""

    edition: str
    sha256: str
    act: Act
    amended: Act | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """The published editions by name, as of the act number `seq` of the log; 0 where nothing was ever published."""

    releases: Mapping[str, Release]
    seq: int = 0


def publish(
    log: DecisionLog, act: Act, files: Files, after: int, still: Callable[[Any], bool] = lambda cursor: True
) -> Act:
    """Write an act, with the files of its editions by hash (those they extend among them), and return it as it stands
    in the log.

    `after` is the seq of the last act that the decision to act rests on, 0 where there was none. Overtaken where
    there is another since, or where `still`, asked in the transaction that writes, says that something else is not as
    it was; the same act written twice is one. ValueError where files and changes do not belong
    together; LogUnavailable and Altered where nothing was written.
    """
    for change in act.changes:
        if change.sha256 in files:
            take_in(log, change.edition, change.sha256, files[change.sha256])
        elif change.sha256 and edition(log, change.sha256) is None:
            raise ValueError(f"no files of {change.edition}, {change.sha256}")
    for later in acts(log):
        if later.seq > after:
            return _same(later, act)  # where its answer was lost, it is asked for again
    entry, unacted = _entry(log, act), log.unchanged(after, PUBLISHING, *OUTCOMES)
    log.append([entry], still=lambda cursor: unacted(cursor) and still(cursor))
    line = log.get(entry.id)
    assert line is not None
    return _act(line)


def decide(log: DecisionLog, choose: Callable[[tuple[Act, ...]], tuple[Act, Files]]) -> Act:
    """Write the act that `choose` makes of all acts so far, with its files; whenever somebody else acts meanwhile it is
    asked again. What it raises is raised, and nothing is written."""
    for _ in range(TRIES):
        seen = acts(log)
        act, files = choose(seen)
        with suppress(Overtaken):
            return publish(log, act, files, seen[-1].seq if seen else 0)
    raise Overtaken


def _entry(log: DecisionLog, act: Act) -> Entry:
    plans = {plan_and_day(one.edition)[0] for one in act.changes}
    plan = plans.pop() if len(plans) == 1 else ""
    caller = "" if act.outcome == IMPORTED else act.by
    return Entry(new_id(log.clock()), PUBLISHING, caller, "", plan, "", "", "", act.outcome, "", act.body())


def _same(written: Act, act: Act) -> Act:
    """The act that was written, if it is this one."""
    if (written.outcome, written.body()) != (act.outcome, act.body()):
        raise Overtaken
    return written


def acts(log: DecisionLog) -> tuple[Act, ...]:
    """Every act, in order. LogUnavailable where lines of the log are missing: it may be a withdrawal that is gone."""
    return tuple(map(_act, log.rights(PUBLISHING, *OUTCOMES)))


def acts_there(log: DecisionLog) -> tuple[Act, ...]:
    """The acts that are there, however many are missing: for a verification, which tells of those itself."""
    return tuple(map(_act, log.believed(PUBLISHING, *OUTCOMES)))


def newest(log: DecisionLog) -> int:
    """The seq of the last act, without reading it: whether to look at all."""
    return log.newest(PUBLISHING, *OUTCOMES)


def published(log: DecisionLog) -> Published:
    """What is published now."""
    return published_by(acts(log))


def published_by(all: Iterable[Act]) -> Published:
    """What acts add up to."""
    releases: dict[str, Release] = {}
    seq = 0
    for act in all:
        seq = act.seq
        for change in act.changes if act.outcome in EFFECTIVE else ():
            old = releases.pop(change.edition, None)
            if change.sha256:
                amended = act if change.amends else None if old is None else old.amended
                releases[change.edition] = Release(change.edition, change.sha256, act, amended)
    return Published(dict(sorted(releases.items())), seq)


def amendments(all: Iterable[Act]) -> Mapping[str, Act]:
    """By the hash of each edition that was changed after its day had come, the act that made it so, with the reason for
    which it was submitted."""
    reasons: dict[str, str] = {}
    made: dict[str, Act] = {}
    for act in all:
        if act.outcome == SUBMITTED:
            reasons[act.draft] = act.reason
        elif act.outcome in EFFECTIVE:
            whole = replace(act, reason=reasons.get(act.draft) or act.reason)
            made |= {change.sha256: whole for change in act.changes if change.amends and change.sha256}
    return made


def begun(all: Iterable[Act]) -> bool:
    """Whether anything was ever published."""
    return any(act.outcome in EFFECTIVE for act in all)


def _act(line: Line) -> Act:
    said = json.loads(line.body)
    source = said["source"]
    return Act(
        outcome=line.outcome,
        by=said["by"],
        authors=tuple(said["authors"]),
        reason=said["reason"],
        draft=said["draft"],
        revision=said["revision"],
        source=None if source is None else Source(**source),
        changes=tuple(_all(Change, said["changes"])),
        acknowledged=tuple(said["acknowledged"]),
        comments=tuple(_all(Comment, said["comments"])),
        warnings=tuple(_all(Warned, said.get("warnings", ()))),
        id=line.id,
        seq=line.seq,
        at=line.at,
    )


def _all(kind: Any, rows: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    return (kind(**row) for row in rows)
