"""The manifest is read as it was written, by a later release as well; a folder without one is no run."""

import json

import pytest

from service.county.run.manifest import MANIFEST, Manifest, NotARun, canonical, plain, read_manifest, typed
from tests.county.conftest import call


def test_it_is_read_as_it_was_written(out):
    manifest = read_manifest(out)
    assert canonical(manifest) == (out / MANIFEST).read_text(encoding="utf-8")
    assert typed(Manifest, json.loads(canonical(manifest))) == manifest
    assert manifest.levels["village"].made[0] in manifest.counts["village"].outcomes


def test_parts_that_an_earlier_release_did_not_write_are_empty(out):
    known = plain(read_manifest(out))
    for name in ("last", "carried", "empty", "gaps", "rankings"):
        del known[name]
    manifest = typed(Manifest, known | {"of a later release": 1})
    assert (manifest.last, manifest.carried, manifest.gaps) == ((), {}, {})


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"on": "never"}', '{"levels": 3}', "\xff"])
@pytest.mark.parametrize("words", [("explain",), ("simulate", "--change", "a.b=1", "--run")])
def test_a_folder_without_a_manifest_is_no_run(text, words, tmp_path):
    if text is not None:
        (tmp_path / MANIFEST).write_text(text, encoding="latin-1")
    with pytest.raises(NotARun):
        read_manifest(tmp_path)
    more = ("village", "V1") if words == ("explain",) else ()
    assert "This is no run" in call(*words, tmp_path, *more, "--lang", "en", code=2)
