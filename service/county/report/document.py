"""Writes the report of a run, and the chart of a simulation: each one page with everything it needs inside, to be
opened, sent on or printed. The edition declares what the report shows; a part without data is left out."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from rules.judging.decision import vars_of
from rules.model import Edition, Rule
from rules.values.text import Text
from rules.words.phrases import tried
from service.county.report import files, lists, records, results, time, villages
from service.county.report.basis import Basis
from service.county.run.history import Before
from service.county.run.manifest import Manifest
from service.county.run.outputs import Outputs

HOME = Path(__file__).parent
ECHARTS = HOME / "vendor" / "echarts" / "echarts.common.min.js"
POLICY = "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:"
SCRIPTS = ("figures", "base", "records", "people", "villages", "time", "lists", "page")  # in the order of running
MOST = 2 * 1000  # rows on the page of a simulation; --csv has all
OF_CHART = ("figures", "base", "records", "simulation", "page")


def of_decision(
    setting: str, part: Callable[[Basis, Rule], dict[str, Any] | None], *, published: bool = False
) -> Callable[[Basis], Any]:
    """A part about the decision that the report settings name. It has no data where the run did not make the decision,
    nor in a published report, unless it shows no single records."""

    def data(basis: Basis) -> Any:
        rule = basis.made(getattr(basis.report, setting))
        shown = part(basis, rule) if rule is not None and (published or not basis.publish) else None
        return None if rule is None or shown is None else {"title": rule.title, **shown}

    return data


PARTS: Mapping[str, Callable[[Basis], Any]] = {  # in the order of the page
    "about": lists.about,
    "names": records.names,
    "bearers": records.bearers,
    "records": records.records,
    "people": records.people,
    "results": results.results,
    "turns": results.turns,
    "funnel": lists.funnel,
    "exclusions": lists.exclusions,
    "gaps": lists.gaps,
    "bounded": lists.bounded,
    "scatter": of_decision("scatter", villages.scatter),
    "shares": of_decision("shares", villages.shares, published=True),
    "milestones": of_decision("milestones", time.milestones, published=True),
    "changes": time.changes,
    "near": of_decision("near", villages.near),
    "titles": of_decision("titles", villages.titles),
    "ahead": of_decision("ahead", time.ahead),
    "rankings": lists.rankings,
    "alone": lists.alone,
    "table": of_decision("scatter", villages.table),
    "counts": lists.counts,
    "aside": files.aside,
    "empty": lists.empty,
    "nowhere": lists.nowhere,
    "unplaced": lists.unplaced,
    "contradictions": lists.contradictions,
}
WITHIN = (
    "about",
    "names",
    "bearers",
    "records",
    "people",
    "results",
    "empty",
    "nowhere",
    "unplaced",
    "contradictions",
)  # drawn within the others
DRAWN = tuple(name for name in PARTS if name not in WITHIN)


def write_report(outputs: Outputs, before: Sequence[Before] = ()) -> int:
    """Write the report of a run to its folder; the number of its parts."""
    basis = Basis(outputs, before)
    parts = {name: data for name, part in PARTS.items() if (data := part(basis))}
    text = page_of("report", parts, outputs.edition.title.zh, DRAWN, SCRIPTS)
    (outputs.folder / "report.html").write_text(text, encoding="utf-8")
    return len(parts)


def write_chart(edition: Edition, manifest: Manifest, results: Mapping[str, Any], path: Path) -> None:
    """Draw the results of a simulation, as the command prints them: gains and losses by the record above, and the curve
    of a sweep."""
    steps, decisions = results["steps"], results["decisions"]
    asked = results["called"] if "called" in results else Text(results["sweep"], results["sweep"])
    about = {"edition": manifest.edition, "edition_sha256": manifest.edition_sha256, "on": manifest.on}
    curves = [{**decisions[name], "now": now, "met": [step["met"][name] for step in steps]}
              for name, now in results["before"].items()]  # fmt: skip
    names = {name: edition.subjects[edition.rules[name].subject].within for name in decisions}
    data = {
        "about": about | {"title": edition.title, "publish": False, "asked": asked, "tried": tried(edition)},
        "sweep": {"values": [step["value"] for step in steps], "curves": curves} if "sweep" in results else None,
        "moves": {"decisions": decisions,
                  "above": {name: edition.subjects[above].title for name, above in names.items() if above},
                  "steps": [{"value": "" if "called" in results else step["value"], "places": _places(decisions, step),
                             "moved": [_labelled(one) for one in step["moved"][:MOST]], "many": len(step["moved"])}
                            for step in steps]},
    }  # fmt: skip
    path.write_text(page_of("simulation", data, edition.title.zh, ("sweep", "moves"), OF_CHART), encoding="utf-8")


def _places(decisions: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, list[list[Any]]]:
    """For each decision, how many gain and lose it, by the record above."""
    counts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    labels: dict[str, str] = {}
    for one in step["by_above"]:
        met = decisions[one["decision"]]["met"]
        if (one["before"] in met) != (one["after"] in met):
            counts[one["decision"]][one["above"]][one["before"] in met] += one["count"]
            labels[one["above"]] = _labelled(one)["above"]
    return {name: [[labels[above], *pair] for above, pair in sorted(places.items())]
            for name, places in counts.items()}  # fmt: skip


def _labelled(one: Mapping[str, Any]) -> dict[str, Any]:
    """A movement with names before ids."""
    names = {"id": one.get("name"), "above": one.get("above_name")}
    return {**one, **{key: f"{name} {one[key]}" for key, name in names.items() if name}}


def page_of(kind: str, data: Mapping[str, Any], title: str, order: Sequence[str], scripts: Sequence[str]) -> str:
    """A page with everything inside."""
    echarts, script = _read(ECHARTS), "".join(_read(HOME / "page" / f"{name}.js") for name in scripts)
    return _read(HOME / "page" / "page.html").format(
        policy=POLICY.format(scripts=" ".join(map(hashed, (echarts, script)))),
        title=title.replace("&", "&amp;").replace("<", "&lt;"),
        style=_read(HOME / "page" / "report.css"),
        data=inlined({**data, "kind": kind, "order": list(order)}),
        words=inlined(json.loads(_read(HOME / "page" / "words.json"))),
        echarts=echarts,
        script=script,
    )


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def hashed(script: str) -> str:
    """A script as a policy allows it: this one and no other runs."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def inlined(value: Any) -> str:
    """JSON that may stand inside a page: nothing in it ends the script around it. Texts are objects by language."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        return vars_of(value)
    return float(value) if isinstance(value, Decimal) else str(value)
