"""Whatever lies in the policies folder: it is refused and told, and the next good change goes live."""

import os
import shutil
import threading
import time

import pytest

from service.policies import folder as looked_at
from service.policies import watching
from service.policies.live import Policies
from service.policies.sources import Sandbox
from tests.api.calling import DATE, PLAN, POLICIES


@pytest.fixture
def policies(tmp_path):
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES / PLAN, folder / PLAN)
    return folder


@pytest.fixture
def api(own, policies):
    return own(policies=policies, published_in="sandbox")


def edition(policies):
    return policies / PLAN / DATE


def ready(api):
    return api.nobody().get("/readyz").json["policies"]


def refused(api):
    api.reload()
    return [(one["file"], one["code"]) for one in ready(api)["rejected"]]


def goes_live(api, policies):
    """The next good change is taken up."""
    before = ready(api)["digest"]
    screening = edition(policies) / "screening.yaml"
    screening.write_text(screening.read_text("utf-8").replace("65 years", "67 years"), "utf-8")
    api.reload()
    assert ready(api)["rejected"] == []
    assert ready(api)["digest"] != before


@pytest.mark.parametrize("name", [b"\xff\xfe.yaml", "农户.yaml".encode("gbk")], ids=["bytes", "gbk"])
def test_a_name_that_is_not_utf8_is_refused(api, policies, name):
    file = os.path.join(os.fsencode(edition(policies)), name)  # noqa: PTH118 -- a Path has no bytes
    with open(file, "w") as made:  # noqa: PTH123
        made.write("a: 1")
    [(shown, code)] = refused(api)
    assert code == "file.name"
    assert "\\x" in shown
    assert [api.nobody().get(path).status_code for path in ("/metrics", "/")] == [200, 200]
    os.remove(file)  # noqa: PTH107
    goes_live(api, policies)


def test_a_file_that_cannot_be_read_is_told(api, policies, monkeypatch):
    file, read = edition(policies) / "usage.yaml", type(policies).read_bytes

    def denied(path):
        if path == file:
            raise PermissionError(13, "Permission denied")
        return read(path)

    with monkeypatch.context() as patch:
        patch.setattr(type(policies), "read_bytes", denied)
        os.utime(file, (1, 1))
        assert refused(api) == [(f"{PLAN}/{DATE}/usage.yaml", "file.unreadable")]
    goes_live(api, policies)


def test_a_folder_that_cannot_be_read_is_told(api, policies, monkeypatch):
    access = os.access
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda path, how: path != edition(policies) and access(path, how))
        os.utime(edition(policies) / "usage.yaml", (1, 1))
        assert refused(api) == [(f"{PLAN}/{DATE}", "file.unreadable")]
    goes_live(api, policies)


def test_a_big_file_is_refused_before_it_is_read(api, policies, monkeypatch):
    big = edition(policies) / "big.yaml"
    with big.open("wb") as made:
        made.truncate(2 << 20)
    monkeypatch.setattr("service.policies.live.stage", lambda *_: pytest.fail("copied"))
    assert refused(api) == [(f"{PLAN}/{DATE}/big.yaml", "file.too_big")]
    monkeypatch.undo()
    big.unlink()
    goes_live(api, policies)


def test_big_files_in_all_are_refused_too(api, policies, monkeypatch):
    monkeypatch.setattr(looked_at, "MOST_IN_ALL", 1000)
    os.utime(edition(policies) / "usage.yaml", (1, 1))
    assert refused(api) == [("", "folder.too_big")]


def test_a_folder_of_many_files_is_one_problem(api, policies, monkeypatch):
    monkeypatch.setattr(looked_at, "MOST_FILES", 20)
    for number in range(30):
        (edition(policies) / f"stray{number}.yaml").write_text("a: 1", "utf-8")
    assert refused(api) == [("", "folder.too_many")]


def test_of_many_problems_the_first_hundred_are_told_and_all_are_counted(api, policies):
    for number in range(150):
        (edition(policies) / f"stray{number}.yaml").write_text("a: 1", "utf-8")
    assert len(refused(api)) == 100
    assert ready(api)["rejected_count"] > 150


def test_a_copy_with_size_and_time_of_what_it_replaces_is_noticed(api, policies):
    screening = edition(policies) / "screening.yaml"
    before, status = ready(api)["digest"], screening.stat()
    copy = screening.with_name("copy")
    copy.write_text(screening.read_text("utf-8").replace("65 years", "67 years"), "utf-8")
    os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))
    copy.replace(screening)
    assert (screening.stat().st_size, screening.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    api.reload()
    assert ready(api)["digest"] != before


def test_a_decision_whose_file_is_gone_is_told(api, policies):
    (edition(policies) / "village_measures.yaml").unlink()
    api.reload()
    api.nobody().get("/readyz")
    told = [one for one in ready(api)["warnings"] if one["code"] == "decision_gone"]
    assert [one["file"] for one in told] == [f"{PLAN}/{DATE}/village_measures.yaml"]


def test_a_start_from_the_archive_says_so(own, policies):
    assert ready(own(policies=policies, published_in="sandbox"))["source"] == "folder"
    (edition(policies) / "screening.yaml").write_text("decision: [", "utf-8")
    api = own(policies=policies, published_in="sandbox")
    assert ready(api)["source"] == "archive"
    shutil.rmtree(policies)
    shutil.copytree(POLICIES / PLAN, policies / PLAN)
    goes_live(api, policies)
    assert ready(api)["source"] == "folder"


def watched(live, look, monkeypatch, until):
    """Has a folder watched, with `look` for the look, until that is so."""
    monkeypatch.setattr(live, "look", look)
    live.watch(0.001)
    end = time.monotonic() + 30
    while not until() and time.monotonic() < end:
        threading.Event().wait(0.001)
    live.close()
    assert until()


@pytest.mark.parametrize(("error", "restarts"), [(RuntimeError, 0), (SystemExit, 1), (KeyboardInterrupt, 1)])
def test_watching_goes_on_whatever_a_look_meets(policies, tmp_path, monkeypatch, error, restarts):
    """Where it ends the thread, another is started."""
    live = Policies(Sandbox(policies), tmp_path)
    live.watcher.looked, troubles = time.monotonic() - 100, []
    long_ago = live.watcher.looked

    def meets():
        troubles.append(live.watcher.trouble)
        if len(troubles) == 1:
            raise error

    watched(live, meets, monkeypatch, lambda: live.watcher.looked > long_ago)
    assert troubles[1] == error.__name__
    assert (live.watcher.trouble, live.watcher.restarts, live.watcher.watching) == ("", restarts, True)


def test_a_thread_that_only_dies_is_given_up_and_that_is_told(api, monkeypatch):
    live, looks = api.service.policies, []

    def dies():
        looks.append(1)
        raise SystemExit

    watched(live, dies, monkeypatch, lambda: not live.watcher.watching)
    assert len(looks) == watching.MOST + 1
    told = ready(api)["looked"]
    assert (told["watching"], told["restarts"], told["trouble"]) == (False, watching.MOST, "SystemExit")
    metrics = api.nobody().get("/metrics").text
    assert f"village_credit_policies_watch_restarts {float(watching.MOST)}" in metrics
