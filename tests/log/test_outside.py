"""An export is verified with nothing of ours: Python's own library and openssl."""

import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from service.exact_json import dumps
from service.log import export
from service.log.signing import pem_of
from tests.log.samples import SIGNER, entry, opened, signer
from tests.log.test_signatures import forge

SCRIPT = Path(__file__).parents[2] / "deploy" / "verify_export.py"


@pytest.fixture
def log(sqlite, clock):
    log = opened(sqlite, clock)
    log.introduce("操作员")
    said = dumps({"名": '引"body":号', "n": Decimal("1.10"), "e": "\u2028\x7f"})
    log.append(
        [entry(body=said, request_id='a"body":1'), entry(inputs=None, traceparent=f"00-{'a' * 32}-{'b' * 16}-01")]
    )
    log.append([entry(decision="", kind="key", inputs=None, subject="")])
    yield log
    log.close()


def exported(log):
    stream = io.BytesIO()
    export(log, stream)
    return stream.getvalue()


def verified(data, folder, *publics):
    files = []
    for number, public in enumerate(publics or [SIGNER.public]):
        files.append(folder / f"{number}.pem")
        files[-1].write_bytes(pem_of(public))
    ended = subprocess.run([sys.executable, SCRIPT, *files], input=data, capture_output=True)  # noqa: PLW1510
    return ended.returncode, (ended.stdout + ended.stderr).decode().strip()


def altered(data, seq, **said):
    lines = data.splitlines(keepends=True)
    lines[seq - 1] = dumps({**json.loads(lines[seq - 1]), **said}) + b"\n"
    return b"".join(lines)


def test_an_export_is_verified_by_the_public_key_alone(log, tmp_path):
    assert verified(exported(log), tmp_path) == (0, "as it was written, and signed to line 4")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: altered(data, 3, outcome="no"), "line 3 is not as it was written"),
        (lambda data: altered(data, 3, traceparent=""), "line 3 is not as it was written"),
        (lambda data: altered(data, 2, traceparent="x"), "line 2 is not as it was written"),
        (lambda data: altered(data, 3, body={}), "line 3 is not as it was written"),
        (lambda data: altered(data, 3, signature="00" * 64), "line 2 is not signed by a key given"),
        (lambda data: altered(data, 4, signer="0" * 32), "line 4 is not signed by a key given"),
        (lambda data: altered(data, 4, signature=""), "line 4 is not signed"),
        (lambda data: altered(data, 3, signature=""), "line 2 is not signed by a key given"),
        (lambda data: b"".join(data.splitlines(keepends=True)[i] for i in (0, 1, 3)), "line 3 is missing"),
    ],
)
def test_what_was_changed_is_found(log, tmp_path, change, said):
    assert verified(change(exported(log)), tmp_path) == (1, said)


def test_another_key_is_not_believed(log, tmp_path):
    assert verified(exported(log), tmp_path, signer(9).public) == (1, "line 1 is not signed by a key given")


def test_the_log_leads_from_one_key_to_the_next_and_believes_the_old_one_no_more(log, sqlite, tmp_path):
    new = signer(2, SIGNER.public)
    log.succeed(new, "operator", [SIGNER.id])
    after = opened(sqlite, signer=new)
    after.append([entry()])
    data = exported(after)
    assert verified(data, tmp_path) == (0, "as it was written, and signed to line 6")
    assert verified(data, tmp_path, SIGNER.public, new.public)[0] == 0
    assert verified(data, tmp_path, new.public) == (1, "line 1 is not signed by a key given")
    forge(after, {}, by=SIGNER)
    assert verified(exported(after), tmp_path) == (1, "line 7 is not signed by a key given")
    after.close()


def test_a_key_that_vouches_for_itself_has_to_be_given(log, sqlite, tmp_path):
    new = signer(2, SIGNER.public)
    forge(log, {"key": new.id, "public": new.public.hex()}, "signing_key", "introduced", by=new)
    assert verified(exported(log), tmp_path) == (1, "line 5 is not signed by a key given")
    assert verified(exported(log), tmp_path, SIGNER.public, new.public)[0] == 0
