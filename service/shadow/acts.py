"""A draft is put in shadow, and taken out of it: each a signed line of the log, with who, until when and why.

A shadow judges the content that it was begun with, whatever becomes of the draft, so that what it counts is of one
content. It ends by itself: after its last day, and where the draft is rejected, given up or withdrawn.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from rules.values.exact import read_date
from service.exact_json import dumps
from service.log import Altered, DecisionLog, Entry, Line, new_id
from service.publishing import APPROVED, DISCARDED, REJECTED, WITHDRAWN, Act
from service.publishing.contents import take_in
from service.publishing.desk import OPEN, Desk, Doer, must_be, must_have
from service.publishing.refusals import NotClean, Refused

SHADOW = "shadow"  # a kind of lines, and what came of it:
STARTED, ENDED = "shadow_started", "shadow_ended"
OUTCOMES = STARTED, ENDED
OVER = REJECTED, DISCARDED, WITHDRAWN  # acts about a draft after which nobody wants to know
SAID = "draft", "revision", "edition", "sha256", "beside"
LONGEST = timedelta(days=92)
AT_ONCE = 3  # each judges every request of its plan once more


@dataclass(frozen=True, slots=True)
class Shadow:
    """The content `sha256` of a draft, judging `beside` the edition `plan/day` that the draft follows or amends, up to
    the day `until`, that day in it. `ended_by` is empty where nobody has ended it."""

    id: str
    draft: str
    revision: int
    edition: str
    sha256: str
    beside: str
    by: str
    at: datetime
    seq: int
    until: date
    reason: str
    ended_by: str = ""
    ended_at: datetime | None = None

    @property
    def plan(self) -> str:
        return self.edition.partition("/")[0]

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "draft": self.draft, "revision": self.revision, "edition": self.edition,
                "sha256": self.sha256, "beside": self.beside, "by": self.by, "at": self.at.isoformat(),
                "until": self.until.isoformat(), "reason": self.reason, "ended_by": self.ended_by or None,
                "ended_at": self.ended_at and self.ended_at.isoformat()}  # fmt: skip


def start(desk: Desk, who: Doer, id: str, until: date, reason: str) -> Shadow:
    """Put a draft in shadow as it is saved now. Refused where it cannot judge, or enough others do."""
    must_have(desk, who, "shadow", in_person=True)
    seen, newest = shadows(desk.log), desk.log.newest(SHADOW, *OUTCOMES)
    draft, acts = desk.draft(id), desk.seen()
    must_be(desk, draft, acts, (*OPEN, APPROVED))
    today = desk.today()
    if not today <= until <= today + LONGEST:
        raise Refused(f"最后一天要在今天（{today}）到 {today + LONGEST} 之间。",
                      f"The last day is from today ({today}) to {today + LONGEST}.")  # fmt: skip
    on = lasting(seen, acts, today)
    if any(one.draft == id for one in on):
        raise Refused("这份草稿正在影子运行：请先结束它。", "This draft is in shadow already: end that first.")
    if len(on) >= AT_ONCE:
        raise Refused(f"同时最多 {AT_ONCE} 份草稿影子运行。", f"At most {AT_ONCE} drafts are in shadow at once.")
    checked = desk.checked(draft, desk.published())
    if checked.errors:
        raise NotClean(checked.errors)
    sha256, beside = checked.sha256(draft.edition), draft.saved.base.edition
    if not (sha256 and beside):
        raise Refused("草稿与已发布的一样，或没有可对照的版本。",
                      "The draft says what is published, or there is no edition to hold it against.")  # fmt: skip
    take_in(desk.log, draft.edition, sha256, checked.files[sha256])
    said = {"draft": id, "revision": draft.saved.number, "edition": draft.edition, "sha256": sha256, "beside": beside,
            "until": until.isoformat(), "reason": reason}  # fmt: skip
    return _there(desk.log, _say(desk, who, STARTED, said, newest))


def end(desk: Desk, who: Doer, id: str, reason: str) -> Shadow:
    """Take a draft out of shadow; Refused where it is in none."""
    must_have(desk, who, "shadow", in_person=True)
    seen, newest = shadows(desk.log), desk.log.newest(SHADOW, *OUTCOMES)
    on = next((one for one in lasting(seen, desk.seen(), desk.today()) if one.draft == id), None)
    if on is None:
        raise Refused("这份草稿没有在影子运行。", "This draft is not in shadow.")
    _say(desk, who, ENDED, {"draft": id, "shadow": on.id, "reason": reason}, newest)
    return _there(desk.log, on.id)


def shadows(log: DecisionLog) -> tuple[Shadow, ...]:
    """All there were, the first begun first."""
    found: dict[str, Shadow] = {}
    for line in log.believed(SHADOW, *OUTCOMES):
        said = json.loads(line.body)
        if line.outcome == STARTED:
            found[line.id] = _begun(line, said)
        elif (one := found.get(said["shadow"])) is not None and not one.ended_by:
            found[one.id] = replace(one, ended_by=line.caller, ended_at=line.at)
    return tuple(found.values())


def lasting(all: Iterable[Shadow], acts: Sequence[Act], today: date) -> tuple[Shadow, ...]:
    """Those that judge today."""
    over = {act.draft: act.seq for act in acts if act.outcome in OVER and act.draft}
    return tuple(one for one in all if not one.ended_by and one.until >= today and over.get(one.draft, 0) < one.seq)


def last_of(all: Iterable[Shadow], draft: str) -> Shadow | None:
    """The last that a draft was put in."""
    return next((one for one in reversed([*all]) if one.draft == draft), None)


def _begun(line: Line, said: Mapping[str, Any]) -> Shadow:
    until = read_date(said["until"])
    assert until is not None  # as it was written
    draft, revision, edition, sha256, beside = (said[name] for name in SAID)
    return Shadow(line.id, draft, revision, edition, sha256, beside, line.caller, line.at, line.seq, until,
                  said["reason"])  # fmt: skip


def _say(desk: Desk, who: Doer, outcome: str, said: Mapping[str, Any], newest: int) -> str:
    """Write a line, unless another was written since."""
    log, id = desk.log, new_id(desk.log.clock())
    entry = Entry(id, SHADOW, who.person, "", "", "", "", "", outcome, "", dumps(dict(said)))
    roles, first = desk.rights.unchanged(), log.unchanged(newest, SHADOW, *OUTCOMES)
    log.append([entry], still=lambda cursor: roles(cursor) and first(cursor))
    return id


def _there(log: DecisionLog, id: str) -> Shadow:
    found = next((one for one in shadows(log) if one.id == id), None)
    if found is None:
        raise Altered(id)
    return found
