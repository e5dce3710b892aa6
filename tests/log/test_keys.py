"""API keys: handed out once, checked without a query, gone within seconds."""

import json
import os
import pwd
import re
from contextlib import closing
from datetime import timedelta
from hashlib import sha256

import pytest

from service.exact_json import dumps
from service.keys import PERMISSIONS, Keys
from service.log import Entry, LogUnavailable, new_id, verify
from tests.log.samples import START, opened, rows, tamper


class Seconds:
    """A clock for the age of the copy in memory."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def keys(log, clock, seconds):
    return Keys(log, refresh=2.0, monotonic=seconds)


@pytest.fixture
def queries(log, monkeypatch):
    """How often the database was read."""
    asked = []
    read = log.database.read
    monkeypatch.setattr(log.database, "read", lambda *asks: asked.append(1) or read(*asks))
    return asked


def test_a_key_is_known_by_its_text(keys):
    key, text = keys.add("县行", "analyst")
    assert re.fullmatch(r"vc_[0-9a-f]{12}_[\w-]{43}", text)
    assert keys.check(text) == key
    assert (key.name, key.role, key.created, key.expires, key.revoked) == ("县行", "analyst", START, None, None)
    assert keys.listed() == (key,)


def test_only_a_hash_of_it_is_kept(keys, log):
    _, text = keys.add("a", "caller")
    [(stored,)] = rows(log, "SELECT body FROM log")
    assert text.split("_", 2)[2].encode() not in bytes(stored)
    assert sha256(text.encode()).hexdigest().encode() in bytes(stored)


def test_no_two_keys_are_the_same(keys):
    assert len({keys.add("a", "caller")[1] for _ in range(20)}) == 20


def test_a_wrong_text_is_no_key(keys):
    key, text = keys.add("a", "caller")
    other, _ = keys.add("b", "admin")
    wrong = [
        "", "vc", "vc_", f"vc_{key.id}", f"vc_{key.id}_", text[:-1], text + "x", text.upper(), f"{text}\ud800",
        text.replace(key.id, other.id), f"xx{text[2:]}", f"vc_{key.sha256.hex()}", "vc__", f" {text}",
    ]  # fmt: skip
    assert [one for one in wrong if keys.check(one)] == []


def test_a_key_ends_at_its_time(keys, clock):
    _, text = keys.add("a", "caller", START + timedelta(seconds=10))
    clock.forward(9)
    assert keys.check(text)
    clock.forward(1)
    assert keys.check(text) is None


def test_a_revoked_key_ends_here_at_once_and_elsewhere_within_the_refresh(keys, log, clock, seconds):
    elsewhere = Keys(log, refresh=2.0, monotonic=seconds)
    key, text = keys.add("a", "caller")
    assert elsewhere.check(text)
    assert keys.revoke(key.id)
    assert keys.check(text) is None
    seconds.now += 1.9
    assert elsewhere.check(text)
    seconds.now += 0.1
    assert elsewhere.check(text) is None
    assert keys.listed()[0].revoked == START


def test_the_log_says_who_had_which_key_and_until_when(keys, log, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "li")
    key, _ = keys.add("a", "caller", START + timedelta(days=9))
    monkeypatch.delenv("SUDO_USER")
    keys.revoke(key.id)
    added, revoked = log.find(kind="key")
    assert (added.outcome, revoked.outcome) == ("added", "revoked")
    assert json.loads(added.body) == {
        "key": key.id, "client": key.id, "name": "a", "role": "caller", "sha256": key.sha256.hex(),
        "expires": "2026-05-10T08:00:00+00:00", "person": "", "by": "li",
    }  # fmt: skip
    assert json.loads(revoked.body) == {"key": key.id, "by": pwd.getpwuid(os.getuid()).pw_name}


def test_a_key_with_another_role_is_none_and_is_found_by_a_verification(keys, log, url):
    keys.add("a", "caller")
    assert verify(log).intact
    other = bytes(log.find()[0].body).replace(b"caller", b"admin")
    tamper(log, (f"UPDATE log SET body = {log.database.mark}", (other,)))  # noqa: S608
    with pytest.raises(LogUnavailable, match="missing"):  # it was there a moment ago
        keys.listed()
    with closing(opened(url)) as later:
        assert Keys(later).listed() == ()
    assert [flaw.code for flaw in verify(log).flaws] == ["line_changed"]


def test_nobody_takes_over_the_id_of_a_key(keys, log):
    key, text = keys.add("a", "caller")
    keys._say("added", {"key": key.id, "name": "b", "role": "admin", "sha256": "00" * 32, "expires": None})
    assert keys.listed() == (key,)
    assert keys.check(text) == key


def test_a_key_is_revoked_once(keys):
    key, _ = keys.add("a", "caller")
    assert [keys.revoke(key.id), keys.revoke(key.id), keys.revoke("unknown")] == [True, False, False]


def test_who_waits_for_the_first_look_fails_with_it(keys, queries):
    """Each would wait as long for the same, one after the other."""

    class Lock:
        def acquire(self, blocking):
            keys._failures, keys._error = 1, LogUnavailable("locked")  # of whoever had the turn meanwhile
            return True

        def release(self):
            pass

    keys._lock = Lock()
    with pytest.raises(LogUnavailable):
        keys.check("vc_a_b")
    assert queries == []


def test_a_request_costs_no_query_while_the_copy_is_fresh(keys, queries, seconds):
    _, text = keys.add("a", "caller")
    queries.clear()
    for _ in range(50):
        assert keys.check(text)
        assert keys.check("vc_0_unknown") is None
    assert len(queries) == 1
    seconds.now += 2
    for _ in range(50):
        keys.check(text)
    assert len(queries) == 2


def test_keys_go_on_for_a_while_without_the_database(keys, log, monkeypatch, seconds):
    _, text = keys.add("a", "caller")
    assert keys.check(text)

    def away(*_):
        raise LogUnavailable("away")

    monkeypatch.setattr(log.database, "read", away)
    seconds.now += 19.9
    assert keys.check(text)
    seconds.now += 0.1
    with pytest.raises(LogUnavailable):
        keys.check(text)
    monkeypatch.undo()
    assert keys.check(text)


def test_one_thread_renews_the_copy_while_the_others_go_on(keys, seconds, queries):
    _, text = keys.add("a", "caller")
    queries.clear()
    assert keys.check(text)
    seconds.now += 3
    with keys._lock:
        assert keys.check(text)
    assert len(queries) == 1
    assert keys.check(text)
    assert len(queries) == 2


def test_a_role_must_be_one_there_is(keys):
    with pytest.raises(KeyError):
        keys.add("a", "owner")
    assert keys.listed() == ()


def test_who_may_do_what():
    may = {permission: [role for role, all in PERMISSIONS.items() if permission in all]
           for permission in sorted(set().union(*PERMISSIONS.values()))}  # fmt: skip
    assert may == {
        "approve": ["approver"],
        "decide": ["caller", "analyst", "admin"],
        "draft": ["editor", "approver"],
        "explain": ["caller", "analyst", "auditor", "admin"],
        "inputs": ["analyst", "auditor", "admin"],
        "inputs_all": ["auditor"],
        "effect": ["auditor", "editor", "approver"],
        "policies": ["caller", "analyst", "auditor", "editor", "approver", "admin"],
        "pull_log": ["auditor", "store"],
        "read": ["caller", "analyst", "auditor", "admin"],
        "read_all": ["analyst", "auditor", "admin"],
        "record_review": ["analyst", "admin"],
        "replay": ["analyst", "auditor", "admin"],
        "replay_period": ["auditor", "approver"],
        "shadow": ["approver"],
        "request_review": ["caller", "analyst", "admin"],
        "what_if": ["analyst", "admin"],
        "withdraw": ["approver"],
    }


def test_a_client_has_several_keys(keys, log):
    first, _ = keys.add("core", "caller")
    second, text = keys.add("core 2027", "caller", client=first.client)

    assert first.client == first.id
    assert (second.client, second.id) == (first.id, keys.check(text).id)
    keys.revoke(first.id)
    assert keys.check(text) == second
    assert (keys.still(first), keys.still(second)) == (False, True)


def test_a_key_of_before_there_were_clients_is_a_client_of_its_own(log, seconds):
    body = dumps({"key": "aabbcc", "name": "a", "role": "caller", "sha256": "00", "expires": None, "by": "li"})
    log.append([Entry(new_id(START), "key", "", "", "", "", "", "", "added", "", body)])
    [key] = Keys(log, monotonic=seconds).listed()
    assert (key.id, key.client) == ("aabbcc", "aabbcc")
