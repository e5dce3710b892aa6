"""Whatever people do at the desk in whatever order: nothing is published that its author approved, that was changed
since it was submitted, or that whoever approved it had no right to."""

import shutil
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from service.publishing import deciding, drafting
from service.publishing.checking import name_of
from service.publishing.desk import Doer
from service.publishing.refusals import Refused
from tests.log.deskwork import FIRST, PLAN, SOURCE, furnished
from tests.log.samples import Clock, opened

LOGINS = "editor", "approver", "second", "admin"
ROLES = "approver", "approver", "editor", "caller", "admin"
MAY_DRAFT, MAY_APPROVE = {"editor", "approver"}, {"approver"}
DAYS = tuple(date(2026, 12, 1) + timedelta(days=30 * number) for number in range(3))
AMOUNTS = "6 万元", "7 万元", "8 万元", "5 万元", "五万"  # the last is an error
MOST = 3  # drafts
who = st.sampled_from(LOGINS)
keys = st.sampled_from([False, False, True])
one = st.integers(0, MOST - 1)  # of the drafts there are


@dataclass
class Wrote:
    """What the test remembers of a draft, apart from the desk's own records."""

    authors: set = field(default_factory=set)
    waits: str = ""  # who submitted what is there now


class People(RuleBasedStateMachine):
    """Four people, some with a key, who do as they like."""

    template: Path

    @initialize()
    def open(self):
        self.folder = TemporaryDirectory(prefix="vc-desk-")
        url = f"sqlite:///{shutil.copy(self.template, Path(self.folder.name) / 'log.db')}"
        self.room = furnished(opened(url, Clock()))
        self.roles = {"editor": "editor", "approver": "approver", "admin": "admin", "second": "editor"}
        self.wrote = {}
        self.published = self.room.releases()

    def teardown(self):
        if hasattr(self, "room"):
            self.room.log.close()
            self.folder.cleanup()

    def chosen(self, which):
        return sorted(self.wrote)[which % len(self.wrote)]

    def doer(self, login, by_key=False):
        return Doer(self.room.by[login].person, by_key)

    def done(self, deed, *may):
        """Whether it was done; what is done without the right to is a fault."""
        try:
            deed()
        except Refused:
            return False
        assert all(may)
        return True

    @precondition(lambda self: len(self.wrote) < MOST)
    @rule(login=who, day=st.sampled_from(DAYS), amend=st.sampled_from([False, False, True]))
    def begin(self, login, day, amend):
        made = []
        if self.done(lambda: made.append(drafting.begin(self.room.desk, self.doer(login), PLAN, day, amend=amend)),
                     self.roles[login] in MAY_DRAFT):  # fmt: skip
            self.wrote[made[0].id] = Wrote({login})

    @precondition(lambda self: self.wrote)
    @rule(which=one, login=who, amount=st.sampled_from(AMOUNTS), by_key=keys)
    def save(self, which, login, amount, by_key):
        id = self.chosen(which)
        draft = self.room.desk.draft(id)
        limit = draft.saved.files["limit.yaml"]
        old = next(one for one in AMOUNTS if f"amount: {one}}}" in limit.split("id: top")[1].split("\n")[0])
        files = {**draft.saved.files, "limit.yaml": limit.replace(f"amount: {old}}}", f"amount: {amount}}}")}
        if self.done(lambda: drafting.save(self.room.desk, self.doer(login, by_key), id, draft.saved.number, files),
                     self.roles[login] in MAY_DRAFT) and old != amount:  # fmt: skip
            self.wrote[id].authors.add(login)
            self.wrote[id].waits = ""

    @precondition(lambda self: self.wrote)
    @rule(which=one, login=who, number=st.integers(1, 3))
    def undo(self, which, login, number):
        id = self.chosen(which)
        before = self.room.desk.draft(id).saved
        if self.done(lambda: drafting.undo(self.room.desk, self.doer(login), id, number, before.number),
                     self.roles[login] in MAY_DRAFT) and self.room.desk.draft(id).saved != before:  # fmt: skip
            self.wrote[id].authors.add(login)
            self.wrote[id].waits = ""

    @precondition(lambda self: self.wrote)
    @rule(which=one, login=who)
    def update(self, which, login):
        id = self.chosen(which)
        before = self.room.desk.draft(id).saved
        done = self.done(lambda: drafting.update(self.room.desk, self.doer(login), id), self.roles[login] in MAY_DRAFT)
        if done and self.room.desk.draft(id).saved != before:
            self.wrote[id].authors.add(login)
            self.wrote[id].waits = ""

    @precondition(lambda self: self.wrote)
    @rule(which=one, login=who, by_key=keys)
    def submit(self, which, login, by_key):
        id = self.chosen(which)
        number = self.room.desk.draft(id).saved.number
        if self.done(lambda: deciding.submit(self.room.desk, self.doer(login, by_key), id, number, "r", SOURCE),
                     self.roles[login] in MAY_DRAFT):  # fmt: skip
            self.wrote[id].waits = login

    @precondition(lambda self: self.wrote)
    @rule(which=one, login=who, by_key=keys)
    def approve(self, which, login, by_key):
        id = self.chosen(which)
        desk, wrote = self.room.desk, self.wrote[id]
        checked = desk.checked(desk.draft(id), desk.published())
        sha256, names = checked.sha256(desk.draft(id).edition), tuple(map(name_of, checked.warnings))
        if self.done(lambda: deciding.approve(desk, self.doer(login, by_key), id, sha256, names),
                     self.roles[login] in MAY_APPROVE, not by_key, login not in wrote.authors, login != wrote.waits,
                     wrote.waits, self.roles.get(wrote.waits) in MAY_DRAFT):  # fmt: skip
            wrote.waits = ""
            self.published = {**self.published, **{one.edition: one.sha256 for one in checked.changes}}

    @precondition(lambda self: self.wrote)
    @rule(which=one, logins=st.tuples(*[st.sampled_from(LOGINS[:3])] * 3), amount=st.sampled_from(AMOUNTS[:3]),
          last=st.sampled_from(["", "save", "key"]))  # fmt: skip
    def save_submit_and_approve(self, which, logins, amount, last):
        """By any three in a row, with a save between perhaps, or by a key: chance alone seldom comes so far."""
        self.save(which, logins[0], amount, by_key=False)
        self.submit(which, logins[1], by_key=False)
        if last == "save":
            self.save(which, logins[1], AMOUNTS[3], by_key=False)
        self.approve(which, "approver", by_key=last == "key")

    @precondition(lambda self: self.wrote)
    @rule(which=one, login=who, deed=st.sampled_from(["reject", "request_changes", "discard"]), by_key=keys)
    def send_back(self, which, login, deed, by_key):
        id = self.chosen(which)
        may = MAY_DRAFT if deed == "discard" else MAY_APPROVE
        if self.done(lambda: getattr(deciding, deed)(self.room.desk, self.doer(login, by_key), id, "r"),
                     self.roles[login] in may, deed == "discard" or not by_key):  # fmt: skip
            self.wrote[id].waits = ""

    @rule(login=who, number=st.integers(0, 3))
    def withdraw(self, login, number):
        name = sorted(self.published)[number % len(self.published)]
        if self.done(lambda: deciding.withdraw(self.room.desk, self.doer(login), name, "r"),
                     self.roles[login] in MAY_APPROVE, name > f"{PLAN}/{self.room.desk.today()}"):  # fmt: skip
            del self.published[name]

    @rule(login=st.sampled_from(LOGINS[:3]), role=st.sampled_from(ROLES))
    def change_role(self, login, role):
        self.room.people.change_role(self.room.people.by_login(login), role)
        self.roles[login] = role

    @rule(days=st.integers(1, 15))
    def wait(self, days):
        self.room.log.clock.forward(days * 86400)

    @invariant()
    def only_approved_content_is_published(self):
        if hasattr(self, "room"):
            assert self.room.releases() == self.published
            assert FIRST in self.published


@pytest.fixture
def machine(sqlite_template):
    return type("Machine", (People,), {"template": sqlite_template})


def test_no_path_publishes_what_nobody_else_has_seen(machine):
    run_state_machine_as_test(machine, settings=settings(
        max_examples=40, stateful_step_count=30, deadline=None, derandomize=True, database=None,
        suppress_health_check=[*HealthCheck], phases=[Phase.generate],  # to shrink a failure takes minutes
    ))  # fmt: skip
