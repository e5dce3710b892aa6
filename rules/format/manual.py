"""The tables of the manual that are made from definitions: units, formulas, operators.

In: a page of the manual. Out: the page with each table anew, between `<!-- NAME: make docs -->` and `<!-- /NAME -->`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from rules.operations import OPERATIONS, OPERATORS
from rules.values.exact import UNITS, Type
from rules.values.figures import show
from rules.values.kinds import KINDS
from rules.values.markdown import cell, table
from rules.values.text import Lang, Text

_HEADS = {
    "units": (Text("单位", "unit"), Text("类型", "kind"), Text("1 个是", "one is")),
    "formulas": (Text("公式", "formula"), Text("结果", "gives")),
    "operators": (Text("比较", "operator"), Text("成立", "holds for")),
}


def formulas() -> dict[str, dict[str, str]]:
    """The row of each operation: how it is written (`written`), and its value in words (`zh`, `en`)."""
    rows: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("formulas.json").read_text(encoding="utf-8"))
    return rows


def with_tables(page: str, lang: Lang) -> str:
    """A page with its tables anew. ValueError where it lacks the markers of one."""
    texts = formulas()
    rows: dict[str, Iterable[tuple[str, ...]]] = {
        "units": _units(lang),
        "formulas": ((texts[name]["written"], cell(texts[name][lang])) for name in OPERATIONS),
        "operators": ((f"`{one.name}`", cell(one.about.get(lang))) for one in OPERATORS.values()),
    }
    for name, head in _HEADS.items():
        page = replaced(page, name, table([one.get(lang) for one in head], rows[name]))
    return page


def replaced(page: str, name: str, lines: Iterable[str]) -> str:
    """A page with the lines of one table anew. ValueError where it lacks the markers."""
    start, end = f"<!-- {name}: make docs -->\n", f"<!-- /{name} -->"
    before, started, rest = page.partition(start)
    _, ended, after = rest.partition(end)
    if not started or not ended:
        raise ValueError(f"no place for the table of {name}")
    return "".join((before, start, *(f"{line}\n" for line in lines), end, after))


def _units(lang: Lang) -> Iterable[tuple[str, str, str]]:
    """Words that mean the same stand in one row."""
    alike: dict[tuple[str, str, object], list[str]] = {}
    for word, meaning in UNITS.items():
        alike.setdefault(meaning, []).append(f"`{word}`")
    for (kind, unit, size), words in alike.items():
        yield " ".join(words), KINDS[kind].title.get(lang), show(size, Type(kind, unit), 4)
