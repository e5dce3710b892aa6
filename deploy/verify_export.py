#!/usr/bin/env python3
# ruff: noqa: PLW1510, T201 -- it is read by people who want to see what is checked, and shares nothing with the service
"""Verifies an export of the log with openssl 3: cat log.ndjson | verify_export.py public.pem [more.pem ...]

The export has to begin with line 1; of a part, what its first line says is not checked. A key that the log introduces
under a signature that is believed is believed from there on, and one that it retires no more.
"""

import base64
import hashlib
import json
import struct
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

TEXTS = "id kind caller request_id plan edition decision on outcome subject refers_to".split()
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
DER = bytes.fromhex("302a300506032b6570032100")  # what stands before the 32 bytes of a public key of Ed25519
folder, keys, retired, before, covered, seq = Path(tempfile.mkdtemp()), set(), set(), None, 0, 0


def believe(public: bytes) -> None:
    """A key is called by the hash of its 32 bytes, and lies in a file of that name."""
    keys.add(name := hashlib.sha256(public).hexdigest()[:32])
    text = base64.b64encode(DER + public).decode()
    (folder / name).write_text(f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")


for path in sys.argv[1:]:
    believe(base64.b64decode("".join(Path(path).read_text().split("-----")[2].split()))[-32:])
for raw in sys.stdin.buffer:
    text = raw.decode()
    line, start = json.loads(text), text.index('"body":') + len('"body":')
    if seq == 0:
        before, covered = bytes(32) if line["seq"] == 1 else None, line["seq"] - 1
    elif line["seq"] != seq + 1:
        sys.exit(f"line {seq + 1} is missing")
    seq, hash = line["seq"], bytes.fromhex(line["hash"])
    body = text[start : json.JSONDecoder().raw_decode(text, start)[1]].encode()  # as it stands, to the byte
    trace = [line["traceparent"]] if line.get("traceparent") else []  # spelled where there is one
    texts, sealed = "\0".join([*(line[name] for name in TEXTS), *trace]).encode(), bytes.fromhex(line["sealed_sha256"])
    at = (datetime.fromisoformat(line["at"]) - EPOCH) // timedelta(microseconds=1)
    spelled = struct.pack(">qqQQQ", seq, at, len(texts), len(body), len(sealed)) + texts + body + sealed
    if before is not None and hashlib.sha256(before + spelled).digest() != hash:
        sys.exit(f"line {seq} is not as it was written")
    if line["signature"]:
        (folder / "said").write_text(f"village-credit log 1\n{line['signed_from']}\n{seq}\n{line['hash']}\n")
        (folder / "signature").write_bytes(bytes.fromhex(line["signature"]))
        command = "openssl pkeyutl -verify -pubin -rawin -in said -sigfile signature -inkey".split()
        known, speaks = line["signer"] in keys - retired, line["kind"] == "signing_key"
        carried = speaks and covered == 0 and line["body"].get("carried_over") == seq - 1
        good = known and subprocess.run([*command, line["signer"]], cwd=folder, capture_output=True).returncode == 0
        if not good or (line["signed_from"] > covered + 1 and not carried):
            sys.exit(f"line {covered + 1} is not signed by a key given")
        covered = seq
        if speaks and "public" in line["body"]:
            believe(bytes.fromhex(line["body"]["public"]))
            retired.update(line["body"].get("retires", []))
    before = hash
if covered != seq:
    sys.exit(f"line {covered + 1} is not signed")
print(f"as it was written, and signed to line {seq}")
