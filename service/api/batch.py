"""`/v1/decisions/{decision}/batch`: many cases in one request; a bad one does not spoil the rest.

JSON takes a list of cases and answers with a list. NDJSON takes a case on every line and answers with a line for each
as it goes, a chunk at a time: each chunk is in the log before its lines are sent.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from flask import Response, request, stream_with_context

from service.exact_json import dumps
from service.http import observing
from service.http.amended import amended
from service.http.answering import Idempotent, answer, scribe
from service.http.bodies import JSON, NDJSON, body_json, parsed, wrong_type
from service.http.cases import CaseReader
from service.http.compact import Compact, compact
from service.http.context import case_reader, reading, service, still_good
from service.http.fields import Flag, Strict
from service.http.language import language
from service.http.problems import MOST, FieldError, Problem
from service.http.shadowing import for_shadows
from service.http.views import Blueprint
from service.log import Entry
from service.shadow import Made

blueprint = Blueprint("batch", __name__, url_prefix="/v1/decisions", description="批量判定 / batches")
CHUNK = 1000
MOST_ERRORS = 1000  # listed in one answer, or one chunk; afterwards the first of each case
MOST_LINE = 1 << 20  # bytes of a case
NOT_OF_RECORD = FieldError(
    "/readings", "not_of_record", "批量判定都是正式判定；试另一种解读请用 /v1/what-if。",
    "A batch makes decisions of record; try another reading with /v1/what-if.",
)  # fmt: skip


LINES = {"type": "string", "description": "a JSON object on every line: cases in, results out, in the same order"}


class BatchQuerySchema(Strict):
    findings = Flag(
        load_default=False, metadata={"description": "the whole decision of each case, not only what came out"}
    )


@blueprint.view("POST", "/<decision>/batch", "BatchAnswer", permission="decide", idempotent=True)
@blueprint.arguments(BatchQuerySchema, location="query")
@blueprint.doc(
    requestBody={"required": True, "content": {JSON: {"schema": "Batch"}, NDJSON: {"schema": LINES}}},
    responses={200: {"content": {NDJSON: {"schema": LINES}}}},
)
def batch(query: Mapping[str, Any], decision: str) -> Response:
    """批量判定 / decide many cases"""
    chunks = Chunks(case_reader(), decision, findings=query["findings"], seconds=service().settings.request_seconds)
    if request.mimetype == NDJSON:
        request.max_content_length = sys.maxsize  # a stream may be as long as it likes: lines are limited, and time
        lines = _lines()
        chunks.deadline = time.monotonic() + service().settings.stream_seconds
        stream = stream_with_context(_held(chunks.stream(lines)))
        first = next(stream, b"")  # before the headers go, so that they can say whether it was answered before
        return answer(chain([first], stream), mimetype=NDJSON)
    if request.mimetype != JSON:
        raise wrong_type(JSON, NDJSON)
    once = Idempotent()
    if (before := once.before()) is not None:
        return answer(before)
    return answer(chunks.whole(_cases(body_json()), once))


def _held(stream: Iterator[bytes]) -> Iterator[bytes]:
    with reading():
        yield from stream


def _taken(cases: list[Any]) -> Iterator[Any]:
    """The cases in turn. None stays behind: they take more memory than all that is made of them."""
    cases.reverse()
    while cases:
        yield cases.pop()


def _cases(raw: Any) -> list[Any]:
    cases = raw.get("cases") if isinstance(raw, dict) else None
    most = service().settings.max_batch
    if not isinstance(cases, list) or len(raw) != 1:
        raise Problem.invalid(
            [FieldError("", "not_a_batch", '请写 {"cases": [案例, …]}。', 'Write {"cases": [case, …]}.')]
        )
    if len(cases) > most:
        raise Problem.invalid([FieldError("/cases", "too_many", f"一批最多 {most} 个案例；更多请用 NDJSON。",
                                          f"At most {most} cases in a batch; send more as NDJSON.")])  # fmt: skip
    return cases


def _lines() -> Iterator[tuple[int, bytes]]:
    """The lines of the body with their numbers, blank lines skipped. A line over the limit is cut just past it."""
    number = 0
    stream = io.BufferedReader(request.stream)  # type: ignore[type-var] # Werkzeug's reads a line by bytes
    while line := stream.readline(MOST_LINE + 1):
        number += 1
        whole = line
        while not line.endswith(b"\n") and (line := stream.readline(MOST_LINE)):
            pass
        if whole.strip():
            yield number, whole


def _read(line: bytes) -> Any:
    if len(line) > MOST_LINE:
        raise Problem("payload-too-large", f"一行最多 {MOST_LINE} 字节。", f"A line has at most {MOST_LINE} bytes.")
    return parsed(line)


One = tuple[dict[str, Any], Entry | None, Compact, tuple[Made, ...]]  # what is shown, its line, for metrics and shadows


@dataclass(slots=True)
class Decided:
    """Cases that were decided: `results` as JSON (ten thousand as dictionaries would take ten times the memory), the
    lines to be logged, and for metrics and shadows what they decide."""

    results: list[bytes] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    counted: list[Compact] = field(default_factory=list)
    beside: list[Made] = field(default_factory=list)
    failed: int = 0


class Chunks:
    """Decides cases in chunks."""

    def __init__(self, cases: CaseReader, decision: str, *, findings: bool, seconds: float) -> None:
        self.cases, self.decision, self.findings = cases, decision, findings
        self.deadline = time.monotonic() + seconds
        cases.rule(decision, None, None) if len(cases.snapshot.store.plans) == 1 else None
        self.lang = language()
        self.scribe = scribe()

    def whole(self, cases: list[Any], once: Idempotent) -> bytes:
        """Decide a list of cases; all are logged in one transaction."""
        made = self._decide(enumerate(_taken(cases), 1), lambda raw: raw)
        body = b'{"results":[%b],"decided":%d,"failed":%d}' % (b",".join(made.results), len(made.entries), made.failed)
        return once.write_soon(made.entries, body, made.counted, made.beside)

    def stream(self, lines: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
        """Decide line by line; one answer line for each. A key that was revoked meanwhile ends it."""
        part = 0
        while chunk := list(islice(lines, CHUNK)):
            part += 1
            if not still_good():
                ended = Problem("unauthorized", "密钥已吊销或过期，其余没有判定。",
                                "The key was revoked or has ended; the rest was not decided.")  # fmt: skip
                yield dumps({"line": chunk[0][0], "problem": ended.as_dict(self.lang)}) + b"\n"
                return
            try:
                yield self._chunk(chunk, part)
            except Exception as error:
                if part == 1 and isinstance(error, Problem) and error.kind == "idempotency-key-reused":
                    raise  # nothing is sent yet
                problem = error if isinstance(error, Problem) else Problem.unexpected()
                if problem is not error:
                    observing.unexpected(error)
                told = problem.as_dict(self.lang)
                yield b"".join(dumps({"line": number, "problem": told}) + b"\n" for number, _ in chunk)

    def _chunk(self, chunk: Sequence[tuple[int, bytes]], part: int) -> bytes:
        once = Idempotent(str(part), b"".join(line for _, line in chunk))
        if (before := once.before()) is not None:
            return before
        made = self._decide(chunk, _read)
        return once.write(made.entries, b"".join([one + b"\n" for one in made.results]), made.counted, made.beside)

    def _decide(self, cases: Iterable[tuple[int, Any]], read: Callable[[Any], Any]) -> Decided:
        made, listed = Decided(), 0
        for number, raw in cases:
            try:
                result, entry, found, beside = self._one(raw, read)
            except Problem as problem:
                told = problem.as_dict(self.lang, MOST if listed < MOST_ERRORS else 1)
                listed += len(told.get("errors", ()))
                made.failed += 1
                made.results.append(dumps({"line": number, "problem": told}))
            else:
                made.results.append(dumps({"line": number, **result}))
                if entry is not None:
                    made.entries.append(entry)
                    made.counted.append(found)
                    made.beside.extend(beside)
        return made

    def _one(self, raw: Any, read: Callable[[Any], Any]) -> One:
        if time.monotonic() > self.deadline:
            raise Problem("unavailable", "时间已到，这个案例没有判定。", "Time is up; this case was not decided.")
        case = self.cases.case(self.decision, read(raw))
        if case.compiled.edition.under:
            raise Problem.invalid([NOT_OF_RECORD])
        if self.findings:
            full = case.compiled.engine.decide(self.decision, case.facts, case.on, case.subject_id)
            found = Compact.of(full)
            shown = full.as_dict()
        else:
            found = compact(case)
            shown = {"subject": {"id": case.subject_id}, **found.as_dict()}
        shown |= amended(case.compiled.edition.sha256)
        if case.dry_run:
            return {"of_record": False, "dry_run": True, **shown}, None, found, ()
        line = self.scribe.decision(case, found)
        return {"log_id": line.id, **shown}, line, found, for_shadows(case, found, line)
