"""A form that is sent when the session has ended is offered again after signing in, with all that was typed."""

import io
import re
from datetime import timedelta
from html import unescape

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from service.desk import drafting
from service.http.turns import Turns
from tests.desk.drafting import person
from tests.desk.signing import PASSWORD, signing_in, token
from tests.log.deskwork import NEW, OLD

HTML = {"Accept": "text/html"}
TYPED = 'title: "新的"\n  <b>&amp;\n'


def fields(page):
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in found}


def late(small, editor):
    """What is typed into a text, and sent after the session has ended: the answer, and where it was sent."""
    draft = editor.begin()
    path = f"/desk/drafts/{draft['id']}/text/limit.yaml"
    typed = {"csrf": token(editor.client.get(path)), "revision": "1", "text": TYPED}
    small.clock.now += timedelta(hours=1)
    return editor.client.post(path, data=typed, headers=HTML), path, draft


def test_what_was_typed_is_offered_again_and_saved(small, editor):
    answer, path, draft = late(small, editor)
    assert answer.status_code == 401
    assert fields(answer)["text"] == TYPED
    assert "/sign-in?next=/desk" in answer.text
    again = editor.client.post(path, data=fields(answer), headers=HTML)  # pressed before signing in
    assert (again.status_code, fields(again)["text"]) == (401, TYPED)
    assert signing_in(editor.client, login="editor", password=PASSWORD).status_code == 303
    shown = editor.client.post(path, data=fields(again), headers=HTML)
    assert (shown.status_code, fields(shown)["text"], "again" in fields(shown)) == (409, TYPED, False)
    assert editor.get(f"/drafts/{draft['id']}").json["revision"] == 1  # nothing was done yet
    done = editor.client.post(path, data=fields(shown), headers=HTML)
    assert (done.status_code, done.location) == (303, f"/desk/drafts/{draft['id']}")
    assert editor.get(f"/drafts/{draft['id']}").json["files"]["limit.yaml"] == TYPED


def sent(editor, path, typed, document):
    boundary, data = encode_multipart({**typed, "document": FileStorage(io.BytesIO(document), "notice.pdf")})
    return editor.client.post(path, data=data, content_type=f"multipart/form-data; boundary={boundary}", headers=HTML)


def test_what_was_typed_beside_a_large_file_is_offered_again(small, editor):
    draft = editor.begin()
    page = f"/desk/drafts/{draft['id']}"
    typed = {"csrf": token(editor.client.get(page)), "reason": "县里下了文", "title": "通知", "revision": "1"}
    small.clock.now += timedelta(hours=1)
    answer = sent(editor, f"{page}/submit", typed, b"%PDF" * 1_000_000)
    assert (answer.status_code, fields(answer)["reason"], fields(answer)["title"]) == (401, "县里下了文", "通知")
    assert "要重新选择" in answer.text
    answer = sent(editor, f"{page}/submit", {**typed, "reason": "长" * 2_000_000}, b"%PDF")
    assert answer.status_code == 413  # of what is typed, so much alone is held in memory


def test_what_was_typed_stays_where_the_service_is_busy(small, editor, monkeypatch):
    monkeypatch.setattr(drafting, "CHECKING", Turns(1, 0, 0))
    draft = editor.begin()
    path = f"/desk/drafts/{draft['id']}/text/limit.yaml"
    typed = {"csrf": token(editor.client.get(path)), "revision": "1"}
    with drafting.CHECKING.turn():
        deed = {**typed, "reason": "县里下了文"}
        busy = editor.client.post(f"/desk/drafts/{draft['id']}/discard", data=deed, headers=HTML)
    assert (busy.status_code, fields(busy)["reason"]) == (503, "县里下了文")
    assert busy.headers["Retry-After"]
    editor.save(draft, OLD, NEW)
    with drafting.CHECKING.turn():
        told = editor.client.post(path, data={**typed, "text": TYPED}, headers=HTML)
    assert (told.status_code, NEW in told.text, TYPED in unescape(told.text)) == (422, True, True)  # both texts
    stale = editor.client.post(f"/desk/drafts/{draft['id']}/discard", data=fields(busy), headers=HTML)
    assert (stale.status_code, "已有第 2 稿" in stale.text) == (422, True)  # what was held back speaks of the first
    done = editor.client.post(
        f"/desk/drafts/{draft['id']}/discard", data={**fields(busy), "revision": "2"}, headers=HTML
    )
    assert done.status_code == 303


def test_what_another_site_sends_is_not_shown_and_not_done(small, editor):
    _, path, _ = late(small, editor)
    other = {"text": TYPED, "revision": "1", "csrf": "x", "again": "y"}
    for sent in (other, {**other, "csrf": ""}):
        answer = editor.client.post(path, data=sent, headers=HTML)
        assert (answer.status_code, answer.location) == (303, "/sign-in?next=/desk")
    nobody = small.app.test_client().post(path, data=other, headers=HTML)
    assert nobody.status_code == 303
    signing_in(editor.client, login="editor", password=PASSWORD)
    assert editor.client.post(path, data=other, headers=HTML).status_code == 403


def test_what_was_offered_to_one_is_not_offered_to_another(small, editor):
    """Whoever works here has a mark of his own, and could have another send what he typed."""
    answer, path, _ = late(small, editor)
    other = person(small, "other", "approver").client
    assert other.post(path, data=fields(answer), headers=HTML).status_code == 403
    small.clock.now += timedelta(hours=1)
    sent = other.post(path, data=fields(answer), headers=HTML)
    assert (sent.status_code, sent.location) == (303, "/sign-in?next=/desk")


def test_the_mark_of_one_page_is_none_of_another(small, editor):
    answer, _, draft = late(small, editor)
    signing_in(editor.client, login="editor", password=PASSWORD)
    elsewhere = editor.client.post(f"/desk/drafts/{draft['id']}/discard", data=fields(answer), headers=HTML)
    assert elsewhere.status_code == 403


def test_a_script_that_saves_by_itself_is_told(small, editor):
    _, path, _ = late(small, editor)
    answer = editor.client.post(f"{path}/autosave", data={"text": TYPED, "revision": "1"})
    assert answer.status_code == 401
    assert "登录已结束" in answer.json["detail"]
