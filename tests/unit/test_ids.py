"""Identity card numbers are no ids, however they are written; other long numbers are."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rules.values.ids import CARD, PLAIN, UNPRINTABLE, is_bank_card, is_card, is_id
from service.county.backend import Duck, quoted
from service.http.fields import ID_SCHEMA

CARDS = (
    "21010219600301399X",
    "21010219600301399x",
    "210102196003013990",
    "999999999999999999",
    "210102600301399",
    "2.1E+17",
    "2.10102E+17",
    "2.1010219600301399e+17",
    "2.1E+14",
    "2101 0219 6003 0139 9X",
    "210102 19600301 3990",
    "210102-19600301-3990",
    "２１０１０２１９６００３０１３９９０",
    "２１０１０２１９６００３０１３９９Ｘ",
    "身份证210102196003013990",
    "ID:210102196003013990",
    "H210102196003013990",
    "210102196003013990（户主）",
    "\u200b210102196003013990",
    "2101021960\u00a003013990",
    "210102—19600301—3990",
    "210102 600301 399",
    "H-210102600301399",
)
IDS = (
    "H00001",
    "V1",
    "210102001001",
    "210102001001000012X"[:12],
    "2101020010010001",
    "户-0001",
    "1E10",
    "2.5",
    "550e8400-e29b-41d4",
    "210102-001-001-0012",
    "20260501000123",
    "1234567890123",
    "210102001001-000012",
)


@pytest.mark.parametrize("text", CARDS)
def test_a_card_number_in_any_dress_is_no_id(text):
    assert is_card(text)
    assert not is_id(text)


@pytest.mark.parametrize("text", IDS)
def test_other_numbers_are_ids(text):
    assert is_id(text)


def test_sql_reads_the_rule_alike(tmp_path):
    duck = Duck(tmp_path)
    told = {one: duck.run(f"SELECT regexp_matches({quoted(one)}, {quoted(CARD)})")[0][0] for one in CARDS + IDS}
    duck.close()
    assert told == {one: is_card(one) for one in CARDS + IDS}


@given(st.from_regex(PLAIN, fullmatch=True))
def test_what_is_plain_holds_no_card_number(text):
    assert is_id(text)


UNSEEN_IDS = (
    "",
    " ",
    "\u200b",
    "\u2800",
    "\u3164",
    "\uffa0",
    "\u115f",
    "V\u034f",
    "\u202eV",
    "V\u00ad",
    "V\x85",
    "\ufeffV",
    " V",
    "V\ufe0f",
    "V\U000e0041",
    "V\U000e0100",
)
IGNORED = "\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00\ufe0f\uffa0\ufff0\U000e0000\U000e0100\U000e0fff"
FORMATS = [one for one in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(one) == "Cf"]


@pytest.mark.parametrize("text", UNSEEN_IDS, ids=ascii)
def test_what_cannot_be_seen_is_no_id_and_in_no_id(text):
    assert not is_id(text)


def test_no_format_character_and_none_that_is_ignored_is_in_an_id():
    unseen = [*FORMATS, *IGNORED]
    assert [ascii(one) for one in unseen if is_id(f"V{one}1")] == []
    published = Draft202012Validator(dict(ID_SCHEMA))
    assert [ascii(one) for one in unseen if one <= "\uffff" and published.is_valid(f"V{one}1")] == []


def test_the_pattern_that_is_published_can_be_read_by_units_of_two_bytes():
    assert max(ID_SCHEMA["pattern"]) <= "\uffff"


def test_sql_tells_alike_what_cannot_be_seen(tmp_path):
    duck = Duck(tmp_path)
    for text in ("V", "村", "🏡", "é", "𠮷", *IDS, *UNSEEN_IDS, *FORMATS):
        told = duck.run(f"SELECT regexp_matches({quoted(text)}, {quoted(UNPRINTABLE)})")[0][0]
        assert told == (re.search(UNPRINTABLE, text) is not None), ascii(text)
    duck.close()


@pytest.mark.parametrize("text", [
    "6222021234567890128", "4111111111111111", "378282246310005", "6222 0212 3456 7890 128", "req-6222021234567890128",
    "6222021234567890128-01", "a.6222-0212-3456-7890-128.b",
])  # fmt: skip
def test_a_number_whose_check_digit_fits_may_be_of_a_bank_card(text):
    assert is_bank_card(text)


@pytest.mark.parametrize("text", [
    "", "6222021234567890123", "4111111111111112", "1764550800123456", "20261201000000000001",
    "550e8400-e29b-41d4-a716-446655440000",
    "62220212345678901280", "0af7651916cd43dd8448eb211c80319c", "４１１１１１１１１１１１１１１１", "41111111111111",
])  # fmt: skip
def test_other_numbers_are_of_no_bank_card(text):
    assert not is_bank_card(text)
