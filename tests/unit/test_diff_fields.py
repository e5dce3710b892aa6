"""No field of an edition can change without a difference that says so."""

from dataclasses import replace
from pathlib import Path

import pytest

from rules.building.store import open_store
from rules.model import Edition, Fact
from rules.model.places import FOLLOWING, differing
from rules.words import diff as differences
from rules.words.diff import diff
from rules.words.items import items
from rules.words.phrases import FIELDS
from tests.agreement.mutants import declarations, mutants
from tests.unit.altering import alterations, changed_inside, dataclasses_in, with_twins

TESTS = Path(__file__).parents[1]
ROOTS = (TESTS.parent / "policies", TESTS / "plans")
PLANS = [(root, folder.parent.name) for root in ROOTS for folder in sorted(root.glob("*/*/"))]
FOLLOWS = {
    (Edition, "sha256"): "from the text of the files, comments and all",
    (Fact, "constant"): "from the formula and from what stands behind it",
    (Edition, "under"): "from the readings that a caller asks for, which change what they say",
}
MARKS = ("mark", "mark_to")  # the place in a file says nothing of the rule
MOST = 2  # places in which each field of each edition is changed


@pytest.fixture(scope="module")
def editions():
    stores = {root: open_store(root).plans for root in ROOTS}
    return {(root, plan): with_twins(stores[root][plan][-1]) for root, plan in PLANS}


@pytest.fixture(autouse=True)
def items_once(editions, monkeypatch):
    """List the items of an edition once, not for each of the many editions that it is compared with."""
    once = {id(one): items(one) for one in editions.values()}
    monkeypatch.setattr(differences, "items", lambda one: once.get(id(one)) or items(one))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan[1])
def test_every_field_that_changes_gives_a_difference_that_reads_otherwise(editions, plan):
    edition, silent, alike = editions[plan], [], []
    for kind, field, place, other in alterations(edition, MOST):
        found = diff(edition, other)
        if not found and field not in MARKS and (kind, field) not in FOLLOWS:
            silent.append(place)
        alike += [(place, one.text("zh"), one.text("en")) for one in found if not _differs(one)]
    assert silent == []
    assert alike == []


def _differs(change):
    return change.what != "changed" or all(old != new for old, new in zip(*change.short, strict=True))


def test_every_field_of_the_model_is_changed_in_some_plan(editions):
    changed = {(kind, name) for edition in editions.values() for kind, name, _, _ in alterations(edition, 1)}
    fields = {(kind, one.name) for kind in dataclasses_in() for one in kind.__dataclass_fields__.values() if one.init}
    left = fields - changed - FOLLOWS.keys() - {(kind, name) for kind, name in fields if changed_inside(kind, name)}
    assert {(kind.__name__, name) for kind, name in left if name not in MARKS} == set()


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan[1])
def test_every_mutant_gives_a_difference(editions, plan):
    edition = editions[plan]
    made = list(mutants(edition))
    some = [*made[:: -(-len(made) // 200)], *declarations(edition)]
    assert [str(one) for one in some if not diff(edition, one.edition)] == []
    assert [str(one) for one in made if next(differing(edition, one.edition), None) is None] == []


def test_what_follows_from_the_files_alone_is_no_difference(editions):
    for edition in editions.values():
        for kind, field, _, other in alterations(edition, 1):
            if field in MARKS or (kind, field) in FOLLOWS:
                assert diff(edition, other) == []


def test_the_order_of_decisions_is_told(editions):
    [edition] = [one for (_, plan), one in editions.items() if plan == "jin-city"]
    [change] = diff(edition, replace(edition, rules=dict(reversed(edition.rules.items()))))
    assert change.aspect == "rules.order"
    assert change.before.zh == "、".join(rule.title.zh for rule in edition.rules.values())


def test_every_field_of_the_model_has_a_name_in_words():
    assert {one for kind in dataclasses_in() for one in kind.__dataclass_fields__} - {
        *FIELDS, *FOLLOWING, *MARKS, "roles", "strength",
    } == set()  # fmt: skip
