"""What the views of drafts share: whose desk it is, who acts, what is answered, and refusals as problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from flask import Response

from rules.problems.problem import Problem as PolicyProblem
from rules.values.text import Text
from service.exact_json import dumps
from service.http.answering import answer, log_problems
from service.http.context import caller, service, this_request
from service.http.problems import FieldError, Problem
from service.http.turns import Turns
from service.keys import ApiKey
from service.log import Overtaken
from service.policies.sources import DATABASE
from service.publishing.acts import Act
from service.publishing.checking import Checked, about, name_of
from service.publishing.comparing import moved
from service.publishing.desk import Desk, Doer, last_act, outdated, state_of
from service.publishing.drafts import Draft, Revision
from service.publishing.refusals import Misplaced, NotAllowed, NotClean, Refused, Touching, Unacknowledged, Unknown

CHECKING = Turns(1, 8)  # to check an edition takes a second of processor
TAG = re.compile(r'(?:W/)?"?([0-9]{1,9})(?::\w+)?"?')  # of a revision; compression adds its name
KINDS: tuple[tuple[type[Refused], str], ...] = (
    (Unknown, "not-found"), (NotAllowed, "forbidden"), (Touching, "edit-conflict"), (NotClean, "not-publishable"),
    (Unacknowledged, "not-publishable"), (Misplaced, "invalid-input"), (Refused, "conflict"),
)  # fmt: skip


def desk() -> Desk:
    found = service()
    return Desk(found.log, found.people, found.settings.time_zone, found.checks,
                found.settings.published_in != DATABASE)  # fmt: skip


def doer() -> Doer:
    """Who acts. What a key does, the person does whose key it is: a key of nobody's may not."""
    asks = caller()
    if not isinstance(asks, ApiKey):
        return Doer(asks.id)
    if not asks.person:
        raise Problem(
            "forbidden",
            "起草要用属于某个人的密钥（keys add --of 登录名），这把不是。",
            "To draft takes a key that belongs to a person (keys add --of LOGIN); this one does not.",
        )
    return Doer(asks.person, by_key=True)


def seen_revision() -> int:
    """The revision that whoever changes a draft has seen: If-Match has its ETag."""
    sent = this_request().headers.get("If-Match")
    if sent is None:
        raise Problem("precondition-required", "请求头 If-Match 要写所依据的那一稿的 ETag。",
                      "Send the header If-Match with the ETag of the revision that you have seen.")  # fmt: skip
    if (found := TAG.fullmatch(sent.strip())) is None:
        raise Problem.invalid([FieldError("", "not_a_revision", 'If-Match 要是草稿的 ETag，如 "3"。',
                                          'If-Match is the ETag of a draft, as in "3".')])  # fmt: skip
    return int(found[1])


@contextmanager
def desk_problems(told: Callable[[PolicyProblem], Text] | None = None) -> Iterator[None]:
    """Turn a refusal into a problem: nothing was changed. `told` says what is wrong with a policy file, for a page."""
    try:
        with log_problems():
            yield
    except Overtaken as error:
        raise Problem("conflict", error.zh, error.en) from None
    except Refused as error:
        kind = next(name for refused, name in KINDS if isinstance(error, refused))
        raise Problem(kind, error.zh, error.en, _errors(error, told or _printed), **_more(error)) from None


def _printed(problem: PolicyProblem) -> Text:
    return Text(problem.text("zh"), problem.text("en"))


def _errors(error: Refused, told: Callable[[PolicyProblem], Text]) -> tuple[FieldError, ...]:
    if isinstance(error, NotClean):
        return tuple(_wrong(f"/files/{one.mark.file.rpartition('/')[2]}", one, told) for one in error.problems)
    if isinstance(error, Misplaced):
        return (FieldError(f"/{error.field}", "unknown_place", error.zh, error.en),)
    if isinstance(error, Unacknowledged):
        return tuple(_wrong("/acknowledged", one, told) for one in error.warnings)
    return ()


def _wrong(pointer: str, problem: PolicyProblem, told: Callable[[PolicyProblem], Text]) -> FieldError:
    said = told(problem)
    return FieldError(pointer, problem.code, said.zh, said.en)


def _more(error: Refused) -> Mapping[str, Any]:
    if isinstance(error, Touching):
        return {"conflicts": [asdict(one) for one in error.conflicts]}
    if isinstance(error, Unacknowledged):
        return {"warnings": problems_of(error.warnings)}
    return {}


# --- what is answered


def answered(draft: Draft, status: int = 200, **more: Any) -> Response:
    """A draft with its files, tagged by its revision."""
    response = answer(dumps({**whole(draft), **more}), status)
    response.set_etag(str(draft.saved.number))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def whole(draft: Draft) -> dict[str, Any]:
    return {**head(draft), "files": draft.saved.files}


def head(draft: Draft, acts: tuple[Act, ...] | None = None) -> dict[str, Any]:
    seen = desk().seen() if acts is None else acts
    last = last_act(draft, seen)
    base, published = draft.saved.base, desk().published_after(seen)
    return {
        "id": draft.id,
        "plan": draft.plan,
        "day": draft.day,
        "amends": draft.amends,
        "state": state_of(draft, last),
        **revision(draft.saved),
        "authors": draft.authors,
        "base": {"edition": base.edition, "sha256": base.sha256} if base.edition else None,
        "outdated": outdated(draft, published),
        "moved": moved(desk().log, published, draft, last).names,
        "last_act": None if last is None else act_of(last),
    }


def revision(saved: Revision) -> dict[str, Any]:
    return {"revision": saved.number, "saved_at": saved.at.isoformat(), "saved_by": saved.by}


def act_of(act: Act) -> dict[str, Any]:
    return {**asdict(act), "at": act.at and act.at.isoformat()}


def checked_of(checked: Checked) -> dict[str, Any]:
    """What a check came to."""
    return {
        "publishable": not checked.errors,
        "changes": [asdict(one) for one in checked.changes],
        "errors": problems_of(checked.errors),
        "warnings": problems_of(checked.warnings),
    }


def problems_of(problems: Iterable[PolicyProblem]) -> list[dict[str, Any]]:
    """Problems of policy files; `id` is how a warning is acknowledged, `edition` which it is about."""
    return [{"id": name_of(one), "edition": about(one), **one.as_dict()} for one in problems]
