"""What is done about drafts and editions: submit, send back, reject, approve, discard, withdraw. Each is a signed act;
whoever approves is another person than any who wrote it, and approves a content by its hash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date

from rules.values.exact import read_date
from rules.values.text import Text
from service.log import Overtaken
from service.publishing.acts import (
    APPROVED,
    CHANGES_REQUESTED,
    DISCARDED,
    REJECTED,
    SUBMITTED,
    TRIES,
    WITHDRAWN,
    Act,
    Comment,
    Source,
    Warned,
    publish,
    published_by,
)
from service.publishing.authors import authors_of
from service.publishing.checking import Checked, check, name_of
from service.publishing.comparing import called_then, moved
from service.publishing.desk import (
    DRAFT,
    OPEN,
    Desk,
    Doer,
    Still,
    all_of,
    last_act,
    must_be,
    must_be_at,
    must_have,
    outdated,
)
from service.publishing.drafts import Draft
from service.publishing.refusals import NotAllowed, NotClean, Refused, Unacknowledged, Unknown

Files = Mapping[str, Mapping[str, str]]
Acts = tuple[Act, ...]
WRITABLE = DRAFT, CHANGES_REQUESTED


def submit(desk: Desk, who: Doer, id: str, number: int, reason: str, source: Source) -> tuple[Act, Checked]:
    """Put a revision before whoever approves; it has to be clean and up to date. With what the check says of it. What
    waits is submitted again only where an edition has changed with which it would do something else."""
    told: list[Checked] = []

    def chosen(seen: Acts, draft: Draft) -> tuple[Act, Files]:
        must_have(desk, who, "draft")
        again = moved(desk.log, desk.published_after(seen), draft, last_act(draft, seen)).names
        must_be(desk, draft, seen, (*WRITABLE, *[SUBMITTED] * bool(again)))
        must_be_at(draft, number)
        checked = _publishable(desk, seen, draft)
        told[:] = [checked]
        authors = authors_of(desk, draft)
        return _act(
            SUBMITTED, who, draft, reason=reason, source=source, checked=checked, authors=authors
        ), checked.files

    return _done(desk, id, chosen), told[0]


def request_changes(
    desk: Desk, who: Doer, id: str, reason: str, comments: tuple[Comment, ...] = (), number: int | None = None
) -> Act:
    """Send a submitted draft back to those who wrote it; `number` is the revision that was seen, where one was."""
    return _sent_back(desk, who, id, (CHANGES_REQUESTED, reason, comments), number)


def reject(desk: Desk, who: Doer, id: str, reason: str, number: int | None = None) -> Act:
    """Refuse a submitted draft for good; `number` is the revision that was seen, where one was."""
    return _sent_back(desk, who, id, (REJECTED, reason, ()), number)


def discard(desk: Desk, who: Doer, id: str, reason: str = "", number: int | None = None) -> Act:
    """Give a draft up; `number` is the revision that was seen, where one was."""

    def chosen(seen: Acts, draft: Draft) -> tuple[Act, Files]:
        must_have(desk, who, "draft")
        must_be(desk, draft, seen, OPEN)
        must_be_at(draft, number)
        return _act(DISCARDED, who, draft, reason=reason), {}

    return _done(desk, id, chosen)


def approve(desk: Desk, who: Doer, id: str, sha256: str, acknowledged: tuple[str, ...] = (), reason: str = "") -> Act:
    """Publish a submitted draft: the content that whoever approves has seen, given by its hash. It takes force on its
    own day."""

    def chosen(seen: Acts, draft: Draft) -> tuple[Act, Files]:
        must_have(desk, who, "approve", in_person=True)
        submitted = must_be(desk, draft, seen, (SUBMITTED,))
        assert submitted is not None
        if (why := barred(desk, who, draft, submitted)) is not None:
            raise why
        checked = _publishable(desk, seen, draft)
        if {sha256} != {checked.sha256(draft.edition), *_named(submitted, draft.edition)} or not _same(
            checked, submitted
        ):
            since = moved(desk.log, desk.published_after(seen), draft, submitted).names
            called = called_then(desk.log, checked, submitted)
            raise _another([called.get(one, Text(one, one)) for one in since])
        _seen(checked, acknowledged)
        authors = tuple(sorted({*_wrote(desk, draft, submitted), submitted.by}))
        act = _act(APPROVED, who, draft, reason=reason, source=submitted.source, checked=checked,
                   acknowledged=acknowledged, warnings=_worded(checked), authors=authors)  # fmt: skip
        return act, checked.files

    return _done(desk, id, chosen)


def _another(since: Sequence[Text]) -> Refused:
    """Why a content is not approved that is not what was submitted, or not what was seen; `since` are what changed."""
    if not since:
        return Refused("内容与提交的不同，或您看到的不是提交的内容：请重新查看。",
                       "The content is not what was submitted, or not what you have seen: look again.")  # fmt: skip
    return Refused(
        f"内容与提交的不同：提交之后{'、'.join(one.zh for one in since)}变了。要重新提交，看过之后才能批准。",
        f"The content is not what was submitted: {', '.join(one.en for one in since)} changed since. It has to be "
        "submitted again, and looked at, before it is approved.",
    )


def withdraw(desk: Desk, who: Doer, edition: str, reason: str, acknowledged: tuple[str, ...] = ()) -> Act:
    """Take back a published edition whose day has not come."""

    def chosen(seen: Acts) -> tuple[Act, Files, Still]:
        must_have(desk, who, "withdraw", in_person=True)
        published = published_by(seen)
        release = published.releases.get(edition)
        if release is None:
            raise Unknown(f"版本 {edition} 现在没有发布。", f"No edition {edition} is published.")
        if (read_date(edition.rpartition("/")[2]) or date.min) <= desk.today():
            raise Refused(f"{edition} 的生效日已到，不能撤回：请起草新版本，或修订它。",
                          f"The day of {edition} has come: draft a new edition instead, or amend it.")  # fmt: skip
        if published.releases.keys() == {edition}:
            raise Refused(f"{edition} 是已发布的唯一版本，撤回之后没有政策可判定：请先发布另一个版本。",
                          f"{edition} is the only edition that is published: without it nothing could be decided. "
                          "Publish another first.")  # fmt: skip
        checked = check(desk.files(desk.published_after(seen)), edition, {}, desk.today())
        if (held := held_by(checked, edition)) is not None:
            raise held
        if checked.errors:
            raise NotClean(checked.errors)
        _seen(checked, acknowledged)
        act = Act(outcome=WITHDRAWN, by=who.person, reason=reason, draft=release.act.draft, changes=checked.changes,
                  acknowledged=acknowledged, warnings=_worded(checked))  # fmt: skip
        return act, checked.files, all_of()

    return _written(desk, chosen)


def would_withdraw(desk: Desk, edition: str) -> Checked:
    """What taking an edition back would do."""
    seen = desk.seen()
    if edition not in published_by(seen).releases:
        raise Unknown(f"版本 {edition} 现在没有发布。", f"No edition {edition} is published.")
    return check(desk.files(desk.published_after(seen)), edition, {}, desk.today())


def held_by(checked: Checked, edition: str) -> Refused | None:
    """Why an edition is not taken back on which others rest, given what taking it back would do."""
    heirs = [checked.title(one.edition) for one in checked.changes if one.edition != edition]
    if not heirs:
        return None
    name, zh, en = checked.title(edition), "、".join(one.zh for one in heirs), ", ".join(one.en for one in heirs)
    return Refused(f"{zh}沿用{name.zh}，撤回之后就不能判定：请先撤回沿用它的版本，或修订成沿用别的版本。",
                   f"{en}: extends {name.en}, and could not decide without it. First withdraw what extends it, or "
                   "amend that to extend another edition.")  # fmt: skip


def _sent_back(desk: Desk, who: Doer, id: str, said: tuple[str, str, tuple[Comment, ...]], number: int | None) -> Act:
    outcome, reason, comments = said

    def chosen(seen: Acts, draft: Draft) -> tuple[Act, Files]:
        must_have(desk, who, "approve", in_person=True)
        must_be(desk, draft, seen, (SUBMITTED,))
        must_be_at(draft, number)
        return _act(outcome, who, draft, reason=reason, comments=comments), {}

    return _done(desk, id, chosen)


def _wrote(desk: Desk, draft: Draft, submitted: Act) -> set[str]:
    """All who wrote part of a submitted draft."""
    return {*authors_of(desk, draft), *submitted.authors}


def barred(desk: Desk, who: Doer, draft: Draft, submitted: Act) -> Refused | None:
    """Why somebody may not approve a submitted draft: NotAllowed for an author, in whichever account, Refused where an
    author has lost the right to draft since it was submitted. Of one who had lost it before, whoever submitted it has
    answered for the lines."""
    authors, mine = _wrote(desk, draft, submitted), desk.rights.accounts(who.person)
    if (others := sorted(mine & {*authors, submitted.by})) and who.person not in others:
        return NotAllowed(f"您的另一个账号 {'、'.join(others)}（工号相同）写过或提交过这份草稿，要由另一个人审批。",
                          f"Another account of yours, {', '.join(others)} (of one staff number), wrote part of this "
                          "draft or submitted it: another person approves it.")  # fmt: skip
    if who.person in authors:
        return NotAllowed(
            "您写过这份草稿，要由另一个人审批。", "You wrote part of this draft: another person approves it."
        )
    if who.person == submitted.by:
        return NotAllowed(
            "这份草稿是您提交的，要由另一个人审批。", "You submitted this draft: another person approves it."
        )
    may = desk.rights.may
    lost = sorted(one for one in {*authors, submitted.by} if not may(one, "draft") and may(one, "draft", submitted.seq))
    if lost:
        return Refused(f"提交之后，{'、'.join(lost)} 已无权起草：要由有此权限的人看过后重新提交。",
                       f"Since it was submitted, {', '.join(lost)} may draft no longer: somebody who may has to look "
                       "at it and submit it again.")  # fmt: skip
    return None


def _publishable(desk: Desk, seen: Acts, draft: Draft) -> Checked:
    """The check of a draft that could be published now."""
    published = desk.published_after(seen)
    if outdated(draft, published):
        raise Refused("草稿所依据的版本已换过内容、撤回，或又有了更近的版本：请先更新草稿（update）。",
                      "The edition that the draft was begun from has changed, was withdrawn, or is not the last before "
                      "it any more: bring the draft up to date first (update).")  # fmt: skip
    checked = desk.checked(draft, published)
    if checked.errors:
        raise NotClean(checked.errors)
    if not checked.sha256(draft.edition):
        raise Refused(
            "内容与已发布的一样，没有可发布的。", "It says what is published already: there is nothing to publish."
        )
    return checked


def _named(act: Act, edition: str) -> tuple[str, ...]:
    return tuple(one.sha256 for one in act.changes if one.edition == edition)


def _same(checked: Checked, submitted: Act) -> bool:
    """Whether the same editions change in the same way; that the day of one has come since is no difference."""
    now, then = ([(one.edition, one.sha256, one.before) for one in changes]
                 for changes in (checked.changes, submitted.changes))  # fmt: skip
    return now == then


def _seen(checked: Checked, acknowledged: tuple[str, ...]) -> None:
    left = [one for one in checked.warnings if name_of(one) not in acknowledged]
    if left:
        raise Unacknowledged(left)


def _worded(checked: Checked) -> tuple[Warned, ...]:
    """The warnings of what is published, all of them acknowledged, as they read now: they do not arise again."""
    return tuple(map(Warned.of, checked.warnings))


def _act(outcome: str, who: Doer, draft: Draft, *, checked: Checked | None = None, **more: object) -> Act:
    said = {"authors": draft.authors, **more}
    changes = () if checked is None else checked.changes
    return Act(outcome=outcome, by=who.person, draft=draft.id, revision=draft.saved.number, changes=changes, **said)  # type: ignore[arg-type]


def _done(desk: Desk, id: str, chosen: Callable[[Acts, Draft], tuple[Act, Files]]) -> Act:
    """Write an act about a draft, if that is as it was read."""

    def of_draft(seen: Acts) -> tuple[Act, Files, Still]:
        draft = desk.draft(id)
        act, files = chosen(seen, draft)
        return act, files, desk.drafts.unchanged(draft)

    return _written(desk, of_draft)


def _written(desk: Desk, chosen: Callable[[Acts], tuple[Act, Files, Still]]) -> Act:
    """Write the act that is chosen in view of all acts so far. Where somebody acts, saves, or gets another role before
    it is written, or the next day comes, it is chosen anew."""
    for _ in range(TRIES):
        roles, day, seen = desk.rights.unchanged(), desk.same_day(), desk.seen()
        act, files, still = chosen(seen)
        with suppress(Overtaken):
            return publish(desk.log, act, files, seen[-1].seq if seen else 0, all_of(roles, day, still))
    raise Overtaken
