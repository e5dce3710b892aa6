"""Comments on the lines of a draft: where they stand after an edit, who settles them, and that they are signed."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.log import LogUnavailable, verify
from service.publishing.acts import Comment
from service.publishing.comments import At, comment, line_now, reply, resolve, threads
from service.publishing.deciding import discard, request_changes
from service.publishing.desk import SUBMITTED, last_act, state_of
from service.publishing.drafting import save
from service.publishing.refusals import Misplaced, NotAllowed, Refused, Unknown
from tests.log.deskwork import NEW, changed, elsewhere, furnished
from tests.log.samples import tamper

FILE = "limit.yaml"


@pytest.fixture
def room(log):
    return furnished(log)


def line_of(draft, text=NEW, file=FILE):
    return next(at for at, one in enumerate(draft.saved.files[file].splitlines(), 1) if text in one)


def commented(room, draft, who=None, text="依据在哪？", **more):
    at = At(draft.saved.number, FILE, line_of(draft), **more)
    return comment(room.desk, who or room.approver, draft.id, at, text)


def the_thread(room, draft):
    [found] = threads(room.desk, room.desk.draft(draft.id))
    return found


def edited(room, draft, old, new):
    files = changed(draft.saved.files, old, new)
    return save(room.desk, room.editor, draft.id, draft.saved.number, files).draft


def test_a_comment_stands_at_its_line_with_the_text_of_then(room):
    draft = room.draft()
    said = commented(room, draft)
    found = the_thread(room, draft)
    assert (found.comment, found.line, found.resolved) == (said, line_of(draft), None)
    assert NEW in found.quoted
    assert verify(room.log).intact


def test_it_goes_with_its_line_and_says_when_that_was_changed(room):
    draft = room.draft()
    commented(room, draft)
    first = draft.saved.files[FILE].splitlines(keepends=True)[0]
    draft = edited(room, draft, first, f"# 说明\n{first}")
    assert the_thread(room, draft).line == line_of(draft)
    draft = edited(room, draft, NEW, "amount: 7 万元")
    found = the_thread(room, draft)
    assert found.line is None
    assert NEW in found.quoted


def test_it_goes_with_a_line_that_is_moved(room):
    draft = room.draft()
    text = draft.saved.files[FILE]
    line = text.splitlines(keepends=True)[line_of(draft) - 1]
    for moved in (line + text.replace(line, ""), text.replace(line, "") + line):
        assert moved.splitlines()[line_now(text, moved, line_of(draft)) - 1] == line.rstrip()
    twice = text.replace(line, "") + line + line  # which of them?
    assert line_now(text, twice, line_of(draft)) is None


def test_a_comment_is_settled_once(room):
    draft = room.draft()
    said = commented(room, draft)
    resolve(room.desk, room.approver, draft.id, said.id, "好")
    with pytest.raises(Refused, match=room.approver.person):
        resolve(room.desk, room.person("li.si", "approver"), draft.id, said.id, "也好")
    reply(room.desk, room.editor, draft.id, said.id, "补充")
    resolve(room.desk, room.approver, draft.id, said.id, "好")


def test_what_acknowledges_a_warning_names_one_of_that_line(room):
    draft = room.draft()
    with pytest.raises(Misplaced) as told:
        commented(room, draft, warning="no_such")
    assert told.value.field == "warning"
    assert threads(room.desk, draft) == ()


def test_it_takes_nothing_back_from_whoever_approves(room):
    submitted = room.submitted()
    commented(room, room.desk.draft(submitted.draft))
    draft = room.desk.draft(submitted.draft)
    assert state_of(draft, last_act(draft, room.desk.seen())) == SUBMITTED
    room.approve(submitted)


def test_it_is_answered_resolved_and_open_again_when_more_is_said(room):
    draft = room.draft()
    said = commented(room, draft)
    reply(room.desk, room.editor, draft.id, said.id, "见通知第三条")
    resolve(room.desk, room.approver, draft.id, said.id, "好")
    found = the_thread(room, draft)
    assert [one.text for one in found.answers] == ["见通知第三条", "好"]
    assert found.resolved.by == room.approver.person
    reply(room.desk, room.editor, draft.id, said.id, "补充")
    assert the_thread(room, draft).resolved is None


def test_an_author_does_not_settle_what_another_said_of_his_text(room):
    draft = room.draft()
    said = commented(room, draft)
    with pytest.raises(NotAllowed):
        resolve(room.desk, room.editor, draft.id, said.id)
    writes = room.person("writes", "approver")
    save(room.desk, writes, draft.id, 2, changed(draft.saved.files, NEW, "amount: 8 万元"))
    with pytest.raises(NotAllowed):
        resolve(room.desk, writes, draft.id, said.id)
    own = comment(room.desk, room.editor, draft.id, At(2, FILE, 1), "请看")
    assert resolve(room.desk, room.editor, draft.id, own.id).about == own.id


def test_what_was_asked_for_when_it_was_sent_back_is_answered_too(room):
    submitted = room.submitted()
    draft = room.desk.draft(submitted.draft)
    asked = Comment(FILE, line_of(draft), "写错了")
    act = request_changes(room.desk, room.approver, draft.id, "见意见", (asked,))
    found = the_thread(room, draft)
    assert (found.comment.id, found.comment.by, found.line) == (f"{act.id}-1", room.approver.person, asked.line)
    assert NEW in found.quoted
    reply(room.desk, room.editor, draft.id, found.comment.id, "已改")
    assert [one.text for one in the_thread(room, draft).answers] == ["已改"]


@pytest.mark.parametrize(("at", "field"), [
    (At(9, FILE, 1), "revision"), (At(2, "none.yaml", 1), "file"), (At(2, FILE, 0), "line"),
    (At(2, FILE, 10**6), "line"),
])  # fmt: skip
def test_a_place_that_is_not_there_is_named(room, at, field):
    with pytest.raises(Misplaced) as told:
        comment(room.desk, room.approver, room.draft().id, at, "?")
    assert told.value.field == field


def test_nothing_is_said_of_what_is_over_or_of_no_comment(room):
    draft = room.draft()
    said = commented(room, draft)
    with pytest.raises(Unknown):
        reply(room.desk, room.editor, draft.id, "0" * 32, "?")
    discard(room.desk, room.editor, draft.id, "不用了")
    with pytest.raises(Refused):
        commented(room, draft)
    with pytest.raises(Refused):
        reply(room.desk, room.editor, draft.id, said.id, "?")


def test_whoever_may_not_draft_says_nothing(room):
    draft = room.draft()
    with pytest.raises(NotAllowed):
        commented(room, draft, room.person("auditor", "auditor"))


def test_a_comment_that_is_taken_out_of_the_log_is_missed(room, url):
    draft = room.draft()
    said = commented(room, draft)
    commented(room, draft, text="再看一处")
    tamper(room.log, f"DELETE FROM log WHERE seq = {said.seq}")  # noqa: S608
    other = elsewhere(room, url)
    with closing(other.log), pytest.raises(LogUnavailable, match="Lines of the log are missing"):
        threads(other.desk, draft)


LINES = st.lists(st.sampled_from("abcd"), max_size=8)


@given(LINES, LINES)
def test_a_line_that_still_stands_has_its_own_text(before, after):
    texts = ["".join(f"{one}\n" for one in lines) for lines in (before, after)]
    places = [line_now(*texts, at) for at in range(1, len(before) + 1)]
    assert [after[at - 1] for at in places if at] == [one for one, at in zip(before, places, strict=True) if at]
    assert len({at for at in places if at}) == sum(at is not None for at in places)
    assert line_now(texts[0], texts[0], len(before)) == (len(before) or None)
    assert line_now(*texts, 0) is None
    assert line_now(*texts, len(before) + 1) is None
