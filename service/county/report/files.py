"""The account of the files that a run read, by sheet: every row is kept, set aside, or not used for a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rules.values.text import Text
from service.county.intake.matching import WARNED
from service.county.intake.sheets import NOT_READ
from service.county.report.basis import MOST, Basis
from service.county.run.manifest import Manifest

SEVERAL = 2  # files: a note then says itself which it means


@dataclass(frozen=True, slots=True)
class Account:
    """The rows of a sheet; `unused` are the rows not used, by what they are. `differing` and `agreeing` are the numbers
    of totals that it states."""

    file: str
    sheet: str
    rows: int
    kept: int
    aside: int
    unused: tuple[tuple[Text, int], ...]
    agreeing: int
    differing: int

    @property
    def spare(self) -> int:
        """The rows not used."""
        return self.rows - self.kept - self.aside


def accounts(manifest: Manifest) -> Iterator[Account]:
    """The account of every sheet of every file."""
    for file in manifest.checked:
        for one in file.sheets:
            unused = tuple((Text(*NOT_READ[kind]), count) for kind, count in one.unused.items())
            differing = sum((total.file, total.sheet) == (one.file, one.sheet) for total in file.stated)
            yield Account(one.file, one.sheet, one.rows, one.kept, one.aside, unused, one.agreeing, differing)


def aside(basis: Basis) -> dict[str, Any]:
    """The files by sheet, what is to be looked at in them, and the stated totals that their records do not add up to. A
    published report has neither sums nor ids."""
    told = () if basis.publish else basis.manifest.checked
    return {
        "sheets": [{"file": one.file, "sheet": one.sheet, "rows": one.rows, "kept": basis.small(one.kept),
                    "bad": basis.small(one.aside), "unused": basis.small(one.spare), "agreeing": one.agreeing,
                    "differing": one.differing, "kinds": [] if basis.publish else one.unused}
                   for one in accounts(basis.manifest)],
        "notes": [{"file": "" if len({sheet.file for sheet in file.sheets}) >= SEVERAL else file.file,
                   "column": one.column, "said": Text(one.zh, one.en)}
                  for file in told for one in file.notes if one.code in WARNED],
        "totals": [{"file": one.file, "sheet": one.sheet, "row": one.row, "column": one.column, "stated": one.stated,
                    "records": one.records} for file in told for one in file.stated][:MOST],
    }  # fmt: skip
