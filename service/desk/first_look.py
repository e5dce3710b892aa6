"""The first look at what a draft says takes a second of processor: it is checked and compared in words.

That is done in the background, once for each content and process; meanwhile the page says so, and then comes by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from werkzeug.wrappers import Response

from rules.editing.cases import FILE
from service.api.desk import CHECKING, desk, desk_problems
from service.desk.desk import shared
from service.desk.views import View
from service.http.context import service
from service.pages.pages import page
from service.publishing.acts import Act
from service.publishing.comparing import changes_of, differences, edition_of
from service.publishing.desk import Desk, last_act
from service.publishing.drafts import Draft


def after_first_look(view: View) -> View:
    """A view of a draft that says that it is being looked at until it has been."""

    @wraps(view)
    def shown(draft_id: str, **rest: str) -> Response:
        with desk_problems():
            draft = desk().draft(draft_id)
        if looked_at(draft):
            return view(draft_id, **rest)
        return page("draft_looking.html", draft=draft, **shared([draft]))

    return shown


def looked_at(draft: Draft) -> bool:
    """Whether a draft has been looked at as it is now; else that is begun."""
    if (looks := service().looks) is None:
        return True
    with desk_problems():
        here, acts = desk(), desk().seen()
        releases = here.published_after(acts).releases.values()
    of = sorted((one.edition, one.sha256) for one in releases)
    return looks.made(repr((draft.id, draft.saved.number, here.today(), of)), _look(here, draft, acts))


def _look(here: Desk, draft: Draft, acts: tuple[Act, ...]) -> Callable[[], None]:
    """What pages of a draft need of its content: each is remembered where it is made."""

    def look() -> None:
        with CHECKING.turn():
            published = here.published()
            checked = here.looked_at(draft, published)
            if checked.errors:
                return
            for one in changes_of(last_act(draft, acts), checked):
                differences(here.log, one, checked.files, draft.saved.base)
            if FILE in draft.saved.files:  # forms of cases go by the rules alone
                files, own = checked.files.get(checked.sha256(draft.edition), {}), f"{draft.edition}/{FILE}"
                edition_of({path: text for path, text in files.items() if path != own}, draft.edition)

    return look
