"""People at the desk of a small published plan, before a log on either database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rules.building.loader import digest_of
from service.people import People
from service.publishing import IMPORTED, Act, Change, Source, published
from service.publishing.acts import newest, publish
from service.publishing.checking import name_of
from service.publishing.contents import files_of
from service.publishing.deciding import approve, submit
from service.publishing.desk import Desk, Doer
from service.publishing.drafting import begin, save
from service.publishing.refusals import Unacknowledged
from tests.log.samples import opened

BASE = Path(__file__).parents[1] / "policy"
PLAN, FIRST = "base", "base/2026-05-01"
NEXT = date(2027, 1, 1)
NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)
SOURCE = Source("县政府办公室通知〔2026〕9号", "ab" * 32)
SHANGHAI = ZoneInfo("Asia/Shanghai")
OLD, NEW = "amount: 5 万元", "amount: 6 万元"


@dataclass
class Room:
    """A desk, with somebody in each role."""

    desk: Desk
    people: People
    by: dict[str, Doer]

    @property
    def log(self):
        return self.desk.log

    def at(self, now):
        self.log.clock.now = now

    def person(self, login, role):
        found = self.people.add(login, login, role)
        self.by[login] = Doer(found.id)
        return self.by[login]

    def __getattr__(self, name):
        return self.by[name]

    def draft(self, day=NEXT, old=OLD, new=NEW, who=None, **more):
        """A draft in which one figure is another."""
        who = who or self.editor
        draft = begin(self.desk, who, PLAN, day, **more)
        return save(self.desk, who, draft.id, 1, changed(draft.saved.files, old, new)).draft

    def submitted(self, who=None, **more):
        draft = self.draft(who=who, **more)
        return self.submit(draft, who)

    def submit(self, draft, who=None):
        return submit(self.desk, who or self.editor, draft.id, draft.saved.number, "提高额度", SOURCE)[0]

    def approve(self, act, who=None, **more):
        """Approve what was submitted, with all warnings seen."""
        [sha256] = [one.sha256 for one in act.changes if one.edition == self.desk.draft(act.draft).edition]
        try:
            return approve(self.desk, who or self.approver, act.draft, sha256, **more)
        except Unacknowledged as error:
            seen = tuple(map(name_of, error.warnings))
            return approve(self.desk, who or self.approver, act.draft, sha256, seen, **more)

    def releases(self):
        return {name: one.sha256 for name, one in published(self.log).releases.items()}


def changed(files, old=OLD, new=NEW):
    return {name: text.replace(old, new) for name, text in files.items()}


def imported(log, root, name, after=None):
    """Publish an edition of a folder, as the first start of a service does."""
    sha256 = digest_of(root / name, root)
    act = Act(outcome=IMPORTED, by="root", changes=(Change(name, sha256),))
    return publish(log, act, {sha256: files_of(root, name)}, newest(log) if after is None else after)


def furnished(log):
    """A desk before a log in which the plan is published already."""
    log.clock.now = NOW
    people = People(log)
    room = Room(Desk(log, people, SHANGHAI), people, {})
    for role in ("editor", "approver", "admin"):
        room.person(role, role)
    room.person("second", "editor")
    imported(log, BASE, FIRST)
    return room


def elsewhere(room, url):
    """The same desk from another process: nothing in memory is shared."""
    log = opened(url, room.log.clock)
    people = People(log)
    return replace(room, desk=Desk(log, people, SHANGHAI), people=people)
