"""The layers of pyproject.toml hold, and each contract breaks when it is broken."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"


def lint_imports(root):
    return subprocess.run(
        [sys.executable, "-P", "-c", LINT, "--no-cache", "--no-logo"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path):
    """Our packages and their contracts, to be broken."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("rules", "service"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_every_layer_contract_is_kept():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("rules/variants/stray.py", "import service", "rules know nothing of the service"),
        ("rules/variants/stray.py", "import flask", "rules know nothing of the service"),
        ("rules/variants/stray.py", "from marshmallow import Schema", "rules know nothing of the service"),
        ("rules/variants/stray.py", "def late():\n    import sqlalchemy", "rules know nothing of the service"),
        ("rules/variants/stray.py", "from durable.lang import post", "only rules.engine.network imports durable_rules"),
        ("rules/variants/stray.py", "import durable_rules_engine", "only rules.engine.network imports durable_rules"),
        ("service/http/stray.py", "import durable.engine", "only rules.engine.network imports durable_rules"),
        ("rules/variants/stray.py", "import yaml", "only rules.files.source imports yaml"),
        ("service/http/stray.py", "from yaml import safe_load", "only rules.files.source imports yaml"),
        ("rules/variants/stray.py", "import ibis", "only rules.table and service.county.backend"),
        ("service/http/stray.py", "import duckdb", "only rules.table and service.county.backend"),
        ("service/county/intake/stray.py", "import service.county.run.outputs", "a county is taken in, run, reported"),
        ("service/county/run/stray.py", "import service.county.report.basis", "a county is taken in, run, reported"),
        ("service/county/run/stray.py", "import click", "a county knows neither commands nor HTTP"),
        ("rules/values/stray.py", "import rules.model.edition", "rules: a storey for each pass"),
        ("rules/engine/stray.py", "from rules.words import wording", "rules: a storey for each pass"),
        ("service/log/stray.py", "import service.http.context", "service: a storey for each task"),
        ("rules/table/values.py", "import rules.table.judge", "no circle of files or packages"),
    ],
)
def test_a_broken_layer_is_noticed(copy, module, line, contract):
    with (copy / module).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    result = lint_imports(copy)
    assert result.returncode == 1
    broken = [said for said in result.stdout.splitlines() if " BROKEN" in said]
    others = [name for name in broken if not name.startswith(contract)]
    assert len(broken) - len(others) == 1, result.stdout + result.stderr
    assert all(name.startswith("no circle") for name in others)  # an import upward may close one


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("rules/engine/network.py", "import durable.engine"),
        ("rules/engine/network.py", "import durable_rules_engine"),
        ("rules/files/source.py", "import yaml"),
        ("rules/table/judge.py", "import ibis"),
        ("rules/variants/stray.py", "import rules.engine.network, rules.files.source"),
        ("service/http/stray.py", "import flask, marshmallow, rules.engine.network, rules.files.source"),
    ],
)
def test_the_one_module_of_each_library_is_free_to_use_it(copy, module, line):
    with (copy / module).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    result = lint_imports(copy)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("package", sorted(
    path.parent.relative_to(ROOT).as_posix()
    for root in ("rules", "service") for path in ROOT.glob(f"{root}/*/**/__init__.py")
    if "migrations" not in path.parts
))  # fmt: skip
def test_a_package_says_what_goes_in_and_out_and_who_may_import_it(package):
    text = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8")))
    text = " ".join(text.split())
    assert [part for part in ("In: ", "Out: ", "May be imported by") if part not in text] == []
