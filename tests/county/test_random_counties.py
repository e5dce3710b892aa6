"""A county run says of every row what the plain evaluator says of the same records, on editions that nobody wrote."""

import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from rules.cases.ranges import ranged
from rules.table import NotTabular, TableError, facts_schema
from rules.table.columns import key_of
from rules.table.verdicts import Verdicts
from service.county.backend import Duck
from service.county.intake.inputs import Source
from service.county.run.asked import Asked
from service.county.run.steps import WORK, Steps
from service.county.running import Running
from tests.agreement.drawing import Drawing
from tests.agreement.tabular import row, value_of
from tests.county.random_counties import LEVELS, County, made

SIZES = (4, 24, 80)  # areas, things and parts of a county
EACH = 5  # seeds after which it says how far it is


def written(county, folder):
    """The files of a county, as a run takes them."""
    sources = []
    for subject, above in zip(LEVELS, ("", *LEVELS), strict=False):
        schema = facts_schema(county.edition, subject).to_pyarrow()
        rows = [row(county.edition, facts, schema, id) | ({key_of(above): county.links[subject][id]} if above else {})
                for id, facts in county.files[subject].items()]  # fmt: skip
        given = {name for facts in county.files[subject].values() for name in facts}
        names = ["id", *([key_of(above)] if above else []), *(one for one in schema.names if one in given)]
        path = folder / f"{subject}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=schema).select(names), path)
        sources.append(Source(subject, path))
    return tuple(sources)


def ran(county, folder):
    """The judged rows of a run, by subject and id, and its levels."""
    out = folder / "out"
    out.mkdir()
    asked = Asked(county.edition, county.on, written(county, folder), out, at_most=1.0)
    with closing(Duck(out / WORK)) as duck:
        manifest = Running(asked, out, Steps(out, asked.stamp), duck, lambda _: None).judged(asked.stamp)
    rows = {one: {row["id"]: row for row in pq.read_table(out / f"{one}.parquet").to_pylist()} for one in LEVELS}
    return rows, manifest


def differs(rule, row, judgement, open_):
    """What a row says otherwise than it was judged; where figures are known within bounds it may leave it open."""
    unknown = rule.role("unknown")
    if row[rule.id] != judgement.outcome and not (open_ and row[rule.id] == unknown):
        return f"{row[rule.id]} for {judgement.outcome}"
    layout = Verdicts.of(rule)
    verdicts = {criterion.id: verdict for criterion, verdict in judgement.verdicts}
    if layout.columns("not_met") and layout.columns("not_met")[0] in row:
        for code, verdict in layout.read(row).items():
            if verdict is not verdicts[code] and not (open_ and verdict is None):
                return f"{code} is {verdict} for {verdicts[code]}"
    found = {name.removeprefix(f"{rule.id}__"): value for name, value in row.items()}
    for name, value in judgement.outputs.items():
        said = value_of(found, name) if name in found or f"{name}__top" in found else value
        if said != value and not (open_ and said is None):
            return f"{name} is {said} for {value}"
    return ""


def check(seed, sizes=SIZES):
    """Hold a county of a seed; what was compared, by kind of decision and role of the outcome, and by verdict."""
    random, seen = Random(seed), Counter()
    edition = made(random)
    if edition is None:
        return seen
    county = County(edition, Drawing(edition).day(random), random, sizes)
    with TemporaryDirectory() as folder:
        try:
            rows, manifest = ran(county, Path(folder))
        except (NotTabular, TableError):  # said by name
            seen["refused"] += 1
            return seen
    for subject in LEVELS:
        for id in county.rows[subject]:
            for name, judgement, facts in county.judged(subject, id):
                rule, row = edition.rules[name], rows[subject][id]
                if name in county.rows[subject][id]:  # a conclusion that a file gives stands
                    assert row[name] == county.rows[subject][id][name], (seed, subject, id, name)
                    seen["given"] += 1
                    continue
                if name not in manifest.levels[subject].made:
                    seen["left out"] += 1
                    continue
                wrong = differs(rule, row, judgement, ranged(facts))
                assert not wrong, (seed, subject, id, name, wrong)
                seen[rule.kind, rule.outcomes[judgement.outcome].role or judgement.outcome] += 1
                seen["open"] += row[name] != judgement.outcome
                seen["ranged"] += ranged(facts)
                seen["rows"] += 1
                for _, verdict in judgement.verdicts:
                    seen[verdict] += 1
    seen["editions"] += 1
    return seen


def test_every_row_is_what_the_plain_evaluator_says_of_the_same_records():
    seen = check(101, (2, 6, 20))

    assert seen["editions"] == 1
    assert seen["rows"] >= 30
    assert seen["ranged"] >= 30
    assert seen["open"] <= seen["ranged"] / 10
    assert min(seen[verdict] for verdict in (True, False)) >= 15
    for kind in ("checklist", "table", "scorecard", "ranking"):
        assert sum(count for one, count in seen.items() if isinstance(one, tuple) and one[0] == kind) >= 2, seen


def main(first: int, last: int) -> int:
    """Hold the counties of the seeds from `first` to before `last`; says, as it goes, what differs and how much was
    compared."""
    seen, failed = Counter(), 0
    for seed in range(first, last):
        try:
            seen += check(seed)
        except Exception as error:  # noqa: BLE001 -- the other seeds are of use all the same
            failed += 1
            sys.stdout.write(f"{seed} {type(error).__name__} {error}\n")
        if (seed + 1 - first) % EACH == 0 or seed + 1 == last:
            told = ", ".join(f"{seen[one]} {one}" for one in ("editions", "refused", "rows", "open", "left out"))
            sys.stdout.write(f"{seed}: {told}, {failed} differ\n")
            sys.stdout.flush()
    sys.stdout.write(f"{dict(seen)}\n")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
