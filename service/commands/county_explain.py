"""`village-credit county explain`."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

import click

from rules import Engine
from rules.values.layout import line
from rules.words.explain import explanation, whole
from rules.words.telling import Telling
from service.commands.common import RUN, Bad, Settings, common, levels, one_of
from service.commands.decide import lacking
from service.commands.screen import as_json, show
from service.county.backend import Duck
from service.county.run.manifest import read_manifest
from service.county.run.outputs import Disagreement, Outputs


@click.command("explain")
@click.argument("folder", type=RUN)
@click.argument("subject")
@click.argument("id")
@click.argument("decision", required=False)
@levels
@common
def explain_command(settings: Settings, folder: Path, subject: str, id: str, decision: str | None, depth: int) -> None:
    """逐条说明一次运行中某一行的结论 / explain one row of a run"""
    manifest = read_manifest(folder)
    edition = settings.judged_by(manifest.edition, manifest.readings, manifest.edition_sha256)
    made = one_of(manifest.levels, subject, "对象", "subject").made
    if decision and (decision not in edition.rules or edition.rules[decision].subject != subject):
        one_of(dict.fromkeys(made), decision, f" {subject} 的判定", f"{subject} decision")
    names = (decision,) if decision else made
    engine = Engine(edition)
    with tempfile.TemporaryDirectory() as scratch, closing(Duck(Path(scratch))) as duck:
        outputs = Outputs(folder, edition, duck, manifest)
        for number, name in enumerate(names):
            try:
                judged = outputs.decide(engine, subject, id, name)
            except Disagreement as error:
                raise Bad(f"批量结论与引擎不一致：{error}", f"The table and the engine disagree: {error}") from None
            if judged is None:
                raise Bad(f"这次运行没有 {subject} {id}。", f"The run has no {subject} {id}.")
            if settings.json:
                as_json(whole(judged, depth, Telling(names=outputs.named)), lines=len(names) > 1)
                continue
            show([line()] if number else [], settings.color)
            telling = Telling(names=outputs.named)
            told = explanation(judged, settings.lang, full=decision is not None, depth=depth, telling=telling)
            show(told, settings.color)
            show(lacking(judged, settings), settings.color)
