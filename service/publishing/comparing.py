"""What published content, or content that waits, says as an edition: to be compared in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256 as hashed

from rules import Edition
from rules.building.loader import digest_of
from rules.building.store import lineage
from rules.words.diff import Change as Difference
from rules.words.diff import diff
from service.log import Altered, DecisionLog
from service.publishing.acts import APPROVED, SUBMITTED, Act, Change
from service.publishing.checking import Checked, loaded
from service.publishing.contents import edition as archived
from service.publishing.contents import laid_out
from service.publishing.drafts import Base, Draft

KEPT = 4  # editions that were compared last
TOLD = 64  # differences that were told last


@dataclass(frozen=True, slots=True)
class _Content:
    """An edition by its name and its hash, which says what its files are: path and text."""

    name: str
    sha256: str
    files: Mapping[str, str] = field(compare=False)


def edition_of(files: Mapping[str, str], name: str) -> Edition | None:
    """The edition `plan/day` of files, those that it extends among them; None where it cannot be used."""
    said = repr(sorted(files.items())).encode()
    return _read(_Content(name, hashed(said).hexdigest(), files))


@lru_cache(KEPT)
def _read(content: _Content) -> Edition | None:
    with laid_out(content.files) as root:
        return loaded(root, content.name).edition


@lru_cache(TOLD)
def _told(before: _Content, after: _Content) -> tuple[Difference, ...] | None:
    old, new = _read(before), _read(after)
    return None if old is None or new is None else tuple(diff(old, new))


def differences(
    log: DecisionLog, change: Change, files: Mapping[str, Mapping[str, str]], base: Base
) -> list[Difference] | None:
    """A change of an edition in words, held against what `against` says. None where there is nothing to compare, or
    one of the two cannot be read."""
    before, after = _sides(log, change, files, base)
    found = None if before is None or after is None else _told(before, after)
    return None if found is None else [*found]


def against(
    log: DecisionLog, changes: Iterable[Change], files: Mapping[str, Mapping[str, str]], base: Base
) -> Mapping[str, Base]:
    """By edition the content that each change is told against: what it replaces; where it is new, the edition that it
    follows; where it follows none, the edition that it extends. An edition that has none of these is left out."""
    sides = ((one.edition, _sides(log, one, files, base)[0]) for one in changes)
    return {edition: Base(before.name, before.sha256) for edition, before in sides if before is not None}


def changes_of(last: Act | None, checked: Checked) -> tuple[Change, ...]:
    """What publishing a draft changes: once it is approved, what the approval changed, whatever was published since."""
    return last.changes if last is not None and last.outcome == APPROVED else checked.changes


def _sides(
    log: DecisionLog, change: Change, files: Mapping[str, Mapping[str, str]], base: Base
) -> tuple[_Content | None, _Content | None]:
    """The two contents of a change, before and after."""
    if not change.sha256:
        return None, None
    found = files.get(change.sha256) or archived(log, change.sha256)
    after = None if found is None else _Content(change.edition, change.sha256, found)
    name, sha256 = (change.edition, change.before) if change.before else (base.edition, base.sha256)
    if not name:
        return after and _extended(after), after
    if (before := archived(log, sha256)) is None:
        raise Altered(sha256)
    return _Content(name, sha256, before), after


@lru_cache(TOLD)
def _extended(content: _Content) -> _Content | None:
    """The edition that an edition extends: its files are among that one's."""
    with laid_out(content.files) as root:
        above = [one for one in lineage(root, root / content.name) if one.is_dir()][1:2]
        found = [_Content(one.relative_to(root).as_posix(), digest_of(one, root), content.files) for one in above]
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a draft that waits inherits otherwise than when it was submitted: the editions that it extends which changed
    since, and what that changes in the draft's edition, in words."""

    editions: tuple[str, ...]
    changes: tuple[Difference, ...]


def inherited(log: DecisionLog, last: Act | None, draft: Draft, checked: Checked) -> Inherited | None:
    """What has changed below a submitted draft since it was submitted; None where nothing has. Its own files are what
    was submitted: a save would have made it a draft again."""
    if last is None or last.outcome != SUBMITTED or last.revision != draft.saved.number:
        return None
    name, now = draft.edition, checked.sha256(draft.edition)
    then = next((one.sha256 for one in last.changes if one.edition == name), "")
    if not then or not now or then == now:
        return None
    if (before := archived(log, then)) is None:
        raise Altered(then)
    after = checked.files[now]
    moved = {path.rpartition("/")[0] for path in {*before, *after} if before.get(path) != after.get(path)}
    said = _told(_Content(name, then, before), _Content(name, now, after))
    return Inherited(tuple(sorted(moved)), said or ())
