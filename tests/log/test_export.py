"""The log as files, the same bytes each time."""

import io
import json
from dataclasses import fields
from datetime import timedelta

import pytest
from pyarrow import parquet

from service.log import as_dict, export
from service.log.doubts import Doubts
from tests.log.samples import SIGNER, START, entry, tamper


@pytest.fixture
def filled(log, clock):
    for number in range(7):
        log.append([entry(id=f"entry {number}", body=f'{{"名":"{number}号","n":1.10}}'.encode())])
        clock.forward(3600)
    return log


def exported(log, format="ndjson", **said):
    stream = io.BytesIO()
    export(log, stream, format, **said)
    return stream.getvalue()


def test_each_line_is_a_line(filled):
    lines = exported(filled).decode().splitlines()
    assert len(lines) == 7
    first = json.loads(lines[0])
    line = filled.get("entry 0")
    assert first == {
        "seq": 1, "at": "2026-05-01T08:00:00.000000+00:00", "id": "entry 0", "kind": "decision", "caller": "key-1",
        "request_id": "request-1", "plan": "plan", "edition": "e" * 64, "decision": "d1", "on": "2026-05-01",
        "outcome": "yes", "subject": line.subject, "body": {"名": "0号", "n": 1.1}, "refers_to": "", "traceparent": "",
        "sealed_sha256": line.sealed_sha256.hex(), "hash": line.hash.hex(),
        "signer": SIGNER.id, "signed_from": 1, "signature": line.signature.hex(),
    }  # fmt: skip


def test_a_body_is_written_as_it_stands(filled):
    assert '{"名":"0号","n":1.10}'.encode() in exported(filled)


def test_a_body_that_would_break_the_line_does_not(log):
    log.append([entry(body=b'{\n"a": 1\n}'), entry(body=b"no json\n")])
    bodies = [json.loads(line)["body"] for line in exported(log).splitlines()]
    assert bodies == [{"a": 1}, "no json\n"]


def test_the_inputs_stay_sealed(filled):
    for format in ("ndjson", "parquet"):
        assert b"age" not in exported(filled, format)


@pytest.mark.parametrize("format", ["ndjson", "parquet"])
def test_the_same_log_gives_the_same_bytes(filled, format, monkeypatch):
    monkeypatch.setattr("service.log.exporting.AT_ONCE", 3)
    assert exported(filled, format) == exported(filled, format)


def test_parquet_holds_the_same(filled, monkeypatch):
    monkeypatch.setattr("service.log.exporting.AT_ONCE", 3)
    file = parquet.ParquetFile(io.BytesIO(exported(filled, "parquet")))
    assert file.metadata.num_row_groups == 3
    rows = file.read().to_pylist()
    for row, line in zip(rows, filled.find(), strict=True):
        assert row == {one.name: getattr(line, one.name) for one in fields(line)} | {
            "body": line.body.decode(),
            "doubt": None,
        }


def test_an_empty_log_has_its_columns_in_parquet_all_the_same(log):
    table = parquet.read_table(io.BytesIO(exported(log, "parquet")))
    assert (table.num_rows, table.num_columns) == (0, 21)
    assert exported(log) == b""


def test_a_part_of_it_by_time(filled):
    part = exported(filled, start=START + timedelta(hours=2), end=START + timedelta(hours=4))
    assert [json.loads(line)["seq"] for line in part.splitlines()] == [3, 4]


def test_progress_counts_every_line(filled, monkeypatch):
    monkeypatch.setattr("service.log.exporting.AT_ONCE", 3)
    done = []
    exported(filled, tick=done.append)
    assert done == [3, 3, 1]


def test_a_line_for_json_has_all_its_fields(filled):
    line = filled.get("entry 1")
    assert set(as_dict(line)) == {one.name for one in fields(line)}


@pytest.mark.parametrize("format", ["ndjson", "parquet"])
def test_a_line_that_was_altered_is_marked_and_the_others_are_not(log, format, monkeypatch):
    """Of lines that one signature covers, those after it are covered still."""
    for _ in range(3):
        log.append([entry(), entry(), entry()])
    tamper(log, "UPDATE log SET outcome = 'no' WHERE seq = 5")
    for portion in (1, 2, 100):
        monkeypatch.setattr("service.log.exporting.AT_ONCE", portion)
        stream = io.BytesIO()
        assert export(log, stream, format) == (9, 2, (4, "signature_wrong"))
        data = io.BytesIO(stream.getvalue())
        rows = parquet.read_table(data).to_pylist() if format == "parquet" else map(json.loads, data)
        assert [one["seq"] for one in rows if one.get("doubt")] == [4, 5]


def test_what_is_not_signed_at_the_end_is_looked_for_once(log, monkeypatch):
    """Or each portion would read on to the end of the log."""
    log.append([entry()] * 1)
    log.append([entry(), entry(), entry(), entry()])
    tamper(log, (f"UPDATE log SET signature = {log.database.mark}", (b"",)))  # noqa: S608
    monkeypatch.setattr("service.log.exporting.AT_ONCE", 1)
    looked, signatures = [], Doubts._signatures
    monkeypatch.setattr(Doubts, "_signatures", lambda self, first: looked.append(1) or signatures(self, first))
    assert export(log, io.BytesIO()).doubted == 5
    assert looked == [1]
