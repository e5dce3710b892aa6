"""A run and its files: a mapping is obeyed, a file that changes is refused, and a run that was broken off goes on."""

import errno
import json
import shutil

import openpyxl
import pytest
import yaml

from service.county import running
from service.county.intake.lists import ListChecks
from tests.county.conftest import call, run
from tests.county.making import ON, county, households, parquet
from tests.editions import POLICIES


def test_look_finds_a_heading_and_writes_a_mapping_that_a_run_obeys(tmp_path):
    book = openpyxl.Workbook()
    for line in (["明细表"], ["村编码", "乡镇", "全村户数", "集体积分"], ["V1", "T1", 100, 80], ["合计", "", 100, ""]):
        book.active.append(line)
    book.save(tmp_path / "v.xlsx")
    words = ("--subject", "village", "--out", tmp_path / "m.yaml", "--policies", POLICIES, "--on", ON)
    said = call("look", tmp_path / "v.xlsx", *words, "--lang", "zh")
    assert "标题在第 2 行" in said
    mapping = yaml.safe_load((tmp_path / "m.yaml").read_text("utf-8"))
    (sheet,) = mapping["files"][0]["sheets"]
    assert sheet["columns"] == {"B": {"heading": "乡镇", "is": "township"}}
    assert "households" in (tmp_path / "m.yaml").read_text("utf-8")  # a guess, in a comment
    sheet["columns"] |= {"A": {"heading": "村编码", "is": "id"}, "C": {"heading": "全村户数", "is": "households"}}
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    words = ("--villages", tmp_path / "v.xlsx", "--mapping", tmp_path / "m.yaml", "--on", ON, "--json")
    manifest = json.loads(call("run", *words, "--out", tmp_path / "out"))
    assert manifest["counts"]["village"]["rows"] == 1
    assert manifest["checked"][0]["missing"].get("households", 0) == 0
    book.active["C2"] = "全村人数"
    book.save(tmp_path / "v.xlsx")
    assert "全村人数" in call("run", *words, "--out", tmp_path / "next", code=2)


def test_a_run_with_too_little_memory_is_told_and_goes_on_with_more(tmp_path):
    files = county(tmp_path / "in", 60, 3, 1)
    run(files, tmp_path / "whole")
    assert "1MB of memory is not enough" in run(files, tmp_path / "out", "--memory", "1MB", code=2)
    run(files, tmp_path / "out", "--memory", "500 MiB", "--threads", 1)
    for one in sorted((tmp_path / "whole").iterdir()):
        assert (tmp_path / "out" / one.name).read_bytes() == one.read_bytes(), one.name


@pytest.mark.parametrize("amount", ["lots", "-1GB", "0%", "101%", "4"])
def test_an_amount_of_memory_that_is_none_is_refused(amount, tmp_path):
    files = county(tmp_path / "in", 10, 1, 1)
    assert "50%, 8GB" in run(files, tmp_path / "out", "--memory", amount, code=2)


def test_a_file_changed_while_it_is_copied_is_refused(tmp_path, monkeypatch):
    files, copy = county(tmp_path / "in", 60, 3, 1), shutil.copyfile

    def torn(old, new):
        copy(old, new)
        if old == files["--county"]:
            new.write_bytes(new.read_bytes() + b" ")

    monkeypatch.setattr("service.county.run.asked.shutil.copyfile", torn)
    assert "county.parquet was changed while it was read" in run(files, tmp_path / "out", code=2)
    assert not (tmp_path / "out").exists()


def test_a_run_reads_what_it_hashed_though_its_files_change_and_change_back(tmp_path, monkeypatch):
    files = county(tmp_path / "in", 60, 3, 1)
    right = json.loads(run(files, tmp_path / "right"))
    path, bytes_ = files["--households"], files["--households"].read_bytes()
    look, report = ListChecks.look, running.write_report

    def changed(checks, source):
        parquet(path, households(45, 3, seed=9))
        return look(checks, source)

    def back(*words):
        path.write_bytes(bytes_)
        return report(*words)

    monkeypatch.setattr(ListChecks, "look", changed)
    monkeypatch.setattr(running, "write_report", back)
    found = json.loads(run(files, tmp_path / "out"))
    assert found["inputs"] == right["inputs"]
    assert found["files"] == right["files"]


def test_errors_name_the_file_that_was_given_and_not_the_copy(tmp_path):
    path = tmp_path / "v.csv"
    words = ("--villages", path, "--on", ON, "--out", tmp_path / "out", "--lang", "en")
    path.write_text('id,households\nV1,"1\n', encoding="utf-8")
    assert f"{path}: " in call("run", *words, code=2)
    path.write_text("id,households\nV1,1\n", encoding="utf-8")
    assigned = tmp_path / "a.csv"
    assigned.write_text("village,manager\nV1,\n", encoding="utf-8")
    assert f"{assigned}:2: " in call("run", *words, "--assigned", assigned, code=2)


@pytest.mark.parametrize("step", ["write_gaps", "write_workbook", "write_report"])
def test_a_run_that_was_broken_off_ends_in_the_same_bytes(step, tmp_path, monkeypatch):
    files = county(tmp_path / "in", 60, 3, 1)
    run(files, tmp_path / "whole")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(running, step, full)
        assert "The disk is full" in run(files, tmp_path / "out", code=2)
    run(files, tmp_path / "out")
    for one in sorted((tmp_path / "whole").iterdir()):
        assert (tmp_path / "out" / one.name).read_bytes() == one.read_bytes(), one.name
