"""The policy desk's home and the history: what is in force, what comes, what waits, what was done by whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZipFile

from flask import Blueprint, request, send_file, url_for
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response

from rules.values.exact import read_date
from rules.values.text import Text
from service.api.approvals import WithdrawalSchema
from service.api.desk import CHECKING, desk, desk_problems, doer
from service.desk import titles
from service.desk.looking import seen_by
from service.desk.views import go, person_view, tell_by_page
from service.desk.wording import Words
from service.http.cases import field_errors
from service.http.context import caller, service, snapshot
from service.http.problems import FieldError, Problem
from service.keys import PERMISSIONS
from service.pages.pages import page
from service.publishing import CHANGES_REQUESTED, SUBMITTED, Act, Change, Published, Release, deciding, drafting
from service.publishing import edition as archived
from service.publishing.acts import published_by
from service.publishing.checking import Checked, about, name_of
from service.publishing.comments import threads
from service.publishing.comparing import against, differences, moved
from service.publishing.desk import NAMED, OPEN, Desk, last_act, outdated, state_of
from service.publishing.drafts import Base, Draft, Listed
from service.publishing.remembered import worded, wordless

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
tell_by_page(blueprint)
SHA256 = re.compile("[0-9a-f]{64}")
LATELY = 20  # acts that the home page shows

DEEDS: Mapping[str, Text] = {
    "imported": Text("导入", "took in"),
    "submitted": Text("提交", "submitted"),
    "changes_requested": Text("退回", "sent back"),
    "approved": Text("批准", "approved"),
    "rejected": Text("否决", "rejected"),
    "withdrawn": Text("撤回", "withdrew"),
    "discarded": Text("放弃", "gave up"),
    "commented": Text("提意见", "commented on"),
    "answered": Text("答复意见", "answered a comment"),
    "resolved": Text("了结意见", "resolved a comment"),
}


class Standing(NamedTuple):
    """A draft and where it has got to. `again`: it was submitted, and what it rests on has changed since."""

    draft: Draft
    state: str
    last: Act | None
    again: bool = False

    def written_by(self, accounts: frozenset[str]) -> bool:
        """Whether the human wrote it who has these accounts."""
        wrote = self.draft.authors if self.last is None else (*self.draft.authors, *self.last.authors)
        return not accounts.isdisjoint(wrote)


@person_view(blueprint, "", "policies")
def home() -> Response:
    """What is in force today, what comes, what waits for whoever looks, and what was done lately."""
    can = PERMISSIONS[caller().role]
    with desk_problems():
        here = desk()
        me = here.rights.accounts(caller().id)
        acts = here.seen()
        published = published_by(acts)
        listed = here.drafts.listed() if "draft" in can else Listed((), ())
    stands = here.published_after(acts)
    drafts = [_still(here, standing(one, acts), stands) for one in listed.drafts]
    opened = [one for one in drafts if one.state in OPEN]
    waits = [one for one in opened if _waits(one, me, can)]
    releases = sorted(published.releases.values(), key=lambda one: (one.edition.partition("/")[0], _day(one)))
    policies = service().policies
    mine = [(one.written_by(me), one) for one in opened if one not in waits]  # each is listed once
    own, others = ([one for here, one in mine if here == own] for own in (True, False))
    plans = sorted({one.edition.partition("/")[0] for one in releases})
    live = {one.edition.id for one in snapshot().compiled.values()} if here.in_folder else set()
    unlisted = sorted(live - published.releases.keys())  # the database has none: what was withdrawn is live a moment
    return page("desk.html", unlisted=unlisted, releases=releases, today=here.today(),
                own=own, others=others, waits=waits, offered=plans,
                spoiled=listed.spoiled, acts=acts[: -LATELY - 1 : -1], warnings=policies.warnings(),
                untaken=policies.untaken, drafted=drafted(acts), words=Words(),
                **shared(one.draft for one in opened))  # fmt: skip


@person_view(blueprint, "/guide", "policies")
def guide() -> Response:
    """A walk through in ten minutes."""
    return page("desk_guide.html")


def _waits(one: Standing, me: frozenset[str], can: frozenset[str]) -> bool:
    """Whether a draft waits for somebody: to approve it, or to change what was sent back."""
    mine = one.written_by(me)
    answers = mine or (one.last is not None and one.last.by in me)
    if one.again or one.state == CHANGES_REQUESTED:
        return mine
    return one.state == SUBMITTED and not answers and "approve" in can


def _still(here: Desk, one: Standing, published: Published) -> Standing:
    """A draft that waits, with whether it has to be submitted again."""
    if one.state != SUBMITTED:
        return one
    return one._replace(
        again=outdated(one.draft, published) or bool(moved(here.log, published, one.draft, one.last).names)
    )


def _day(release: Release) -> str:
    return release.edition.partition("/")[2]


def standing(draft: Draft, acts: tuple[Act, ...]) -> Standing:
    last = last_act(draft, acts)
    return Standing(draft, state_of(draft, last), last)


def drafted(acts: tuple[Act, ...]) -> Mapping[str, tuple[Change, ...]]:
    """The editions that each draft was submitted for: what sends it back or gives it up names none itself."""
    return {
        act.draft: tuple(Change(one.edition, "") for one in act.changes) for act in acts if act.draft and act.changes
    }


def shared(drafts: Iterable[Draft] = ()) -> dict[str, object]:
    """What all pages of the desk show: names of people, words for states and acts, titles of plans, those of drafts
    that begin one among them."""
    with desk_problems():
        names = {one.id: one.name for one in service().people.listed()}
    return {"names": names, "plans": {**titles.of_drafts(drafts), **titles.of_plans()}, "STATES": NAMED, "DEEDS": DEEDS}


@person_view(blueprint, "/editions/<plan>/<day>", "policies")
def history(plan: str, day: str) -> Response:
    """Everything that was done about an edition, with each content it has had."""
    return _history(f"{plan}/{day}")


def _history(edition: str, problem: Problem | None = None) -> Response:
    with desk_problems():
        here = desk()
        acts = here.seen()
        published = published_by(acts)
        of = drafted(acts)
        found = [(act, one) for act in acts for one in act.changes or of.get(act.draft, ())
                 if one.edition == edition]  # fmt: skip
        warned = {act.draft for act, _ in found if act.acknowledged}
        comments = {one.id: threads(here, one) for one in here.drafts.listed().drafts if one.id in warned}
        made = [(act.seq, one, _followed(here, act)) for act, one in found if one.sha256 and act.outcome != SUBMITTED]
        changes = {seq: differences(here.log, one, {}, base) for seq, one, base in made}
        held_against = {seq: against(here.log, [one], {}, base) for seq, one, base in made}
        words = _words(here, [one.sha256 for _, one in found if one.sha256])
    with CHECKING.turn() if any(wordless(act) for act, _ in found) else nullcontext(), desk_problems():
        seen = {act.id: seen_by(act, worded(here, act, acts), comments.get(act.draft, ())) for act, _ in found}
    if not found:
        raise Problem("not-found", f"没有版本 {edition}。", f"There is no edition {edition}.")
    release = published.releases.get(edition)
    withdrawal = None if release is None else _withdrawal(here, release)
    shown = page(
        "desk_edition.html",
        edition=edition,
        found=found[::-1],
        changes=changes,
        against=held_against,
        release=release,
        withdrawal=withdrawal,
        held_back=withdrawal and deciding.held_by(withdrawal, edition),
        drafted=of,
        seen=seen,
        problem=problem,
        words=words,
        name_of=name_of,
        about=about,
        **shared(),
    )
    shown.status_code = 422 if problem else 200
    return shown


def _withdrawal(here: Desk, release: Release) -> Checked | None:
    """What taking an edition back would do, for whoever may; None where its day has come."""
    day = read_date(_day(release)) or here.today()
    if day <= here.today() or "withdraw" not in PERMISSIONS[caller().role]:
        return None
    with CHECKING.turn(), desk_problems():
        return deciding.would_withdraw(here, release.edition)


def _followed(here: Desk, act: Act) -> Base:
    """What an edition that an act first published was begun from."""
    draft = here.drafts.get(act.draft) if act.draft else None
    return Base("", "") if draft is None else draft.saved.base


def _words(here: Desk, contents: Sequence[str]) -> Words:
    """The words for the warnings of an edition, with the titles of the content that it had last."""
    files = archived(here.log, contents[-1]) if contents else None
    return Words({**here.files(here.published()), **(files or {})})


@person_view(blueprint, "/editions/<plan>/<day>/withdraw", "withdraw", ("POST",))
def withdraw(plan: str, day: str) -> Response:
    """Take back an edition before its day."""
    try:
        said = held(WithdrawalSchema, reason=wanted("reason"), acknowledged=request.form.getlist("acknowledged"))
        with CHECKING.turn(), desk_problems(Words().at_its_line):
            deciding.withdraw(desk(), doer(), f"{plan}/{day}", said["reason"], tuple(said.get("acknowledged", ())))
    except Problem as problem:
        return _history(f"{plan}/{day}", problem)
    return go(url_for("desk.home"))


@person_view(blueprint, "/contents/<sha256>.zip", "policies")
def download(sha256: str) -> Response:
    """The files of some content that was published or submitted, as they are in the archive."""
    files = None
    if SHA256.fullmatch(sha256):  # no database is asked for anything else
        with desk_problems():
            files = archived(service().log, sha256)
    if files is None:
        raise Problem("not-found", "存档里没有这个内容。", "The archive has no such content.")
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for path, text in sorted(files.items()):
            archive.writestr(path, text)
    packed.seek(0)
    return send_file(packed, "application/zip", as_attachment=True, download_name=f"{sha256[:12]}.zip")


@person_view(blueprint, "/drafts", "draft", ("POST",))
def begin() -> Response:
    """Begin a draft: of an edition for a day, an amendment of one, or an earlier content restored."""
    plan, day, sha256 = wanted("plan"), read_date(wanted("day")), request.form.get("sha256", "")
    if day is None:
        raise Problem.invalid([FieldError("/day", "not_a_date", "请选一个日期。", "Choose a day.")])
    with desk_problems():
        files = drafting.earlier(desk(), sha256)[1] if sha256 else None
        amend = f"{plan}/{day}" in desk().published().releases and "amend" in request.form
        draft = drafting.begin(desk(), doer(), plan, day, files, amend=amend)
    return go(url_for("drafting.show", draft_id=draft.id))


def wanted(name: str) -> str:
    """A field of a form that has to be filled in."""
    text = filled(name)
    if not text:
        raise Problem.invalid([FieldError(f"/{name}", "missing", "请填写。", "Fill this in.")])
    return text


def filled(name: str) -> str:
    """A field of a form, without the blanks around it."""
    return request.form.get(name, "").strip()


def held(schema: type[Schema], **said: Any) -> Mapping[str, Any]:
    """What a form says, within the bounds that the API sets to the same; what is empty is not said."""
    try:
        found: Mapping[str, Any] = schema().load({name: one for name, one in said.items() if one})
    except ValidationError as error:
        raise Problem.invalid(field_errors(error.messages)) from None
    return found
