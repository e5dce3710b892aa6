"""`village-credit demo`: judges the example county. Its files name the decisions."""

from __future__ import annotations

from pathlib import Path

import click

from rules import Decision
from rules.cases.files import Case
from rules.values.layout import Line, Row, Span, line, row
from service.commands.common import HOME, Bad, Settings, common
from service.commands.judge import Judge, cases_of, summary, watched

COUNTY = HOME / "examples" / "county"


@click.command()
@click.argument("folder", required=False)
@common
def demo(settings: Settings, folder: str | None) -> None:
    """判定随附的示例县 / judge the example county"""
    place = Path(folder) if folder else COUNTY
    cases = [case for file in sorted(place.glob("*.yaml")) for case in cases_of(str(file))]
    if not cases:
        raise Bad(f"{place} 里没有案例（*.yaml）。", f"There are no cases (*.yaml) in {place}.")
    judge = Judge(settings)
    decided = [decision for case in watched(cases, settings) for decision in _decided(judge, case)]
    settings.tell([decision.as_dict() for decision in decided], _table(decided, settings))


def _decided(judge: Judge, case: Case) -> list[Decision]:
    if not case.decisions:
        raise Bad(f"{case.where}：没有写 decisions。", f"{case.where}: no `decisions` are given.")
    return [judge.decide(decision, case) for decision in case.decisions]


def _table(decided: list[Decision], settings: Settings) -> list[Line | Row]:
    """A row for each decision, under a heading for each kind of subject."""
    block: list[Line | Row] = []
    heading, who = "", ""
    for one in decided:
        subject = one.edition.subjects[one.rule.subject].title.get(settings.lang)
        if subject != heading:
            heading, who = subject, ""
            block += [*([line()] if block else []), line(Span(subject, "title"))]
        first, *more = summary(one, settings)
        name = first.cells[0] if one.subject_id != who else Span("")
        who = one.subject_id
        block += [row(name, *first.cells[1:], indent=2), *(row(*one.cells, indent=2) for one in more)]
    editions = sorted({one.edition.id for one in decided})
    days = sorted({one.on.isoformat() for one in decided})
    count = settings.pick(f"{len(decided)} 项判定", f"{len(decided)} decisions")
    return [*block, line(), line(Span(f"{count} · {', '.join(editions)} · {' / '.join(days)}", "dim"))]
