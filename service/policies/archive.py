"""Keeps every edition that was ever live, and writes to the log when it went live.

So an old decision can be replayed though its folder is gone, and a service can start when the folder is broken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from rules.problems.problem import Problem, Problems
from rules.values.text import Mark, Text
from rules.warnings.acknowledged import acknowledging
from service.exact_json import dumps
from service.log import DecisionLog, Entry, Once, new_id
from service.policies.compiled import Snapshot

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


def back_dated(log: DecisionLog, snapshot: Snapshot) -> tuple[Problem, ...]:
    """A warning for each edition that began before it was live, while another edition of its plan judged."""
    first: dict[str, datetime] = {}
    for line in log.find(kind=EDITIONS, limit=MOST):
        for one in json.loads(line.body)["editions"]:
            first.setdefault(one["edition"], line.at)
    told: list[Problem] = []
    for edition in (one for editions in snapshot.store.plans.values() for one in editions):
        live = first.get(edition.id)
        before = [name for name, at in first.items() if name.startswith(f"{edition.plan}/") and live and at < live]
        if live and before and edition.effective_from < (day := live.astimezone().date()):
            problems, mark = Problems(), Mark(f"{edition.id}/plan.yaml", 1, 1)
            problems.warn(mark, "warning.back_dated", path="effective.from", start=edition.effective_from, day=day,
                          how=Text("启用", "put into service"))  # fmt: skip
            told += acknowledging(edition, problems, complete=False)
    return tuple(told)


def last_live(log: DecisionLog) -> Mapping[str, str]:
    """The files of the editions that were live last; nothing where none ever were."""
    files: dict[str, str] = {}
    for line in log.find(kind=EDITIONS, newest_first=True, limit=1):
        for one in json.loads(line.body)["editions"]:
            files |= log.edition(one["sha256"]) or {}
    return files
