"""`village-credit county assign`: villages to customer managers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from rules.judging.assignment import Incomplete, Task, Wanted, obstacles, task
from rules.model import Assignment, Edition
from rules.values.figures import rate
from rules.values.layout import Line, Row, Span, line, row
from rules.words.wording import Wording
from service.commands.common import NEEDS_INFORMATION, Bad, Settings, Unfit, common
from service.commands.screen import as_json, show
from service.county.assignment.assigning import STEPS, Assigned, Found, assign
from service.county.intake.extract import BadRows, pairs, records
from service.county.intake.inputs import Unreadable

SHOWN = 20  # changes, and records that lack something, on the screen; files have them all
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("assign")
@click.option(
    "--villages",
    "records_file",
    type=FILE,
    required=True,
    help="各村数据，CSV、Excel 或 Parquet / facts of the villages: CSV, Excel or Parquet",
)
@click.option(
    "--managers",
    "bearers_file",
    type=FILE,
    required=True,
    help="客户经理名单，同上 / the customer managers, likewise",
)
@click.option("--last", "last_file", type=FILE, help="上次分派，用以沿用 / the last assignment, to keep most of it")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="结果目录 / folder for the results"
)
@click.option("--assignment", "name", metavar="ID", help="哪一项分派，默认为唯一的一项 / which assignment")
@common
def assign_command(
    settings: Settings, records_file: Path, bearers_file: Path, last_file: Path | None, out: Path, name: str | None
) -> None:
    """各村分派客户经理，力求均衡 / assign villages to customer managers, evenly"""
    on = settings.today()
    edition = settings.edition(on)
    what = _chosen(edition, name)
    say = Wording(edition, settings.lang)
    try:
        last = {} if last_file is None else pairs(last_file, (what.subject, "id"), (what.bearer,))
        records_found = records(edition, what.subject, records_file)
        asked = task(edition, what, on, records_found, records(edition, what.bearer, bearers_file), last)
    except BadRows as error:
        raise Unfit(list(error.problems)) from None
    except Unreadable as error:
        raise Unfit([{"where": str(error.path), "zh": error.zh, "en": error.en}]) from None
    except Incomplete as error:
        _tell_wanted(error.wanted, what, say, settings)
        raise click.exceptions.Exit(NEEDS_INFORMATION) from None
    if hindering := obstacles(asked):
        raise Unfit([{"where": "", "code": "impossible", "zh": one.zh, "en": one.en} for one in hindering])
    inputs = tuple(one for one in (records_file, bearers_file, last_file) if one is not None)
    assigned = Assigned(edition, on, asked, _watched(asked, settings), last, inputs)
    files = assigned.write(out)
    if settings.json:
        as_json(assigned.as_dict())
    else:
        for block in (_outcome(assigned, say), _loads(assigned, say), _quality(assigned, say)):
            show([*block, line()], settings.color)
        show([line(Span(str(one), "dim")) for one in files], settings.color)


def _chosen(edition: Edition, name: str | None) -> Assignment:
    """The assignment asked for, or the only one."""
    known = ", ".join(edition.assignments) or "-"
    if name is None and len(edition.assignments) == 1:
        return next(iter(edition.assignments.values()))
    if name is None or name not in edition.assignments:
        raise Bad(f"请用 --assignment 指明分派（现有：{known}）。",
                  f"Say which assignment with --assignment (there are: {known}).")  # fmt: skip
    return edition.assignments[name]


def _watched(asked: Task, settings: Settings) -> Found:
    """Assign, with a bar on standard error where somebody watches."""
    if not sys.stderr.isatty():
        return assign(asked)
    with click.progressbar(length=STEPS, label=settings.pick("分派", "assigning"), file=sys.stderr) as bar:
        return assign(asked, bar.update)


def _tell_wanted(wanted: tuple[Wanted, ...], what: Assignment, say: Wording, settings: Settings) -> None:
    outcome = what.outcomes[what.role("unknown")]
    if settings.json:
        missing = [{"subject": one.subject, "id": one.id, "missing": [at.as_dict() for at in one.missing]}
                   for one in wanted]  # fmt: skip
        as_json({"assignment": what.id, "outcome": outcome.id, "missing": missing})
        return
    block: list[Line | Row] = [line(Span(f"{say.text(what.title)}  "), Span(say.text(outcome.title), "unknown"))]
    for one in wanted[:SHOWN]:
        titles = say.pick("、", ", ").join(say.text(at.title) for at in one.missing)
        block.append(row(one.id, Span(f"{say.pick('缺：', 'wanted: ')}{titles}", "unknown"), indent=2))
    if len(wanted) > SHOWN:
        rest = len(wanted) - SHOWN
        block.append(line(Span(say.pick(f"  还有 {rest} 个", f"  and {rest} more"), "dim")))
    show(block, settings.color)


def _outcome(assigned: Assigned, say: Wording) -> Iterator[Line | Row]:
    """How even it is, by dimension."""
    what, found = assigned.task.assignment, assigned.found
    outcome = what.outcomes[found.judged.outcome]
    tone = "good" if outcome.role == "met" else "bad"
    yield line(
        Span(say.text(what.title), "title"), Span(f"  {assigned.on}  {assigned.edition.id} {what.clause}", "dim")
    )
    yield line(Span(say.pick("结论：", "Outcome: ")), Span(say.text(outcome.title), tone), indent=2)
    for one, spread, even in zip(what.balance, found.judged.spreads, found.judged.even, strict=True):
        words = say.pick(f"偏离最大 {rate(spread)}", f"farthest off {rate(spread)}")
        limit = say.pick(f"不超过 {rate(one.tolerance)}", f"at most {rate(one.tolerance)}")
        yield row(Span("✓" if even else "✗", "good" if even else "bad"), say.text(one.title), words, limit,
                  Span(one.clause, "dim"), indent=4)  # fmt: skip


def _loads(assigned: Assigned, say: Wording) -> Iterator[Line | Row]:
    """What everybody carries, and by what part of his share he is off."""
    what, found = assigned.task.assignment, assigned.found
    heads = [say.text(one.title) for one in what.balance]
    about = (say.edition.subjects[what.bearer].title, say.edition.subjects[what.subject].title)
    yield row(*(Span(one, "dim") for one in (*(say.text(one) for one in about), *heads)), indent=2)
    for load in found.judged.loads:
        totals = [
            f"{say.value(total, one.measure.type)} ({'+' if off > 0 else ''}{rate(off)})"
            for one, total, off in zip(what.balance, load.totals, load.off, strict=True)
        ]
        yield row(load.bearer.id, str(load.records), *totals, indent=2)


def _quality(assigned: Assigned, say: Wording) -> Iterator[Line | Row]:
    """How far from the best possible it is, and what changed."""
    found = assigned.found
    yield line(Span(say.pick(
        f"加权偏离 {rate(found.judged.score)}；已证明任何分派都不低于 {rate(found.bound)}，"
        + (f"最多还能改进 {rate(found.gap)}。" if found.gap else "已无改进余地。"),
        f"Weighted spread {rate(found.judged.score)}; proven: no assignment gets below {rate(found.bound)}, "
        + (f"so at most {rate(found.gap)} could be gained." if found.gap else "so nothing could be gained."),
    )), indent=2)  # fmt: skip
    if assigned.last:
        yield from _changes(assigned, say)


def _changes(assigned: Assigned, say: Wording) -> Iterator[Line | Row]:
    what, changes = assigned.task.assignment, assigned.changes()
    stays = assigned.task.stays(assigned.found.answer)
    words = say.pick(f"沿用上次 {stays} 个，换人 {len(changes)} 个。", f"{stays} stay, {len(changes)} change hands.")
    yield line(Span(words), indent=2)
    for one in changes[:SHOWN]:
        yield row(str(one[what.subject]), f"{one['last']} → {one[what.bearer]}", indent=4)
    if len(changes) > SHOWN:
        rest = len(changes) - SHOWN
        yield line(Span(say.pick(f"还有 {rest} 个", f"and {rest} more"), "dim"), indent=4)
