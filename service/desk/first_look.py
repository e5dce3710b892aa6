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
        looks = service().looks
        if looks is None:
            return view(draft_id, **rest)
        with desk_problems():
            here, published = desk(), desk().published()
            draft = here.draft(draft_id)
        of = sorted((one.edition, one.sha256) for one in published.releases.values())
        if looks.made(repr((draft_id, draft.saved.number, here.today(), of)), _look(here, draft, here.seen())):
            return view(draft_id, **rest)
        return page("draft_looking.html", draft=draft, **shared([draft]))

    return shown


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
