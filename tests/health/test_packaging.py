"""What is installed is what is written here: our packages, our bounds, our lock.

Nothing of ours is imported at the top: where a stranger hides it, that has to be the message.
"""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OURS = ("rules", "service", "policies")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements" / "lock.txt").read_text(encoding="utf-8")
BUILD = (ROOT / "requirements" / "build.txt").read_text(encoding="utf-8")


def declared():
    groups = PYPROJECT["dependency-groups"].values()
    lines = chain(PYPROJECT["project"]["dependencies"], PYPROJECT["build-system"]["requires"], *groups)
    return [Requirement(line) for line in lines]


def pins(lock):
    """Name to version of every requirement of a lock."""
    return {canonicalize_name(name): version for name, version in re.findall(r"^(\S+?)==(\S+)", lock, re.MULTILINE)}


def unbounded(requirements):
    return [str(r) for r in requirements if not {s.operator for s in r.specifier} & {">=", "==", "~="}]


def unlocked(requirements, locked):
    return [str(r) for r in requirements if not r.specifier.contains(locked.get(canonicalize_name(r.name), "0"))]


def unhashed(lock):
    """Requirements without a hash. One requirement is a line and the indented lines after it."""
    entries = re.findall(r"^\w\S*.*\n(?:[ \t].*\n)*", lock, re.MULTILINE)
    return [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]


def addresses(lock):
    return re.findall(r"\S*(?:://|--(?:extra-)?index-url|--find-links| @ )\S*", lock)


def strangers(names):
    return sorted({canonicalize_name(name) for name in names} & set(OURS))


@pytest.mark.parametrize("package", ["rules", "service"])
def test_our_packages_are_the_ones_in_this_repository(tmp_path, package):
    """Seen from elsewhere, as an installed program sees them: a folder on the path would hide the truth."""
    find = f"from importlib.util import find_spec as f; s = f({package!r}); print(s and s.origin)"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    python = [sys.executable, "-P", "-c", find]
    found = subprocess.run(python, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    ours = str(ROOT / package / "__init__.py")
    assert found.stdout.strip() == ours, "not installed (`make test` installs), or hidden by a stranger"


def test_no_foreign_distribution_carries_our_names():
    assert strangers(d.name for d in distributions()) == []


def test_a_foreign_distribution_would_be_noticed():
    assert strangers(["durable-rules", "Rules"]) == ["rules"]


def test_the_pythons_that_durable_rules_can_be_built_for_are_allowed():
    allowed = SpecifierSet(PYPROJECT["project"]["requires-python"])
    versions = ["3.10.13", "3.11.0", "3.12.9", "3.13.0"]
    assert [v for v in versions if v in allowed] == versions[1:]
    assert ".".join(map(str, sys.version_info[:3])) in allowed


@pytest.mark.parametrize(
    "name", ["deploy/Dockerfile", "docs/deploy.md", "docs/deploy.zh-CN.md", "service/commands/main.py"]
)
def test_whoever_builds_durable_rules_is_told_the_flag_that_the_makefile_sets(name):
    [flag] = re.findall(r"^COMPAT := (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert f"CPPFLAGS={flag}" in (ROOT / name).read_text(encoding="utf-8")


def test_the_distribution_is_kept_off_public_indexes():
    assert "Private :: Do Not Upload" in PYPROJECT["project"]["classifiers"]


def test_every_dependency_has_a_lower_bound():
    assert unbounded(declared()) == []


def test_a_missing_lower_bound_would_be_noticed():
    requirements = [Requirement(r) for r in ("click", "click<9", "click>=8", "click==8.3")]
    assert unbounded(requirements) == ["click", "click<9"]


def test_every_dependency_is_in_the_lock_at_an_allowed_version():
    assert unlocked(declared(), pins(LOCK)) == [], "run `make lock`"


def test_an_outdated_lock_would_be_noticed():
    requirements = [Requirement(r) for r in ("click>=8", "flask>=3", "PyYAML>=7")]
    assert unlocked(requirements, {"click": "8.5.1", "pyyaml": "6.0.3"}) == ["flask>=3", "PyYAML>=7"]


def test_the_build_tools_are_a_part_of_the_lock():
    group = [Requirement(line) for line in PYPROJECT["dependency-groups"]["build"]]
    assert unlocked(group, pins(BUILD)) == []
    assert pins(BUILD).items() <= pins(LOCK).items(), "run `make lock`"


@pytest.mark.parametrize("lock", [LOCK, BUILD], ids=["lock", "build"])
def test_the_lock_has_a_hash_for_everything_and_no_address(lock):
    assert len(pins(lock)) >= len(PYPROJECT["dependency-groups"]["build"])
    assert unhashed(lock) == []
    assert addresses(lock) == []


def test_a_lock_without_hash_or_with_an_address_would_be_noticed():
    lock = "--index-url https://a.example/\na==1 \\\n    --hash=sha256:0f\nb==2\n    # via c\n"
    assert unhashed(lock) == ["b==2"]
    assert addresses(lock) != []
    assert addresses("a @ git+ssh://example/a") != []
