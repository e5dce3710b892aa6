"""The pages over HTTP, with no browser: languages, what they say, and what they must not give away."""

import json
import re
from dataclasses import replace
from datetime import date
from html import unescape
from types import SimpleNamespace

import pytest

from rules import FactChecker, FactError, read_store
from rules.cases.files import read_cases
from rules.problems.problem import Problem
from rules.values.text import Mark
from service.http.context import NAME
from service.http.problems import KINDS
from service.pages.example import NAME as EXAMPLE
from service.pages.explaining import page_of
from service.pages.trying import CASES, forms
from tests.running import POLICIES

PAGES = ("/", "/docs", "/problems/invalid-input")
CASE = {"on": "2027-08-01", "subject": {"id": "V-<b>1</b>"}, "facts": {"households": 400, "a_grade_households": 219}}


@pytest.fixture
def client(app):
    return app.test_client()


def bearer(app, role="caller", **headers):
    return {"Authorization": f"Bearer {app.config['keys'][role]}", **headers}


def decided(app, client):
    return client.post("/v1/decisions/credit_village", json=CASE, headers=bearer(app)).json


def explained(app, client, path="", **headers):
    log_id = decided(app, client)["log_id"]
    return client.get(f"/v1/decisions/{log_id}/explanation{path}", headers=bearer(app, Accept="text/html", **headers))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("query", "accepts", "lang"),
    [
        ("", "", "zh"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "de", "zh"),
        ("?lang=en", "zh-CN", "en"),
        ("?lang=zh", "en", "zh"),
        ("?lang=xx", "en", "en"),
    ],
)
def test_a_page_is_in_the_reader_s_language(client, path, query, accepts, lang):
    answer = client.get(path + query, headers={"Accept-Language": accepts} if accepts else {})
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == lang
    assert "Accept-Language" in answer.headers["Vary"]
    assert f'<html lang="{ {"zh": "zh-CN", "en": "en"}[lang] }">' in answer.text
    assert f'href="?lang={"en" if lang == "zh" else "zh"}"' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_inline_script_and_nothing_from_elsewhere(client, path):
    text = client.get(path).text
    assert not re.search(r"<script(?![^>]* src=)", text)
    assert not re.search(r"\son\w+=", text)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)


def test_all_that_the_pages_refer_to_is_there(client):
    found = {link for path in PAGES for link in re.findall(r'(?:src|href)="(/[^"]*)"', client.get(path).text)}
    assert len(found) > 10
    for link in sorted(found):
        with client.get(unescape(link)) as answer:
            assert answer.status_code == 200, link


def test_the_start_page_names_plans_and_editions(app, client):
    text = client.get("/?lang=en").text
    for editions in app.extensions[NAME].policies.current().store.plans.values():
        for edition in editions:
            shown = {part.strip() for part in re.split(r"<[^>]*>|·", unescape(text))}
            assert {edition.title.en, edition.plan, edition.sha256[:12], f"from {edition.effective_from}"} <= shown


def test_a_refused_change_is_told_in_both_languages_and_escaped(app, client, monkeypatch):
    problem = Problem(Mark("xx-county/2026-05-01/facts.yaml", 7, 3), "a.b", "some", "不对 <i>", "wrong <i>")
    monkeypatch.setattr(app.extensions[NAME].policies, "rejected", (problem,))
    text = client.get("/").text
    assert "xx-county/2026-05-01/facts.yaml:7:3" in text
    assert "不对" not in text  # what a file says is for whoever may see /readyz
    monkeypatch.setitem(app.extensions, EXAMPLE, SimpleNamespace(fits=lambda _: False))  # the demonstration
    text = client.get("/").text
    assert "不对 &lt;i&gt;" in text
    assert "wrong &lt;i&gt;" in text


def test_nothing_is_said_of_refusals_where_there_are_none(client):
    assert "refused" not in client.get("/?lang=en").text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_problem_has_a_page(client, kind):
    for lang in ("zh", "en"):
        text = unescape(client.get(f"/problems/{kind}?lang={lang}").text)
        assert str(KINDS[kind].status) in text
        assert KINDS[kind].means.get(lang) in text
        assert KINDS[kind].do.get(lang) in text


def test_an_unknown_kind_of_problem_is_a_problem(client):
    answer = client.get("/problems/nonsense")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


# --- the explanation


def test_the_explanation_is_escaped_and_not_kept(app, client):
    answer = explained(app, client)
    assert answer.mimetype == "text/html"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "V-&lt;b&gt;1&lt;/b&gt;" in answer.text
    assert "<b>1</b>" not in answer.text


@pytest.mark.parametrize(
    ("path", "accepts", "lang"),
    [("", "zh", "zh"), ("", "en", "en"), ("?lang=en", "zh", "en"), ("?lang=zh", "en", "zh")],
)
def test_the_explanation_follows_the_language(app, client, path, accepts, lang):
    answer = explained(app, client, path, **{"Accept-Language": accepts})
    assert answer.headers["Content-Language"] == lang
    assert f'class="decided first" id="{lang}"' in answer.text


def test_the_explanation_stands_alone(app, client):
    text = explained(app, client).text
    assert "<script" not in text
    assert not re.search(r"""\s(?:src|href)=["'](?!#|data:,)""", text)


def test_the_explanation_names_the_log_line_and_the_edition(app, client):
    made = decided(app, client)
    line = client.get(f"/v1/decisions/{made['log_id']}", headers=bearer(app)).json
    headers = bearer(app, Accept="text/html")
    text = client.get(f"/v1/decisions/{made['log_id']}/explanation", headers=headers).text
    assert {made["log_id"], line["hash"], made["edition_sha256"]} <= set(re.findall(r"[0-9a-f]{32,64}", text))


def test_the_explanation_needs_a_key(app, client):
    log_id = decided(app, client)["log_id"]
    assert client.get(f"/v1/decisions/{log_id}/explanation", headers={"Accept": "text/html"}).status_code == 401


def decisions_of_examples(engine):
    checker = FactChecker(engine.edition)
    for file in sorted(CASES.glob("*.yaml")):
        for case in read_cases(file.read_text(encoding="utf-8"), file.name):
            for rule in engine.edition.rules.values():
                try:
                    facts = checker.check(rule.subject, case.facts)
                except FactError:
                    continue
                yield engine.decide(rule.id, facts, case.on, case.subject_id)


def below(page):
    yield page
    for one in page.rests_on:
        yield from below(one)


def test_every_finding_of_every_example_is_shown_with_its_clause(engine):
    count = 0
    for decision in decisions_of_examples(engine):
        for lang in ("zh", "en"):
            page = page_of(decision, lang)
            shown = [(one.title, passage.clause.id) for passage in page.passages for one in passage.findings]
            wanted = [(finding.title.get(lang), finding.clause) for finding in decision.findings]
            assert shown[: len(wanted)] == wanted[: len(shown)]
            quoted = [passage.clause.id for one in below(page) for passage in one.passages if passage.quote]
            cited = {passage.clause.id for one in below(page) for passage in one.passages if passage.clause.text}
            assert sorted(quoted) == sorted(cited)
            count += 1
    assert count > 100


# --- the form


def test_every_decision_of_the_document_has_a_form_and_the_other_way_round(client):
    paths = client.get("/openapi.json").json["paths"]
    offered = {path.rsplit("/", 1)[1] for path in paths if re.fullmatch(r"/v1/decisions/\w+", path)}
    assert {form["decision"] for form in client.get("/try-it.json").json} == offered


def test_every_decision_has_an_example_that_lacks_nothing(app, client):
    for form in client.get("/try-it.json").json:
        first = form["examples"][0]
        case = {key: first[key] for key in ("on", "subject", "facts")}
        answer = client.post(f"/v1/decisions/{form['decision']}", json=case, headers=bearer(app))
        assert (answer.status_code, answer.json["missing"]) == (200, [])


def test_examples_are_titled_in_both_languages(client):
    for form in client.get("/try-it.json").json:
        for example in form["examples"]:
            assert re.search("[\u4e00-\u9fff]", example["title"]["zh"])
            assert example["title"]["en"].isascii()


def test_the_form_s_data_are_sent_once(client):
    tag = client.get("/try-it.json").headers["ETag"]
    assert client.get("/try-it.json", headers={"If-None-Match": tag}).status_code == 304


def test_without_the_examples_there_are_forms_all_the_same(app, monkeypatch, tmp_path):
    monkeypatch.setattr("service.pages.trying.CASES", tmp_path)
    made = forms(replace(app.extensions[NAME].policies.current()), date(2026, 12, 31))
    assert made
    assert not any(form["examples"] for form in made)
    assert all(form["facts"] or form["lists"] for form in made)
    json.dumps(made)


def test_a_shipped_store_is_what_the_pages_are_tested_with(app):
    plans = app.extensions[NAME].policies.current().store.plans
    assert set(plans) == set(read_store(POLICIES).plans)
