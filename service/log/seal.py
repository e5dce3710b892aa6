"""Seals the inputs of decisions (AES-GCM): they can be replayed, but not read from a copy of the database."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.log.errors import Misconfigured, SealError

KEY, NONCE = 32, 12
AT_ONCE = 64
LONGEST_ID = 32
PURPOSE = b"village-credit blind index"


@dataclass(frozen=True)
class Sealer:
    """Seals with the first key, opens with any of them; and turns the id of a subject into one that says nothing.

    Sealed bytes are: the length of the key's id, that id, the nonce, the cipher text with its tag. The entry's id and
    the key's id are authenticated with them, so sealed inputs cannot be moved to another entry.
    """

    keys: Mapping[str, AESGCM] = field(repr=False)
    blind_key: bytes = field(repr=False)

    @classmethod
    def of(cls, keys: str, blind_key: str) -> Sealer:
        """Read settings: `id:base64` for each key, separated by commas or spaces, the current one first."""
        ciphers: dict[str, AESGCM] = {}
        for place, part in enumerate(keys.replace(",", " ").split(), start=1):
            name, colon, text = part.partition(":")
            if not (colon and name and name.isascii() and len(name) <= LONGEST_ID):
                raise Misconfigured(
                    f"第 {place} 个封存密钥要写成 编号:base64，编号为 1 到 {LONGEST_ID} 个 ASCII 字符。",
                    f"Seal key {place} wants the form id:base64, with an id of 1 to {LONGEST_ID} ASCII characters.",
                )
            if name in ciphers:
                raise Misconfigured(f"封存密钥 {name} 出现了两次。", f"There are two seal keys {name}.")
            ciphers[name] = AESGCM(_decoded(text, f"封存密钥 {name} ", f"Seal key {name}"))
        if not ciphers:
            raise Misconfigured(
                "没有封存密钥：请设置 VILLAGE_CREDIT_SEAL_KEYS；只是试用的，加 --demo。",
                "There is no seal key: set VILLAGE_CREDIT_SEAL_KEYS; to try the service only, add --demo.",
            )
        return cls(ciphers, _decoded(blind_key.strip(), "盲索引密钥", "The blind key"))

    @classmethod
    def without_keys(cls) -> Sealer:
        """For those who look after the log and must not look into it: it opens nothing and seals nothing."""
        return cls({}, bytes(KEY))

    def seal(self, entry: str, plain: bytes) -> bytes:
        head, cipher, name = self._current
        nonce = _chance()
        return head + nonce + cipher.encrypt(nonce, plain, entry.encode() + name)

    def open(self, entry: str, sealed: bytes) -> bytes:
        start = 1 + sealed[0] if sealed else 0
        name = sealed[1:start]
        cipher = self.keys.get(name.decode("ascii", "replace"))
        if cipher is None:
            shown = ascii(name.decode("ascii", "replace"))
            raise SealError(
                f"没有封存时所用的密钥 {shown}，打不开。",
                f"Sealed with the key {shown}, which is not among those given.",
            )
        body = start + NONCE
        try:
            return cipher.decrypt(sealed[start:body], sealed[body:], entry.encode() + name)
        except (InvalidTag, ValueError):
            raise SealError(
                "封存的内容与封存时不同，打不开。", "What was sealed is not what is there now; it does not open."
            ) from None

    def blind(self, subject: str) -> str:
        """A pseudonym: the same for the same subject, and of no use without the key."""
        return blake2b(subject.encode(), key=self._index_key, digest_size=KEY // 2).hexdigest()

    def mark(self, purpose: str, text: str) -> str:
        """A pseudonym of anything else, or a proof that the service wrote it. No id of a subject holds NUL: whoever
        may choose ids, and read the pseudonyms of them, has no mark made."""
        return self.blind(f"{purpose}\0{text}")

    @cached_property
    def _current(self) -> tuple[bytes, AESGCM, bytes]:
        if not self.keys:
            raise Misconfigured("没有封存密钥。", "There is no seal key.")
        name, cipher = next(iter(self.keys.items()))
        return bytes([len(name)]) + name.encode(), cipher, name.encode()

    @cached_property
    def _index_key(self) -> bytes:
        return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=PURPOSE).derive(self.blind_key)


class Chance:
    """Nonces from the system, fetched many at a time: at each system call a thread lets go of the interpreter."""

    def __init__(self) -> None:
        self.forget()
        os.register_at_fork(after_in_child=self.forget)  # parent and child must not use the same

    def forget(self) -> None:
        self._left: list[bytes] = []

    def __call__(self) -> bytes:
        try:
            return self._left.pop()
        except IndexError:
            fresh = os.urandom(NONCE * AT_ONCE)
            self._left = [fresh[start : start + NONCE] for start in range(NONCE, len(fresh), NONCE)]
            return fresh[:NONCE]


_chance = Chance()


def _decoded(text: str, zh: str, en: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Misconfigured(f"{zh}不是 base64。", f"{en} is not base64.") from None
    if len(key) != KEY:
        raise Misconfigured(
            f"{zh}应为 {KEY} 字节，现为 {len(key)} 字节。", f"{en} wants {KEY} bytes and has {len(key)}."
        )
    return key
