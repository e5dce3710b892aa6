"""The warnings that were seen by an act, in words: as they were kept with it, or, of an act of before they were, as
they are worked out again from what was published then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rules.problems.problem import Problem
from service.days import day_of
from service.log import Spoiled
from service.publishing.acts import Act, published_by
from service.publishing.checking import name_of, named
from service.publishing.contents import edition as archived
from service.publishing.contents import editions_of
from service.publishing.desk import Desk

Files = Mapping[str, str]


def wordless(act: Act) -> bool:
    """Whether an act names warnings and has no words of them."""
    return bool(act.acknowledged) and not act.warnings


def worded(desk: Desk, act: Act, acts: Sequence[Act]) -> Mapping[str, Problem]:
    """The warnings that were acknowledged by an act, of all `acts`, by the ids that it names. One that cannot be worked
    out again is left out: the archive has not all of it, or the service checks otherwise by now."""
    if act.warnings:
        found = [one.problem for one in act.warnings]
    else:
        found = [] if (about := _own(desk, act)) is None else [*_again(desk, act, acts, *about)]
    ids = {name_of(replace(one, edition="")): one for one in found} | {**named(found)}
    return {id: ids[id] for id in act.acknowledged if id in ids}


def _own(desk: Desk, act: Act) -> tuple[str, Files] | None:
    """The edition that an act was about, and the files that it gave it: none where it took it away."""
    if gone := next((one.edition for one in act.changes if not one.sha256), ""):
        return gone, {}
    try:
        draft = desk.drafts.get(act.draft)
    except Spoiled:
        return None
    change = next((one for one in act.changes if draft is not None and one.edition == draft.edition), None)
    files = None if change is None else archived(desk.log, change.sha256)
    if change is None or files is None:
        return None
    own = {path.rpartition("/")[2]: text for path, text in files.items() if path.startswith(f"{change.edition}/")}
    return change.edition, own


def _again(desk: Desk, act: Act, acts: Sequence[Act], edition: str, files: Files) -> Sequence[Problem]:
    """The warnings of an edition with these files among what was published before an act, on its day."""
    before = published_by(one for one in acts if one.seq < act.seq).releases
    if act.at is None or any(archived(desk.log, one.sha256) is None for one in before.values()):
        return ()
    published = editions_of(desk.log, {name: one.sha256 for name, one in before.items()})
    return desk.checks.of(published, edition, files, day_of(act.at, desk.zone)).warnings
