"""The end of the log is kept in a file outside the database, so a log that was cut short while nothing ran is found."""

import json
import subprocess
import sys
from dataclasses import asdict

import pytest

from service.log import Misconfigured, kept
from tests.log.samples import entry, opened, tamper
from tests.running import running


@pytest.fixture
def file(tmp_path):
    return tmp_path / "head"


def cut(log):
    """Take the last line off, as the owner of the database can."""
    tamper(log, "DELETE FROM sealed WHERE seq = (SELECT max(seq) FROM log)",
           "DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)")  # fmt: skip


def verified(server):
    words = sys.executable, "-m", "service", "log", "verify", "--json"
    return subprocess.run(words, env=server.environment, capture_output=True, text=True, check=False)


def test_a_cut_end_is_found_at_the_start(log, file):
    log.append([entry(), entry()])
    kept.keep(log, file)
    kept.check(log, file)
    cut(log)
    with pytest.raises(Misconfigured, match="The log went back") as raised:
        kept.check(log, file)
    assert str(file) in raised.value.zh


def test_a_cut_end_stays_found_when_another_has_written_since(url, log, file):
    log.append([entry()])
    log.append([entry()])
    kept.keep(log, file)
    before = file.read_text()
    cut(log)
    kept.keep(log, file)  # a head further back is not kept
    other = opened(url)
    other.append([entry()])
    kept.keep(other, file)
    assert file.read_text() == before
    with pytest.raises(Misconfigured):
        kept.check(other, file)
    other.close()


def test_what_is_kept_is_an_anchor(log, file):
    log.append([entry()])
    kept.keep(log, file)
    log.append([entry()])
    kept.keep(log, file)
    assert json.loads(file.read_text()) == asdict(log.head())
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_line_that_nobody_signed_is_not_kept(log, file):
    log.append([entry()])
    kept.keep(log, file)
    before = file.read_text()
    log.append([entry()])
    tamper(log, "UPDATE log SET signed_from = 1 WHERE seq = (SELECT max(seq) FROM log)")
    kept.keep(log, file)
    assert file.read_text() == before


def said(seq, hash="ab" * 32):
    return json.dumps({"seq": seq, "hash": hash, "at": "2026-01-01T00:00:00+00:00"}).encode()


@pytest.mark.parametrize("content", [
    b"{", b"\xff\xfe", b"", b"\n", b"[" * 100_000, said(10**30), said(-1), said(1e400), said(1.5), said(True),
    said("1"), said(1, "ab"),
], ids=range(12))  # fmt: skip
def test_a_file_that_holds_no_head_is_told_by_its_name(log, file, content):
    file.write_bytes(content)
    for act in (kept.check, kept.keep):
        log.append([entry()])
        with pytest.raises(Misconfigured) as raised:
            act(log, file)
        assert str(file) in raised.value.en


def test_a_link_stays_one(log, file, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    file.symlink_to(elsewhere)
    for _ in range(2):
        log.append([entry()])
        kept.keep(log, file)
        assert file.is_symlink()
        assert json.loads(elsewhere.read_text()) == asdict(log.head())


def test_a_file_that_cannot_be_written_is_told_by_its_name(log, tmp_path):
    log.append([entry()])
    with pytest.raises(Misconfigured, match="cannot be read or written"):
        kept.keep(log, tmp_path / "nowhere" / "head")


def test_a_service_whose_log_was_cut_while_it_was_stopped_does_not_start(tmp_path, sqlite):
    file = tmp_path / "head"
    with running(tmp_path, database=sqlite, head_file=file) as server:
        server.call("GET", "/healthz")
        assert server.stop() == 0
        assert json.loads(file.read_text())["seq"] > 1
        assert verified(server).returncode == 0
        log = opened(sqlite)
        cut(log)
        log.close()
        again = server.begin(server.environment, server.log)
        assert again.wait(60) == 2
        assert f"日志倒退了：{file}" in server.log.read_text()
        found = verified(server)
        assert (found.returncode, "tail_missing" in found.stdout) == (1, True)
