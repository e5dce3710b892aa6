"""Whatever is sent to any of the service's pages and calls that change something: no 500, and nothing is published."""

import re
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from service.effect.jobs import Effects
from service.http.security import LIMITS, RateLimits
from service.publishing import published
from tests.desk.drafting import Someone, person, service
from tests.desk.signing import PASSWORD, signing_in, token
from tests.log.deskwork import NEW, OLD

TEMPLATES = Path(__file__).parents[2] / "service" / "pages" / "templates"
SAFE = {"GET", "HEAD", "OPTIONS"}
EACH = 4  # tries of each way in, by each
NOBODY, AUTHOR = "nobody", "author"
WHO = "editor", "approver", "admin", "auditor", "analyst", NOBODY, AUTHOR
ODD = ("", " ", "x", "0", "1", "2", "-1", "²", "9" * 400, "1e400", "NaN", "true", "null", "\0", "\ud7ff", "\u202e",
       "'", '"', "{", "[", "- a", "a: b", "*x", "&x", "!!y", "%00", "../..", "plan.yaml", "2027-01-01", "2027-02-30",
       "9999-12-31", "0001-01-01", "60%", "长" * 1001, "x" * 70_000, "base", "base/2026-05-01",
       "limit.yaml", "0" * 64)  # fmt: skip
VALUES = (None, True, 0, -1, 10**30, 1.5, [], [None], {}, {"a": {"b": []}}, *ODD)
BUSY = 503  # with a time to come back at; nothing was done


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr(Effects, "_run", lambda *asked: None)  # what is worked out is not what is asked here
    api = service(tmp_path_factory.mktemp("posts"))
    api.app.extensions[LIMITS] = RateLimits(10**6)
    yield api
    api.close()
    patch.undo()


@pytest.fixture(scope="module")
def waiting(api):
    """A draft that waits for approval: it is one form away from being published."""
    author = person(api, "author", "approver")
    draft = author.save(author.begin(), OLD, NEW).json
    assert author.submit(draft).status_code == 201
    return {**draft, "sha256": author.get(f"/drafts/{draft['id']}/check").json["sha256"], "author": author}


def ways_in(app):
    """All routes by which something can be changed, each with its method."""
    return sorted(((method, str(rule), rule) for rule in app.url_map.iter_rules() for method in rule.methods - SAFE),
                  key=lambda one: one[:2])  # fmt: skip


def names_of(app):
    """All names of fields that any page has, or that any call knows."""
    found = {one for path in TEMPLATES.glob("*.html") for one in re.findall(r'name="(\w+)"', path.read_text("utf-8"))}
    calls = "plan day amend files edition sha256 reason source comments acknowledged revision file line text".split()
    return sorted({*found, *calls} - {"csrf"})


def filled(rng, rule, draft):
    """The address of a route: of what there is, or of what there is not."""
    there = {"draft_id": draft["id"], "file": "limit.yaml", "at": rng.choice(("limit", "limit.rows", "plan", "facts")),
             "number": rng.choice(("new", "0")), "plan": "base", "day": "2026-05-01", "date": "2026-05-01",
             "decision": "limit", "comment_id": "0" * 32, "log_id": "0" * 32, "request_id": "0" * 32}  # fmt: skip
    path = str(rule)
    for name in rule.arguments:
        odd = rng.choice(("x", "草", "%00", "..", "0", "a.b[9]", "*", "-1", "x" * 300))
        path = re.sub(rf"<(\w+:)?{name}>", there.get(name, "x") if rng.random() < 0.8 else odd, path)
    return path


def said(rng, names, values, sure):
    """What is sure, as it is or among any other fields."""
    more = rng.sample(names, rng.randrange(len(names))) if rng.random() < 0.6 else ()
    return {**{name: rng.choice(values) for name in more}, **sure}


def entered(api, login):
    """A new session of somebody who is known."""
    client = api.app.test_client()
    signing_in(client, login=login, password=PASSWORD)
    return Someone(client, "", {"X-CSRF-Token": token(client.get("/account"))})


def known(rng, draft):
    """Fields that are as they should be, some of them: to come further than the first look."""
    right = {"revision": str(draft["revision"]), "number": "1", "reason": "x", "title": "x", "way": "0",
             "file": "limit.yaml", "line": "1", "text": "x", "day": "2027-03-01", "plan": "base",
             "until": "2027-01-05", **({"sha256": draft["sha256"]} if "sha256" in draft else {})}  # fmt: skip
    return {name: one for name, one in right.items() if rng.random() < 0.6}


def sent(rng, who, method, path, names, draft):
    """One try: a form, or JSON; with the mark of the session or without."""
    headers = {**who.headers} if rng.random() < 0.9 else {}
    if path.startswith("/v1"):
        body = (
            said(rng, names, VALUES, {**known(rng, draft), "revision": 1}) if rng.random() < 0.9 else rng.choice(VALUES)
        )
        headers["If-Match"] = rng.choice((f'"{draft["revision"]}"', "*", "x", '"99"'))
        return who.client.open(path, method=method, json=body, headers=headers)
    csrf = {"csrf": headers["X-CSRF-Token"]} if headers.get("X-CSRF-Token") else {}
    document = {"document": (BytesIO(b"x"), "a.pdf")} if rng.random() < 0.3 else {}
    return who.client.open(path, method=method, data={**said(rng, names, ODD, known(rng, draft)), **csrf, **document})


@pytest.mark.parametrize("who", WHO)
def test_whatever_is_sent_no_500_and_nothing_published(api, waiting, who):
    """The author, who approves what others write, has all that it takes but the right; another who may approve has not
    seen what waits, and so has not its hash."""
    rng, names, before = Random(who), names_of(api.app), published(api.service.log).releases
    if who not in (NOBODY, AUTHOR):
        person(api, f"the.{who}", who)
    drafts = waiting if who == AUTHOR else {name: one for name, one in waiting.items() if name != "sha256"}
    statuses, failed = set(), []
    for method, _, rule in ways_in(api.app):
        login = {NOBODY: "nobody.here", AUTHOR: "author"}.get(who, f"the.{who}")
        somebody = entered(api, login)
        for _ in range(EACH):
            path = filled(rng, rule, drafts)
            answer = sent(rng, somebody, method, path, names, drafts)
            statuses.add(answer.status_code)
            if answer.status_code >= 500 and not (answer.status_code == BUSY and "Retry-After" in answer.headers):
                failed.append((method, path, answer.status_code))
    assert failed == []
    assert published(api.service.log).releases == before
    assert {401, 403, 404} & statuses


def test_who_wrote_it_publishes_nothing_with_all_that_it_takes(api, waiting):
    """By the page and by the call, in person; so that the tries above come to nothing for want of the right alone."""
    author, before = entered(api, AUTHOR), published(api.service.log).releases
    draft = author.save(author.begin(day="2029-01-01"), OLD, NEW).json  # the tries above may have changed the other
    assert author.submit(draft).status_code == 201
    wanted = {"sha256": author.get(f"/drafts/{draft['id']}/check").json["sha256"], "reason": "同意"}
    assert author.post(f"/drafts/{draft['id']}/approve", wanted).status_code == 403
    sent = {**wanted, "csrf": author.headers["X-CSRF-Token"], "revision": str(draft["revision"])}
    assert author.client.post(f"/desk/drafts/{draft['id']}/approve", data=sent).status_code in (403, 422)
    assert published(api.service.log).releases == before


def test_every_page_that_changes_something_is_tried(api):
    """The list is the application's own: of desk, people and reviews, and of the calls behind them."""
    paths = [path for _, path, _ in ways_in(api.app)]
    for one in ("/desk/", "/reviews/", "/audit/", "/account", "/sign-in", "/sign-out", "/v1/drafts"):
        assert [path for path in paths if path.startswith(one)]
