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
from rules.values.text import Mark, Text
from rules.warnings.acknowledged import acknowledging
from service.days import day_of
from service.exact_json import dumps
from service.log import DecisionLog, Entry, Once, new_id
from service.policies.compiled import Snapshot
from service.publishing import IMPORTED, edition, holds, published_by
from service.publishing.acts import acts_there
from service.publishing.contents import EDITIONS, once_live

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


TAKEN_OVER = (
    "版本 {name} 现在的内容（{now}）是从政策目录导入的，与日志里它上次启用时的（{before}）不同：没有人批准过这一改动。"
    "请核对；要用原来的，起草修订，由第二人批准（政策台，或 policies restore {before}）。",
    "Edition {name} was taken in from the policies folder as {now}; when it was live last, the log says, it was "
    "{before}. Nobody has approved that change: look at it. To have the former back, draft an amendment that a second "
    "person approves (the policy desk, or policies restore {before}).",
)


def taken_over(log: DecisionLog, snapshot: Snapshot) -> tuple[Problem, ...]:
    """A warning for each live edition whose content came with an import, and was another when it was live before."""
    live = {one.edition.id: one.edition.sha256 for one in snapshot.compiled.values()}
    imports = [one for one in acts_there(log) if one.outcome == IMPORTED]
    told: list[Problem] = []
    for act in imports:
        last = live_last(log, act.seq)
        for one in act.changes:
            if (before := last.get(one.edition, one.sha256)) != one.sha256 == live.get(one.edition):
                said = {"name": one.edition, "now": one.sha256[:12], "before": before[:12]}
                zh, en = (text.format(**said) for text in TAKEN_OVER)
                told.append(Problem(Mark(f"{one.edition}/plan.yaml", 1, 1), "", "taken_over", zh, en, "warning"))
    return tuple(told)


def live_last(log: DecisionLog, before_seq: int | None = None) -> Mapping[str, str]:
    """The hashes of the editions that were live last, or last before a line of the log, by name."""
    lines = log.believed(EDITIONS, "", newest=True, limit=MOST)
    before = next((line for line in lines if before_seq is None or line.seq < before_seq), None)
    return {} if before is None else {one["edition"]: one["sha256"] for one in json.loads(before.body)["editions"]}


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
    live = {**once_live(log), **{one.sha256: one.edition for one in published_by(acts_there(log)).releases.values()}}
    found += [Fault(one, "edition_missing", f"存档里没有启用过的版本 {live[one]}（{one}）",
                    f"the archive lacks the edition {live[one]} ({one}), which was live")
              for one in live if one not in {sha256 for sha256, *_ in kept}]  # fmt: skip
    return len(kept), tuple(found)
