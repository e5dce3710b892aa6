"""Lines that no good signature covers are told, however many are asked about at once."""

import random

import pytest

from service.log.doubts import NEAR, Doubts
from tests.log.samples import entry, tamper

HARM = (
    "UPDATE log SET outcome = 'no' WHERE seq = {}", "UPDATE log SET signed_from = seq + 1 WHERE seq = {}",
    "UPDATE log SET signature = hash WHERE seq = {}", "DELETE FROM log WHERE seq = {}",
    "UPDATE log SET hash = sealed_sha256 WHERE seq = {}",
)  # fmt: skip


def doubted(log, seqs):
    return log.database.read(lambda connection: dict(Doubts(connection, log.known).of(seqs)))


@pytest.mark.parametrize("seed", range(8))
def test_what_is_said_of_a_line_does_not_depend_on_what_else_is_asked(log, seed):
    chance = random.Random(seed)
    while (last := log.head().seq) < 3 * NEAR:
        log.append([entry() for _ in range(chance.choice((1, 1, 2, 7, NEAR + 5)))])
    for harm in chance.sample(HARM, 3):
        tamper(log, harm.format(chance.randint(1, last)))
    seqs = [line.seq for line in log.find(limit=10 * NEAR)]
    alone = {seq: why for seq in seqs for why in doubted(log, [seq]).values()}
    assert alone
    assert doubted(log, seqs) == alone
    some = chance.sample(seqs, 20)
    assert doubted(log, some) == {seq: alone[seq] for seq in some if seq in alone}


def test_lines_that_stand_together_are_read_together(log, monkeypatch):
    """A page of lines that were written one by one would be a question each, of lines that are read again and again."""
    for _ in range(NEAR):
        log.append([entry()])
    begun, signatures = [], Doubts._signatures
    monkeypatch.setattr(Doubts, "_signatures", lambda self, first: begun.append(first) or signatures(self, first))
    assert doubted(log, range(1, log.head().seq + 1)) == {}
    assert len(begun) == 1
