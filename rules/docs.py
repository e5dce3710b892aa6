"""Writes the trace of clauses and the rulebook: `python -m rules.docs PLAN` (`make docs`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from gherkin.parser import Parser

from rules.building.store import open_store
from rules.model import Edition
from rules.words import clauses as trace
from rules.words import rulebook
from rules.words.rulebook import Example


def pages(edition: Edition, features: Path) -> dict[str, str]:
    """Every generated page by its file name."""
    examples = {
        name: read_feature(path.read_text(encoding="utf-8"))
        for name in (*edition.rules, *edition.assignments)
        if (path := features / f"{name}.feature").is_file()
    }
    return {"traceability.md": trace.page(edition), "rulebook.md": rulebook.page(edition, examples)}


def read_feature(text: str) -> tuple[Example, ...]:
    """The rules and scenarios of a feature; scenarios outside every rule come first, under none."""
    document: Any = Parser().parse(text)  # its own types know no rules
    feature = document.get("feature")  # absent where the file is empty
    children = feature["children"] if feature else []
    loose = _scenarios(children)
    ruled = [
        Example(child["rule"]["name"], _scenarios(child["rule"]["children"])) for child in children if "rule" in child
    ]
    return (*([Example("", loose)] if loose else []), *ruled)


def _scenarios(children: list[Any]) -> tuple[str, ...]:
    return tuple(child["scenario"]["name"] for child in children if "scenario" in child)


def main(root: Path, plan: str) -> None:
    """Write the pages of the latest edition of a plan below `root`/docs."""
    edition = open_store(root / "policies").plans[plan][-1]
    for name, text in pages(edition, root / "features").items():
        (root / "docs" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path.cwd(), sys.argv[1])
