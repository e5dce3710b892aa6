"""What stands on the desk: what is published now, the acts so far, and where each draft has got to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from rules.values.exact import read_date
from rules.values.text import Text
from service.days import day_of
from service.log import DecisionLog
from service.publishing.acts import (
    APPROVED,
    CHANGES_REQUESTED,
    DISCARDED,
    IMPORTED,
    OUTCOMES,
    PUBLISHING,
    REJECTED,
    SUBMITTED,
    WITHDRAWN,
    Act,
    Published,
    Release,
    acts,
    newest,
    published_by,
)
from service.publishing.checking import Checked, check
from service.publishing.contents import editions_of, live_now
from service.publishing.drafts import Base, Draft, Drafts
from service.publishing.kept import Checks
from service.publishing.refusals import NotAllowed, Refused, Unknown

DRAFT = "draft"  # the state of what nobody has acted on since it was saved; the others are the outcomes of acts
OPEN = DRAFT, SUBMITTED, CHANGES_REQUESTED
STATES = (*OPEN, APPROVED, REJECTED, WITHDRAWN, DISCARDED)
NAMED: Mapping[str, Text] = {  # as people read them
    DRAFT: Text("起草中", "being written"),
    SUBMITTED: Text("待审批", "waits for approval"),
    CHANGES_REQUESTED: Text("退回修改", "sent back for changes"),
    APPROVED: Text("已批准", "approved"),
    REJECTED: Text("已否决", "rejected"),
    WITHDRAWN: Text("已撤回", "withdrawn"),
    DISCARDED: Text("已放弃", "given up"),
}
Still = Callable[[Any], bool]


class Rights(Protocol):
    """Who may do what."""

    def may(self, person: str, permission: str, at: int | None = None) -> bool:
        """Whether a person has a permission: now, or as of a line of the log."""
        ...

    def accounts(self, person: str) -> frozenset[str]:
        """All ids that the human has whose id this is, itself among them."""
        ...

    def unchanged(self) -> Still:
        """Asks a cursor whether nobody's role has changed since, nor who is one human with whom."""
        ...


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something: the id of a person, at a browser or through a key."""

    person: str
    by_key: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What everything done at the desk needs."""

    log: DecisionLog
    rights: Rights
    zone: ZoneInfo
    checks: Checks = field(default_factory=Checks)
    in_folder: bool = False  # whether a folder is the truth, and not the database

    @property
    def drafts(self) -> Drafts:
        return Drafts(self.log)

    def today(self) -> date:
        """The day it is where the policies are in force, wherever whoever looks may be."""
        return day_of(self.log.clock(), self.zone)

    def moment(self, at: datetime | None) -> str:
        """A time as everybody at the desk is shown it, wherever they are; empty where there is none."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}" if at else ""

    def same_day(self) -> Still:
        """Asks whether it is still the day that it is now: an edition is not taken back as its day comes."""
        day = self.today()
        return lambda cursor: self.today() == day

    def draft(self, id: str) -> Draft:
        if (found := self.drafts.get(id)) is None:
            raise Unknown(f"没有草稿 {id}。", f"There is no draft {id}.")
        return found

    def unacted(self) -> Still:
        """Asks a cursor whether nobody has acted since."""
        return self.log.unchanged(newest(self.log), PUBLISHING, *OUTCOMES)

    def files(self, published: Published) -> Mapping[str, str]:
        """Everything that is published, by path."""
        return editions_of(self.log, {name: one.sha256 for name, one in published.releases.items()})

    def own_files(self, published: Published, edition: str) -> Mapping[str, str]:
        """The files of a published edition without those it extends, by name."""
        found = editions_of(self.log, {edition: published.releases[edition].sha256})
        return {path.rpartition("/")[2]: text for path, text in found.items()}

    def looked_at(self, draft: Draft, published: Published) -> Checked:
        """The check of a draft to be shown: as it was made of the same content, where that is kept."""
        return self.checks.of(self.files(published), draft.edition, draft.saved.files, self.today())

    def checked(self, draft: Draft, published: Published) -> Checked:
        """The check of a draft to be acted on: made now."""
        return self.tried(draft, published, draft.saved.files)

    def tried(self, draft: Draft, published: Published, files: Mapping[str, str]) -> Checked:
        """The check of a draft, were these its files: as somebody types."""
        return check(self.files(published), draft.edition, files, self.today())

    def seen(self) -> tuple[Act, ...]:
        return acts(self.log)

    def published(self) -> Published:
        return self.published_after(self.seen())

    def published_after(self, acts: tuple[Act, ...]) -> Published:
        """What a draft is held against: what acts have published; where a folder is the truth, what that has live."""
        found = published_by(acts)
        if not self.in_folder:
            return found
        live = live_now(self.log).items()
        changed = {name: sha256 for name, sha256 in live if name not in found.releases
                   or found.releases[name].sha256 != sha256}  # fmt: skip
        laid = {name: Release(name, sha256, Act(outcome=IMPORTED, by="")) for name, sha256 in changed.items()}
        return replace(found, releases=dict(sorted({**found.releases, **laid}.items())))


def base_of(published: Published, plan: str, day: date) -> Base:
    """What a draft for a day amends, where there is an edition of that day, or follows: the last before it."""
    names = {read_date(name.rpartition("/")[2]): name for name in published.releases if name.startswith(f"{plan}/")}
    before = max((one for one in names if one is not None and one <= day), default=None)
    if before is None:
        return Base("", "")
    return Base(names[before], published.releases[names[before]].sha256)


def outdated(draft: Draft, published: Published) -> bool:
    """Whether the edition that a draft changes or follows is not, or not any more, what it was begun from."""
    day = read_date(draft.day)
    return day is None or base_of(published, draft.plan, day) != draft.saved.base


def last_act(draft: Draft, acts: Iterable[Act]) -> Act | None:
    """What was done last about a draft, or the edition made of it."""
    return next((one for one in reversed([*acts]) if one.draft == draft.id), None)


def state_of(draft: Draft, last: Act | None) -> str:
    """Where a draft has got to: what was saved since it was submitted, or sent back, is a draft again."""
    if last is None or (last.outcome in OPEN and last.revision != draft.saved.number):
        return DRAFT
    return last.outcome


def must_be(desk: Desk, draft: Draft, acts: Iterable[Act], states: tuple[str, ...]) -> Act | None:
    """The last act about a draft; Refused where its state is another, with who did what and when."""
    last = last_act(draft, acts)
    state = state_of(draft, last)
    if state in states:
        return last
    by, at = (last.by, last.at) if last is not None else ("", None)
    when = (f"（{by}，{desk.moment(at)}）", f" ({by}, {desk.moment(at)})") if at and state != DRAFT else ("", "")
    wanted = Text("、".join(NAMED[one].zh for one in states), ", ".join(NAMED[one].en for one in states))
    raise Refused(
        f"草稿 {draft.id} 现在的状态是“{NAMED[state].zh}”{when[0]}，只有这些状态才能这样办：{wanted.zh}。",
        f"The draft {draft.id} is in the state “{NAMED[state].en}” now{when[1]}; this is done only in: {wanted.en}.",
    )


def must_have(desk: Desk, who: Doer, permission: str, *, in_person: bool = False) -> None:
    """NotAllowed for whoever lacks a permission, and for a key where a person has to act."""
    if in_person and who.by_key:
        raise NotAllowed("审批要由本人登录后办理，密钥不行。", "A person signs in to do this: a key cannot.")
    if not desk.rights.may(who.person, permission):
        raise NotAllowed(f"{who.person} 没有权限 {permission}。", f"{who.person} lacks the permission {permission}.")


def moved_on(draft: Draft, number: int) -> Refused:
    """Why nothing is done with a revision that is not the last."""
    return Refused(
        f"草稿已有第 {draft.saved.number} 稿，不是第 {number} 稿：请看过之后再办。",
        f"The draft is at revision {draft.saved.number}, not {number}: look at it first.",
    )


def must_be_at(draft: Draft, number: int | None) -> None:
    """Refused where a draft is at another revision than whoever acts has seen; None where they name none."""
    if number is not None and draft.saved.number != number:
        raise moved_on(draft, number)


def all_of(*asked: Still) -> Still:
    """Asks a cursor all of these."""
    return lambda cursor: all(still(cursor) for still in asked)
