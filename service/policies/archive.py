"""Keeps every edition that was ever live, and writes to the log when it went live.

So an old decision can be replayed though its folder is gone, and a service can start when the folder is broken. What
the archive holds is used only where it has the hash it is stored under.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rules.problems.problem import Problem, Problems
from rules.values.text import Text
from rules.warnings.acknowledged import acknowledging
from service.days import day_of
from service.exact_json import dumps
from service.log import DecisionLog, Entry, Once, new_id
from service.policies.compiled import Snapshot
from service.publishing import edition, holds, published_by
from service.publishing.acts import acts_there

EDITIONS = "editions"
MOST = 1000  # entries of live editions that are looked through


def keep(log: DecisionLog, snapshot: Snapshot) -> None:
    """Archive the editions of a snapshot; LogUnavailable where that cannot be done now."""
    for one in snapshot.compiled.values():
        edition = one.edition
        log.keep_edition(edition.sha256, edition.plan, edition.effective_from.isoformat(), one.files)


def announce(log: DecisionLog, snapshot: Snapshot, moment: str) -> None:
    """Write the live editions to the log, once for all workers."""
    editions = [{"edition": name, "sha256": one.edition.sha256} for name, one in snapshot.compiled.items()]
    body = dumps({"digest": snapshot.digest, "editions": editions})
    entry = Entry(new_id(log.clock()), EDITIONS, "", "", "", "", "", "", "", "", body)
    log.append([entry], Once("", f"{EDITIONS} {moment}", snapshot.digest.encode(), b"", 200))


def back_dated(log: DecisionLog, snapshot: Snapshot, zone: ZoneInfo) -> tuple[Problem, ...]:
    """A warning for each edition that began before it was live, while another edition of its plan judged."""
    first: dict[str, datetime] = {}
    for line in log.believed(EDITIONS, "", limit=MOST):
        for said in json.loads(line.body)["editions"]:
            first.setdefault(said["edition"], line.at)
    told: list[Problem] = []
    for one in (each for editions in snapshot.store.plans.values() for each in editions):
        live = first.get(one.id)
        before = [name for name, at in first.items() if name.startswith(f"{one.plan}/") and live and at < live]
        if live and before and one.effective_from < (day := day_of(live, zone)):
            problems = Problems()
            problems.warn(one.mark, "warning.back_dated", path="effective.from", start=one.effective_from, day=day,
                          how=Text("启用", "put into service"))  # fmt: skip
            told += acknowledging(one, problems, complete=False)
    return tuple(told)


def last_live(log: DecisionLog) -> Mapping[str, str]:
    """The files of the editions that were live last; nothing where none ever were."""
    files: dict[str, str] = {}
    for line in log.believed(EDITIONS, "", newest=True, limit=1):
        for one in json.loads(line.body)["editions"]:
            files |= edition(log, one["sha256"]) or {}
    return files


@dataclass(frozen=True, slots=True)
class Fault:
    """An edition of which the archive does not hold what it should."""

    sha256: str
    code: str
    zh: str
    en: str


def faults(log: DecisionLog) -> tuple[int, tuple[Fault, ...]]:
    """How many editions the archive holds, and which of them are altered, or missing though they were live."""
    kept = log.archived()
    found = [Fault(one, "edition_changed", f"存档的版本 {plan}/{date}（{one}）被改动",
                   f"the archived edition {plan}/{date} ({one}) was altered")
             for one, plan, date, files in kept if not holds(files, one, f"{plan}/{date}")]  # fmt: skip
    live = {one["sha256"]: one["edition"] for line in log.believed(EDITIONS, "") for one in
            json.loads(line.body)["editions"]}  # fmt: skip
    live |= {one.sha256: one.edition for one in published_by(acts_there(log)).releases.values()}
    found += [Fault(one, "edition_missing", f"存档里没有启用过的版本 {live[one]}（{one}）",
                    f"the archive lacks the edition {live[one]} ({one}), which was live")
              for one in live if one not in {sha256 for sha256, *_ in kept}]  # fmt: skip
    return len(kept), tuple(found)
