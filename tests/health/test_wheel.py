"""The wheel runs on what deploy/requirements.txt installs, and on nothing that only tests or tools bring."""

import subprocess
import sys
from importlib.metadata import distributions

import pytest
from packaging.utils import canonicalize_name

from rules.problems.problem import messages
from tests.health.test_packaging import ROOT, pins

REQUIREMENTS = (ROOT / "deploy" / "requirements.txt").read_text(encoding="utf-8")
# Every command asked for its help, then every module imported: a command may import late. Prints what is missing.
WALK = """
import sys
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pkgutil import walk_packages

import click
import rules, service
from service.commands.main import cli

def commands(command, words=()):
    yield words
    context = click.Context(command)
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        yield from commands(command.get_command(context, name), (*words, name))

for words in commands(cli):
    with redirect_stdout(StringIO()) as shown:
        cli.main([*words, "--help"], "village-credit", standalone_mode=False)
    print("help" if "Usage: " in shown.getvalue() else "no help", *words)
for package in (rules, service):
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations." in module.name or module.name.endswith("__main__"):  # these run when imported
            continue
        try:
            import_module(module.name)
        except ModuleNotFoundError as error:
            print("missing", error.name, module.name)
"""


def run(*words, cwd=None):
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def link(names, folder):
    """Link into `folder` all that these installed distributions put into site-packages."""
    here = {canonicalize_name(one.name): one for one in distributions()}  # not those of another system or Python
    for name in names & here.keys():
        for top in {file.parts[0] for file in here[name].files} - {"..", "__pycache__"}:
            if not (folder / top).exists():
                (folder / top).symlink_to(here[name].locate_file(top))


@pytest.fixture(scope="module")
def venv(tmp_path_factory):
    """A virtual environment with the wheel and its locked requirements alone."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT)
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    [site] = (folder / "venv" / "lib").glob("python*/site-packages")
    link(pins(REQUIREMENTS).keys(), site)
    run(*pip, "--python", folder / "venv", "install", "--no-deps", "--no-index", *folder.glob("*.whl"))
    return folder / "venv"


def test_every_command_and_module_is_there(venv, tmp_path):
    told = run(venv / "bin" / "python", "-P", "-c", WALK, cwd=tmp_path).splitlines()
    assert [line for line in told if not line.startswith("help")] == []
    assert {"help policies check", "help serve", "help decide"} <= set(told)


def test_the_command_line_judges(venv, tmp_path):
    case = ROOT / "examples" / "cases" / "village_misses_narrowly.yaml"
    shown = run(venv / "bin" / "village-credit", "decide", "credit_village", case, "--lang", "en", cwd=tmp_path)
    assert "Outcome: not qualified" in shown


def test_a_problem_of_a_policy_has_its_message(venv, tmp_path):
    code = "from rules.problems.problem import messages; print(len(messages()))"
    assert int(run(venv / "bin" / "python", "-P", "-c", code, cwd=tmp_path)) == len(messages())


@pytest.mark.parametrize("name", ["pytest", "pytest_bdd", "hypothesis", "mypy"])
def test_nothing_of_the_tests_is_there(venv, tmp_path, name):
    code = f"import importlib.util as u; print(u.find_spec({name!r}))"
    assert run(venv / "bin" / "python", "-P", "-c", code, cwd=tmp_path).strip() == "None"
