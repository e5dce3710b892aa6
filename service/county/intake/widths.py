"""How wide the decimals of a table have to be."""

from __future__ import annotations

from collections.abc import Mapping

from rules.table.numbers import NARROW
from service.county.backend import Duck, named

MOST_NARROW = NARROW // 100**2  # that DuckDB can turn from hundredths into a whole number, itself kept in hundredths


def narrowed(duck: Duck, raw: str, shown: Mapping[str, str], types: Mapping[str, str]) -> dict[str, str]:
    """The columns in SQL, decimals in two places where that holds them, and their product with a hundred: wider ones
    leave less room to multiply."""
    wide = [name for name, type in types.items() if type.startswith("DECIMAL(32")]
    if not wide:
        return dict(shown)
    fits = duck.run(
        "SELECT " + ", ".join(f"coalesce(bool_and({shown[n]} = round({shown[n]}, 2) AND abs({shown[n]}) <= "
                              f"{MOST_NARROW}), true)" for n in wide)
        + f" FROM {named(raw)}"
    )[0]  # fmt: skip
    return dict(shown) | {
        name: f"TRY_CAST({shown[name]} AS DECIMAL({18 if fine else 21}, {2 if fine else 6}))"
        for name, fine in zip(wide, fits, strict=True)
    }
