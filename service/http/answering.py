"""Log lines of a request, and answers that are sent once: idempotency, and waiting for the disk before the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from flask import Response, request

from rules.values.text import NotFound
from service.exact_json import dumps
from service.http import observing
from service.http.cases import Case
from service.http.compact import Compact
from service.http.context import caller, request_data, service, this_request
from service.http.problems import FieldError, Problem
from service.http.shadowing import judge_beside
from service.log import Entry, InputsExpired, KeyReused, Line, LogUnavailable, Once, Sealer, SealError, new_id
from service.shadow import Made

JSON = "application/json"
KEYS = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
BEGUN = "village_credit.begun"  # in the environment of a request: what is being written, and what it decided
DECISION, OPENED, ASKED, REVIEWED = "decision", "inputs_read", "review_requested", "reviewed"  # kinds of lines


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes the lines of one request: who asked, and how ids are made and hidden."""

    caller: str
    request_id: str
    traceparent: str
    sealer: Sealer
    clock: Callable[[], datetime]

    def line(self, kind: str, body: bytes, about: Line, inputs: bytes | None = None) -> Entry:
        """A line about an earlier decision."""
        return Entry(new_id(self.clock()), kind, self.caller, self.request_id, "", "", about.decision, "", "", "", body,
                     about.id, self.traceparent, inputs)  # fmt: skip

    def decision(self, case: Case, short: Compact) -> Entry:
        """The line for a decision, and the case to be sealed beside it."""
        edition = case.compiled.edition
        return Entry(
            new_id(self.clock()), DECISION, self.caller, self.request_id, edition.plan, edition.sha256,
            case.rule.id, case.on.isoformat(), short.outcome, self.sealer.blind(case.subject_id), dumps(short.criteria),
            "", self.traceparent, dumps({"subject": {"id": case.subject_id}, "facts": case.given}),
        )  # fmt: skip


def scribe() -> Scribe:
    """For the request at hand."""
    found, here = service(), request_data()
    trace = observing.traceparent(this_request().environ)
    return Scribe(here.key.client, here.request_id, trace, found.sealer, found.clock)


# --- requests that may be sent again


class Idempotent:
    """A request with an Idempotency-Key is answered once; sent again, it gets that answer again."""

    def __init__(self, part: str = "", data: bytes | None = None) -> None:
        """`part` tells pieces of one request apart; `data` is what the piece says, if not the whole body.

        The key is stored as an HMAC, for it may name a subject; a blank, which that has not, comes before the piece."""
        self.name = f"{service().sealer.mark(KEYS, key)} {part}".strip() if (key := _key()) else ""
        self.fingerprint = _fingerprint(request.get_data() if data is None else data) if self.name else b""

    def before(self) -> bytes | None:
        """The stored answer to the same request, if there is one."""
        if not self.name:
            return None
        with log_problems():
            earlier = service().log.earlier(caller().client, self.name)
            if earlier is not None and earlier.fingerprint != self.fingerprint:
                raise KeyReused(self.name)
        return self._again(earlier)

    def write(
        self, entries: Sequence[Entry], body: bytes, decided: Sequence[Compact] = (), beside: Sequence[Made] = ()
    ) -> bytes:
        """Write entries and answer in one transaction. Returns the answer to send: the stored one if the key was
        used before. Metrics and shadows count only decisions made now."""
        once = Once(caller().client, self.name, self.fingerprint, body, 200) if self.name else None
        with log_problems():
            earlier = service().log.append(entries, once)
        if earlier is None:
            observing.count(*decided)
            judge_beside(beside)
        return self._again(earlier) or body

    def again_only(self, act: str) -> bytes | None:
        """The stored answer to an act that was done, where the same request did it."""
        with log_problems():
            earlier = service().log.earlier("", act)
        return self._again(earlier if earlier and earlier.fingerprint == self._whose() else None)

    def write_only(self, act: str, entry: Entry, body: bytes, status: int) -> bytes | None:
        """Write the entry of an act that is done once, whoever does it. Returns the answer to send, or None where
        another was first."""
        only = Once("", act, self._whose() or entry.id.encode(), body, status)
        with log_problems():
            try:
                return self._again(service().log.append([entry], only)) or body
            except KeyReused:
                return None

    def _whose(self) -> bytes:
        """Stands for the client, its key and what it sent; empty without a key."""
        return sha256(f"{caller().client} {self.name}".encode() + self.fingerprint).digest() if self.name else b""

    def write_soon(
        self, entries: Sequence[Entry], body: bytes, decided: Sequence[Compact], beside: Sequence[Made]
    ) -> bytes:
        """Like `write`, where no key was sent: `settle` waits for the disk."""
        if self.name:
            return self.write(entries, body, decided, beside)
        this_request().environ[BEGUN] = service().log.begin(entries), decided, beside
        return body

    def _again(self, earlier: Once | None) -> bytes | None:
        if earlier is None:
            return None
        request_data().replayed = True
        return earlier.response


def settle(response: Response) -> Response:
    """Wait until the lines of the request are durable. It runs last: a thread that waits in the middle of its work
    must queue for the GIL once more."""
    if (begun := this_request().environ.get(BEGUN)) is not None:
        ticket, decided, beside = begun
        try:
            service().log.finish(ticket)
        except LogUnavailable as error:
            return Problem.unavailable(error).response()
        observing.count(*decided)
        judge_beside(beside)
    return response


@contextmanager
def log_problems() -> Iterator[None]:
    """Turn an error of the log into a problem: a decision that was not logged may not be answered."""
    try:
        yield
    except LogUnavailable as error:
        raise Problem.unavailable(error) from error
    except KeyReused:
        zh = "这个 Idempotency-Key 已用于另一个不同的请求。"
        raise Problem("idempotency-key-reused", zh, "This Idempotency-Key was used for another request.") from None
    except NotFound:
        zh, en = "这条判定没有封存的输入，不能打开。", "Nothing was sealed with this decision, so nothing opens."
        raise Problem("gone", zh, en) from None
    except InputsExpired as error:
        raise Problem("gone", error.zh, error.en) from None
    except SealError as error:  # a key that was taken from the settings, say: whoever runs the service can mend it
        raise Problem("unavailable", error.zh, error.en) from error


def _fingerprint(data: bytes) -> bytes:
    return sha256(b"\0".join((request.method.encode(), request.full_path.encode(), data))).digest()


def _key() -> str:
    name: str | None = this_request().environ.get("HTTP_IDEMPOTENCY_KEY")
    if name is None:
        return ""
    if not KEY.fullmatch(name):  # an empty one too: whoever sends it believes to be safe
        zh, en = (
            "Idempotency-Key 要是 1 到 255 个可见 ASCII 字符。",
            "Idempotency-Key is 1 to 255 visible ASCII characters.",
        )
        raise Problem.invalid([FieldError("", "not_an_idempotency_key", zh, en)])
    return name


class Answer(Response):
    """A response of bytes, without Flask's checks for other types."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        whole = self.response
        if environ["REQUEST_METHOD"] != "POST" or self.status_code != HTTPStatus.OK or not isinstance(whole, list):
            return super().__call__(environ, start_response)
        start_response(self.status, self.headers.to_wsgi_list())
        return whole


def tagged(response: Response, cache: str = "no-cache") -> Response:
    """Give the response an ETag of its content; 304 without it where the caller has the same."""
    response.headers["Cache-Control"] = cache
    response.add_etag()
    response.make_conditional(request)
    return response


def answer(body: bytes | Iterable[bytes], status: int = 200, mimetype: str = JSON) -> Response:
    response = Answer(body, status, mimetype=mimetype)
    if "replayed" in request_data():
        response.headers["Idempotent-Replayed"] = "true"
    return response
