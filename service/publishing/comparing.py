"""What published content, or content that waits, says as an edition: to be compared in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256 as hashed

from rules import Edition
from rules.building.loader import digest_of
from rules.building.store import lineage
from rules.values.text import Text
from rules.words.diff import Change as Difference
from rules.words.diff import diff
from service.log import Altered, DecisionLog
from service.publishing.acts import APPROVED, SUBMITTED, Act, Change, Published
from service.publishing.checking import Checked, loaded
from service.publishing.contents import edition as archived
from service.publishing.contents import laid_out
from service.publishing.drafts import Base, Draft

KEPT = 4  # editions that were compared last
TOLD = 64  # differences that were told last


@dataclass(frozen=True, slots=True)
class Content:
    """An edition `plan/day` by its hash, which says what its files are and those of the editions that it extends: path
    and text."""

    edition: str
    sha256: str
    files: Mapping[str, str] = field(compare=False)


def edition_of(files: Mapping[str, str], name: str) -> Edition | None:
    """The edition `plan/day` of files, those that it extends among them; None where it cannot be used."""
    said = repr(sorted(files.items())).encode()
    return _read(Content(name, hashed(said).hexdigest(), files))


@lru_cache(KEPT)
def _read(content: Content) -> Edition | None:
    with laid_out(content.files) as root:
        return loaded(root, content.edition).edition


@lru_cache(TOLD)
def _told(before: Content, after: Content) -> tuple[Difference, ...] | None:
    old, new = _read(before), _read(after)
    return None if old is None or new is None else tuple(diff(old, new))


def differences(
    log: DecisionLog, change: Change, files: Mapping[str, Mapping[str, str]], base: Base
) -> list[Difference] | None:
    """A change of an edition in words, held against what `against` says. None where there is nothing to compare, or
    one of the two cannot be read."""
    before, after = sides(log, change, files, base)
    found = None if before is None or after is None else _told(before, after)
    return None if found is None else [*found]


def against(
    log: DecisionLog, changes: Iterable[Change], files: Mapping[str, Mapping[str, str]], base: Base
) -> Mapping[str, Base]:
    """By edition the content that each change is told against: what it replaces; where it is new, the edition that it
    follows; where it follows none, the edition that it extends. An edition that has none of these is left out."""
    found = ((one.edition, sides(log, one, files, base)[0]) for one in changes)
    return {edition: Base(before.edition, before.sha256) for edition, before in found if before is not None}


def changes_of(last: Act | None, checked: Checked) -> tuple[Change, ...]:
    """What publishing a draft changes: once it is approved, what the approval changed, whatever was published since."""
    return last.changes if last is not None and last.outcome == APPROVED else checked.changes


def sides(
    log: DecisionLog, change: Change, files: Mapping[str, Mapping[str, str]], base: Base
) -> tuple[Content | None, Content | None]:
    """The two contents of a change: what `against` says, and what comes of it; None where there is no such."""
    if not change.sha256:
        return None, None
    found = files.get(change.sha256) or archived(log, change.sha256)
    after = None if found is None else Content(change.edition, change.sha256, found)
    name, sha256 = (change.edition, change.before) if change.before else (base.edition, base.sha256)
    if not name:
        return after and _extended(after), after
    if (before := archived(log, sha256)) is None:
        raise Altered(sha256)
    return Content(name, sha256, before), after


@lru_cache(TOLD)
def _extended(content: Content) -> Content | None:
    """The edition that an edition extends: its files are among that one's."""
    with laid_out(content.files) as root:
        above = [one for one in lineage(root, root / content.edition) if one.is_dir()][1:2]
        found = [Content(one.relative_to(root).as_posix(), digest_of(one, root), content.files) for one in above]
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Moved:
    """The editions that have changed since a draft was submitted, so that it would do something else than was seen:
    those that it extends, and those that extend it."""

    above: tuple[str, ...] = ()
    heirs: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.above, *(one for one in self.heirs if one not in self.above))


def moved(log: DecisionLog, published: Published, draft: Draft, last: Act | None) -> Moved:
    """What has changed since a draft was submitted; nothing where it does not wait."""
    if not _waits(last, draft):
        return Moved()
    assert last is not None
    then = {one.edition: one for one in last.changes}
    content = archived(log, then[draft.edition].sha256) or {} if draft.edition in then else {}
    above = {path.rpartition("/")[0] for path in content} - {draft.edition}
    changed = sorted(name for name in above if _own(content, name) != _published(log, published, name))
    heirs = []
    for name in sorted({*then, *published.releases} - {draft.edition}):
        release, seen = published.releases.get(name), then.get(name)
        if seen is not None:
            same = (release.sha256 if release else "") == seen.before
        else:  # one of before was seen not to change with it
            since = release is not None and not 0 < release.act.seq <= last.seq
            same = not since or not _own(archived(log, published.releases[name].sha256) or {}, draft.edition)
        heirs += [] if same else [name]
    return Moved(tuple(changed), tuple(heirs))


def called_then(log: DecisionLog, checked: Checked, last: Act | None) -> Mapping[str, Text]:
    """What editions are called: those of a check, and those that an act was to change and are not there any more."""
    gone = [one for one in (() if last is None else last.changes) if one.before and one.edition not in checked.called]
    found = ((one.edition, edition_of(archived(log, one.before) or {}, one.edition)) for one in gone)
    return {**{name: one.called for name, one in found if one is not None}, **checked.called}


def _waits(last: Act | None, draft: Draft) -> bool:
    """Whether the content of a draft that was submitted last is what is saved: a save makes it a draft again."""
    return last is not None and last.outcome == SUBMITTED and last.revision == draft.saved.number


def _own(files: Mapping[str, str], edition: str) -> Mapping[str, str]:
    return {path: text for path, text in files.items() if path.startswith(f"{edition}/")}


def _published(log: DecisionLog, published: Published, edition: str) -> Mapping[str, str]:
    """The own files of an edition as it is published now; none where it is not."""
    release = published.releases.get(edition)
    return {} if release is None else _own(archived(log, release.sha256) or {}, edition)


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a draft that waits inherits otherwise than when it was submitted: the editions that it extends which changed
    since, and what that changes in the draft's edition, in words."""

    editions: tuple[str, ...]
    changes: tuple[Difference, ...]


def inherited(log: DecisionLog, last: Act | None, draft: Draft, checked: Checked) -> Inherited | None:
    """What has changed below a submitted draft since it was submitted; None where nothing has."""
    if not _waits(last, draft):
        return None
    assert last is not None
    name, now = draft.edition, checked.sha256(draft.edition)
    then = next((one.sha256 for one in last.changes if one.edition == name), "")
    if not then or not now or then == now:
        return None
    if (before := archived(log, then)) is None:
        raise Altered(then)
    after = checked.files[now]
    moved = {path.rpartition("/")[0] for path in {*before, *after} if before.get(path) != after.get(path)}
    said = _told(Content(name, then, before), Content(name, now, after))
    return Inherited(tuple(sorted(moved)), said or ())
