"""The effect of a change on a county run, against judging the whole run again:

    python -m benchmarks.effect FOLDER [FILE OLD NEW]

FOLDER holds households, villages, townships and county as Parquet, as examples.generate writes them. The change is one
piece of text in a file of the shipped edition. Both ways must tell the same. Seconds are of all threads; those of the
clock on the wall stand beside.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from pathlib import Path
from shutil import copytree

import service.county.effect as effects
from benchmarks.county import ON, ROOT, asked, now, since
from rules.building.loader import load_alone
from rules.model import Edition
from service.county.backend import Duck
from service.county.run.outputs import Outputs
from service.county.running import run

NAME = "xx-county/2026-05-01"
CHANGE = ("credit_village.yaml", "{at_least: 55%}", "{at_least: 60%}")


def loaded(root: Path) -> Edition:
    edition = load_alone(root / NAME, root, warn=False).edition
    if edition is None:
        raise SystemExit("the changed edition has errors")
    return edition


def all_of_it(*_: object) -> None:
    """What is affected where nothing is known of it."""


def main(folder: Path, file: str, old: str, new: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        before = loaded(ROOT / "policies")
        copytree(ROOT / "policies" / NAME.partition("/")[0], scratch / "policies" / NAME.partition("/")[0])
        path = scratch / "policies" / NAME / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        after = loaded(scratch / "policies")
        run(asked(before, folder, scratch / "run", ON))
        told = {}
        for way, affected in (("what is affected", effects.affected), ("everything", all_of_it)):
            effects.affected = affected
            with closing(Duck(scratch / f"duck {way}")) as duck:
                kept, start = Outputs(scratch / "run", before, duck), now()
                told[way] = effects.effect(kept, kept, after, scratch / way, lambda _: None)
                print(f"{way:20} {since(start)[0]:6.1f} s of processor, {since(start)[1]:6.1f} on the wall", flush=True)
        assert told["what is affected"] == told["everything"], "they tell otherwise"


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(sys.argv[2:5] or CHANGE))
