"""Valid ids of subjects and records: any short text except an identity card number."""

from __future__ import annotations

import re

LONGEST = 64
CARD = "[0-9]{17}[0-9Xx]"
UNSEEN = "\\x00-\\x1f\\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"  # controls, and characters without width
UNPRINTABLE = f"[{UNSEEN}]"
BLANK = "[ \u00a0\u2000-\u200a\u202f\u205f\u3000]*"
PLAIN = "[!-~]{1,17}"  # shorter than a card number, with nothing to trim: an id at first sight
ID = re.compile(rf"(?!{CARD}\Z)(?!{BLANK}\Z)[^{UNSEEN}]{{1,{LONGEST}}}")
is_id = ID.fullmatch
WANTED = (
    f"编号要是 1 到 {LONGEST} 个字符的文字，不得用身份证号。",
    f"An id is text of 1 to {LONGEST} characters, and no identity card number.",
)
