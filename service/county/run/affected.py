"""What of a run has to be worked out anew under another edition; the tables of the run state all else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rules.judging.parts import Pair, parts_and_wholes
from rules.model import Edition, Ref
from rules.model.places import ORDER, differing
from rules.model.uses import Used, fact_of
from rules.table.columns import around
from rules.table.judge import asked
from rules.table.order import Unit
from service.county.run.manifest import Manifest
from service.county.run.resting import behind, resting

WORDS = frozenset({"about", "clause", "lever", "moves", "set_by", "supplied_by", "title", "trait"})  # decide nothing


@dataclass(frozen=True, slots=True)
class Affected:
    """The decisions that may come out otherwise, the counts that are counted again, and all facts and decisions that
    these read."""

    decisions: frozenset[str]
    counts: frozenset[Unit]
    reads: frozenset[Unit]


def affected(old: Edition, new: Edition, run: Manifest) -> Affected | None:
    """What of a run may come out otherwise under a new edition; None where rows may be read otherwise."""
    changed, files = _changed(old, new), run.levels.keys()
    if changed is None:
        return None
    pairs = [(edition, _both(pair), pair) for edition in (old, new) for of in files
             for pair in parts_and_wholes(edition, of)]  # fmt: skip
    grown = True
    while grown:  # what is held against a changed figure is not known where the two contradict each other
        more = {unit for edition, both, pair in pairs if resting(edition, both, files) & changed
                for unit in (*pair.behind, *((of, ref.name) for of, ref in both))} - changed  # fmt: skip
        grown, changed = bool(more), changed | more
    decisions = frozenset(rule.id for edition in (old, new) for rule in edition.rules.values()
                          if resting(edition, [asked(rule)], files) & changed)  # fmt: skip
    made = {name for count in run.counts.values() for name in count.outcomes}
    return Affected(decisions, *_worked_out(new, decisions, made, changed, files))


def affected_by_any(old: Edition, editions: Iterable[Edition], run: Manifest) -> Affected | None:
    """What may come out otherwise under some of several editions."""
    found = Affected(frozenset(), frozenset(), frozenset())
    for one in editions:
        if (more := affected(old, one, run)) is None:
            return None
        found = Affected(found.decisions | more.decisions, found.counts | more.counts, found.reads | more.reads)
    return found


def in_words(old: Edition, new: Edition, place: Sequence[Any]) -> bool:
    """Whether a difference of subjects is of words, or of a fact that is worked out: rows are read as they were."""
    if len(place) < 4 or place[1] != "facts":
        return place[-1] in ("title", "named")
    facts = [one.subjects[place[0]].facts[place[2]] for one in (old, new)]
    return place[3] in WORDS or not any(one.given for one in facts)


def _changed(old: Edition, new: Edition) -> set[Unit] | None:
    """The facts and decisions in which two editions differ; None where rows may be read otherwise."""
    changed = set[Unit]()
    for one in differing(old, new):
        what, *place = one.place
        if what == "extracts" or (what == "subjects" and not in_words(old, new, place)):
            return None
        if what == "subjects" and len(place) > 2:
            changed.add((place[0], place[2]))
        elif what == "rules" and place[0] is not ORDER:
            changed |= {(edition.rules[place[0]].subject, place[0])
                        for edition in (old, new) if place[0] in edition.rules}  # fmt: skip
    return changed


def _both(pair: Pair) -> list[Used]:
    return [(one.subject, Ref("fact", "", one.name, one.type)) for one in (pair.part, pair.whole)]


def _worked_out(
    edition: Edition, decisions: Collection[str], made: Collection[str], changed: Collection[Unit],
    files: Collection[str],
) -> tuple[frozenset[Unit], frozenset[Unit]]:  # fmt: skip
    """The counts to be counted again for some decisions, and all that is read for these; `made` are the decisions that
    the run made."""
    counts, reads, seen = set[Unit](), set[Unit](), set[tuple[str, Used]]()
    waiting = [(rule.subject, asked(rule)) for rule in edition.rules.values() if rule.id in decisions]
    while waiting:
        home, used = waiting.pop()
        subject, ref = used
        if (home, used) in seen or ref.what in ("on", "total", "records"):
            continue
        seen.add((home, used))
        reads.add((subject, ref.name))
        fact = fact_of(edition, *used)
        if fact is not None and fact.counted is not None and {subject, fact.counted.inside} <= {*files}:
            if fact.counted.name != "records" and not resting(edition, [used], files) & {*changed}:
                continue  # the run states it
            counts.add((subject, ref.name))
            home = fact.counted.inside
        elif ref.what == "outcome" and ref.name in {*made} - {*decisions} and subject not in around(edition, home):
            continue
        waiting += ((home, one) for one in behind(edition, used, files))
    return frozenset(counts), frozenset(reads)
