"""Browser files of other projects are their releases, unchanged, and have their licence beside them."""

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted((ROOT / "service").rglob("vendor/manifest.json"))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.relative_to(ROOT).parts[1])
def test_a_file_is_as_it_was_released(path):
    for name, entry in json.loads(path.read_text(encoding="utf-8")).items():
        there = {f"{name}/{one.name}" for one in (path.parent / name).iterdir() if one.suffix}
        assert there == entry["files"].keys()
        assert (path.parent / name / "LICENSE").is_file()
        for file, sha256 in entry["files"].items():
            assert hashlib.sha256((path.parent / file).read_bytes()).hexdigest() == sha256


def test_both_manifests_are_found():
    assert len(MANIFESTS) == 2
