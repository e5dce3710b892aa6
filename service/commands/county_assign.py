"""`village-credit county assign`: villages to customer managers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import click

from rules.judging.assignment import Incomplete, Wanted, obstacles, task
from rules.model import Assignment
from rules.values.figures import rate
from rules.values.layout import Line, Row, Span, line, row
from rules.values.text import TextErrors
from rules.words.record_wording import RecordNames
from rules.words.wording import Wording
from service.commands.common import FILE, FOLDER, NEEDS_INFORMATION, Settings, common, one_of, only
from service.commands.screen import as_json, more, progress, show
from service.county.assignment.assigning import STEPS, Assigned, assign
from service.county.intake.extract import pairs, records
from service.county.run.outputs import directory

SHOWN = 20  # changes, and records that lack something, on the screen; files have them all


@click.command("assign")
@click.option("--villages", "records_file", type=FILE, required=True,
              help="各村数据，CSV、Excel 或 Parquet / facts of the villages: CSV, Excel or Parquet")  # fmt: skip
@click.option("--managers", "bearers_file", type=FILE, required=True,
              help="客户经理名单，同上 / the customer managers, likewise")  # fmt: skip
@click.option("--last", "last_file", type=FILE, help="上次分派，用以沿用 / the last assignment, to keep most of it")
@click.option("--out", type=FOLDER, required=True, help="结果目录 / folder for the results")
@click.option("--assignment", "name", metavar="ID", help="哪一项分派，默认为唯一的一项 / which assignment")
@common
def assign_command(
    settings: Settings, records_file: Path, bearers_file: Path, last_file: Path | None, out: Path, name: str | None
) -> None:
    """各村分派客户经理，力求均衡 / assign villages to customer managers, evenly"""
    on = settings.today()
    edition = settings.edition(on)
    known = edition.assignments
    name = only(known, "--assignment", "分派", "assignment") if name is None else name
    assignment = one_of(known, name, "分派", "assignment")
    say = Wording(edition, settings.lang)
    last = {} if last_file is None else pairs(last_file, (assignment.subject, "id"), (assignment.bearer,))
    records_read, names = records(edition, assignment.subject, records_file, on)
    bearers, names_of_bearers = records(edition, assignment.bearer, bearers_file, on)
    names = _of_run(records_file) | names | names_of_bearers
    try:
        work = task(edition, assignment, on, records_read, bearers, last)
    except Incomplete as error:
        _tell_missing(error.wanted, assignment, say, settings, names)
        raise click.exceptions.Exit(NEEDS_INFORMATION) from None
    if hindering := obstacles(work):
        raise TextErrors([{"where": "", "code": "impossible", "zh": one.zh, "en": one.en} for one in hindering])
    inputs = tuple(one for one in (records_file, bearers_file, last_file) if one is not None)
    with progress(STEPS, settings.pick("分派", "assigning"), least=0) as tick:
        assigned = Assigned(edition, on, work, assign(work, tick), last, inputs, names)
    files = assigned.write(out)
    if settings.json:
        as_json(assigned.as_dict())
        return
    for block in (_outcome(assigned, say), _loads(assigned, say), _quality(assigned, say)):
        show([*block, line()], settings.color)
    show([line(Span(str(one), "dim")) for one in files], settings.color)


def _of_run(file: Path) -> dict[tuple[str, str], str]:
    """The names of records beside a table that a county run wrote: in the table itself there are none."""
    return {key: name for key, (name, _) in directory(file.parent).items() if name}


def _tell_missing(
    wanted: tuple[Wanted, ...], what: Assignment, say: Wording, settings: Settings, names: RecordNames
) -> None:
    outcome = what.outcomes[what.role("unknown")]
    missing = [{"subject": one.subject, "id": one.id, "missing": [at.as_dict() for at in one.missing]}
               for one in wanted]  # fmt: skip
    block: list[Line | Row] = [line(Span(f"{say.text(what.title)}  "), Span(say.text(outcome.title), "unknown"))]
    for one in wanted[:SHOWN]:
        titles = say.pick("、", ", ").join(say.text(at.title) for at in one.missing)
        known = " ".join(filter(None, (names.get((one.subject, one.id)), one.id)))
        block.append(row(known, Span(f"{say.pick('缺：', 'wanted: ')}{titles}", "unknown"), indent=2))
    block += more(len(wanted) - SHOWN, say.pick)
    settings.tell({"assignment": what.id, "outcome": outcome.id, "missing": missing}, block)


def _outcome(assigned: Assigned, say: Wording) -> Iterator[Line | Row]:
    """How even it is, by dimension."""
    what, result = assigned.task.assignment, assigned.found
    outcome = what.outcomes[result.judged.outcome]
    tone = "good" if outcome.role == "met" else "bad"
    yield line(
        Span(say.text(what.title), "title"), Span(f"  {assigned.on}  {assigned.edition.id} {what.clause}", "dim")
    )
    yield line(Span(say.pick("结论：", "Outcome: ")), Span(say.text(outcome.title), tone), indent=2)
    for one, spread, even in zip(what.balance, result.judged.spreads, result.judged.even, strict=True):
        words = say.pick(f"偏离最大 {rate(spread)}", f"farthest off {rate(spread)}")
        limit = say.pick(f"不超过 {rate(one.tolerance)}", f"at most {rate(one.tolerance)}")
        yield row(Span("✓" if even else "✗", "good" if even else "bad"), say.text(one.title), words, limit,
                  Span(one.clause, "dim"), indent=4)  # fmt: skip


def signed(off: int | Fraction) -> str:
    """A distance as a rate with its sign: `+5%`, `≈+3.01%`."""
    shown = rate(off)
    return shown if off <= 0 else f"≈+{shown[1:]}" if shown.startswith("≈") else f"+{shown}"


def _loads(assigned: Assigned, say: Wording) -> Iterator[Line | Row]:
    """The load of each bearer, and its distance from the even share."""
    what, result = assigned.task.assignment, assigned.found
    heads = [say.text(one.title) for one in what.balance]
    about = (say.edition.subjects[what.bearer].title, say.edition.subjects[what.subject].title)
    yield row(*(Span(one, "dim") for one in (*(say.text(one) for one in about), *heads)), indent=2)
    for load in result.judged.loads:
        totals = [
            f"{say.value(total, one.measure.type)} ({signed(off)})"
            for one, total, off in zip(what.balance, load.totals, load.off, strict=True)
        ]
        yield row(assigned.shown(what.bearer, load.bearer.id), str(load.records), *totals, indent=2)


def _quality(assigned: Assigned, say: Wording) -> Iterator[Line | Row]:
    """How far from the best possible it is, and what changed."""
    result = assigned.found
    yield line(Span(say.pick(
        f"加权偏离 {rate(result.judged.score)}；已证明任何分派都不低于 {rate(result.bound)}，"
        + (f"最多还能改进 {rate(result.gap)}。" if result.gap else "已无改进余地。"),
        f"Weighted spread {rate(result.judged.score)}; proven: no assignment gets below {rate(result.bound)}, "
        + (f"so at most {rate(result.gap)} could be gained." if result.gap else "so nothing could be gained."),
    )), indent=2)  # fmt: skip
    if assigned.last:
        yield from _changes(assigned, say)


def _changes(assigned: Assigned, say: Wording) -> Iterator[Line | Row]:
    what, changes = assigned.task.assignment, assigned.changes()
    stays = assigned.task.stays(assigned.found.answer)
    words = say.pick(f"沿用上次 {stays} 个，换人 {len(changes)} 个。", f"{stays} stay, {len(changes)} change hands.")
    yield line(Span(words), indent=2)
    for one in changes[:SHOWN]:
        old, new = (assigned.shown(what.bearer, str(one[key])) for key in ("last", what.bearer))
        yield row(assigned.shown(what.subject, str(one[what.subject])), f"{old} → {new}", indent=4)
    yield from more(len(changes) - SHOWN, say.pick, indent=4)
