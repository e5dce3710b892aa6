"""Verifies the whole log, and names the lines that were altered, added or not signed, and the places where lines are
missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from struct import error as StructError  # noqa: N812 -- it is a class
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from service.log import statements
from service.log.coverage import Coverage, accepts_clock
from service.log.entry import NO_LINE, Anchor, canonical, link, moment
from service.log.signing import Trust
from service.log.tables import log as lines

if TYPE_CHECKING:
    from service.log.log import DecisionLog

LINES = (
    f"SELECT {', '.join(f'log.{name}' for name in lines.columns.keys())}, sealed.content "  # noqa: S608, SIM118
    "FROM log LEFT JOIN sealed ON sealed.seq = log.seq ORDER BY log.seq"
)
# sealed inputs of lines that there are not
STRAYS = "SELECT seq FROM sealed WHERE NOT EXISTS (SELECT 1 FROM log WHERE log.seq = sealed.seq) ORDER BY seq"

AT_ONCE = 100  # lines in memory
LISTED = 1000  # flaws listed one by one; the others are counted

WORDS: Mapping[str, tuple[str, str]] = {
    "anchor_differs": ("与锚点记录的不同", "is not the line that the anchor saw"),
    "expiry_early": ("的到期早于应保留的期限", "lets inputs expire before their time"),
    "inputs_added": ("封存了日志里没有的输入", "has sealed inputs that the log knows nothing of"),
    "inputs_changed": ("封存的输入被改动", "has sealed inputs that were altered"),
    "inputs_missing": ("封存的输入不见了，且没有到期记录", "lacks its sealed inputs, and no expiry covers that"),
    "line_added": ("行号不合，是后加的", "has a number out of order: it was added"),
    "line_changed": ("内容或上一行的哈希与当时不同", "is not as it was written, or the hash before it is not"),
    "lines_missing": ("从这里起缺行", "and perhaps more from here on are missing"),
    "signature_wrong": ("起的签名不对", "and what its signature covers is not as it was signed"),
    "signer_retired": ("起由已停用的密钥签名", "is signed by a key that was retired before"),
    "signer_unknown": ("起由不认得的密钥签名", "is signed by a key that is not known"),
    "tail_missing": ("锚点记录的末尾不见了", "was seen by an anchor: the end of the log is missing"),
    "time_went_back": ("时间早于上一行", "has a time before that of the line before"),
    "unsigned": ("起没有签名", "has no signature: nobody who holds the key wrote it"),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """A flaw of the log: its line and its code in WORDS."""

    seq: int
    code: str

    @property
    def zh(self) -> str:
        return f"第 {self.seq} 行{WORDS[self.code][0]}"

    @property
    def en(self) -> str:
        return f"line {self.seq} {WORDS[self.code][1]}"

    def as_dict(self) -> dict[str, str | int]:
        return {"seq": self.seq, "code": self.code, "zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a verification. `overdue` inputs have expired and are still there: run the expiry again."""

    lines: int
    head: Anchor
    anchors: int
    flaws: tuple[Flaw, ...]
    untold: int
    overdue: int
    carried_over: int  # lines from before there were signatures, which a signed line vouches for
    signers: tuple[str, ...]  # ids of the keys that were believed

    @property
    def intact(self) -> bool:
        return not self.flaws and not self.untold


@dataclass(slots=True)
class _Walk:
    """The state of a verification."""

    anchors: Mapping[int, set[str]]
    coverage: Coverage
    expired: int = 0  # the last seq whose inputs have expired
    seq: int = 0
    at: int = 0
    hash: bytes | None = NO_LINE  # None after a gap: what stood there is not known
    lines: int = 0
    overdue: int = 0
    untold: int = 0
    flaws: list[Flaw] = field(default_factory=list)

    def tell(self, seq: int, code: str) -> None:
        if len(self.flaws) < LISTED:
            self.flaws.append(Flaw(seq, code))
        else:
            self.untold += 1

    def hear(self, flaws: Iterable[tuple[int, str]]) -> None:
        for seq, code in flaws:
            self.tell(seq, code)


def verify(
    log: DecisionLog,
    anchors: Iterable[Anchor] = (),
    tick: Callable[[int], object] = lambda lines: None,
    *,
    keep: timedelta = timedelta(0),
) -> Report:
    """Find every edit, swap, insertion and deletion; at the end of the log, those that an anchor speaks of.

    Lines are believed by the keys that the log was opened with. `keep` is how long inputs have to be kept; `tick` is
    called with the number of lines of every portion that is done.
    """
    seen: dict[int, set[str]] = {}
    for anchor in anchors:
        seen.setdefault(anchor.seq, set()).add(anchor.hash)
    with log.database.snapshot(AT_ONCE) as connection:
        walk = _Walk(seen, Coverage(Trust(log.known), keep))
        walk.expired = statements.expired(connection, log.known)
        for portion in _lines(connection):
            for row in portion:
                _line(walk, row)
            tick(len(portion))
        for seq in connection.execute(text(STRAYS)).scalars():
            walk.tell(seq, "inputs_added")
    walk.hear(walk.coverage.end(walk.seq))
    for seq in sorted(seen):
        if seq > walk.seq:
            walk.tell(seq, "tail_missing")
    head = Anchor(walk.seq, (walk.hash or NO_LINE).hex(), moment(walk.at).isoformat())
    return Report(walk.lines, head, sum(map(len, seen.values())), tuple(walk.flaws), walk.untold, walk.overdue,
                  walk.coverage.carried_over, walk.coverage.trust.ids)  # fmt: skip


def _line(walk: _Walk, row: tuple[Any, ...]) -> None:
    seq, at, *columns, hash, signer, signed_from, signature, content = row
    walk.lines += 1
    if not isinstance(seq, int) or seq <= walk.seq:
        walk.tell(seq if isinstance(seq, int) else walk.seq, "line_added")
        return
    if seq > walk.seq + 1:
        walk.tell(walk.seq + 1, "lines_missing")
        walk.coverage.skip(walk.seq, seq)
        walk.hash = None
    if not _links(walk.hash, seq, at, columns, hash):
        walk.tell(seq, "line_changed")
    went_back = isinstance(at, int) and at < walk.at
    walk.seq, walk.at = seq, at if isinstance(at, int) else walk.at
    walk.hash = hash if isinstance(hash, bytes) else b""
    if walk.anchors.get(seq, {walk.hash.hex()}) != {walk.hash.hex()}:
        walk.tell(seq, "anchor_differs")
    walk.hear(walk.coverage.see(seq, at, columns, walk.hash, (signer, signed_from, signature)))
    if went_back and not (signed_from == seq == walk.coverage.good and accepts_clock(columns)):
        walk.tell(seq, "time_went_back")
    _inputs(walk, seq, columns[-1], content)


def _links(before: bytes | None, seq: int, at: Any, columns: list[Any], hash: Any) -> bool:
    """Whether a line's hash is its own; of a line whose type or encoding was tampered with, it cannot be."""
    if before is None:
        return True
    try:
        return bool(link(before, seq, at, canonical(columns)) == hash)
    except (AttributeError, TypeError, ValueError, StructError):
        return False


def _inputs(walk: _Walk, seq: int, digest: Any, content: Any) -> None:
    if not digest:
        if content is not None:
            walk.tell(seq, "inputs_added")
    elif content is None:
        if seq > walk.expired:
            walk.tell(seq, "inputs_missing")
    elif not isinstance(content, bytes) or sha256(content).digest() != digest:
        walk.tell(seq, "inputs_changed")
    elif seq <= walk.expired:
        walk.overdue += 1


def _lines(connection: Connection) -> Iterator[Sequence[Any]]:
    """All lines with their sealed inputs, as the driver gives them: a tampered value may be of any type."""
    driver: Any = connection.connection.driver_connection
    plain = getattr(driver, "text_factory", None)
    if plain is not None:  # SQLite stores bytes as text that are none, and by itself fails on them
        driver.text_factory = lambda stored: stored.decode("utf-8", "surrogateescape")
    try:
        yield from connection.execute(text(LINES)).partitions(AT_ONCE)
    finally:
        if plain is not None:
            driver.text_factory = plain
