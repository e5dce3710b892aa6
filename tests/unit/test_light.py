"""Each command imports what it needs and no more: seconds at every start, and memory in every worker."""

import subprocess
import sys

import click
import pytest

from service.commands.main import Lazy, cli
from tests.unit.test_command import NARROW, ROOT

CORE = {"rules.engine", "durable", "yaml"}
TABLES = {"ibis", "duckdb", "pandas", "numpy", "pyarrow", "openpyxl", "python_calamine", "xlsxwriter", "ortools"}
SERVICE = {"flask", "marshmallow", "granian", "sqlalchemy", "alembic", "cryptography", "structlog"}
DECIDING = "credit_village", NARROW
FORBIDDEN = [
    (("--help",), CORE | TABLES | SERVICE),
    (("county", "--help"), CORE | TABLES | SERVICE),
    (("policies", "check"), {"durable"} | TABLES | SERVICE),
    (("policies", "show"), {"durable"} | TABLES | SERVICE),
    (("decisions",), {"durable"} | TABLES | SERVICE),
    (("decide", *DECIDING), TABLES | SERVICE),
    (("explain", *DECIDING), TABLES | SERVICE),
    (("serve", "--help"), {"durable", "alembic", "flask", "marshmallow"} | TABLES),
    (
        ("log", "verify", "--help"),
        {"durable", "alembic"} | TABLES | SERVICE - {"alembic", "sqlalchemy", "cryptography"},
    ),
    (("county", "run", "--help"), SERVICE | {"ortools"}),
    (("county", "assign", "--help"), SERVICE | {"durable"}),
]


@pytest.mark.parametrize(("words", "forbidden"), FORBIDDEN, ids=[" ".join(words[:2]) for words, _ in FORBIDDEN])
def test_a_command_imports_only_what_it_needs(words, forbidden):
    code = (
        "import sys; from service.commands.main import cli\n"
        f"try: cli({list(words)!r})\n"
        f"finally: sys.stderr.write(' '.join(sorted({forbidden!r} & sys.modules.keys())))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_a_service_without_postgresql_does_not_import_its_driver():
    code = "import sys, service.app; sys.exit('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def _commands(group: Lazy, path: tuple[str, ...] = ()):
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        yield (*path, name), group, command
        if isinstance(command, Lazy):
            yield from _commands(command, (*path, name))


@pytest.mark.parametrize(
    ("path", "group", "command"), [pytest.param(*one, id=" ".join(one[0])) for one in _commands(cli)]
)
def test_the_line_of_a_command_is_its_own_first_sentence(path, group, command):
    assert group.summary(path[-1]) == " ".join(command.help.split("\n\n")[0].split())
