"""Signatures of the log: Ed25519, by a private key that is kept outside the database.

A signature says: whoever holds this key wrote the lines `first` to `last`, and there the chain had this hash. The hash
covers every line before, so a signature fits one log only; the first word keeps it from fitting anything else.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from rules.problems.os_errors import why
from service.log.errors import NO_SIGNER, Misconfigured

SIGNING, INTRODUCED = "signing_key", "introduced"  # a kind of lines, and what came of it
WORD = "village-credit log 1"  # another way to sign gets another word
ID = 32  # hexadecimal digits of the hash that names a key
BLOCK = re.compile(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)
EXPOSED = stat.S_IWGRP | stat.S_IXGRP | stat.S_IRWXO
PRIVATE = stat.S_IRUSR | stat.S_IWUSR
REMEMBERED = 10_000  # signatures that were checked and are not checked again

Publics = Mapping[str, bytes]  # the id of a key, and its public half


def message(first: int, last: int, hash: bytes) -> bytes:
    """What is signed: text, so that a shell can spell it too."""
    return f"{WORD}\n{first}\n{last}\n{hash.hex()}\n".encode()


def id_of(public: bytes) -> str:
    """The name of a key follows from it: nobody can give it to another."""
    return sha256(public).hexdigest()[:ID]


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, and the public keys that its file vouches for: its own, and any that stand beside it."""

    id: str
    public: bytes
    known: Publics
    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Signer:
        """From a file of PEM that others cannot read: one private key, and public keys if there are more to trust."""
        _guarded(path)
        private, publics = _blocks(path)
        if len(private) != 1:
            raise Misconfigured(f"{path} 里要有且只有一把 Ed25519 私钥。", f"{path} wants one Ed25519 private key.")
        public = _raw(private[0].public_key())
        return cls(id_of(public), public, {id_of(one): one for one in (public, *publics)}, private[0])

    @classmethod
    def of(cls, setting: str) -> Signer:
        """By the setting, which has to be there."""
        if not setting:
            raise Misconfigured(*NO_SIGNER)
        return cls.read(Path(setting))

    @classmethod
    def new(cls, path: Path, *also: bytes) -> Signer:
        """Make a key and its file, which must not be there yet; `also` are public keys to be trusted beside it."""
        key = Ed25519PrivateKey.generate()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=PRIVATE, exist_ok=False)
        spelled = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(spelled + b"".join(map(pem_of, also)))
        return cls.read(path)

    def vouch(self, said: bytes) -> str:
        """A signature in hexadecimal for a text that begins with a word of its own, like none of WORD."""
        return self._key.sign(said).hex()

    def sign(self, first: int, last: int, hash: bytes) -> bytes:
        return self._key.sign(message(first, last, hash))


class Trust:
    """The keys by which lines are believed: those given, and those that believed lines introduce.

    Where none are given the first key that the log names is taken at its word.
    """

    def __init__(self, known: Publics) -> None:
        self._known = dict(known)
        self.carried_over = 0  # lines up to here are from before there were signatures
        self._until: dict[str, int] = {}  # the last line that a retired key may sign

    def fault(self, first: int, last: int, hash: bytes, signer: str, signature: bytes) -> str:
        """Why a signature is not believed, a code of verification.WORDS; empty where it is."""
        public = self._known.get(signer)
        if public is None:
            return "signer_unknown"
        if not _genuine(public, signature, message(first, last, hash)):
            return "signature_wrong"
        return "" if last <= self._until.get(signer, last) else "signer_retired"

    def vouched(self, said: bytes, signature: str) -> bool:
        """Whether any key, be it retired since, has vouched for a text."""
        try:
            given = bytes.fromhex(signature)
        except ValueError:
            return False
        return any(_genuine(public, given, said) for public in self._known.values())

    def begin(self, body: bytes) -> None:
        """Of a log whose keys nobody vouches for, take the first key that it introduces."""
        if not self._known:
            self._take(_introduction(body))

    def learn(self, seq: int, body: bytes) -> None:
        """Take in a believed line of kind SIGNING."""
        said = _introduction(body)
        self._take(said)
        self.carried_over = max(self.carried_over, int(said.get("carried_over", 0)))
        for id in said.get("retires", ()):
            self._until.setdefault(id, seq)

    def live(self, id: str) -> bool:
        """Whether a key may sign the next line."""
        return id in self._known and id not in self._until

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._known)

    def _take(self, said: Mapping[str, Any]) -> None:
        if said:
            public = bytes.fromhex(said["public"])
            self._known.setdefault(id_of(public), public)


def read_publics(paths: Iterable[Path]) -> Publics:
    """The public keys of files of PEM; of a private key, its public half."""
    found: dict[str, bytes] = {}
    for path in paths:
        private, publics = _blocks(path)
        mine = {id_of(one): one for one in (*(_raw(key.public_key()) for key in private), *publics)}
        if not mine:
            raise Misconfigured(f"{path} 里没有公钥。", f"There is no public key in {path}.")
        found |= mine
    return found


def pem_of(public: bytes) -> bytes:
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _introduction(body: bytes) -> dict[str, Any]:
    """What a line of kind SIGNING says; nothing where it is none."""
    try:
        said = json.loads(body)
        return said if id_of(bytes.fromhex(said["public"])) == said["key"] else {}
    except (KeyError, TypeError, ValueError):
        return {}


@lru_cache(REMEMBERED)
def _genuine(public: bytes, signature: bytes, said: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, said)
    except InvalidSignature:
        return False
    return True


def _guarded(path: Path) -> None:
    """The file is there, and is nobody else's to read or to write."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise Misconfigured(f"读不了签名密钥 {path}（{why(error).zh}）。",
                            f"The signing key {path} cannot be read ({why(error).en}).") from None  # fmt: skip
    if mode & EXPOSED:
        raise Misconfigured(
            f"签名密钥 {path} 别人也能读写（{stat.filemode(mode)}）：请 chmod 600。",
            f"Others may read or write the signing key {path} ({stat.filemode(mode)}): chmod 600 it.",
        )


def _blocks(path: Path) -> tuple[list[Ed25519PrivateKey], list[bytes]]:
    """The private and public keys of a file of PEM."""
    try:
        keys = [_key_of(block[0]) for block in BLOCK.finditer(path.read_bytes())]
    except OSError as error:
        raise Misconfigured(f"读不了 {path}（{why(error).zh}）。",
                            f"{path} cannot be read ({why(error).en}).") from None  # fmt: skip
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise Misconfigured(
            f"{path} 里有不是 Ed25519（PEM，不加口令）的密钥：openssl genpkey -algorithm ed25519。",
            f"{path} holds a key that is not Ed25519 in PEM without a password: openssl genpkey -algorithm ed25519.",
        ) from None
    private = [key for key in keys if isinstance(key, Ed25519PrivateKey)]
    return private, [_raw(key) for key in keys if isinstance(key, Ed25519PublicKey)]


def _key_of(block: bytes) -> Ed25519PrivateKey | Ed25519PublicKey:
    private = block.startswith(b"-----BEGIN PRIVATE")
    key = load_pem_private_key(block, None) if private else load_pem_public_key(block)
    if not isinstance(key, Ed25519PrivateKey | Ed25519PublicKey):
        raise TypeError(type(key).__name__)
    return key
