"""Judging again only what a change affects comes to the same as judging everything again, on editions nobody wrote."""

import sys
from collections import Counter
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from rules.model import Const
from rules.model.places import parts, put
from rules.table import NotTabular, TableError
from rules.values.text import TextError
from service.county.backend import AS_USUAL, Duck
from service.county.rejudging import judge_again
from service.county.run.affected import affected
from service.county.run.asked import Asked
from service.county.run.outputs import Outputs
from service.county.run.steps import WORK, Steps
from service.county.running import Running
from tests.agreement.drawing import Drawing
from tests.county.random_counties import LEVELS, County, made
from tests.county.test_random_counties import SIZES, written


def figures(thing, place=()):
    """The places of the numbers that an edition writes in decisions and in what is worked out."""
    if isinstance(thing, Const):
        if isinstance(thing.value, int | Decimal) and not isinstance(thing.value, bool):
            yield place, thing
        return
    for name, part in (parts(thing) or {}).items():
        yield from figures(part, (*place, name))


def varied(edition, random):
    """The edition with other numbers in one decision or in what is worked out: one of them, or all, which turns more
    outcomes."""
    facts = [fact for subject in edition.subjects.values() for fact in subject.facts.values() if not fact.given]
    groups = [[*figures(fact, ("subjects", fact.subject, "facts", fact.name))] for fact in facts]
    groups += [[*figures(rule, ("rules", rule.id))] for rule in edition.rules.values()]
    group = random.choice([one for one in groups if one])
    change = random.choice((lambda value: value + 1, lambda value: value * 1000 + 1, lambda value: value * 0))
    for place, const in random.choice((group, [random.choice(group)])):
        edition = put(edition, place, replace(const, value=change(const.value)))
    return replace(edition, sha256="0" * 64)


def rows(folder, subject):
    return {row["id"]: row for row in pq.read_table(folder / f"{subject}.parquet").to_pylist()}


def reproduced(run, scratch):
    """Whether judging all rows of a run again under its own edition comes to its tables."""
    again = judge_again(run, run.edition, scratch, lambda _: None)
    return all(rows(again.folder, one) == rows(run.folder, one) for one in LEVELS)


def check(seed, sizes=SIZES, variants=3):
    """Hold a county of a seed; what was compared."""
    random, seen = Random(seed), Counter()
    edition = made(random)
    if edition is None:
        return seen
    county = County(edition, Drawing(edition).day(random), random, sizes)
    with TemporaryDirectory() as name, closing(Duck(Path(name) / "duck")) as duck:
        folder = Path(name)
        out = folder / "out"
        out.mkdir()
        asked = Asked(edition, county.on, written(county, folder), out, at_most=1.0)
        try:
            with closing(Duck(out / WORK)) as own:
                manifest = Running(asked, out, Steps(out, asked.stamp), own, lambda _: None).judged(asked.stamp)
        except (NotTabular, TableError):
            return Counter(refused=1)
        run = Outputs(out, edition, duck, manifest)
        if not reproduced(run, folder / "same"):  # given figures contradict counts, and a run's tables have neither
            return Counter(contradicting=1)
        for number in range(variants):
            try:
                other = varied(edition, random)
                whole = judge_again(run, other, folder / f"whole{number}", lambda _: None)
            except (NotTabular, TableError, TextError):
                seen["refused"] += 1
                continue
            only = affected(edition, other, manifest)
            partly = judge_again(run, other, folder / f"partly{number}", lambda _: None, AS_USUAL, only)
            for subject in LEVELS:
                was, then, now = (rows(one, subject) for one in (out, whole.folder, partly.folder))
                for rule in (one for one in other.rules.values() if one.subject == subject):
                    if rule.id not in whole.manifest.levels[subject].made:
                        continue
                    names = [one for one in next(iter(then.values())) if one.split("__")[0] == rule.id]
                    side = now if rule.id in only.decisions else was
                    for id, row in then.items():
                        said = {one: side[id].get(one) for one in names}
                        odd = {one: (said[one], row[one]) for one in names if said[one] != row[one]}
                        assert not odd, (seed, number, subject, id, rule.id, odd)
                        seen["affected" if rule.id in only.decisions else "as they were"] += 1
                        seen["turned"] += was[id].get(rule.id) != row[rule.id]
    seen["editions"] += 1
    return seen


def test_what_is_affected_is_judged_as_all_is_judged():
    seen = check(110, (2, 6, 20), 2) + check(112, (2, 6, 20), 2)
    assert seen["affected"] >= 20
    assert seen["as they were"] >= 20
    assert seen["turned"] >= 8


def main(first: int, last: int) -> int:
    """Hold the counties of the seeds from `first` to before `last`; says what differs, and what was compared."""
    seen, failed = Counter(), 0
    for seed in range(first, last):
        try:
            seen += check(seed)
        except Exception as error:  # noqa: BLE001 -- the other seeds are of use all the same
            failed += 1
            sys.stdout.write(f"{seed} {type(error).__name__} {str(error)[:600]}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{dict(seen)} {failed} differ\n")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
