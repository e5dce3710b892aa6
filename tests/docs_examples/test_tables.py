"""The tables of the manuals say what the code says."""

import re
from pathlib import Path

import pytest

from service.http.problems import KINDS
from service.http.views import contract_of
from service.keys import PERMISSIONS

ROOT = Path(__file__).parents[2]
MANUALS = ("docs/api.md", "docs/api.zh-CN.md")
UNSAID = {"/docs/assets/<path:name>", "/static/<path:filename>"}  # parts of the pages


def rows(name):
    """The rows of all tables of a manual, as lists of cells."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:2] == "| "]


@pytest.mark.parametrize("name", MANUALS)
def test_every_kind_of_problem_is_listed_with_its_status(name):
    said = [(row[0].strip("`"), row[1]) for row in rows(name) if len(row) == 3 and row[1].isdigit()]
    assert said == [(kind, str(known.status)) for kind, known in KINDS.items()]


@pytest.mark.parametrize("name", MANUALS)
def test_every_permission_is_listed_with_the_roles_that_have_it(name):
    table = [row for row in rows(name) if len(row) == 2 + len(PERMISSIONS)]
    head, *said = table
    assert head[2:] == list(PERMISSIONS)
    have = {row[0].strip("`"): {role for role, mark in zip(PERMISSIONS, row[2:], strict=True) if mark} for row in said}
    permissions = set().union(*PERMISSIONS.values())
    assert have == {one: {role for role, own in PERMISSIONS.items() if one in own} for one in permissions}


def permission_of(view):
    """Of the API a permission of its contract, of a page that of whoever may open it."""
    return getattr(contract_of(view) or view, "permission", "")


@pytest.mark.parametrize("name", MANUALS)
def test_every_route_is_listed_with_the_permission_it_needs(api, name):
    said = {
        (row[0], row[1].strip("`"), row[2].strip("`—"))
        for row in rows(name)
        if row[0] in ("GET", "POST", "PUT", "DELETE")
    }
    wanted = {
        (
            method,
            re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule),
            permission_of(api.app.view_functions[rule.endpoint]),
        )
        for rule in api.app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
        if rule.rule not in UNSAID
    }
    assert said == wanted
