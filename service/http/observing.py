"""Observability: request ids, one log line for each request, and metrics."""

from __future__ import annotations

import logging
import os
import re
import sys
import time
import traceback
from collections import Counter as Counted
from collections.abc import Iterable, Iterator, Mapping, Sized
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast
from weakref import WeakKeyDictionary

import structlog
from flask import Flask, Response, g
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from rules.engine.memory import Memory
from rules.values.ids import is_bank_card, is_card
from service.exact_json import dumps
from service.http.background import Background
from service.http.compact import Compact
from service.http.context import request_data, this_request
from service.http.problems import Problem
from service.log import DecisionLog
from service.log.entry import chance
from service.policies.hosts import Host
from service.policies.live import Policies

GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
REQUEST_ID = "village_credit.request_id"  # where the id stands in the environment of a request

DECISIONS = Counter("village_credit_decisions", "Decisions made", ["decision", "outcome"])
CRITERIA = Counter("village_credit_criteria", "Criteria not met or not known", ["decision", "criterion", "verdict"])
REQUESTS = Histogram(
    "village_credit_request_seconds",
    "Time to answer",
    ["endpoint", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30),
)
EDITION = Gauge("village_credit_edition", "Editions that are live", ["edition", "sha256"], multiprocess_mode="livemax")
REJECTED = Gauge("village_credit_policies_rejected", "1 while a change of the policies is refused for its errors",
                 multiprocess_mode="livemax")  # fmt: skip
UNTAKEN = Gauge("village_credit_policies_untaken", "Files and editions of the policies folder that differ from what is "
                "published and are not taken", multiprocess_mode="livemax")  # fmt: skip
WARNINGS = Gauge("village_credit_policies_warnings", "Dates of the live editions that want a look",
                 multiprocess_mode="livemax")  # fmt: skip
PUBLISHED_IN = Gauge("village_credit_published_in", "1 for the setting that says where what is published stands",
                     ["mode"], multiprocess_mode="livemax")  # fmt: skip
LOOK_AGE = Gauge("village_credit_policies_look_age_seconds", "Seconds since the policies folder was looked at without "
                 "trouble", multiprocess_mode="livemax")  # fmt: skip
RESTARTS = Gauge("village_credit_policies_watch_restarts", "Threads that watched the policies folder, died, and were "
                 "started again", multiprocess_mode="livesum")  # fmt: skip
DIFFERING = Gauge("village_credit_hosts_differing", "Hosts heard of lately that serve other policies than this one",
                  multiprocess_mode="livemax")  # fmt: skip
SWAPS = Gauge("village_credit_policy_swaps", "Changes of the policies that went live", multiprocess_mode="livemax")
ANSWERS = Counter("village_credit_engine_answers", "Answers of the rule engine, proved anew or remembered", ["how"])
SHADOWS = Gauge("village_credit_shadows", "Drafts that judge beside the editions in force",
                multiprocess_mode="livemax")  # fmt: skip
BESIDE = Counter("village_credit_shadow_requests", "Requests judged beside, by what became of them", ["what"])
PENDING = Gauge("village_credit_log_pending", "Entries waiting to be written", multiprocess_mode="livesum")
LAG = Gauge("village_credit_log_lag_seconds", "Age of the oldest entry waiting", multiprocess_mode="livemax")


def configure(level: str) -> None:
    """JSON lines on standard error."""
    stream, least = Background(sys.stderr.buffer), logging.getLevelNamesMapping()[level.upper()]
    REQUEST_LINES[:] = [stream] if least <= logging.INFO else []
    structlog.configure(
        processors=[_line],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.BytesLoggerFactory(cast("BinaryIO", stream)),
        cache_logger_on_first_use=True,
    )


REQUEST_LINES: list[Background] = []  # where the line of each request goes, past structlog, which takes longer than it


def _line(_: Any, level: str, event: Any) -> bytes:
    return dumps({**event, "level": level, "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z")})


log = structlog.get_logger()


def request_id(given: str) -> str:
    """The sender's request id if it is valid, else a new one."""
    return given if GIVEN.fullmatch(given) and not _is_number(given) else f"{chance(64):016x}"


def _is_number(text: str) -> bool:
    """Whether a text holds the number of an identity card or a bank card, of which no log may tell."""
    return is_card(text) or is_bank_card(text)


CARDS = range(15, 20)  # digits of the number of a card
TRACE = re.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")  # W3C Trace Context


def traceparent(environ: Mapping[str, Any]) -> str:
    """The sender's traceparent if it is valid; empty otherwise, as the standard has it, or where an id of it is the
    number of a card, filled up with zeros."""
    given: str = environ.get("HTTP_TRACEPARENT", "")
    if not TRACE.fullmatch(given):
        return ""
    padded = [one.lstrip("0") for one in given.split("-")[1:3]]
    written = (one[:most] for one in padded if one.isdigit() for most in CARDS if not one[most:].strip("0"))
    return "" if any(map(_is_number, written)) else given


def register(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)
    app.register_error_handler(Exception, _unexpected)


def _begin() -> None:
    here = request_data()
    here.request_id = this_request().environ[REQUEST_ID]
    here.began = time.perf_counter()


def _end(response: Response) -> Response:
    here, asked = request_data(), this_request()
    seconds = time.perf_counter() - here.began
    _timer(asked.endpoint or "none", response.status_code).observe(seconds)
    key = here.get("key")
    line = {
        "event": "request",
        "request_id": here.request_id,
        "method": asked.method,
        "route": asked.url_rule.rule if asked.url_rule else None,  # never the path itself: it may name a subject
        "status": response.status_code,
        "ms": round(seconds * 1000, 2),
        "caller": key.client if key else None,
        "key": key.id if key else None,
    }
    if trace := traceparent(asked.environ):
        line["traceparent"] = trace
    for stream in REQUEST_LINES:
        stream.write(_line(None, "info", line) + b"\n")
    return response


def _unexpected(error: Exception) -> Response:
    unexpected(error)
    return Problem.unexpected().response()


def unexpected(error: BaseException) -> None:
    """Log an unexpected error: its type and place, not its message, which may quote a case."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("unexpected", request_id=g.get("request_id"), error=type(error).__qualname__, places=places)


def count(*decisions: Compact) -> None:
    """Count outcomes, and the criteria that prevented others."""
    every = [one for found in decisions for one in _counted(found)]
    for one, number in Counted(every).items() if len(decisions) > 1 else ((one, 1) for one in every):
        _counter(*one).inc(number)


@cache
def _timer(endpoint: str, status: int) -> Histogram:
    return REQUESTS.labels(endpoint, status)


@cache
def _counter(counter: Counter, *labels: str) -> Counter:
    return counter.labels(*labels)


def _counted(found: Compact) -> Iterator[tuple[Counter, str, str] | tuple[Counter, str, str, str]]:
    yield DECISIONS, found.decision, found.outcome
    for criterion in found.not_met:
        yield CRITERIA, found.decision, criterion, "not_met"
    for criterion in found.unknown:
        yield CRITERIA, found.decision, criterion, "unknown"


_live: set[tuple[str, str]] = set()


def state(policies: Policies, log: DecisionLog) -> None:
    """Set this worker's gauges. Repeated regularly, because any worker may be asked for all."""
    REJECTED.set(1 if policies.rejected else 0)
    UNTAKEN.set(len(policies.untaken))
    WARNINGS.set(len(policies.warnings()))
    LOOK_AGE.set(time.monotonic() - policies.watcher.looked)
    RESTARTS.set(policies.watcher.restarts)
    SWAPS.set(policies.swaps)
    _editions(
        [(edition.id, edition.sha256) for editions in policies.current().store.plans.values() for edition in editions]
    )
    _answers([compiled.engine.memory for compiled in policies.current().compiled.values()])
    pending, age = log.backlog()
    PENDING.set(pending)
    LAG.set(age)


def hosts(listed: Iterable[Host], digest: str) -> None:
    """Count the hosts that serve something else."""
    DIFFERING.set(sum(one.digest != digest for one in listed))


_beside = Counted[str]()  # what has been counted


def shadows(on: Sized, told: Mapping[str, int]) -> None:
    """Set the gauge of drafts in shadow, and count what became of requests."""
    SHADOWS.set(len(on))
    for what, number in [*told.items()]:
        _counter(BESIDE, what).inc(number - _beside[what])
        _beside[what] = number


_told: WeakKeyDictionary[Memory, tuple[int, int]] = WeakKeyDictionary()  # what has been counted of each


def _answers(memories: Iterable[Memory]) -> None:
    """Count what engines have answered since they were looked at last: while one answers, nothing is counted."""
    for memory in memories:
        proved, remembered = memory.misses, memory.hits + memory.joined
        before = _told.get(memory, (0, 0))
        _counter(ANSWERS, "proved").inc(proved - before[0])
        _counter(ANSWERS, "remembered").inc(remembered - before[1])
        _told[memory] = proved, remembered


def _editions(editions: list[tuple[str, str]]) -> None:
    """Set the gauge of live editions to 1, of former ones to 0."""
    for gone in _live - set(editions):
        EDITION.labels(*gone).set(0)
    for name in editions:
        EDITION.labels(*name).set(1)
    _live.update(editions)


class OfAllWorkers(Collector):
    """Metrics of all workers, merged from the folder in which each keeps its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def collect(self) -> Iterable[Metric]:
        """Counters of a dead worker stay; its gauges are dropped. An empty file belongs to a worker that has just
        opened it."""
        files = [str(file) for file in self.folder.glob("*.db") if file.stat().st_size and not _of_the_dead(file)]
        return cast("Iterable[Metric]", MultiProcessCollector.merge(files))  # type: ignore[no-untyped-call]


def _of_the_dead(file: Path) -> bool:
    if not file.name.startswith("gauge_live"):
        return False
    try:
        os.kill(int(file.stem.rpartition("_")[2]), 0)
    except ProcessLookupError:
        return True
    return False


def exposition() -> bytes:
    """The metrics in Prometheus' text format: of all workers where they share a folder, else of this process."""
    registry = REGISTRY
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        registry.register(OfAllWorkers(Path(folder)))
    return generate_latest(registry)
