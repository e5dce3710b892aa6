"""Who gains and who loses when one edition takes the place of another: a run judged under both, added up in tables by
the records around, with the money that moves. A change that the counts of the run can answer is answered from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rules.judging.decision import vars_of
from rules.model import Edition, Rule
from rules.model.places import ABSENT, differing
from rules.table.columns import around
from rules.values.text import NotFound
from service.county.backend import AS_USUAL, Limits, rows_of
from service.county.movements import Both, Judged, decision, money
from service.county.rejudging import Again, judge_again
from service.county.run.affected import affected, in_words
from service.county.run.outputs import Outputs
from service.county.running import Tick
from service.county.simulation import Outcomes, Recount, Simulation, touched_between

BEFORE, AFTER = "before", "after"


def judged_under(run: Outputs, edition: Edition, scratch: Path, tick: Tick, limits: Limits = AS_USUAL) -> Outputs:
    """A run as an edition judges it: itself, where it was judged under that one. Fixed where it cannot be."""
    if (edition.sha256, edition.under) == (run.edition.sha256, run.edition.under):
        return run
    again = judge_again(run, edition, scratch / BEFORE, tick, limits)
    return Outputs(again.folder, edition, run.duck, again.manifest)


def effect(run: Outputs, base: Outputs, after: Edition, scratch: Path, tick: Tick, limits: Limits = AS_USUAL) -> Any:
    """What a run comes to under another edition than that of `base`, the run as `judged_under` that; as data for JSON.
    Fixed where the edition cannot judge the run."""
    before = base.edition
    both = _by_counts(base, after, scratch, tick) or _by_rows(run, base, after, scratch, tick, limits)
    tick("sums")
    rules = [rule for rule in _in_order(before) if both.before.made(rule) and both.after.made(rule)]
    told = [one for rule in rules if (one := decision(both, rule, run))]
    return {
        "run": {"edition": run.manifest.edition, "edition_sha256": run.manifest.edition_sha256,
                "on": run.on.isoformat(), "rows": {one: count.rows for one, count in run.manifest.counts.items()}},
        "by": both.by,
        "absent": [_fact(after, *one) for one in both.absent],
        "set_aside": dict(both.set_aside),
        "subjects": {one: vars_of(after.subjects[one].title) for one in both.set_aside},
        "decisions": told,
    }  # fmt: skip


def _fact(edition: Edition, subject: str, fact: str) -> dict[str, str]:
    return vars_of(edition.subjects[subject].facts[fact].title)


def _in_order(edition: Edition) -> list[Rule]:
    """The decisions, those about upper subjects first."""
    return sorted(edition.rules.values(), key=lambda one: len(list(around(edition, one.subject))))


# --- judged


def changed_between(old: Edition, new: Edition) -> list[str]:
    """The decisions in which two editions differ, with those that rest on facts in which they do; Recount where more
    may differ than the counts of a run can tell."""
    for one in differing(old, new):
        what, *place = one.place
        if what == "rules" and len(place) == 1 and ABSENT in (one.old, one.new):
            raise Recount
        if what == "subjects" and not in_words(old, new, place):
            raise Recount
    return touched_between(old, new)


def _by_counts(base: Outputs, after: Edition, scratch: Path, tick: Tick) -> Both | None:
    """The run under both editions from its counts; None where these cannot tell."""
    try:
        simulation = Simulation(base, changed_between(base.edition, after))
    except (Recount, NotFound):
        return None
    tick("counts")
    [before], [then] = (simulation.outcomes(edition) for edition in (base.edition, after))
    return counted(simulation, (base.edition, before), (after, then), scratch)


def counted(
    simulation: Simulation, before: tuple[Edition, Outcomes], after: tuple[Edition, Outcomes], scratch: Path
) -> Both:
    """A run under two editions, from the outcomes that its counts come to under each."""
    affected, sides = {rule.id for rule in simulation.affected}, []
    for (edition, outcomes), name in ((before, BEFORE), (after, AFTER)):
        folder = scratch / f"counted_{name}"
        folder.mkdir(parents=True)
        for subject in simulation.subjects:
            simulation.write(edition, subject, outcomes, folder / f"{subject}.parquet")
        sides.append(Judged(edition, _rows_in(folder), lambda rule: rule.id in affected))
    old, new = sides
    return Both(simulation.outputs, old, new, "counts")


def _by_rows(run: Outputs, base: Outputs, after: Edition, scratch: Path, tick: Tick, limits: Limits) -> Both:
    only = affected(base.edition, after, run.manifest) if base is run else None
    return rejudged(base, judge_again(run, after, scratch / AFTER, tick, limits, only))


def rejudged(base: Outputs, again: Again) -> Both:
    """A run under the edition that it was judged under, and under another that has judged its rows again."""
    old, new, after = base.manifest, again.manifest, again.edition
    return Both(
        base,
        Judged(base.edition, base.file, lambda rule: old.made(rule.subject, rule.id)),
        Judged(after, _rows_in(again.folder), lambda rule: rule.id in after.rules and new.made(rule.subject, rule.id)),
        "rows",
        again.absent,
        again.set_aside,
    )


def moneys(both: Both, run: Outputs) -> list[dict[str, Any]]:
    """The money that moves, decision by decision; the same sums as in `effect`."""
    rules = [rule for rule in _in_order(both.before.edition) if both.before.made(rule) and both.after.made(rule)]
    return [one | {"decision": rule.id} for rule in rules for one in money(both, rule, run)]


def _rows_in(folder: Path) -> Callable[[str], str]:
    return lambda subject: rows_of(folder / f"{subject}.parquet")
