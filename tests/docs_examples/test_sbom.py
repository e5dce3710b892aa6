"""The list of what the service is made of: complete, valid, and made in the image as by hand."""

import json
import re
import subprocess
import sys
import tomllib

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from tests.docs_examples.played import ROOT
from tests.health.test_packaging import pins, unhashed

RECIPE = "cyclonedx_py requirements deploy/requirements.txt --pyproject pyproject.toml --output-reproducible".split()
LOCKED = (ROOT / "deploy" / "requirements.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def listed():
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *RECIPE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return made.stdout


def test_every_locked_package_is_listed_with_its_version_and_its_hashes(listed):
    components = json.loads(listed)["components"]
    locked = re.findall(r"^([\w.-]+)==([\w.+!-]+)", LOCKED, re.MULTILINE)  # some in two versions, by Python's
    assert sorted((one["name"], one["version"]) for one in components) == sorted(locked)
    assert {canonicalize_name(name) for name, _ in locked} == set(pins(LOCKED))
    hashes = [one["externalReferences"][0]["hashes"] for one in components]
    assert all(hashes)
    assert sum(map(len, hashes)) == LOCKED.count("--hash=sha256:")


def test_the_list_is_valid_and_names_the_program(listed):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(listed) is None
    assert (
        JsonStrictValidator(SchemaVersion.V1_6).validate_str(
            listed.replace('"bomFormat": "CycloneDX"', '"bomFormat": "other"')
        )
        is not None
    )
    program = json.loads(listed)["metadata"]["component"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (program["name"], program["version"]) == (project["name"], project["version"])


@pytest.mark.parametrize("file", ["Makefile", "deploy/Dockerfile"])
def test_it_is_made_in_the_image_as_by_hand(file):
    words = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ").split()
    start = words.index(RECIPE[0])
    assert words[start : start + len(RECIPE)] == RECIPE


def test_the_tool_that_makes_it_is_locked_too():
    alone = (ROOT / "requirements" / "sbom.txt").read_text(encoding="utf-8")
    assert pins(alone).items() <= pins((ROOT / "requirements" / "lock.txt").read_text(encoding="utf-8")).items()
    assert "cyclonedx-bom" in pins(alone)
    assert unhashed(alone) == []


def test_it_says_licences_and_the_packages_of_the_system(listed, tmp_path):
    """As far as packages say them: of those that are installed here, all but a few do."""
    file, packages = tmp_path / "list.json", tmp_path / "packages"
    file.write_text(listed, encoding="utf-8")
    packages.write_text("libc6\t2.36-9+deb12u10\tamd64\nperl-base\t5.36.0-7\tamd64\n", encoding="utf-8")
    subprocess.run([sys.executable, ROOT / "deploy" / "sbom.py", file, packages], check=True)
    whole = file.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(whole) is None
    found = {one["name"]: one for one in json.loads(whole)["components"]}
    assert found["libc6"]["purl"] == "pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64"
    assert found["perl-base"]["version"] == "5.36.0-7"
    assert "BSD" in json.dumps(found["flask"]["licenses"])
    python = [one for one in found.values() if one["purl"].startswith("pkg:pypi/")]
    silent = [one["name"] for one in python if "licenses" not in one]
    assert len(silent) < len(python) / 10, silent
