"""`village-credit county simulate`."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import click

from rules import PolicyError
from rules.model import Edition
from rules.values.layout import Line, Row, Span, line, row
from rules.values.text import TextErrors
from rules.variants.readings import under
from rules.variants.sweep import Swept, sweep
from rules.variants.whatif import Supposition, suppose
from rules.words.wording import Wording
from service.commands.common import RUN, Bad, Settings, common, located, reread
from service.commands.screen import more
from service.county.backend import Duck
from service.county.report.document import write_chart
from service.county.run.manifest import read_manifest
from service.county.run.outputs import Outputs
from service.county.simulation import Moved, Outcomes, Simulation, touched, touched_between

SHOWN = 20  # records on the screen; the file has all


@click.command("simulate")
@click.option("--run", "folder", type=RUN, required=True, help="一次运行的结果 / the folder of a run")
@click.option("--change", "changes", multiple=True, metavar="DECISION.ITEM=VALUE",
              help="若改成这个数，可重复 / a figure as it might be; repeatable")  # fmt: skip
@click.option("--sweep", "sweep_", metavar="DECISION.ITEM=FROM..TO/STEP", help="逐个数试过去 / try value after value")
@click.option("--csv", "table", type=click.Path(dir_okay=False, path_type=Path), help="变化逐行写入 / rows to a file")
@click.option("--chart", "page", type=click.Path(dir_okay=False, path_type=Path),
              help="画成一页图 / draw it in one page")  # fmt: skip
@reread
@common
def simulate_command(
    settings: Settings,
    folder: Path,
    changes: tuple[str, ...],
    sweep_: str | None,
    readings: Mapping[str, str],
    **files: Path | None,
) -> None:
    """若改变门槛，谁得到、谁失去 / who gains and who loses under other figures"""
    if bool(changes or readings) == bool(sweep_):
        raise Bad("请给出 --change、--reading 或 --sweep。", "Give --change or --reading, or --sweep.")
    manifest = read_manifest(folder)
    edition = settings.named(manifest.edition, manifest.readings)
    try:
        with tempfile.TemporaryDirectory() as scratch, closing(Duck(Path(scratch))) as duck:
            outputs = Outputs(folder, edition, duck, manifest)
            result = _swept(settings, outputs, sweep_) if sweep_ else _changed(settings, outputs, changes, readings)
    except PolicyError as error:
        raise TextErrors([located(one, settings.policies) for one in error.problems]) from None
    if (table := files["table"]) is not None:
        _write(result, table)
    if (page := files["page"]) is not None:
        write_chart(edition, manifest, result, page)
    settings.tell(result, _shown(result, Wording(edition, settings.lang)))


def _changed(
    settings: Settings, outputs: Outputs, changes: Sequence[str], readings: Mapping[str, str]
) -> dict[str, Any]:
    suppositions = [Supposition.read(one) for one in changes]
    other = under(settings.policies, outputs.edition, readings)
    names = dict.fromkeys((*touched_between(outputs.edition, other), *_touched(outputs.edition, suppositions)))
    if suppositions:
        other = suppose(settings.policies, other, suppositions)
    simulation = Simulation(outputs, list(names))
    before, after = simulation.outcomes(outputs.edition, other)
    asked = [*changes, *(f"{name}={option}" for name, option in readings.items())]
    steps = [_step(", ".join(asked), simulation, before, after)]
    return {"change": asked, "decisions": simulation.titles(), "before": simulation.met(before), "steps": steps}


def _swept(settings: Settings, outputs: Outputs, text: str) -> dict[str, Any]:
    swept = sweep(settings.policies, outputs.edition, text)
    simulation = Simulation(outputs, _touched(outputs.edition, [swept]))
    (before,) = simulation.outcomes(outputs.edition)
    outcomes = simulation.outcomes(*swept.editions, once=swept.once)
    steps = [_step(value, simulation, before, after) for value, after in zip(swept.values, outcomes, strict=True)]
    return {"sweep": text, "decisions": simulation.titles(), "before": simulation.met(before), "steps": steps}


def _touched(edition: Edition, figures: Sequence[Supposition | Swept]) -> list[str]:
    return list(dict.fromkeys(name for one in figures for name in touched(edition, one.owner, one.name)))


def _step(value: str, simulation: Simulation, before: Outcomes, after: Outcomes) -> dict[str, Any]:
    moved = list(simulation.moved(before, after))
    by_above = Counter((one.decision, one.above, one.before, one.after) for one in moved)
    return {
        "value": value, "met": simulation.met(after), "moved": [asdict(one) for one in moved],
        "by_above": [dict(zip(("decision", "above", "before", "after"), key, strict=True), count=count)
                     for key, count in sorted(by_above.items())],
    }  # fmt: skip


def _write(result: dict[str, Any], table: Path) -> None:
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        names = [one.name for one in fields(Moved)]
        writer.writerow(["value", *names])
        for step in result["steps"]:
            writer.writerows([step["value"], *(one[name] for name in names)] for one in step["moved"])


def _shown(result: dict[str, Any], say: Wording) -> list[Line | Row]:
    titles = result["decisions"]
    names = list(result["before"])
    block: list[Line | Row] = [row("", *(Span(titles[one]["title"][say.lang], "dim") for one in names))]
    block.append(row(say.pick("现在", "now"), *(str(result["before"][one]) for one in names)))
    for step in result["steps"]:
        differences = (_difference(step["met"][one], result["before"][one]) for one in names)
        block.append(row(Span(step["value"], "title"), *differences))
    if len(result["steps"]) == 1:
        moved = result["steps"][0]["moved"]
        for one in moved[:SHOWN]:
            outcomes = titles[one["decision"]]["outcomes"]
            turned = f"{outcomes[one['before']][say.lang]} → {outcomes[one['after']][say.lang]}"
            title = titles[one["decision"]]["title"][say.lang]
            block.append(row(one["id"], Span(one["above"], "dim"), title, turned, indent=2))
        block += more(len(moved) - SHOWN, say.pick)
    counted = say.pick("只数结论的变化，额度、得分、名次不在其内。",
                       "Only outcomes are counted here, not amounts, points or places.")  # fmt: skip
    return [*block, line(Span(counted, "dim"))]


def _difference(now: int, before: int) -> Span:
    tone = "" if now == before else "good" if now > before else "bad"
    return Span(f"{now} ({now - before:+d})" if now != before else str(now), tone)
