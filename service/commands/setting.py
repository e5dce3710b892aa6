"""`village-credit policies set`: write other values into the files of an edition, and only where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from rules.editing.address import Refused
from rules.editing.clauses import Wording
from rules.problems.problem import Problem
from rules.values.layout import Line, Span, line
from rules.variants.folders import write
from rules.variants.setting import setting
from service.commands.common import Bad, Settings, common, located
from service.commands.policies import agreed, counted_files, difference, editions, tell
from service.commands.screen import show
from service.examples.own import faults_below


@click.command("set")
@click.argument("path", metavar="EDITION")
@click.argument("said", metavar="PLACE=VALUE...", nargs=-1, required=True)
@click.option("--clause", "clauses", is_flag=True,
              help="连同条款原文、口径说明里的数一起改 / correct the words of clause and reading too")  # fmt: skip
@click.option("--write", "written", is_flag=True, help="把改动写入文件 / write the changes")
@common
def put(settings: Settings, path: str, said: Sequence[str], clauses: bool, written: bool) -> None:
    """改政策里的数值或文字，只动那一处，显示改动 / set a figure or a text, changing its line alone"""
    inside = Path(path) if (Path(path) / "plan.yaml").is_file() else settings.policies / path
    root, names = editions(settings, str(inside))
    if len(names) > 1:
        raise Bad(f"{path} 不是一个版本，请写 方案/日期。", f"{path} is no single edition: write PLAN/DATE.")
    try:
        made = setting(root, names[0], said, clauses=clauses, also=partial(_missed, settings, names[0]))
    except Refused as refused:
        raise Bad(refused.zh, refused.args[0]) from None
    good = not any(one.severity == "error" for one in made.problems)
    if written and not good:
        click.echo(settings.pick("有错误，不写入。", "There are errors: nothing is written."), err=True)
    if not settings.json:
        show([*difference(made.changed), *_offered(settings, made.wordings, clauses)], settings.color)
    if good and made.changed and (written or (not settings.json and agreed(settings))):
        write(root / names[0], made.files)
        written = True
    written = written and good and bool(made.changed)
    if not settings.json:
        show([counted_files(settings, made.changed, written)], settings.color)
    changes = [{"file": one.file, "diff": one.diff()} for one in made.changed]
    clause = [{"place": str(one.at), "said": one.said, "instead": one.instead} for one in made.wordings]
    tell(settings, [located(one, root) for one in made.problems], names, changes=changes, written=written,
         clauses=clause)  # fmt: skip


def _missed(settings: Settings, name: str, root: Path) -> Iterator[Problem]:
    """The test cases that would not come to what they must any more: told, and no error. A case that is meant to come
    out otherwise is changed next, and `policies check` refuses the edition until it is."""
    for one in faults_below(root, name, settings.today()):
        yield replace(one, severity="warning")


def _offered(settings: Settings, found: Sequence[Wording], taken: bool) -> Iterator[Line]:
    """Where clauses and readings still say the old figure."""
    for one in () if taken else found:
        zh = f"文字还写着 {one.said}，改为 {one.instead} 加 --clause：{one.at}"
        en = f"the words still say {one.said}; --clause makes it {one.instead}: {one.at}"
        yield line(Span(settings.pick(zh, en), "dim"))
