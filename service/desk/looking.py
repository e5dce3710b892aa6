"""What whoever approves a draft looks at: each changed line with the warnings and comments beside it, those that stand
nowhere among them, and where each difference in words is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.cases.files import CaseError
from rules.editing.address import Refused
from rules.editing.cases import FILE
from rules.problems.problem import Problem
from rules.values.text import Text
from rules.words.diff import Change as Difference
from service.desk.forms import texts_of
from service.examples.listed import Told, case_changes, told_cases
from service.examples.own import MISSED
from service.log import Line
from service.publishing import drafting
from service.publishing.acts import Act, Change
from service.publishing.checking import Checked
from service.publishing.comments import Said, Thread, refused, threads
from service.publishing.desk import Desk
from service.publishing.drafts import Draft
from service.publishing.lines import Changed, changed_lines, end_of, place_of

Place = tuple[str, int]  # a file, and a line of it; a negative one is of what the draft was begun from
Differences = Sequence[tuple[Change, list[Difference] | None]]


@dataclass(frozen=True, slots=True)
class Look:
    """`places`: where the difference at a path is. `elsewhere`: warnings about files that the draft has not itself."""

    files: tuple[Changed, ...]
    warnings: Mapping[Place, Sequence[Problem]]
    elsewhere: Sequence[Problem]
    threads: Mapping[Place, Sequence[Thread]]
    earlier: Sequence[Thread]  # said of text that is not there any more
    places: Mapping[str, Place]
    ends: Mapping[str, int]  # the last line of each
    refused: Sequence[tuple[Line, str]] = ()  # comments that no good signature covers, of whatever draft

    def said_of(self, path: str) -> Sequence[Thread]:
        """The comments on the lines of what a difference is about."""
        if (place := self.places.get(path)) is None:
            return ()
        lines = range(place[1], self.ends[path] + 1)
        return [
            one for (file, line), some in self.threads.items() if file == place[0] and line in lines for one in some
        ]

    @property
    def open(self) -> int:
        """How many comments are not resolved, acknowledgements of warnings apart."""
        return sum(one.resolved is None and not one.place.warning for one in self.all)

    @property
    def all(self) -> Sequence[Thread]:
        return [*self.earlier, *(one for some in self.threads.values() for one in some)]

    def acknowledged(self, warning: Problem) -> Sequence[Thread]:
        """Who has said of a warning why it may stand."""
        name = warning.mark.file.rpartition("/")[2]
        return [one for one in self.threads.get((name, warning.mark.line), ()) if one.acknowledges(warning)]


def shown_at(thread: Thread) -> int:
    """The line by which a page knows where a comment stands: of a removed one negative; 0 where there is none."""
    return -(thread.line or 0) if thread.place.removed else thread.line or 0


def look(desk: Desk, draft: Draft, checked: Checked, changes: Differences, asked: Place | None) -> Look:
    """`asked` is a line that is shown even if nothing is beside it."""
    files = draft.saved.files
    warnings, placed = defaultdict[Place, list[Problem]](list), defaultdict[Place, list[Thread]](list)
    elsewhere, earlier = list[Problem](), list[Thread]()
    for warning in checked.warnings:
        edition, _, name = warning.mark.file.rpartition("/")
        own = edition == draft.edition and name in files
        (warnings[name, warning.mark.line] if own else elsewhere).append(warning)
    for thread in threads(desk, draft):
        (earlier if thread.line is None else placed[thread.place.file, shown_at(thread)]).append(thread)
    wanted = defaultdict[str, set[int]](set)
    for name, line in [*warnings, *placed, *([asked] if asked else [])]:
        wanted[name].add(line)
    before = drafting.base_files(desk, draft.saved.base)
    paths = {one.path for change, said in changes if change.edition == draft.edition for one in said or ()}
    places = {path: place for path in paths if (place := place_of(files, path)) is not None}
    ends = {path: end_of(files[name], line) for path, (name, line) in places.items()}
    return Look(changed_lines(before, files, wanted), warnings, elsewhere, placed, earlier, places, ends, refused(desk))


@dataclass(frozen=True, slots=True)
class Cases:
    """The test cases of a draft, what it changes of them in words, or why they cannot be read."""

    told: tuple[Told, ...]
    changes: tuple[Text, ...] = ()
    unreadable: Text | None = None
    wrong: frozenset[int] = frozenset()  # the lines of those that come to something else
    unsure: bool = False  # whether the draft has errors, so that none was judged

    def missed(self, line: int) -> bool:
        return line in self.wrong


def cases_of(desk: Desk, draft: Draft, checked: Checked) -> Cases:
    """What a page tells of the test cases of a draft."""
    base, published = drafting.base_files(desk, draft.saved.base), desk.files(desk.published())
    if FILE not in base and FILE not in draft.saved.files:
        return Cases(())
    before, after = (texts_of(files, published) for files in (base, draft.saved.files))
    try:
        told = told_cases(after)
    except (CaseError, Refused) as error:
        return Cases((), unreadable=Text(error.zh, error.en))
    file = f"{draft.edition}/{FILE}"
    wrong = {one.mark.line for one in checked.errors if (one.code, one.mark.file) == (MISSED, file)}
    return Cases(told, case_changes(before, after), None, frozenset(wrong),
                 any(one.code != MISSED for one in checked.errors))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A warning that somebody acknowledged by an act, and who had said why it may stand; None where its words were not
    kept then and cannot be worked out again."""

    id: str
    warning: Problem | None
    said: Sequence[Said]


def seen_by(act: Act, words: Mapping[str, Problem], threads: Sequence[Thread]) -> Sequence[Seen]:
    """The warnings that were acknowledged by an act, in words by the id of each, with what its draft's comments say."""
    made = ((id, words.get(id)) for id in act.acknowledged)
    return [Seen(id, one, [each.comment for each in threads if one is not None and each.acknowledges(one)])
            for id, one in made]  # fmt: skip


def told(acts: Sequence[Act], looked: Look) -> Sequence[Act | Said]:
    """Everything that was done and said about a draft, the last first. What was asked for line by line when it was sent
    back stands with that act."""
    ids = {one.id for one in acts}
    said = [one for thread in looked.all for one in (thread.comment, *thread.answers)]
    own = [one for one in said if one.id.partition("-")[0] not in ids]
    return sorted([*acts, *own], key=lambda one: one.seq, reverse=True)
