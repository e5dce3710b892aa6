"""What policy staff see in an editor: no complaint about the shipped files, help beside every key, bad edits marked.

Needs node, npm and the network once; where they are not there, these tests say so and are left out.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.editor.language_server import LanguageServer

ROOT = Path(__file__).parents[2]
VERSION = "1.25.0"
SHIPPED = sorted((ROOT / "policies").glob("*/*/*.yaml"))


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """yaml-language-server, installed for these tests only."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("npm")
    wanted = f"yaml-language-server@{VERSION}"
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), wanted],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"npm could not install {wanted}: {done.stderr.strip()[:200]}")
    return folder / "node_modules/.bin/yaml-language-server"


@pytest.fixture(scope="session")
def server(program):
    found = LanguageServer(program, ROOT)
    yield found
    found.close()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_nothing_is_wrong_with_a_shipped_file(server, path):
    assert server.problems(path.parent, path.read_text(encoding="utf-8")) == []


FILE = ROOT / "policies/xx-county/2026-05-01/credit_village.yaml"
TEXT = FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("old", "new"), [
    ("kind: checklist", "kind: check-list"), ("subject: village", "subjekt: village"),
    ("{at_least: 55%}", "{atleast: 55%}"), ("{at_least: 55%}", "{at_least: [55%]}"),
    ("criteria:", "criterion:"), ("decision: credit_village", "decision: credit village"),
])  # fmt: skip
def test_a_slip_is_marked_on_its_line(server, old, new):
    found = server.problems(FILE.parent, TEXT.replace(old, new, 1))
    line = TEXT[: TEXT.index(old)].count("\n")

    assert [one for one in found if one["range"]["start"]["line"] <= line <= one["range"]["end"]["line"]]


def test_a_key_explains_itself_in_both_languages(server):
    lines = TEXT.split("\n")
    line = next(number for number, line in enumerate(lines, 1) if "{at_least: 55%}" in line)
    shown = server.hover(FILE.parent, TEXT, line, lines[line - 1].index("at_least") + 2)

    assert "不低于" in shown
    assert "this or more" in shown


def test_the_kinds_of_decision_are_offered(server):
    text = TEXT.replace("kind: checklist", "kind: ")
    line = text[: text.index("kind: ")].count("\n") + 1
    offered = server.completions(FILE.parent, text, line, len("kind: ") + 1)

    assert {"checklist", "table", "scorecard", "ranking"} <= set(offered)
