"""The editions that tests judge by, opened once in each process: nothing may be written into their folders."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from rules import Edition, Store, open_store, read_store

POLICIES = Path(__file__).parents[1] / "policies"
FEATURES = Path(__file__).parents[1] / "features"
PLANS = Path(__file__).parent / "plans"
store = cache(open_store)


def shipped() -> Edition:
    """The first edition of the plan shipped."""
    return next(iter(store(POLICIES).plans.values()))[0]


def every(*folders: Path) -> dict[str, Edition]:
    """All editions of these folders by id; of `POLICIES` and `PLANS` where none is named."""
    stores: list[Store] = [store(folder) for folder in folders or (POLICIES, PLANS)]
    return {edition.id: edition for one in stores for editions in one.plans.values() for edition in editions}


_KNOWN: dict[tuple[str, bool], Store] = {}


def read_once(root: Path, *, warn: bool = True) -> Store:
    """As `read_store`; folders of the same files are read once, however many commands a test runs on them."""
    try:
        files = [(path.relative_to(root).as_posix(), path.is_file() and path.read_bytes()) for path in root.rglob("*")]
    except OSError:
        return read_store(root, warn=warn)
    key = hashlib.sha256(repr(sorted(files)).encode()).hexdigest(), warn
    if key not in _KNOWN:
        _KNOWN[key] = read_store(root, warn=warn)
    return _KNOWN[key]
