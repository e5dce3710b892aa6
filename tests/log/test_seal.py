"""Sealed inputs open with their key, for their entry, unaltered, or not at all."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.log import Misconfigured, Once, Sealer, SealError
from tests.log.samples import BLIND_KEY, SEAL_KEY, SEALER, entry, opened

NEW_KEY = base64.b64encode(b"n" * 32).decode()


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_was_sealed_opens(plain, id):
    assert SEALER.open(id, SEALER.seal(id, plain)) == plain


def test_what_was_sealed_years_ago_opens():
    sealed = "026b314ac3c6cb4bff98a1e61821d79c487a7a3e3b2e0b3d2026c1e75a28a526d57fe3d054"
    assert SEALER.open("entry 1", bytes.fromhex(sealed)) == b"inputs"


def test_the_same_is_never_sealed_the_same_way_twice():
    assert len({SEALER.seal("id", b"same") for _ in range(100)}) == 100


@given(st.data())
def test_any_changed_bit_is_noticed(data):
    sealed = SEALER.seal("id", b"inputs")
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    broken = bytearray(sealed)
    broken[at // 8] ^= 1 << at % 8
    with pytest.raises(SealError):
        SEALER.open("id", bytes(broken))


@given(st.binary(max_size=60))
def test_what_was_never_sealed_does_not_open(sealed):
    with pytest.raises(SealError):
        SEALER.open("id", sealed)


def test_inputs_do_not_open_for_another_entry():
    with pytest.raises(SealError, match="does not open"):
        SEALER.open("other", SEALER.seal("id", b"inputs"))


def test_the_first_key_seals_and_the_others_still_open():
    rotated = Sealer.of(f"k2:{NEW_KEY}, k1:{SEAL_KEY}", BLIND_KEY)
    assert rotated.open("id", SEALER.seal("id", b"old")) == b"old"
    sealed = rotated.seal("id", b"new")
    assert Sealer.of(f"k2:{NEW_KEY}", BLIND_KEY).open("id", sealed) == b"new"
    with pytest.raises(SealError, match="'k2'"):
        SEALER.open("id", sealed)


def test_a_log_goes_on_after_a_change_of_keys(sqlite):
    log = opened(sqlite)
    log.append([entry(id="old")])
    log.sealer = Sealer.of(f"k2:{NEW_KEY} k1:{SEAL_KEY}", BLIND_KEY)
    log.append([entry(id="new", inputs=b"newer")])
    assert (log.inputs("old"), log.inputs("new")) == (entry().inputs, b"newer")
    log.close()


def test_a_key_of_the_same_name_and_other_bytes_does_not_open():
    with pytest.raises(SealError, match="does not open"):
        Sealer.of(f"k1:{NEW_KEY}", BLIND_KEY).open("id", SEALER.seal("id", b"inputs"))


def test_a_subject_is_blinded_the_same_way_and_only_with_the_key():
    assert SEALER.blind("张三") == SEALER.blind("张三")
    assert SEALER.blind("张三") != SEALER.blind("李四")
    assert SEALER.blind("张三") != Sealer.of(f"k1:{SEAL_KEY}", NEW_KEY).blind("张三")
    assert SEALER.blind("张三") == Sealer.of(f"k9:{NEW_KEY}", BLIND_KEY).blind("张三")
    assert SEALER.blind("V-001") == "00260dc0461b353edf02f732a9ef4162", "the log of years finds it no more"


def test_nothing_secret_is_shown_in_a_traceback():
    shown = f"{SEALER!r} {entry(inputs=b'secret')!r} {Once('a', 'b', b'c', b'secret', 200)!r}"
    assert "secret" not in shown
    assert repr(SEALER.blind_key) not in shown
    assert "id=" in shown


def test_without_keys_nothing_is_sealed_or_opened():
    nobody = Sealer.without_keys()
    with pytest.raises(SealError):
        nobody.open("id", SEALER.seal("id", b"inputs"))
    with pytest.raises(Misconfigured, match="no seal key"):
        nobody.seal("id", b"inputs")


@pytest.mark.parametrize(
    ("keys", "blind", "said"),
    [
        ("", BLIND_KEY, "There is no seal key: set VILLAGE_CREDIT_SEAL_KEYS; to try the service only, add --demo."),
        (" , ", BLIND_KEY, "There is no seal key: set VILLAGE_CREDIT_SEAL_KEYS; to try the service only, add --demo."),
        (SEAL_KEY, BLIND_KEY, "Seal key 1 wants the form id:base64, with an id of 1 to 32 ASCII characters."),
        (f":{SEAL_KEY}", BLIND_KEY, "Seal key 1 wants the form id:base64, with an id of 1 to 32 ASCII characters."),
        (f"k1:{SEAL_KEY},钥:{SEAL_KEY}", BLIND_KEY,
         "Seal key 2 wants the form id:base64, with an id of 1 to 32 ASCII characters."),
        (f"{'k' * 33}:{SEAL_KEY}", BLIND_KEY,
         "Seal key 1 wants the form id:base64, with an id of 1 to 32 ASCII characters."),
        (f"k1:{SEAL_KEY} k1:{NEW_KEY}", BLIND_KEY, "There are two seal keys k1."),
        ("k1:not/base64!", BLIND_KEY, "Seal key k1 is not base64."),
        ("k1:c2hvcnQ=", BLIND_KEY, "Seal key k1 wants 32 bytes and has 5."),
        (f"k1:{SEAL_KEY}", "", "The blind key wants 32 bytes and has 0."),
        (f"k1:{SEAL_KEY}", "钥", "The blind key is not base64."),
    ],
)  # fmt: skip
def test_a_malformed_key_is_told_by_its_place_and_never_shown(keys, blind, said):
    with pytest.raises(Misconfigured) as raised:
        Sealer.of(keys, blind)
    assert str(raised.value) == said
    assert raised.value.zh
