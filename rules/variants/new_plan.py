"""Begins a plan: a small complete edition with comments and cases of its own, from the files of `template/`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from string import Template

from rules.format.grammar import PLAN_ID
from rules.values.text import shown
from rules.variants.new_edition import Exists, Step

TEMPLATE, CASES = Path(__file__).with_name("template"), "cases.yaml"


def new_plan(root: Path, plan: str, start: date) -> list[Step]:
    """Write the edition `root/plan/start`. Exists: the plan is there, or the id wrong."""
    folder = root / plan
    if not PLAN_ID.fits(plan):
        word = shown(plan)
        raise Exists(f"方案标识用小写字母、数字和连字符，如 xx-county，不是 {word}。",
                     f"The id of a plan is lower case, digits and hyphens, as in xx-county, not {word}.")  # fmt: skip
    if folder.exists():
        raise Exists(f"{folder} 已经存在，没有改动。", f"{folder} exists already; nothing was changed.")
    edition = folder / start.isoformat()
    edition.mkdir(parents=True)
    steps = []
    for source in sorted(TEMPLATE.glob("*.yaml")):
        target = edition / source.name
        text = Template(source.read_text(encoding="utf-8")).substitute(plan=plan, start=start)
        target.write_text(text, encoding="utf-8")
        told = ("案例", "cases") if source.name == CASES else ("新写", "written")
        steps.append(Step(target.relative_to(root).as_posix(), *told))
    return steps
