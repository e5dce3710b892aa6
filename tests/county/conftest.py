import json

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


@pytest.fixture(scope="package")
def files(tmp_path_factory):
    return county(tmp_path_factory.mktemp("county"))


@pytest.fixture(scope="package")
def out(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "out"
    folder.with_suffix(".json").write_text(run(files, folder), encoding="utf-8")
    return folder


@pytest.fixture(scope="package")
def manifest(out):
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))
