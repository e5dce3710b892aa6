"""All who wrote a draft: whoever saved it, and whoever is said to have saved an unsigned draft that it has changes of.
Nobody can prove the second, and nobody may approve his own text under another's name."""

from __future__ import annotations

from collections.abc import Mapping

from service.publishing.desk import Desk
from service.publishing.drafting import base_files
from service.publishing.drafts import Draft

Files = Mapping[str, str]


def authors_of(desk: Desk, draft: Draft) -> tuple[str, ...]:
    """Ids of persons, the first to have saved it first."""
    before = _lines(base_files(desk, draft.saved.base))
    changes = _changes(before, draft.saved.files)
    said = (one.persons for one in desk.drafts.disowned(draft.plan) if changes & _changes(before, one.files))
    return tuple(dict.fromkeys([*draft.authors, *(person for some in said for person in some)]))


def _changes(before: frozenset[str], files: Files) -> frozenset[str]:
    """The lines that are new, in whichever file; where none is, those that are gone. Two who change one line otherwise
    have both taken it away."""
    after = _lines(files)
    return after - before or before - after


def _lines(files: Files) -> frozenset[str]:
    return frozenset(line.strip() for text in files.values() for line in text.splitlines() if line.strip())
