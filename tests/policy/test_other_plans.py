"""Plans of other counties: whatever they rule, YAML alone carries it, and both evaluators give one answer."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from rules import Decision, Engine, FactChecker, Reference, Store, read_store
from rules.format.grammar import DOCUMENT, PERSONAL_TRAITS, REPLACED
from rules.judging.distance import distances
from rules.operations import JOINS, KEYS, OPERATORS
from rules.values.exact import plain
from rules.words.explain import explain
from rules.words.rulebook import page
from tests import editions
from tests.editions import PLANS

CASES = sorted((PLANS / "cases").glob("*.yaml"))


class _Exact(yaml.SafeLoader):
    """YAML whose decimals stay exact, and where `off` and `no` are words."""


_Exact.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Exact.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))
_Exact.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(loader.construct_scalar(node)))


def _read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), _Exact)  # noqa: S506 - it is the safe loader


def _changed(base: Any, change: Any) -> Any:
    """The base with what a case says otherwise; null takes a fact away."""
    if not isinstance(base, Mapping) or not isinstance(change, Mapping):
        return change
    merged = {**base, **{key: _changed(base.get(key), value) for key, value in change.items()}}
    return {key: value for key, value in merged.items() if value is not None}


def _cases() -> Iterator[Any]:
    for path in CASES:
        book = _read(path)
        for case in book["cases"]:
            facts = _changed(book["base"].get(case["decision"], {}), case.get("change", {}))
            on = case.get("date", book["date"])
            yield pytest.param(book["edition"], case, facts, on, id=f"{path.stem}-{case['id']}")


@pytest.fixture(scope="module")
def store() -> Store:
    return editions.store(PLANS)


@pytest.fixture(scope="module")
def judges(store: Store) -> Iterator[dict[str, tuple[FactChecker, Engine, Reference]]]:
    editions = [edition for editions in store.plans.values() for edition in editions]
    made = {one.id: (FactChecker(one), Engine(one), Reference(one)) for one in editions}
    yield made
    for _, engine, _ in made.values():
        engine.close()


def test_every_plan_loads_without_a_word() -> None:
    problems = read_store(PLANS).problems
    assert [str(problem) for problem in problems if problem.severity != "acknowledged"] == []


@pytest.mark.parametrize(("edition", "case", "facts", "on"), list(_cases()))
def test_case(
    judges: dict[str, tuple[FactChecker, Engine, Reference]],
    edition: str,
    case: dict[str, Any],
    facts: dict[str, Any],
    on: date,
) -> None:
    checker, engine, reference = judges[edition]
    subject = checker.edition.rules[case["decision"]].subject
    checked = checker.check(subject, facts)
    decision = reference.decide(case["decision"], checked, on, "X-1")
    assert engine.decide(case["decision"], checked, on, "X-1").as_dict() == decision.as_dict()
    quick = engine.judge(case["decision"], checked, on)
    known = {name: value for name, value in quick.outputs.items() if value is not None}
    assert (quick.outcome, known) == (decision.outcome, _values(decision))
    for lang in ("zh", "en"):
        assert explain(decision, lang)
    assert distances(decision).as_dict()
    assert _seen(decision, case) == {key: case[key] for key in ("outcome", *_EXPECTED) if key in case}


_EXPECTED = ("codes", "outputs", "measures", "places", "missing", "points")


def _values(decision: Decision) -> dict[str, Any]:
    return {name: value for name, (value, _) in decision.outputs.items()}


def _seen(decision: Decision, case: Mapping[str, Any]) -> dict[str, Any]:
    """What a decision says, as far as the case speaks of it."""
    said = decision.as_dict()
    seen = {
        "outcome": decision.outcome,
        "codes": list(decision.codes),
        "outputs": {name: _plain(value) for name, value in _values(decision).items()},
        "measures": {one["id"]: one["outputs"] for one in said["measures"]},
        "places": {one.id: one.place if one.why == "" else one.why for one in decision.ranking},
        "missing": [one.fact for one in decision.missing],
        "points": {one.id: _plain(one.points) for one in decision.findings if one.role == "item"},
    }
    return {key: value for key, value in seen.items() if key in case or key == "outcome"}


def _plain(value: Any) -> Any:
    return value if isinstance(value, date) else plain(value)


def test_every_plan_prints_as_a_rulebook(store: Store) -> None:
    for of_plan in store.plans.values():
        for edition in of_plan:
            printed = page(edition, {})
            assert [rule.id for rule in edition.rules.values() if rule.title.zh not in printed] == []


def test_every_decision_of_every_plan_has_a_case(store: Store) -> None:
    ruled = {(one.id, rule) for editions in store.plans.values() for one in editions for rule in one.rules}
    inherited = {(edition, rule) for edition, rule in ruled if edition.startswith("yun-credit-union")}
    tried = {(param.values[0], param.values[1]["decision"]) for param in _cases()}
    assert tried >= ruled - inherited
    assert tried & inherited


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        (
            "grant",
            "review: [rejected, review_again]",
            "final_grade: [outside_grade, bronze]",
            "condition.one_of",
        ),
        ("base_limit", "by: limit", "", "table.by"),
        ("base_limit", "then: {limit: 8 万元}", "", "table.by_missing"),
        ("additions", "type: amount", "type: boolean", "table.sum"),
        ("review", "mean_score: {", "opinions: {", "type.list_compared"),
        ("facts", "{lowest: score,", "{median: view,", "type.formula"),
        ("facts", "{mean: score,", "{mean: has_score,", "type.formula"),
        ("facts", "{highest: score,", "{highest: view,", "type.formula"),
        ("facts", "[outside_grade, diamond]", "[outside_grade, platinum]", "type.no_choice"),
        ("facts", "then: silver", "then: customer", "type.wrong"),
        ("facts", "least: [grade, most_grade", "least: [grade, customer", "type.wrong"),
        ("facts", "{ratio: [agreeing, valid]", "{ratio: [agreeing, residence, valid]", "type.formula"),
        ("facts", "{known: score", "{year_of: score", "type.wrong"),
        ("facts", "ranked: true", "ranked: false", "type.formula"),
    ],
)
def test_what_means_nothing_is_refused(tmp_path: Path, file: str, old: str, new: str, code: str) -> None:
    folder = tmp_path / "heng-county" / "2025-03-01"
    shutil.copytree(PLANS / "heng-county" / "2025-03-01", folder)
    path = folder / f"{file}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    assert code in {problem.code for problem in read_store(tmp_path).problems}


def test_a_veto_says_what_follows(tmp_path: Path) -> None:
    folder = tmp_path / "jin-city" / "2024-07-01"
    shutil.copytree(PLANS / "jin-city" / "2024-07-01", folder)
    path = folder / "village_score.yaml"
    path.write_text(path.read_text("utf-8").replace(", outcome: poor}", "}"), "utf-8")
    assert [problem.code for problem in read_store(tmp_path).problems] == ["veto.no_outcome"]


def test_an_item_goes_before_one_that_is_there(tmp_path: Path) -> None:
    shutil.copytree(PLANS, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "yun-credit-union" / "2025-06-01" / "village_star.yaml"
    path.write_text(path.read_text("utf-8").replace("before: not_credit_village", "before: no_such_row"), "utf-8")
    problems = [problem for problem in read_store(tmp_path).problems if problem.severity != "acknowledged"]
    assert [problem.code for problem in problems] == ["merge.unknown_before"]


def test_what_a_plan_does_not_change_it_inherits(store: Store) -> None:
    parent, child = store.edition("yun-county/2025-01-01"), store.edition("yun-credit-union/2025-06-01")
    assert list(child.rules["village_star"].outcomes) == [
        "five_star", "four_star", "three_star", "watched", "no_star", "needs_information",
    ]  # fmt: skip
    assert [row.id for row in child.rules["village_star"].body.rows][:2] == [
        "suspended",
        "not_credit_village",
    ]
    kept = [one.id for one in parent.rules["village_credit"].body.criteria if one.id != "clean_share"]
    assert [one.id for one in child.rules["village_credit"].body.criteria] == kept
    assert child.rules["county_credit"].body.criteria[0].clause == "第十条"


def _words(schema: Any) -> Iterator[str]:
    """Every key that the format knows."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _words(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _words(part)


@pytest.mark.parametrize("name", ["policy-format.md", "policy-format.zh-CN.md"])
def test_the_reference_names_every_key(name: str) -> None:
    defs: dict[str, Any] = {}
    shape = DOCUMENT.schema(defs)
    words = {*_words(shape), *_words(defs), *KEYS, *OPERATORS, *JOINS, *PERSONAL_TRAITS}
    assert len(words) > 90
    text = (PLANS.parent.parent / "docs" / name).read_text("utf-8")
    assert sorted(word for word in words if not re.search(rf"\b{word}\b", text, re.ASCII)) == []


@pytest.mark.parametrize("name", ["policy-format.md", "policy-format.zh-CN.md"])
def test_the_reference_names_what_a_child_replaces(name: str) -> None:
    text = (PLANS.parent.parent / "docs" / name).read_text("utf-8")
    assert [key for key in sorted(REPLACED) if f"`{key}`" not in text] == []
