"""What is asked about a draft: which content against which, on which county run, and which editions change with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rules.values.exact import read_date
from rules.words.diff import Change as Difference
from service import publishing
from service.effect.question import REPLAY, Heir, Question, Run, latest_run
from service.log import DecisionLog
from service.publishing.acts import Change
from service.publishing.checking import Checked
from service.publishing.comparing import (
    Content,
    Inherited,
    Moved,
    against,
    changes_of,
    differences,
    inherited,
    moved,
    sides,
)
from service.publishing.desk import Desk, last_act
from service.publishing.drafts import Base, Draft
from service.settings import HOME, Settings

FEATURES = HOME / "features"


@dataclass(frozen=True, slots=True)
class Asked:
    """A draft, its check, what it changes in words, edition by edition, and the question of its effect: None where
    no edition of its plan is there to hold it against, or where it has errors."""

    draft: Draft
    checked: Checked
    changes: tuple[tuple[Change, list[Difference] | None], ...]
    question: Question | None
    moved: Moved = field(default_factory=Moved)  # since it was submitted, so that it has to be again
    inherited: Inherited | None = None  # where an edition that it extends has changed since it was submitted
    against: Base | None = None  # the content that the edition's own changes are told against

    @property
    def own(self) -> list[Difference]:
        """What changes in the edition itself."""
        return [one for change, said in self.changes if change.edition == self.draft.edition for one in said or ()]

    @property
    def heirs(self) -> tuple[tuple[Change, list[Difference] | None], ...]:
        """What changes in the editions that extend it, and so change with it."""
        return tuple((change, said) for change, said in self.changes if change.edition != self.draft.edition)


def asked(desk: Desk, settings: Settings, draft_id: str, asks: str = "") -> Asked:
    """What is asked of a draft as it is saved now: other content is another question."""
    draft, published = desk.draft(draft_id), desk.published()
    checked, last = desk.looked_at(draft, published), last_act(draft, desk.seen())
    since = moved(desk.log, published, draft, last)
    if checked.errors:
        return Asked(draft, checked, (), None, since)
    base = draft.saved.base
    moves = changes_of(last, checked)
    changes = tuple((one, differences(desk.log, one, checked.files, base)) for one in moves)
    mine = next((one for one in checked.changes if one.edition == draft.edition and one.sha256), None)
    question = None if mine is None else _question(desk, settings, mine, checked, draft, asks)
    return Asked(draft, checked, changes, question, since,
                 inherited(desk.log, last, draft, checked),
                 against(desk.log, moves, checked.files, base).get(draft.edition))  # fmt: skip


def period_of(asks: str) -> tuple[date, date] | None:
    """The first and the last day of the decisions that are to be judged again, where that is asked."""
    if not asks.startswith(REPLAY):
        return None
    start, end = map(read_date, asks.removeprefix(REPLAY).split(".."))
    assert start is not None
    assert end is not None  # as it was put together
    return start, end


def _question(
    desk: Desk, settings: Settings, change: Change, checked: Checked, draft: Draft, asks: str
) -> Question | None:
    log = desk.log
    before, after = sides(log, change, checked.files, draft.saved.base)
    if before is None or after is None:
        return None
    run = None
    if settings.county_runs and period_of(asks) is None:
        run = latest_run(Path(settings.county_runs), _plans(before, after))
    return Question(
        before,
        after,
        desk.today().isoformat(),
        run,
        _judged(log, run, before),
        str(FEATURES),
        asks,
        settings.county_memory,
        settings.county_threads,
        () if asks else tuple(_heirs(log, checked, change)),
        draft.id,
    )


def _plans(before: Content, after: Content) -> list[str]:
    """The plans whose run may be judged, the draft's own first: a plan that extends another has its facts."""
    names = after.edition, before.edition, *after.files
    return [*dict.fromkeys(one.partition("/")[0] for one in names)]


def _heirs(log: DecisionLog, checked: Checked, change: Change) -> list[Heir]:
    """The published editions that change with one, as they are and as they would be."""
    found = []
    for one in checked.changes:
        if one.edition != change.edition and one.before and one.sha256:
            before = _content(log, one.edition, one.before)
            if before is not None:
                found.append(Heir(before, Content(one.edition, one.sha256, checked.files[one.sha256])))
    return found


def _judged(log: DecisionLog, run: Run | None, before: Content) -> Content | None:
    """The content that a run was judged under."""
    if run is None or run.edition_sha256 == before.sha256:
        return before if run else None
    return _content(log, run.edition, run.edition_sha256)


def _content(log: DecisionLog, edition: str, sha256: str) -> Content | None:
    files = publishing.edition(log, sha256) if edition else None
    return None if files is None else Content(edition, sha256, files)
