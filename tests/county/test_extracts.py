"""What is wrong with an extract is said: on the screen, in the manifest, in the list of rows that were not used."""

import json

import pytest

from tests.county.conftest import call
from tests.county.making import ON, as_csv, excel, households, options


def told(files, out, *more, lang="zh"):
    """What the screen says of a run, and its manifest."""
    said = call("run", *options(files), "--on", ON, "--out", out, "--lang", lang, *more)
    return said, json.loads((out / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("column", ["votes", "评议票"])
@pytest.mark.parametrize("write", [as_csv, excel])
def test_a_list_in_a_file_that_holds_none_is_not_dropped_in_silence(write, column, tmp_path):
    rows = [{**row, column: '[{"verdict": "approve"}]'} for row in households(20, 12)]
    file = write(tmp_path / f"households.{'csv' if write is as_csv else 'xlsx'}", rows)
    said, manifest = told({"--households": file}, tmp_path / "out")
    assert f"{column}：列表只能写在 Parquet 里" in said
    assert "没有这些列" not in said or column not in said.split("没有这些列")[1].splitlines()[0]
    notes = [one for one in manifest["checked"][0]["notes"] if one["column"] in (column, "votes")]
    assert [one["code"] for one in notes] == ["list_as_text"]
    assert "Parquet only" in told({"--households": file}, tmp_path / "out", lang="en")[0]
