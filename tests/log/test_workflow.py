"""From a draft to what is published: by two persons, of the content that both have seen, on its own day."""

import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from service.log import LogUnavailable, verify
from service.publishing import APPROVED, SUBMITTED, WITHDRAWN, Comment, acts
from service.publishing.checking import name_of
from service.publishing.deciding import approve, discard, reject, request_changes, withdraw
from service.publishing.desk import CHANGES_REQUESTED, DRAFT, REJECTED, Doer, last_act, state_of
from service.publishing.drafting import begin, save, update
from service.publishing.refusals import NotAllowed, NotClean, Refused, Unacknowledged
from tests.log.deskwork import FIRST, NEW, NEXT, OLD, PLAN, SOURCE, changed, elsewhere, furnished
from tests.log.samples import opened, tamper

SECOND = "base/2027-01-01"
CHILD = """\
plan: child
title: {zh: 子方案, en: Child}
issuer: {zh: 试验, en: Trial}
effective: {from: 2027-02-01}
extends: {plan: base, edition: 2026-05-01}
"""


@pytest.fixture
def room(log):
    return furnished(log)


def state(room, id):
    draft = room.desk.draft(id)
    return state_of(draft, last_act(draft, room.desk.seen()))


def outcomes(room):
    return [one.outcome for one in acts(room.log)]


def test_a_draft_is_published_by_another_person_and_every_state_is_a_signed_line(room):
    draft = room.draft()
    assert state(room, draft.id) == DRAFT
    submitted = room.submit(draft)
    assert state(room, draft.id) == SUBMITTED
    assert room.releases().keys() == {FIRST}
    done = room.approve(submitted, reason="同意")
    assert state(room, draft.id) == APPROVED
    assert room.releases()[SECOND] == submitted.changes[0].sha256
    assert (done.by, done.authors, done.source, done.draft) == (
        room.approver.person, (room.editor.person,), SOURCE, draft.id)  # fmt: skip
    assert outcomes(room)[-2:] == [SUBMITTED, APPROVED]
    assert verify(room.log).intact


def test_it_takes_force_on_its_day_where_the_policies_are_in_force(room):
    """The day of Shanghai, eight hours before that of the server's clock and whatever the viewer's is."""
    room.approve(room.submitted())
    room.at(datetime(2026, 12, 31, 15, 59, tzinfo=UTC))
    act = withdraw(room.desk, room.approver, SECOND, "推迟")
    assert act.outcome == WITHDRAWN
    room.approve(room.submitted())
    room.at(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    with pytest.raises(Refused, match="has come"):
        withdraw(room.desk, room.approver, SECOND, "推迟")


# --- who wrote it approves it


def test_the_author_approves_nothing_of_his_whatever_his_role(room):
    for act in (room.submitted(), room.submit(room.draft(day=date(2028, 1, 1)), room.second)):  # whoever submitted it
        for role in ("editor", "admin", "auditor", "analyst", "approver"):
            room.people.change_role(room.people.by_login("editor"), role)
            with pytest.raises(NotAllowed, match="wrote part" if role == "approver" else None):
                room.approve(act, room.editor)
    assert outcomes(room)[-1] == SUBMITTED


def test_an_administrator_approves_nothing(room):
    with pytest.raises(NotAllowed):
        room.approve(room.submitted(), room.admin)


def test_a_key_approves_nothing_though_its_person_may(room):
    act = room.submitted()
    key = Doer(room.approver.person, by_key=True)
    [sha256] = [one.sha256 for one in act.changes]
    for deed in (
        lambda: approve(room.desk, key, act.draft, sha256),
        lambda: reject(room.desk, key, act.draft, "不行"),
        lambda: request_changes(room.desk, key, act.draft, "改"),
        lambda: withdraw(room.desk, key, FIRST, "撤"),
    ):
        with pytest.raises(NotAllowed, match="key"):
            deed()


def test_what_a_key_wrote_its_person_wrote(room):
    draft = room.draft(who=Doer(room.approver.person, by_key=True))
    act = room.submit(draft, room.second)
    with pytest.raises(NotAllowed, match="wrote part"):
        room.approve(act, room.approver)


def test_whoever_edits_a_line_of_what_waits_is_an_author_and_takes_it_back(room):
    act = room.submitted()
    files = room.desk.draft(act.draft).saved.files
    save(room.desk, room.approver, act.draft, 2, changed(files, NEW, "amount: 9 万元"))
    assert state(room, act.draft) == DRAFT
    with pytest.raises(Refused, match="“being written” now"):
        room.approve(act, room.person("third", "approver"))
    again = room.submit(room.desk.draft(act.draft))
    with pytest.raises(NotAllowed, match="wrote part"):
        room.approve(again, room.approver)
    room.approve(again, room.third)


def test_an_edit_that_is_taken_back_takes_the_submission_back_too(room):
    act = room.submitted()
    files = room.desk.draft(act.draft).saved.files
    save(room.desk, room.approver, act.draft, 2, changed(files, NEW, OLD))
    save(room.desk, room.approver, act.draft, 3, files)
    with pytest.raises(Refused, match="“being written” now"):
        room.approve(act, room.person("third", "approver"))


def test_whoever_submits_what_another_wrote_does_not_approve_it(room):
    draft = room.draft()
    act = room.submit(draft, room.approver)
    with pytest.raises(NotAllowed, match="You submitted"):
        room.approve(act, room.approver)


# --- what is approved


def test_only_the_content_that_was_seen_is_approved(room):
    act = room.submitted()
    for sha256 in ("", "0" * 64, room.releases()[FIRST]):
        with pytest.raises(Refused, match="have seen"):
            approve(room.desk, room.approver, act.draft, sha256)
    assert outcomes(room)[-1] == SUBMITTED


def test_warnings_are_acknowledged_one_by_one(room):
    room.at(datetime(2027, 3, 1, tzinfo=UTC))  # the day has come while it waited
    act = room.submitted()
    with pytest.raises(Unacknowledged) as told:
        approve(room.desk, room.approver, act.draft, act.changes[0].sha256, ("warning.other x",))
    names = [name_of(one) for one in told.value.warnings]
    assert "warning.back_dated base/2027-01-01/plan.yaml:4 effective.from" in names
    done = approve(room.desk, room.approver, act.draft, act.changes[0].sha256, tuple(names))
    assert done.acknowledged == tuple(names)
    assert [name_of(one.problem) for one in done.warnings] == [*names]
    assert [one.zh for one in done.warnings] == [one.zh for one in told.value.warnings]  # in words, for good


def test_what_has_an_error_or_says_nothing_new_is_not_submitted(room):
    with pytest.raises(NotClean) as told:
        room.submitted(old=OLD, new="amount: 五万")
    assert [one.mark.file for one in told.value.problems] == ["base/2027-01-01/limit.yaml"]
    same = begin(room.desk, room.editor, PLAN, date(2026, 5, 1), amend=True)
    with pytest.raises(Refused, match="nothing to publish"):
        room.submit(same)


@pytest.mark.parametrize(("day", "amend"), [(NEXT, False), (date(2026, 5, 1), True)])
def test_files_without_the_head_of_the_plan_are_an_error(room, day, amend):
    draft = begin(room.desk, room.editor, PLAN, day, amend=amend)
    files = {name: text for name, text in draft.saved.files.items() if name != "plan.yaml"}
    draft = save(room.desk, room.editor, draft.id, 1, files).draft
    with pytest.raises(NotClean) as told:
        room.submit(draft)
    assert "edition.no_file" in [one.code for one in told.value.problems]


def test_a_day_that_is_written_otherwise_in_the_file_is_an_error(room):
    with pytest.raises(NotClean):
        room.submitted(old="from: 2027-01-01", new="from: 2027-01-02")


def test_a_file_that_is_renamed_or_a_reading_that_changes_is_in_the_hash(room):
    first = begin(room.desk, room.editor, PLAN, NEXT)
    hashes = {room.desk.checked(first, room.desk.published()).sha256(SECOND)}
    for name, text in first.saved.files.items():
        other = save(room.desk, room.editor, first.id, room.desk.draft(first.id).saved.number,
                     {**first.saved.files, name: f"{text}# \n"}).draft  # fmt: skip
        hashes.add(room.desk.checked(other, room.desk.published()).sha256(SECOND))
    renamed = {("limit_.yaml" if name == "limit.yaml" else name): text for name, text in first.saved.files.items()}
    other = save(room.desk, room.editor, first.id, room.desk.draft(first.id).saved.number, renamed).draft
    hashes.add(room.desk.checked(other, room.desk.published()).sha256(SECOND))
    assert len(hashes) == 2 + len(first.saved.files)


# --- two accounts of one human


def one_human(room, *logins):
    for login in logins:
        room.people.set_number(room.people.by_login(login), "1023")


@pytest.mark.parametrize("who", ["editor", "approver"])
def test_the_second_account_of_whoever_wrote_it_does_not_approve_it(room, who):
    room.people.change_role(room.people.by_login("second"), "approver")
    act = room.submitted(room.by[who])
    one_human(room, who, "second")
    with pytest.raises(NotAllowed, match="Another account of yours"):
        approve(room.desk, room.second, act.draft, act.changes[0].sha256)
    assert not [one for one in room.desk.seen() if one.outcome == "approved"]


def test_an_account_that_was_ended_is_still_of_the_same_human(room):
    act = room.submitted()
    one_human(room, "editor", "approver")
    room.people.end(room.people.by_login("editor"))
    with pytest.raises(NotAllowed, match="Another account of yours"):
        room.approve(act)
    room.people.set_number(room.people.by_id(room.editor.person), "")  # also after its end
    with pytest.raises(Refused, match="draft no longer"):
        room.approve(act)


def test_accounts_of_different_numbers_or_of_none_are_of_different_humans(room):
    act = room.submitted()
    room.people.set_number(room.people.by_login("editor"), "1023")
    room.people.set_number(room.people.by_login("approver"), "1024")
    assert room.people.accounts(room.second.person) == {room.second.person}
    assert room.approve(act).outcome == "approved"


def test_a_number_that_is_set_while_the_act_is_written_stops_it(room, monkeypatch):
    act = room.submitted()
    seen, told = room.desk.drafts.unchanged, []

    def late(self, draft):
        if not told:
            told.append(one_human(room, "editor", "approver"))
        return seen(draft)

    monkeypatch.setattr("service.publishing.drafts.Drafts.unchanged", late)
    with pytest.raises(NotAllowed, match="Another account of yours"):
        room.approve(act)


# --- what changes meanwhile


def test_the_authors_right_that_was_taken_away_meanwhile_stops_it(room):
    act = room.submitted()
    room.people.change_role(room.people.by_login("editor"), "caller")
    with pytest.raises(Refused, match="draft no longer"):
        room.approve(act)
    room.people.change_role(room.people.by_login("editor"), "editor")
    room.approve(act)


def test_somebody_who_may_answers_for_the_lines_of_one_who_may_no_longer(room):
    act = room.submitted()
    room.people.end(room.people.by_login("editor"))
    with pytest.raises(Refused, match="draft no longer"):
        room.approve(act)
    request_changes(room.desk, room.approver, act.draft, "请重新提交")
    room.approve(room.submit(room.desk.draft(act.draft), room.second))


def test_a_right_that_goes_while_the_act_is_written_stops_it(room, monkeypatch):
    """Between the look at the roles and the line in the log another process takes the role away."""
    act = room.submitted()
    seen = room.desk.drafts.unchanged
    taken = []

    def late(self, draft):
        if not taken:
            taken.append(room.people.change_role(room.people.by_login("approver"), "caller"))
        return seen(draft)

    monkeypatch.setattr("service.publishing.drafts.Drafts.unchanged", late)
    with pytest.raises(NotAllowed):
        room.approve(act)
    assert outcomes(room)[-1] == SUBMITTED


def test_a_line_that_is_saved_while_the_approval_is_written_stops_it(room, monkeypatch):
    act = room.submitted()
    files = room.desk.draft(act.draft).saved.files
    checked, saved = type(room.desk).checked, []

    def slow(self, draft, published):
        found = checked(self, draft, published)
        if not saved:
            saved.append(1)
            save(room.desk, room.second, act.draft, 2, changed(files, NEW, "amount: 9 万元"))
        return found

    monkeypatch.setattr(type(room.desk), "checked", slow)
    with pytest.raises(Refused, match="“being written” now"):
        room.approve(act)
    assert outcomes(room)[-1] == SUBMITTED


def test_a_day_that_comes_while_the_withdrawal_is_written_stops_it(room, monkeypatch):
    """Another host may decide by the edition already."""
    room.approve(room.submitted())
    room.at(datetime(2026, 12, 31, 15, 59, tzinfo=UTC))  # a minute before midnight in Shanghai
    begun = room.log.append

    def midnight(*said, **more):
        room.at(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
        return begun(*said, **more)

    monkeypatch.setattr(room.log, "append", midnight)
    with pytest.raises(Refused, match="has come"):
        withdraw(room.desk, room.approver, SECOND, "撤")
    assert SECOND in room.releases()


def test_a_base_that_was_replaced_meanwhile_stops_it(room):
    act = room.submitted()
    room.approve(room.submitted(day=date(2026, 12, 15)))
    with pytest.raises(Refused, match="up to date"):
        room.approve(act)
    done = update(room.desk, room.editor, act.draft)
    room.approve(room.submit(done.draft))


def test_a_parent_that_changes_under_a_child_is_submitted_with_it_and_stops_what_waits(room):
    child = begin(room.desk, room.editor, "child", date(2027, 2, 1), {"plan.yaml": CHILD})
    waiting = room.submit(child)
    parent = room.draft(day=date(2026, 5, 1), amend=True)
    room.approve(room.submit(parent))
    with pytest.raises(Refused, match="not what was submitted"):
        room.approve(waiting)
    request_changes(room.desk, room.approver, child.id, "所沿用的变了")
    again = room.submit(room.desk.draft(child.id))
    room.approve(again)
    heirs = room.submit(room.draft(day=date(2026, 5, 1), amend=True, old=NEW, new="amount: 8 万元"))
    assert [one.edition for one in heirs.changes] == [FIRST, "child/2027-02-01"]
    done = room.approve(heirs)
    assert [(one.edition, one.amends) for one in done.changes] == [(FIRST, True), ("child/2027-02-01", False)]
    assert room.releases() == {one.edition: one.sha256 for one in done.changes}


def test_an_heir_that_was_published_meanwhile_has_to_be_submitted_with_its_parent(room):
    """Whoever approves would see less than is changed."""
    waiting = room.submitted(day=date(2026, 5, 1), amend=True)
    room.approve(room.submit(begin(room.desk, room.editor, "child", date(2027, 2, 1), {"plan.yaml": CHILD})))
    with pytest.raises(Refused, match="not what was submitted"):
        room.approve(waiting)


def test_an_edition_that_others_extend_is_not_withdrawn(room):
    room.approve(room.submitted())
    child = {"plan.yaml": CHILD.replace("edition: 2026-05-01", "edition: 2027-01-01")}
    room.approve(room.submit(begin(room.desk, room.editor, "child", date(2027, 2, 1), child)))
    with pytest.raises(Refused, match=r"“Child” \(from 2027-02-01\): extends “Trial plan” \(from 2027-01-01\)"):
        withdraw(room.desk, room.approver, SECOND, "撤")


def test_a_withdrawal_tells_what_it_leaves_behind(room):
    """The edition before ends the day before: without the next there is a gap, told before it opens."""
    room.approve(
        room.submitted(day=date(2026, 12, 1), old="{from: 2026-12-01}", new="{from: 2026-12-01, to: 2026-12-31}")
    )
    room.approve(room.submitted(old=OLD, new=NEW))
    with pytest.raises(Unacknowledged) as told:
        withdraw(room.desk, room.approver, SECOND, "撤")
    assert [one.code for one in told.value.warnings] == ["warning.ends"]
    withdraw(room.desk, room.approver, SECOND, "撤", tuple(map(name_of, told.value.warnings)))
    assert SECOND not in room.releases()


@pytest.mark.parametrize("harm", ["DELETE FROM log", "UPDATE log SET plan = 'x'", "UPDATE log SET outcome = 'seen'"])
def test_a_withdrawal_that_is_taken_out_of_the_log_brings_nothing_back(room, harm):
    """Each act has a signature of its own, and so says nothing of another that is gone."""
    room.approve(room.submitted())
    act = withdraw(room.desk, room.approver, SECOND, "撤")
    waiting = room.submitted(old="试验方案", new="试行方案")
    tamper(room.log, f"{harm} WHERE seq = {act.seq}")
    with pytest.raises(LogUnavailable, match="Lines of the log are missing"):
        room.desk.published()
    with pytest.raises(LogUnavailable, match="Lines of the log are missing"):
        room.approve(waiting)


def test_a_start_finds_a_withdrawal_gone(room, url):
    room.approve(room.submitted())
    act = withdraw(room.desk, room.approver, SECOND, "撤")
    room.submitted(old="试验方案", new="试行方案")
    tamper(room.log, f"DELETE FROM log WHERE seq = {act.seq}")  # noqa: S608
    with (
        closing(opened(url, room.log.clock)) as log,
        pytest.raises(LogUnavailable, match="Lines of the log are missing"),
    ):
        acts(log)


def test_the_last_edition_of_all_stays(log, monkeypatch):
    """Without one nothing could be decided, and no host could start."""
    monkeypatch.setattr("tests.log.deskwork.NOW", datetime(2026, 3, 1, 4, tzinfo=UTC))  # before the day of the only one
    room = furnished(log)
    with pytest.raises(Refused, match="only edition"):
        withdraw(room.desk, room.approver, FIRST, "撤", ("warning.ends",))
    assert room.releases().keys() == {FIRST}


# --- sent back


def test_changes_are_requested_with_comments_by_line(room):
    act = room.submitted()
    comment = Comment("limit.yaml", 14, "依据哪一条？")
    request_changes(room.desk, room.approver, act.draft, "请补依据", (comment,))
    assert state(room, act.draft) == CHANGES_REQUESTED
    assert acts(room.log)[-1].comments == (comment,)
    draft = room.desk.draft(act.draft)
    save(room.desk, room.editor, draft.id, 2, changed(draft.saved.files, "试验方案", "试行方案"))
    assert state(room, act.draft) == DRAFT


def test_what_was_rejected_or_published_or_given_up_stays_so(room):
    rejected, published, gone = room.submitted(), room.submitted(day=date(2027, 2, 1)), room.draft()
    reject(room.desk, room.approver, rejected.draft, "不合规定")
    assert state(room, rejected.draft) == REJECTED
    room.approve(published)
    discard(room.desk, room.second, gone.id)
    before = outcomes(room)
    for draft in map(room.desk.draft, (rejected.draft, published.draft, gone.id)):
        for deed in (
            lambda draft=draft: discard(room.desk, room.editor, draft.id),
            lambda draft=draft: reject(room.desk, room.approver, draft.id, "再拒"),
            lambda draft=draft: room.submit(draft),
            lambda draft=draft: approve(room.desk, room.approver, draft.id, "0" * 64),
            lambda draft=draft: save(room.desk, room.editor, draft.id, draft.saved.number, {"plan.yaml": "x"}),
        ):
            with pytest.raises(Refused):
                deed()
    assert outcomes(room) == before


# --- at once


def at_once(*deeds):
    """What came of each, done at the same time."""
    begun, found = threading.Barrier(len(deeds)), {}

    def run(number, deed):
        begun.wait()
        try:
            found[number] = deed()
        except Refused as error:
            found[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return [found[number] for number in range(len(deeds))]


def test_of_two_who_approve_at_once_one_does_and_the_other_is_told_who_and_when(room, url):
    third = room.person("third", "approver")
    act, other = room.submitted(), elsewhere(room, url)
    done = at_once(lambda: room.approve(act), lambda: other.approve(act, third))
    other.log.close()
    assert outcomes(room).count(APPROVED) == 1
    [refused] = [one for one in done if isinstance(one, Refused)]
    [approved] = [one for one in done if not isinstance(one, Refused)]
    assert approved.by in refused.en
    assert "2026-11-30 12:00)" in refused.en  # in Shanghai, as every page of the desk shows it


def test_of_approving_and_rejecting_at_once_one_is_done(room, url):
    third = room.person("third", "approver")
    act, other = room.submitted(), elsewhere(room, url)
    done = at_once(lambda: room.approve(act), lambda: reject(other.desk, third, act.draft, "不行"))
    other.log.close()
    assert len([one for one in done if isinstance(one, Refused)]) == 1
    assert len(outcomes(room)) == 3


def test_many_who_save_at_once_lose_nothing(room, url):
    draft = begin(room.desk, room.editor, PLAN, NEXT)
    other = elsewhere(room, url)
    texts = [f"# line {number}\n" for number in range(6)]
    files = dict(draft.saved.files)

    def add(at, who, number):
        return lambda: save(at, who, draft.id, 1, {**files, f"note_{number}.yaml": texts[number]})

    done = at_once(*(add((room, other)[number % 2].desk, room.editor, number) for number in range(6)))
    other.log.close()
    assert [one for one in done if isinstance(one, Refused)] == []
    saved = room.desk.draft(draft.id).saved
    assert saved.number == 7
    assert {name for name in saved.files if name.startswith("note")} == {f"note_{number}.yaml" for number in range(6)}


def test_whoever_submits_or_approves_has_the_content_checked_now(room):
    """What was kept to be shown may be of before: nobody acts on it."""

    class Kept:
        def of(self, *asked):
            raise AssertionError

    room.desk = replace(room.desk, checks=Kept())
    assert room.approve(room.submitted()).outcome == APPROVED
