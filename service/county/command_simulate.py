"""`village-credit county simulate`."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from rules import PolicyError
from rules.layout import Line, Row, Span, line, row
from rules.model import Edition
from rules.whatif import NoSuchFigure, Supposition, suppose
from rules.wording import Wording
from service.command_common import Bad, Settings, Unfit, common, located
from service.command_screen import as_json, show
from service.county.engine import Duck
from service.county.explaining import Outputs, read_manifest
from service.county.simulating import Fixed, Moved, Simulation, values_of, with_limit

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
SHOWN = 20  # records on the screen; the file has all


@click.command("simulate")
@click.option("--run", "folder", type=FOLDER, required=True, help="一次运行的结果 / the folder of a run")
@click.option("--change", "changes", multiple=True, metavar="DECISION.ITEM=VALUE",
              help="若改成这个数，可重复 / a figure as it might be; repeatable")  # fmt: skip
@click.option("--sweep", metavar="DECISION.ITEM=FROM..TO/STEP", help="逐个数试过去 / try value after value")
@click.option("--csv", "table", type=click.Path(dir_okay=False, path_type=Path), help="变化逐行写入 / rows to a file")
@common
def simulate_command(
    settings: Settings, folder: Path, changes: tuple[str, ...], sweep: str | None, table: Path | None
) -> None:
    """若改变门槛，谁得到、谁失去 / who gains and who loses under other figures"""
    if bool(changes) == bool(sweep):
        raise Bad("请给出 --change 或 --sweep。", "Give either --change or --sweep.")
    manifest = read_manifest(folder)
    edition = settings.named(manifest["edition"])
    try:
        with tempfile.TemporaryDirectory() as scratch:
            outputs = Outputs(folder, edition, Duck(Path(scratch)), manifest)
            found = _swept(outputs, sweep) if sweep else _changed(settings, outputs, changes)
            outputs.duck.close()
    except (Fixed, NoSuchFigure) as error:
        raise Bad(error.zh, error.en) from None
    except PolicyError as error:
        raise Unfit([located(one, settings.policies) for one in error.problems]) from None
    if table is not None:
        _write(found, table)
    if settings.json:
        as_json(found)
    else:
        show(list(_told(found, Wording(edition, settings.lang))), settings.color)


def _changed(settings: Settings, outputs: Outputs, changes: Sequence[str]) -> dict[str, Any]:
    edition = outputs.edition
    suppositions = [Supposition.read(one) for one in changes]
    other = suppose(settings.policies, edition, suppositions)
    simulation = Simulation(outputs, [_decision(edition, one.owner) for one in suppositions])
    before, after = simulation.outcomes(edition), simulation.outcomes(other)
    moved = list(simulation.moved(before, after))
    steps = [_step(", ".join(changes), simulation.met(after), moved)]
    return {"change": list(changes), "decisions": simulation.titles(), "before": simulation.met(before), "steps": steps}


def _swept(outputs: Outputs, sweep: str) -> dict[str, Any]:
    edition = outputs.edition
    path, _, said = sweep.partition("=")
    owner, _, item = path.strip().partition(".")
    values = values_of(said)
    simulation = Simulation(outputs, [_decision(edition, owner)])
    if item not in {one.id for one in simulation.edition.rules[owner].body.criteria}:  # type: ignore[union-attr]
        raise Fixed(f"{owner} 没有条目 {item}。", f"{owner} has no item {item}.")
    before = simulation.outcomes(edition)
    steps = []
    for value in values:
        after = simulation.outcomes(with_limit(edition, owner, item, value))
        steps.append(_step(_written(value), simulation.met(after), list(simulation.moved(before, after))))
    return {"sweep": sweep, "decisions": simulation.titles(), "before": simulation.met(before), "steps": steps}


def _decision(edition: Edition, name: str) -> str:
    if name not in edition.rules:
        known = ", ".join(edition.rules)
        raise Fixed(f"没有判定 {name}（现有：{known}）。", f"There is no decision {name} (there are: {known}).")
    return name


def _written(value: Fraction) -> str:
    return f"{float(value * 100):.6g}%" if value <= 1 else f"{float(value):.10g}"


def _step(value: str, met: dict[str, int], moved: list[Moved]) -> dict[str, Any]:
    by_above = Counter((one.decision, one.above, one.before, one.after) for one in moved)
    return {
        "value": value, "met": met, "moved": [asdict(one) for one in moved],
        "by_above": [dict(zip(("decision", "above", "before", "after"), key, strict=True), count=count)
                     for key, count in sorted(by_above.items())],
    }  # fmt: skip


def _write(found: dict[str, Any], table: Path) -> None:
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        names = [one.name for one in fields(Moved)]
        writer.writerow(["value", *names])
        for step in found["steps"]:
            writer.writerows([step["value"], *(one[name] for name in names)] for one in step["moved"])


def _told(found: dict[str, Any], say: Wording) -> list[Line | Row]:
    titles = found["decisions"]
    names = list(found["before"])
    block: list[Line | Row] = [row("", *(Span(titles[one]["title"][say.lang], "dim") for one in names))]
    block.append(row(say.pick("现在", "now"), *(str(found["before"][one]) for one in names)))
    for step in found["steps"]:
        differences = (_difference(step["met"][one], found["before"][one]) for one in names)
        block.append(row(Span(step["value"], "title"), *differences))
    if len(found["steps"]) == 1:
        moved = found["steps"][0]["moved"]
        for one in moved[:SHOWN]:
            outcomes = titles[one["decision"]]["outcomes"]
            turned = f"{outcomes[one['before']][say.lang]} → {outcomes[one['after']][say.lang]}"
            title = titles[one["decision"]]["title"][say.lang]
            block.append(row(one["id"], Span(one["above"], "dim"), title, turned, indent=2))
        if len(moved) > SHOWN:
            rest = len(moved) - SHOWN
            block.append(line(Span(say.pick(f"还有 {rest} 个", f"and {rest} more"), "dim"), indent=2))
    return block


def _difference(now: int, before: int) -> Span:
    tone = "" if now == before else "good" if now > before else "bad"
    return Span(f"{now} ({now - before:+d})" if now != before else str(now), tone)
