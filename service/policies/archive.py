"""Keeps every edition that was ever live, and writes to the log when it went live.

So an old decision can be replayed though its folder is gone, and a service can start when the folder is broken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from service.exact_json import dumps
from service.log import DecisionLog, Entry, Once, new_id
from service.policies.compiled import Snapshot

EDITIONS = "editions"


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


def last_live(log: DecisionLog) -> Mapping[str, str]:
    """The files of the editions that were live last; nothing where none ever were."""
    files: dict[str, str] = {}
    for line in log.find(kind=EDITIONS, newest_first=True, limit=1):
        for one in json.loads(line.body)["editions"]:
            files |= log.edition(one["sha256"]) or {}
    return files
