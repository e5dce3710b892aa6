"""Whoever may write to the database, and has no signing key, writes nothing that anybody believes."""
# ruff: noqa: S608 -- the statements are our own

import json
import secrets
from contextlib import nullcontext
from datetime import timedelta
from hashlib import sha256

import pytest

from service.commands.carrying import carry_over
from service.keys import Keys
from service.log import Forged, LogUnavailable, Misconfigured, SealError, Signer, expire, verify
from service.log.entry import canonical, link
from service.log.signing import message, pem_of, read_publics
from service.log.tables import insert
from service.log.tables import log as table
from service.policies import archive
from tests.log.samples import SIGNER, entry, key_file, opened, rows, signer, tamper

OTHER = signer(9)  # what somebody else may have, too


@pytest.fixture
def log(url, clock):
    log = opened(url, clock)
    log.introduce("operator")
    yield log
    log.close()


def forge(log, body, kind="key", outcome="added", by=None, decision="", seconds=1):
    """Append a line with a right hash, as somebody with the database's password can; signed by somebody else's key
    where there is one."""
    ((seq, at, hash),) = rows(log, "SELECT seq, at, hash FROM log ORDER BY seq DESC LIMIT 1")
    columns = [
        secrets.token_hex(16),
        kind,
        "",
        "",
        "",
        "",
        decision,
        "",
        outcome,
        "",
        json.dumps(body).encode(),
        "",
        "",
        b"",
    ]
    seq, at = seq + 1, at + seconds * 10**6
    new = link(bytes(hash), seq, at, canonical(columns))
    signed = ("", 0, b"") if by is None else (by.id, seq, by.sign(seq, seq, new))
    log.database.write(
        lambda cursor: cursor.execute(insert(table, log.database.mark), [seq, at, *columns, new, *signed])
    )
    return seq


def forged_key(role="auditor"):
    text = f"vc_aaaaaaaaaaaa_{'Z' * 43}"
    said = {"key": "aaaaaaaaaaaa", "name": "x", "role": role, "expires": None, "by": "root"}
    return text, {**said, "sha256": sha256(text.encode()).hexdigest()}


def found(log, **said):
    return [(flaw.seq, flaw.code) for flaw in verify(log, **said).flaws]


# --- forging


@pytest.mark.parametrize("by", [None, OTHER])
def test_a_forged_key_is_no_key_and_is_found(log, by):
    text, body = forged_key()
    seq = forge(log, body, by=by)
    assert Keys(log).check(text) is None
    assert Keys(log).listed() == ()
    assert found(log) == [(seq, "unsigned" if by is None else "signer_unknown")]


def test_a_forged_revocation_revokes_nothing(log):
    key, text = Keys(log).add("a", "caller")
    forge(log, {"key": key.id, "by": "root"}, outcome="revoked")
    assert Keys(log).check(text) == key


def test_a_forged_line_stays_found_when_the_service_goes_on(log):
    """What is signed next covers what was written then, and not the line before it."""
    seq = forge(log, {"findings": []}, kind="decision", outcome="yes", decision="d1")
    log.append([entry(), entry()])
    text, _ = forged_key()
    assert Keys(log).check(text) is None
    assert found(log) == [(seq, "unsigned")]


def test_a_forged_key_is_not_believed_when_the_service_goes_on(log):
    text, body = forged_key()
    seq = forge(log, body)
    log.append([entry()])
    assert Keys(log).check(text) is None
    assert found(log) == [(seq, "unsigned")]


def test_a_signature_moved_from_another_line_covers_nothing(log):
    Keys(log).add("a", "caller")
    ((signed,),) = rows(log, "SELECT signature FROM log ORDER BY seq DESC LIMIT 1")
    text, body = forged_key()
    seq = forge(log, body)
    tamper(log, (f"UPDATE log SET signer = {log.database.mark}, signed_from = {seq}, signature = {log.database.mark} "
                 f"WHERE seq = {seq}", (SIGNER.id, bytes(signed))))  # fmt: skip
    assert Keys(log).check(text) is None
    assert found(log) == [(seq, "signature_wrong")]


def test_a_key_under_a_signature_that_covers_more_is_not_believed(log):
    """A statement is believed by its own signature: nobody has to look through what else one covers."""
    text, body = forged_key()
    seq = forge(log, body)
    hash = log.find(after_seq=seq - 1)[0].hash
    tamper(log, (f"UPDATE log SET signer = {log.database.mark}, signed_from = 1, signature = {log.database.mark} "
                 f"WHERE seq = {seq}", (SIGNER.id, SIGNER.sign(1, seq, hash))))  # fmt: skip
    assert Keys(log).check(text) is None


def test_a_forged_expiry_covers_nothing(log):
    log.append([entry(id="one")])
    seq = forge(log, {"before": "2099-01-01T00:00:00+00:00", "through": 99}, kind="expiry", outcome="expiry")
    tamper(log, "DELETE FROM sealed")
    assert found(log) == [(2, "inputs_missing"), (seq, "unsigned")]
    with pytest.raises(SealError, match="gone"):
        log.inputs("one")


def test_an_expiry_before_the_time_is_told(log, clock):
    log.append([entry()])
    clock.forward(10 * 86400)
    expire(log, clock() - timedelta(days=5))
    assert found(log, keep=timedelta(days=5)) == []
    assert found(log, keep=timedelta(days=6)) == [(3, "expiry_early")]


def test_forged_editions_are_not_taken_at_a_start(log):
    log.keep_edition("a" * 64, "plan", "2026-05-01", {"plan.yaml": "good"})
    forge(log, {"digest": "x", "editions": [{"edition": "plan/2026-05-01", "sha256": "a" * 64}]}, "editions", "")
    assert archive.last_live(log) == {}


def test_a_log_written_anew_from_the_start_is_found(log, clock, url):
    """By whoever knows the public key, even where the forger has a key of his own and says so."""
    log.append([entry()])
    tamper(log, "DELETE FROM log", "DELETE FROM sealed")
    other = opened(url, clock, signer=OTHER)
    other.introduce("forger")
    _, text = Keys(other).add("x", "auditor")
    assert verify(other).intact
    assert found(log) == [(1, "signer_unknown"), (2, "signer_unknown")]
    assert Keys(log).check(text) is None
    other.close()


def test_a_forged_introduction_admits_no_key(log):
    forge(log, {"key": OTHER.id, "public": OTHER.public.hex()}, "signing_key", "introduced", by=OTHER)
    text, body = forged_key()
    forge(log, body, by=OTHER)
    assert Keys(log).check(text) is None
    assert [code for _, code in found(log)] == ["signer_unknown", "signer_unknown"]


def test_a_forged_retirement_stops_nobody(log):
    said = {"key": OTHER.id, "public": OTHER.public.hex(), "retires": [SIGNER.id]}
    forge(log, said, "signing_key", "introduced", by=OTHER)
    log.append([entry()])


def test_every_line_of_a_group_is_covered_by_one_signature(log):
    log.append([entry() for _ in range(5)])
    signed = rows(log, "SELECT seq, signed_from FROM log WHERE signed_from > 0 ORDER BY seq")
    assert signed == [(1, 1), (6, 2)]
    assert found(log) == []


def test_a_statement_within_a_group_has_a_signature_of_its_own(log):
    log.append([entry(), entry(), entry(kind="key", decision="", inputs=None), entry()])
    signed = rows(log, "SELECT seq, signed_from FROM log WHERE signed_from > 0 ORDER BY seq")
    assert signed == [(1, 1), (3, 2), (4, 4), (5, 5)]
    assert found(log) == []


# --- verification from outside


def test_the_public_key_alone_is_enough(log, url):
    log.append([entry()])
    outside = opened(url, signer=None)
    outside.known = {SIGNER.id: SIGNER.public}
    assert verify(outside).intact
    outside.known = {OTHER.id: OTHER.public}
    assert found(outside)[0] == (1, "signer_unknown")
    outside.known = {}
    report = verify(outside)
    assert (report.intact, report.signers) == (True, (SIGNER.id,))
    outside.close()


def test_nothing_is_written_without_a_key(url):
    log = opened(url, signer=None)
    with pytest.raises(Misconfigured, match="VILLAGE_CREDIT_SIGNING_KEY"):
        log.append([entry()])
    log.close()


def test_what_is_signed_is_for_good():
    """Logs of years ago still verify."""
    hash = bytes(range(32))
    assert message(7, 9, hash) == f"village-credit log 1\n7\n9\n{hash.hex()}\n".encode()
    assert SIGNER.id == "34750f98bd59fcfc946da45aaabe933b"
    assert SIGNER.sign(7, 9, hash).hex().startswith("1de0db1b24d2de830f60bcd210d2983a")


# --- reading one line


def test_a_forged_decision_is_not_read_and_is_told(log):
    log.append([entry(id="good")])
    seq = forge(log, {"x": 1}, kind="decision", decision="d", outcome="yes")
    [(id,)] = rows(log, f"SELECT id FROM log WHERE seq = {seq}")
    log.append([entry()])
    with pytest.raises(Forged, match=f"line {seq}"):
        log.get(id)
    assert log.refused[seq] == "unsigned"  # the signature after it begins behind it
    assert log.get("good").id == "good"


def test_a_line_is_read_from_the_midst_of_what_was_written_together(log):
    log.append([entry(id=f"e{number}") for number in range(250)])
    assert [log.get(f"e{number}").id for number in (0, 99, 249)] == ["e0", "e99", "e249"]
    tamper(log, "UPDATE log SET outcome = 'no' WHERE id = 'e99'")
    for number, good in ((98, False), (99, False), (100, True), (249, True)):
        with nullcontext() if good else pytest.raises(Forged):
            log.get(f"e{number}")


def test_a_forged_line_about_a_decision_is_left_out(log):
    log.append([entry(id="good"), entry(id="mine", refers_to="good")])
    tamper(log, "UPDATE log SET kind = 'reviewed' WHERE id = 'mine'")
    with pytest.raises(Forged):
        log.get("good")  # they were signed together
    log.append([entry(id="other")])
    log.append([entry(id="about", refers_to="other")])
    log.append([entry(id="forged", refers_to="other")])
    tamper(log, "UPDATE log SET outcome = 'no' WHERE id = 'forged'")
    assert [line.id for line in log.about("other")] == ["about"]


# --- older logs


@pytest.fixture
def older(log):
    """A log from before there were signatures."""
    log.append([entry()])
    Keys(log).add("a", "caller")
    tamper(log, "DELETE FROM log WHERE seq = 1", "UPDATE log SET signer = '', signed_from = 0, signature = hash")
    empty = log.database.mark
    tamper(log, (f"UPDATE log SET signature = {empty}", (b"",)), "UPDATE log SET seq = seq - 1",
           "UPDATE sealed SET seq = seq - 1")  # fmt: skip
    before = bytes(32)
    for seq, at, *columns in rows(log, f"SELECT {', '.join(list(table.columns.keys())[:16])} FROM log ORDER BY seq"):
        columns[10], columns[13] = bytes(columns[10]), bytes(columns[13])
        before = link(before, seq, at, canonical(columns))
        tamper(log, (f"UPDATE log SET hash = {log.database.mark} WHERE seq = {seq}", (before,)))
    log._rights._forget()  # as to a process that starts with it
    return log


def test_an_older_log_is_carried_over_by_a_line_once(older):
    assert found(older) == [(1, "unsigned")]
    [(id,)] = rows(older, "SELECT id FROM log WHERE seq = 1")
    with pytest.raises(Forged):
        older.get(id)
    assert Keys(older).listed() == ()
    with pytest.raises(Misconfigured, match="carry-over"):
        older.introduce("operator")
    assert [one.kind for one in carry_over(older)] == ["key"]
    report = verify(older)
    assert (report.intact, report.carried_over) == (True, 2)
    assert older.get(id).id == id
    assert [key.name for key in Keys(older).listed()] == ["a"]
    older.introduce("operator")
    with pytest.raises(Misconfigured, match="signatures already"):
        carry_over(older)


def test_a_log_is_not_carried_over_a_second_time_by_a_forger(older):
    """A forger who strips what was carried over cannot have it vouched for again."""
    carry_over(older)
    tamper(older, "UPDATE log SET outcome = 'other' WHERE seq = 1")
    assert (1, "line_changed") in found(older)


# --- changing the key


def test_a_key_is_changed_by_a_line_under_the_old_one(log, url, clock):
    text = Keys(log).add("a", "caller")[1]
    new = signer(2, SIGNER.public)
    log.succeed(new, "operator", [SIGNER.id])
    with pytest.raises(LogUnavailable, match="retired"):
        log.append([entry()])
    after = opened(url, clock, signer=new)
    after.introduce("operator")
    after.append([entry()])
    Keys(after).add("b", "caller")
    assert verify(after).intact
    assert Keys(after).check(text)
    outside = opened(url, signer=None)
    outside.known = {SIGNER.id: SIGNER.public}  # the first public key is enough: it introduces the next
    assert verify(outside).intact
    outside.close()
    after.close()


def test_a_retired_key_signs_no_more(log, url, clock):
    """Not even where it was stolen."""
    log.succeed(signer(2, SIGNER.public), "operator", [SIGNER.id])
    text, body = forged_key()
    seq = forge(log, body, by=SIGNER)
    after = opened(url, clock, signer=signer(2, SIGNER.public))
    assert found(after) == [(seq, "signer_retired")]
    assert Keys(after).check(text) is None
    with pytest.raises(Misconfigured, match="retired"):
        log.introduce("operator")
    after.close()


def test_a_key_of_another_host_signs_beside_the_first(log, url, clock):
    second = signer(2, SIGNER.public)
    log.succeed(second, "operator", [])
    other = opened(url, clock, signer=second)
    for one in (log, other, log):
        one.append([entry()])
        assert verify(one).intact
    other.close()


def test_after_a_lost_key_the_new_one_stands_in(log, url, clock):
    log.append([entry()])
    new = signer(3, SIGNER.public)
    after = opened(url, clock, signer=new)
    outside = opened(url, signer=None)
    outside.succeed(new, "operator", [SIGNER.id])
    after.append([entry()])
    assert verify(after).intact
    outside.known = {SIGNER.id: SIGNER.public}
    assert next(code for _, code in found(outside)) == "signer_unknown"  # the old key cannot vouch for the new one
    outside.close()
    after.close()


# --- the file of the key


def test_a_key_is_read_from_its_file_with_those_beside_it(tmp_path):
    made = Signer.new(tmp_path / "new" / "signing.pem", SIGNER.public)
    again = Signer.read(tmp_path / "new" / "signing.pem")
    assert (again.id, set(again.known)) == (made.id, {made.id, SIGNER.id})
    assert (tmp_path / "new" / "signing.pem").stat().st_mode & 0o777 == 0o600
    (tmp_path / "public.pem").write_bytes(pem_of(SIGNER.public))
    assert read_publics([tmp_path / "public.pem"]) == {SIGNER.id: SIGNER.public}
    with pytest.raises(FileExistsError):
        Signer.new(tmp_path / "new" / "signing.pem")


@pytest.mark.parametrize(
    ("mode", "content", "said"),
    [
        (0o644, None, "Others may read or write"),
        (0o660, None, "Others may read or write"),
        (0o600, "", "wants one Ed25519 private key"),
        (0o600, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not Ed25519"),
        (0o600, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "not Ed25519"),
    ],
)
def test_a_file_that_is_no_guarded_key_is_refused(tmp_path, mode, content, said):
    path = key_file(tmp_path / "signing.pem")
    if content is not None:
        path.write_text(content)
    path.chmod(mode)
    with pytest.raises(Misconfigured, match=said):
        Signer.read(path)
    with pytest.raises(Misconfigured, match="cannot be read"):
        Signer.read(tmp_path / "none.pem")


def test_the_group_may_read_the_key(tmp_path):
    path = key_file(tmp_path / "signing.pem")
    path.chmod(0o440)
    assert Signer.read(path).id == SIGNER.id
