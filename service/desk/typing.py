"""What the scripts of a draft's pages ask for as one types: saving by itself, and what may stand at the cursor."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from rules.editing.address import Refused
from rules.editing.texts import SUFFIX, Texts
from rules.editing.typing import meaning, offered
from service.api.desk import desk, desk_problems, doer
from service.desk import forms
from service.desk.editing import address_of, refusals, texts_at
from service.desk.views import TEXT, number_of, person_view
from service.desk.writing import as_before, lines_of
from service.exact_json import dumps
from service.http.answering import answer
from service.http.context import service
from service.http.problems import FieldError, Problem
from service.pages.pages import page_language
from service.publishing import drafting
from service.publishing.drafts import Draft

blueprint = Blueprint("typing", __name__, url_prefix="/desk/drafts")
HELD = {
    "words": ("条款原文或口径说明也写着这个数字，请按“保存”后选择是否一并改。",
              "The clause or its reading says this figure too: press Save and choose."),
    "places": ("这一改动会换掉字段的名称，请按“保存”。", "This changes what fields are called: press Save."),
}  # fmt: skip


@person_view(blueprint, "/<draft_id>/text/<file>/autosave", "draft", ("POST",), most=TEXT)
def autosave_text(draft_id: str, file: str) -> Response:
    """Save the text of a file, where nothing was saved since it was read. A conflict has the text that is there."""
    number = number_of("revision")
    with desk_problems():
        made_of = drafting.revision(desk(), draft_id, number)
    text = as_before(lines_of(request.form.get("text", "")), made_of.files.get(file, ""))
    files = {**made_of.files, file: text}
    if faults := drafting.faults_of(files):
        raise Problem.invalid([FieldError(f"/{name}", "not_a_file", *said) for name, said in faults.items()])
    return _saved(draft_id, number, files, file)


@person_view(blueprint, "/<draft_id>/form/<path:at>/autosave", "draft", ("POST",), most=TEXT)
def autosave_form(draft_id: str, at: str) -> Response:
    """Save a form, where nothing was saved since it was shown. Held back is what a person has to say something to,
    and what would give the fields other names than those on the page."""
    place, number = address_of(at), number_of("revision")
    _, texts = texts_at(draft_id, number)
    with refusals():
        made = forms.made_of(texts, place, request.form, asked=False)
        names = [[one.address for one in forms.form_of(each, place).walk()]
                 for each in (texts, Texts(made.files, texts.above))]  # fmt: skip
    if made.offers or names[0] != names[1]:
        zh, en = HELD["words" if made.offers else "places"]
        return answer(dumps({"held": zh if page_language() == "zh" else en}))
    return _saved(draft_id, number, made.files, place.file + SUFFIX)


def _saved(draft_id: str, number: int, files: drafting.Files, file: str) -> Response:
    with desk_problems():
        draft = desk().draft(draft_id)
        if draft.saved.number != number:
            raise _overtaken(draft, file)
        saved = drafting.autosave(desk(), doer(), draft_id, number, files).draft.saved
    at = saved.at.astimezone(service().settings.time_zone)
    return answer(dumps({"revision": saved.number, "at": f"{at:%H:%M}"}))


def _overtaken(draft: Draft, file: str) -> Problem:
    """Somebody else has saved: who, and the text that is there now."""
    who = next((one.name for one in service().people.listed() if one.id == draft.saved.by), draft.saved.by)
    return Problem("conflict", f"{who} 已另存第 {draft.saved.number} 稿，自动保存停了；按“保存”会并入，两边都在。",
                   f"{who} has saved revision {draft.saved.number}: saving by itself has stopped; Save merges both.",
                   theirs=draft.saved.files.get(file, ""))  # fmt: skip


@person_view(blueprint, "/<draft_id>/text/<file>/here", "draft", ("POST",), most=TEXT)
def here(draft_id: str, file: str) -> Response:
    """What may stand at a line and column of a text, and what stands there means."""
    line, column = number_of("line"), number_of("column")
    draft, texts = texts_at(draft_id)
    name, lang = file.removesuffix(SUFFIX), page_language()
    if file not in draft.saved.files:
        raise Problem("not-found", f"草稿里没有 {file}。", f"The draft has no {file}.")
    changed = Texts({**texts.own, file: lines_of(request.form.get("text", ""))}, texts.above)
    try:
        offers = offered(changed, name, line, column) if "offers" in request.form else ()
        means = meaning(changed, name, line, column)
    except Refused:
        offers, means = (), ()
    shown = [{"word": one.word, "title": one.title.get(lang)} for one in offers]
    return answer(dumps({"offers": shown, "means": [one.get(lang) for one in means]}))
