"""Drafts: begun, saved, merged, taken back; and nothing of them is lost."""

import random
import zlib
from datetime import date

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update as change

from service.log import Spoiled
from service.log.tables import drafts, revisions
from service.publishing.deciding import discard
from service.publishing.desk import Doer, outdated
from service.publishing.drafting import begin, earlier, faults_of, revision, save, undo, update
from service.publishing.merging import edits, merge
from service.publishing.refusals import NotAllowed, Refused, Touching, Unknown
from tests.log.deskwork import FIRST, NEW, NEXT, OLD, PLAN, changed, furnished


@pytest.fixture
def room(log):
    return furnished(log)


def test_a_draft_begins_from_the_edition_before_its_day(room):
    draft = begin(room.desk, room.editor, PLAN, NEXT)
    old = room.desk.own_files(room.desk.published(), FIRST)
    assert {name for name in old if old[name] != draft.saved.files[name]} == {"plan.yaml"}
    assert draft.saved.files["plan.yaml"] == old["plan.yaml"].replace("2026-05-01", "2027-01-01")
    assert (draft.saved.base.edition, draft.amends, draft.authors) == (FIRST, False, (room.editor.person,))
    assert room.desk.draft(draft.id) == draft
    assert room.desk.drafts.listed().drafts == (draft,)


def test_an_amendment_begins_from_the_edition_itself(room):
    draft = begin(room.desk, room.editor, PLAN, date(2026, 5, 1), amend=True)
    assert draft.amends
    assert draft.saved.files == room.desk.own_files(room.desk.published(), FIRST)


@pytest.mark.parametrize(("plan", "day", "amend"), [
    (PLAN, date(2026, 5, 1), False), (PLAN, NEXT, True), (PLAN, date(2026, 1, 1), False), ("other", NEXT, False),
    ("../etc", NEXT, False),
])  # fmt: skip
def test_what_cannot_be_begun_is_refused(room, plan, day, amend):
    with pytest.raises(Refused):
        begin(room.desk, room.editor, plan, day, amend=amend)
    assert room.desk.drafts.listed().drafts == ()


def test_whoever_lacks_the_right_drafts_nothing(room):
    draft = begin(room.desk, room.editor, PLAN, NEXT)
    for who in (room.admin, Doer("person-of-no-log"), Doer("")):
        with pytest.raises(NotAllowed):
            begin(room.desk, who, PLAN, NEXT)
        with pytest.raises(NotAllowed):
            save(room.desk, who, draft.id, 1, changed(draft.saved.files))
    assert room.desk.drafts.listed().drafts == (draft,)


def test_two_who_change_other_lines_both_keep_their_change(room):
    draft = begin(room.desk, room.editor, PLAN, NEXT)
    save(room.desk, room.second, draft.id, 1, changed(draft.saved.files, "amount: 1 万元", "amount: 2 万元"))
    done = save(room.desk, room.editor, draft.id, 1, changed(draft.saved.files, "试验方案", "试行方案"))
    assert done.merged
    assert done.draft.saved.number == 3
    assert "amount: 2 万元" in done.draft.saved.files["limit.yaml"]
    assert "试行方案" in done.draft.saved.files["plan.yaml"]
    assert done.draft.authors == (room.editor.person, room.second.person)


def test_two_who_change_the_same_line_are_told_both_texts(room):
    draft = begin(room.desk, room.editor, PLAN, NEXT)
    save(room.desk, room.second, draft.id, 1, changed(draft.saved.files, OLD, "amount: 7 万元"))
    with pytest.raises(Touching) as told:
        save(room.desk, room.editor, draft.id, 1, changed(draft.saved.files, OLD, NEW))
    [conflict] = told.value.conflicts
    assert (conflict.file, OLD in conflict.before, NEW in conflict.yours) == ("limit.yaml", True, True)
    assert "amount: 7 万元" in conflict.theirs
    assert room.desk.draft(draft.id).saved.number == 2


def test_what_is_there_already_is_not_saved_again(room):
    draft = begin(room.desk, room.editor, PLAN, NEXT)
    assert save(room.desk, room.second, draft.id, 1, draft.saved.files).draft == draft


def test_undo_says_what_else_it_takes_back(room):
    draft = room.draft()
    save(room.desk, room.second, draft.id, 2, changed(draft.saved.files, "试验方案", "试行方案"))
    done = undo(room.desk, room.editor, draft.id, 1, 3)
    assert [(one.number, one.by) for one in done.takes_back] == [(2, room.editor.person), (3, room.second.person)]
    assert done.draft.saved.files == revision(room.desk, draft.id, 1).files
    assert done.draft.saved.number == 4
    again = undo(room.desk, room.editor, draft.id, 3, 4).draft
    assert again.saved.files == revision(room.desk, draft.id, 3).files


def test_undo_brings_back_all_that_an_edit_took_away_and_takes_away_all_that_it_brought(room):
    """Files that came, went and changed, and the edition that an update had the draft follow."""
    first = begin(room.desk, room.editor, PLAN, NEXT).id
    files = room.desk.draft(first).saved.files
    left = {name: text for name, text in files.items() if name != "limit.yaml"}
    save(room.desk, room.editor, first, 1, {**left, "added.yaml": "x: 1\n", "plan.yaml": files["plan.yaml"] + "# y\n"})
    assert undo(room.desk, room.editor, first, 1, 2).draft.saved.files == files
    room.approve(room.submitted(day=date(2026, 12, 15)))
    base = room.desk.draft(first).saved.base
    updated = update(room.desk, room.editor, first).draft.saved
    assert updated.base != base
    back = undo(room.desk, room.editor, first, 3, 4).draft.saved
    assert (back.base, back.files) == (base, files)  # it is out of date again, and says so
    assert outdated(room.desk.draft(first), room.desk.published())


def test_undo_of_what_one_has_not_seen_is_refused(room):
    draft = room.draft()
    with pytest.raises(Refused):
        undo(room.desk, room.editor, draft.id, 1, 1)
    with pytest.raises(Unknown):
        undo(room.desk, room.editor, draft.id, 9, 2)


def test_a_draft_of_an_edition_that_was_replaced_takes_the_change_in(room):
    draft = room.draft(old="试验方案", new="试行方案")
    room.approve(room.submitted(day=date(2026, 12, 15)))
    assert outdated(room.desk.draft(draft.id), room.desk.published())
    with pytest.raises(Refused, match="up to date"):
        room.submit(draft)
    done = update(room.desk, room.editor, draft.id)
    assert done.merged
    assert done.draft.saved.base.edition == "base/2026-12-15"
    assert NEW in done.draft.saved.files["limit.yaml"]
    assert "试行方案" in done.draft.saved.files["plan.yaml"]
    assert "from: 2027-01-01" in done.draft.saved.files["plan.yaml"]
    room.submit(done.draft)


def test_what_was_published_once_can_be_drafted_again(room):
    first = room.releases()[FIRST]
    room.approve(room.submitted())
    draft = begin(room.desk, room.editor, PLAN, date(2027, 2, 1), earlier(room.desk, first[:12])[1])
    assert OLD in draft.saved.files["limit.yaml"]
    assert draft.saved.base.edition == "base/2027-01-01"
    assert "from: 2027-02-01" in draft.saved.files["plan.yaml"]
    with pytest.raises(Unknown):
        earlier(room.desk, "ffffffff")
    with pytest.raises(Unknown):
        earlier(room.desk, "")


def test_a_draft_that_was_given_up_takes_no_save(room):
    draft = room.draft()
    discard(room.desk, room.second, draft.id, "不办了")
    with pytest.raises(Refused, match="given up"):
        save(room.desk, room.editor, draft.id, 2, changed(draft.saved.files, NEW, OLD))


@pytest.mark.parametrize("name", ["../x.yaml", "a/b.yaml", "plan.yml", ".yaml", "计划.yaml", "plan.yaml\n", ""])
def test_a_name_that_leads_elsewhere_is_told(name):
    assert [*faults_of({name: "x"})] == [name]


@pytest.mark.parametrize("packed", [
    zlib.compress(orjson.dumps({"../../../../../tmp/written.yaml": "x"})), zlib.compress(orjson.dumps({"..": "x"})),
    zlib.compress(orjson.dumps({"a.yaml": 1})), zlib.compress(orjson.dumps(["a"])), zlib.compress(b"{"), b"no zlib",
], ids=["out", "up", "number", "list", "cut", "unpacked"])  # fmt: skip
def test_rows_that_no_save_has_written_are_not_used(room, packed):
    """Whoever writes to the database has no file written elsewhere, and nothing of ours fails for it unnamed."""
    draft = room.draft()
    room.log.database.change(change(revisions).values(files=packed))
    for look in (lambda: room.desk.draft(draft.id), lambda: revision(room.desk, draft.id, 1)):
        with pytest.raises(Spoiled, match=draft.id):
            look()
    assert room.desk.drafts.listed() == ((), (draft.id,))


SAID = [{"files": zlib.compress(orjson.dumps({"plan.yaml": "x"}))}, {"by_person": "person-of-no-log"}, {"at": 1},
        {"base_sha256": "0" * 64}, {"base": "base/2026-01-01"}, {"signature": ""}, {"signature": "zz"},
        {"signature": "00" * 64}]  # fmt: skip


@pytest.mark.parametrize("said", SAID, ids=lambda said: " ".join(map(str, said)))
@pytest.mark.parametrize("number", [1, 2])
def test_a_save_that_was_altered_is_not_used_and_the_other_drafts_are(room, said, number):
    """Who wrote it least of all: he could then approve it."""
    draft, other = room.draft(), begin(room.desk, room.editor, PLAN, date(2027, 2, 1))
    which = (revisions.c.draft == draft.id) & (revisions.c.revision == number)
    room.log.database.change(change(revisions).values(said).where(which))
    with pytest.raises(Spoiled, match=draft.id):
        revision(room.desk, draft.id, 1)
    if number == 2 or "by_person" in said:
        assert room.desk.drafts.listed() == ((other,), (draft.id,))
        with pytest.raises(Spoiled, match=draft.id):
            room.submit(draft)
    else:
        assert room.desk.draft(draft.id) == draft


def test_a_save_of_another_draft_is_none_of_this_one(room):
    one, other = room.draft(), begin(room.desk, room.editor, PLAN, date(2027, 2, 1))
    [row] = room.log.database.read(
        lambda connection: connection.execute(revisions.select().where(revisions.c.draft == other.id)).mappings().all()
    )
    room.log.database.change(revisions.insert().values({**row, "draft": one.id, "revision": 3}))
    assert room.desk.drafts.listed() == ((other,), (one.id,))


@pytest.mark.parametrize("place", [{"plan": "../../x"}, {"plan": ".."}, {"plan": ""}, {"day": "../x"}, {"day": "soon"}])
def test_a_draft_of_no_plan_or_day_is_not_used(room, place):
    draft = room.draft()
    room.log.database.change(change(drafts).values(place))
    with pytest.raises(Spoiled, match=draft.id):
        room.desk.draft(draft.id)


def test_what_is_no_text_is_told():
    assert [*faults_of({"a.yaml": "\0", "b.yaml": "\ud800", "c.yaml": "好", "d.yaml": "x" * 1_000_001})] == [
        "a.yaml", "b.yaml", "d.yaml"]  # fmt: skip
    assert [*faults_of({})] == [""]


# --- merging

lines = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "d"]), max_size=12)


@given(lines, lines)
def test_edits_make_one_text_of_another(before, after):
    text, at = [], 0
    for one in edits(before, after):
        text += [*before[at : one.first], *one.lines]
        at = one.last
    assert [*text, *before[at:]] == after


@given(lines, lines, lines)
def test_a_merge_does_not_ask_who_was_first(before, yours, theirs):
    files = [{"f": "".join(one)} for one in (before, yours, theirs)]
    one, conflicts = merge(*files)
    other, turned = merge(files[0], files[2], files[1])
    assert bool(conflicts) == bool(turned)
    if not conflicts:
        assert one == other


@given(lines, lines)
def test_what_one_side_alone_changed_is_taken(before, after):
    old, new = {"f": "".join(before)}, {"f": "".join(after)}
    assert merge(old, new, old) == (new, ())
    assert merge(old, old, new) == (new, ())
    assert merge(old, new, new) == (new, ())


def test_changes_far_apart_are_both_kept():
    """Of two hundred lines each side changes some that the other leaves alone, with one between at least."""
    chance = random.Random(5)
    for _ in range(50):
        before = [f"line {number}\n" for number in range(200)]
        yours, theirs, both = list(before), list(before), list(before)
        for number in chance.sample(range(0, 200, 2), 20):
            side = chance.choice((yours, theirs))
            side[number] = both[number] = f"changed {number}\n"
        merged, conflicts = merge(*({"f": "".join(one)} for one in (before, yours, theirs)))
        assert conflicts == ()
        assert merged == {"f": "".join(both)}


@pytest.mark.parametrize(("before", "yours", "theirs", "merged", "number"), [
    ({"a": "1"}, {}, {"a": "1"}, {}, 0),
    ({"a": "1"}, {}, {"a": "2"}, {"a": "2"}, 1),
    ({}, {"a": "1"}, {"a": "2"}, {"a": "2"}, 1),
    ({}, {"a": "1"}, {"b": "2"}, {"a": "1", "b": "2"}, 0),
    ({"a": "1"}, {"b": "1"}, {"a": "1", "c": "3"}, {"b": "1", "c": "3"}, 0),
])  # fmt: skip
def test_whole_files_come_and_go(before, yours, theirs, merged, number):
    found, conflicts = merge(before, yours, theirs)
    assert (found, len(conflicts)) == (merged, number)
