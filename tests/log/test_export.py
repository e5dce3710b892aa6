"""The log as files, the same bytes each time."""

import io
import json
from dataclasses import fields
from datetime import timedelta

import pytest
from pyarrow import parquet

from service.log import as_dict, export
from tests.log.samples import SIGNER, START, entry


@pytest.fixture
def filled(log, clock):
    for number in range(7):
        log.append([entry(id=f"entry {number}", body=f'{{"名":"{number}号","n":1.10}}'.encode())])
        clock.forward(3600)
    return log


def exported(log, format="ndjson", **said):
    stream = io.BytesIO()
    assert export(log, stream, format, **said) >= 0
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
        assert row == {one.name: getattr(line, one.name) for one in fields(line)} | {"body": line.body.decode()}


def test_an_empty_log_has_its_columns_in_parquet_all_the_same(log):
    table = parquet.read_table(io.BytesIO(exported(log, "parquet")))
    assert (table.num_rows, table.num_columns) == (0, 20)
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
