"""What is published is what the acts add up to, and of two acts at once one is written."""

import threading

import pytest

from rules.building.loader import digest_of
from service.log import Altered, Overtaken
from service.log.tables import log as log_table
from service.publishing import (
    APPROVED,
    DISCARDED,
    IMPORTED,
    SUBMITTED,
    WITHDRAWN,
    Act,
    Change,
    Comment,
    Source,
    acts,
    decide,
    edition,
    editions_of,
    newest,
    publish,
    published,
)
from tests.log.samples import opened

NAME = "aa-county/2026-05-01"


def content(tmp_path, text, name=NAME):
    """The files of an edition, and their hash."""
    root = tmp_path / text
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "plan.yaml").write_bytes(f"plan: {text}\r\n".encode())
    return {f"{name}/plan.yaml": f"plan: {text}\r\n"}, digest_of(folder, root)


@pytest.fixture
def first(tmp_path):
    return content(tmp_path, "first")


@pytest.fixture
def second(tmp_path):
    return content(tmp_path, "second")


def imported(log, content, after=0, **more):
    files, sha256 = content
    return publish(
        log, Act(outcome=IMPORTED, by="root", changes=(Change(NAME, sha256),), **more), {sha256: files}, after
    )


def approval(old, new, **more):
    return Act(outcome=APPROVED, by="person-b", authors=("person-a",), reason="县政府文件", draft="d-1",
               source=Source("通知", "0" * 64), changes=(Change(NAME, new[1], old[1], amends=True),),
               acknowledged=("ends plan.yaml",), comments=(Comment("plan.yaml", 1, "好"),), **more)  # fmt: skip


def test_nothing_is_published_at_first(log):
    assert published(log).releases == {}
    assert (published(log).seq, newest(log)) == (0, 0)


def test_an_act_is_read_as_it_was_written(log, first, second):
    imported(log, first)
    act = approval(first, second)
    done = publish(log, act, {second[1]: second[0]}, newest(log))
    assert acts(log)[-1] == done
    assert (done.body(), done.outcome, done.at) == (act.body(), APPROVED, log.get(done.id).at)
    assert log.get(done.id).caller == "person-b"


def test_an_amendment_is_remembered_with_the_edition(log, first, second):
    imported(log, first)
    assert published(log).releases[NAME].amended is None
    done = publish(log, approval(first, second), {second[1]: second[0]}, newest(log))
    release = published(log).releases[NAME]
    assert (release.sha256, release.act, release.amended) == (second[1], done, done)
    assert editions_of(log, {NAME: release.sha256}) == second[0]


def test_what_is_submitted_or_discarded_publishes_nothing(log, first):
    for outcome in (SUBMITTED, DISCARDED):
        act = Act(outcome=outcome, by="person-a", draft="d-1", changes=(Change(NAME, first[1]),))
        publish(log, act, {first[1]: first[0]}, newest(log))
    assert published(log).releases == {}
    assert published(log).seq == newest(log) > 0


def test_what_is_withdrawn_is_not_published_any_more(log, first):
    imported(log, first)
    act = Act(outcome=WITHDRAWN, by="person-b", draft="d-1", changes=(Change(NAME, "", first[1]),))
    publish(log, act, {}, newest(log))
    assert published(log).releases == {}


def test_of_two_who_saw_the_same_one_acts(url, log, first, second):
    imported(log, first)
    after = newest(log)
    other = opened(url, log.clock)
    publish(log, approval(first, second), {second[1]: second[0]}, after)
    with pytest.raises(Overtaken):
        imported(other, first, after)
    other.close()
    assert [one.outcome for one in acts(log)] == [IMPORTED, APPROVED]


def test_the_same_act_sent_twice_is_one(log, first):
    assert imported(log, first) == imported(log, first)
    assert len(acts(log)) == 1


def test_who_is_overtaken_decides_anew(log, first):
    """Four act at once: one approves, the others see that before they act."""
    imported(log, first)
    began = threading.Barrier(4)

    def work(number):
        began.wait()

        def choose(seen):
            if any(one.outcome == APPROVED for one in seen):
                return Act(outcome=DISCARDED, by=f"person-{number}", draft=str(number)), {}
            return Act(outcome=APPROVED, by=f"person-{number}", draft=str(number)), {}

        decide(log, choose)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.outcome for one in acts(log)) == sorted([IMPORTED, APPROVED, *[DISCARDED] * 3])


def test_files_of_another_hash_are_not_published(log, first, second):
    act = Act(outcome=IMPORTED, by="root", changes=(Change(NAME, first[1]),))
    for files in ({first[1]: second[0]}, {}):
        with pytest.raises(ValueError, match=first[1]):
            publish(log, act, files, 0)
    assert acts(log) == ()


def test_an_archive_that_was_altered_before_is_not_published(log, first):
    log.keep_edition(first[1], *NAME.split("/"), {f"{NAME}/plan.yaml": "plan: other\n"})
    with pytest.raises(Altered):
        imported(log, first)
    assert acts(log) == ()


def test_a_file_that_leads_out_of_the_folder_is_not_taken(log, first):
    files = {**first[0], "../../etc/x.yaml": "x"}
    with pytest.raises(ValueError, match=NAME):
        imported(log, (files, first[1]))
    assert edition(log, first[1]) is None


def test_a_line_that_nobody_signed_is_no_act(log, first):
    """Whoever writes to the database publishes nothing; and those who may, still can."""
    imported(log, first)
    names = [one.name for one in log_table.columns]
    forged = ", ".join({"seq": "seq + 1", "id": "'x'"}.get(one, one) for one in names)
    with log.database.alone() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO log ({', '.join(names)}) SELECT {forged} FROM log WHERE kind = 'publishing'"  # noqa: S608
        )
    assert len(acts(log)) == 1
