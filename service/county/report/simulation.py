"""A simulation on a page like the report: who gains and who loses by the record above, and the curve of a sweep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rules.judging.decision import vars_of
from rules.model import Edition
from service.county.report.document import page_of
from service.county.run.manifest import Manifest

PARTS = ("sweep", "moves")
SCRIPTS = ("figures", "base", "simulation", "page")


def write_chart(edition: Edition, manifest: Manifest, found: Mapping[str, Any], path: Path) -> None:
    """Draw the results of a simulation, as the command prints them, in a page of their own."""
    about = {"edition": manifest.edition, "edition_sha256": manifest.edition_sha256, "on": manifest.on}
    data = {
        "about": about | {"title": vars_of(edition.title), "publish": False, "asked": _asked(found)},
        "sweep": _curve(found) if "sweep" in found else None,
        "moves": {"decisions": found["decisions"], "above": _above(edition, found),
                  "steps": [{"value": step["value"], "places": _places(found, step), "moved": step["moved"]}
                            for step in found["steps"]]},
    }  # fmt: skip
    path.write_text(page_of("simulation", data, edition.title.zh, PARTS, SCRIPTS), encoding="utf-8")


def _asked(found: Mapping[str, Any]) -> str:
    return str(found["sweep"]) if "sweep" in found else ", ".join(found["change"])


def _curve(found: Mapping[str, Any]) -> dict[str, Any]:
    """How many records meet each decision under each value."""
    return {"values": [step["value"] for step in found["steps"]],
            "curves": [{**found["decisions"][name], "now": now, "met": [step["met"][name] for step in found["steps"]]}
                       for name, now in found["before"].items()]}  # fmt: skip


def _above(edition: Edition, found: Mapping[str, Any]) -> dict[str, Any]:
    """The title of the subject above the records of each decision."""
    names = {name: edition.subjects[edition.rules[name].subject].within for name in found["decisions"]}
    return {name: vars_of(edition.subjects[above].title) for name, above in names.items() if above}


def _places(found: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, list[list[Any]]]:
    """For each decision, how many gain and lose it, by the record above."""
    counts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for one, place in _turns(found, step):
        counts[one["decision"]][one["above"]][place] += one["count"]
    return {name: [[above, *pair] for above, pair in sorted(places.items())] for name, places in counts.items()}


def _turns(found: Mapping[str, Any], step: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], int]]:
    for one in step["by_above"]:
        met = found["decisions"][one["decision"]]["met"]
        if (one["before"] in met) != (one["after"] in met):
            yield one, int(one["before"] in met)
