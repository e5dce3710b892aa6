import fcntl
import json
import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.commands.main import cli
from tests.county.making import ON, county, options
from tests.editions import POLICIES, read_once


def call(*words, code=0):
    """Run a command; what it prints."""
    if words[0] in ("run", "explain", "simulate", "template") and "--policies" not in words:
        words = (*words, "--policies", POLICIES)
    result = CliRunner().invoke(cli, ["county", *map(str, words)])
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def run(files, out, *more, code=0):
    return call("run", *options(files), "--on", ON, "--out", out, "--lang", "en", "--json", *more, code=code)


@pytest.fixture(autouse=True)
def shipped_read_once(monkeypatch):
    monkeypatch.setattr("service.commands.common.read_store", read_once)


@contextmanager
def shared(tmp_path_factory):
    """A folder of all processes of this session, of which one at a time is let in."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "county"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@pytest.fixture(scope="package")
def files(tmp_path_factory):
    with shared(tmp_path_factory) as folder:
        if not (folder / "options.json").exists():
            made = county(folder / "in")
            (folder / "options.json").write_text(json.dumps({name: str(path) for name, path in made.items()}), "utf-8")
        return {name: Path(path) for name, path in json.loads((folder / "options.json").read_text("utf-8")).items()}


@pytest.fixture(scope="package")
def out(files, tmp_path_factory):
    """A run of the files, made by the process that comes first: no test may write into it."""
    with shared(tmp_path_factory) as folder:
        if not (folder / "out.json").exists():
            (folder / "out.json").write_text(run(files, folder / "out"), encoding="utf-8")
        return folder / "out"


@pytest.fixture(scope="package")
def manifest(out):
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Runs of tests keep no queries in the home of whoever runs the tests."""
    monkeypatch.setenv("VILLAGE_CREDIT_COUNTY_CACHE", "")
