"""`village-credit county template`."""

from __future__ import annotations

from pathlib import Path

import click

from rules.values.layout import Line, Row, Span, line, row
from service.commands.common import FOLDER, Settings, common
from service.county.template import columns, write_templates

OPTIONS = {"household": "--households", "village": "--villages", "township": "--townships", "county": "--county"}


@click.command("template")
@click.option("--out", type=FOLDER, required=True, help="写到哪个目录 / folder for the workbooks")
@common
def template_command(settings: Settings, out: Path) -> None:
    """写出各张待填的 Excel 表，附填表说明 / write the workbooks to fill in, each with an explanation"""
    edition = settings.edition(settings.today())
    files = write_templates(edition, out, settings.lang)
    block: list[Line | Row] = [
        row(str(path), settings.pick(f"{len(columns(edition, subject, settings.lang))} 列",
                                     f"{len(columns(edition, subject, settings.lang))} columns"))
        for subject, path in files.items()
    ]  # fmt: skip
    words = [f"{OPTIONS[one]} {path}" if one in OPTIONS else f"--table {one}={path}" for one, path in files.items()]
    block.append(line(Span(settings.pick("填好后运行：", "When filled in, run:"), "title")))
    block.append(line(Span(" ".join(["village-credit county run", *words, "--out OUT"]), "dim"), indent=2))
    settings.tell({subject: str(path) for subject, path in files.items()}, block)
