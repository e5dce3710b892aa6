"""What shadows have found so far, in two tables that all workers of all hosts add to: counts, and the ids of the lines
of the log that come out otherwise. Nothing of the inputs is kept. Nothing is decided by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from service.log import DecisionLog
from service.log.tables import insert, shadow_counts, shadow_lines

JUDGED, MONEY = "judged", "money"  # what is counted; any other word says why a request was not judged
MORE, LESS, UNKNOWN = "more", "less", "unknown"  # what becomes of an amount
LISTED = 100  # lines of each from -> to
PATIENCE = 0.3  # seconds to wait for the database
KEY = "shadow, what, decision, was, now"


class Key(NamedTuple):
    """What is counted of a decision of a shadow: that it is `judged` from outcome to outcome, or what becomes of an
    output (`was`) that is money (`now`)."""

    shadow: str
    what: str
    decision: str = ""
    was: str = ""
    now: str = ""


class Differing(NamedTuple):
    """A line of the log that comes out otherwise."""

    shadow: str
    log_id: str
    decision: str
    was: str
    now: str


def keep(log: DecisionLog, counts: Mapping[Key, int], lines: Sequence[Differing]) -> bool:
    """Add to the tables; False, or LogUnavailable, where others write all the while: nothing was added then. A line is
    noted once it stands in the log."""
    database = log.database
    mark = database.mark
    adding = (f"{insert(shadow_counts, mark)} ON CONFLICT ({KEY}) DO UPDATE SET "
              f"number = {shadow_counts.name}.number + excluded.number")  # fmt: skip
    noting = (
        f"INSERT INTO {shadow_lines.name} SELECT {', '.join([f'CAST({mark} AS TEXT)'] * len(Differing._fields))} "  # noqa: S608
        f"WHERE EXISTS (SELECT 1 FROM log WHERE id = {mark}) AND (SELECT count(*) FROM {shadow_lines.name} "
        f"WHERE shadow = {mark} AND decision = {mark} AND was = {mark} AND now = {mark}) < {LISTED} "
        "ON CONFLICT (shadow, log_id) DO NOTHING"
    )

    def work(cursor: Any) -> None:
        for key, number in sorted(counts.items()):
            cursor.execute(adding, (*key, number))
        for one in lines:
            cursor.execute(noting, (*one, one.log_id, one.shadow, one.decision, one.was, one.now))

    return database.attempt(work, PATIENCE, keep=True)


def found(log: DecisionLog, shadow: str) -> dict[str, Any]:
    """What a shadow has found: by decision the turns from outcome to outcome, with their lines, and what becomes of
    amounts; and how many requests it did not judge, by why."""
    counts, lines = log.database.read(lambda connection: (
        connection.execute(select(*shadow_counts.columns).where(shadow_counts.c.shadow == shadow)).all(),
        connection.execute(select(*shadow_lines.columns).where(shadow_lines.c.shadow == shadow)).all(),
    ))  # fmt: skip
    decisions: dict[str, dict[str, Any]] = {}
    left = Counter[str]()
    for _, what, decision, was, now, number in sorted(counts):
        if what not in (JUDGED, MONEY):
            left[what] += number
            continue
        told = decisions.setdefault(decision, {"decision": decision, "judged": 0, "changed": 0, "turns": [],
                                               "amounts": []})  # fmt: skip
        if what == MONEY:
            told["amounts"].append({"output": was, "turn": now, "count": number})
            continue
        told["judged"] += number
        told["changed"] += number if was != now else 0
        ids = sorted(one.log_id for one in lines if (one.decision, one.was, one.now) == (decision, was, now))
        if was != now or ids:
            told["turns"].append({"before": was, "after": now, "count": number, "lines": ids})
    rows = [*decisions.values()]
    return {"judged": sum(one["judged"] for one in rows), "changed": sum(one["changed"] for one in rows),
            "cannot": dict(sorted(left.items())), "decisions": rows}  # fmt: skip
