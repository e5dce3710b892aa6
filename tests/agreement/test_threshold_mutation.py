"""Gets one thing of the shipped edition wrong at a time, and asks that an example of the features notices.

So no threshold, operator, date or row can be edited by mistake without a feature that turns red.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from rules.judging.reference import Reference
from rules.model import Edition
from service.examples.scenarios import Example, examples
from tests.agreement.mutants import Mutant, mutants
from tests.editions import FEATURES, POLICIES

# What no example can notice, because no case comes out differently; `*` at the end stands for any ending.
_EXCLUDE_EACH_OTHER = "the rows exclude each other, so their order is free"
_FIRST_CONCLUDES = "the rows give no outputs, and of those that hold the first concludes under both policies"
_NO_SUCH_TOTAL = "points come in fives, and in fives and two, so that no total lies one below a grade"
_FIRST_ROW_SPEAKS = "all rows hold together, and the first gives the conclusion"
_NEVER_THAT_LOW = "the lowest total is 5 and the highest 105, so that only a cap below 105 is felt"
EQUIVALENT: Mapping[str, str] = {
    "grading: hit first -> all": _FIRST_CONCLUDES,
    "limit_raise: hit first -> all": _FIRST_CONCLUDES,
    "review: approval: approval_share: above 50% -> 51%": "no panel has votes enough for a share between the two",
    **{
        f"{kind}_award: {row}: before {other}": _EXCLUDE_EACH_OTHER
        for kind in ("village", "township")
        for row, other in (
            ("first_review_refused", "first_review"),
            ("second_review_refused", "second_review"),
            ("determination_refused", "determination"),
            ("objection_upheld", "objection"),
        )
    },
    "grading: AA: before AAA": _EXCLUDE_EACH_OTHER,
    "grading: A: before AA": _EXCLUDE_EACH_OTHER,
    "grading: B: before A": _EXCLUDE_EACH_OTHER,
    "grading: C: before B": _EXCLUDE_EACH_OTHER,
    "scoring: grades: edge 90 point -> 89 point": _NO_SUCH_TOTAL,
    "scoring: grades: edge 80 point -> 79 point": _NO_SUCH_TOTAL,
    "scoring: grades: edge 70 point -> 69 point": _NO_SUCH_TOTAL,
    "scoring: grades: edge 60 point -> 59 point": _NO_SUCH_TOTAL,
    "scoring: grades: edge 50 point -> 49 point": _NO_SUCH_TOTAL,
    "scoring: total least 0*": _NEVER_THAT_LOW,
    "scoring: total most 105 -> 106": _NEVER_THAT_LOW,
    "township_measures: rate_discount: outcome *": _FIRST_ROW_SPEAKS,
    "township_measures: village_service: outcome *": _FIRST_ROW_SPEAKS,
    "township_measures: self_service_devices: outcome *": _FIRST_ROW_SPEAKS,
    "township_measures: enterprise_lending: outcome *": _FIRST_ROW_SPEAKS,
    "village_measures: rate_discount: outcome *": _FIRST_ROW_SPEAKS,
    "village_measures: village_service: outcome *": _FIRST_ROW_SPEAKS,
    "village_measures: self_service_devices: outcome *": _FIRST_ROW_SPEAKS,
    "village.reference_rate: from 2025-05-20*": "the edition takes effect long after that day",
    "manager.borne_share: *": "read by the assignment of villages only, whose scenarios decide nothing about one case",
}


@pytest.fixture(scope="module")
def told(edition: Edition) -> list[Example]:
    return examples(FEATURES, Reference(edition), POLICIES)


def test_an_unaltered_edition_passes_every_example(edition: Edition, told: list[Example]) -> None:
    reference = Reference(edition)
    assert [one.name for one in told if not one.holds(reference)] == []


def test_every_mutant_is_noticed_by_an_example(edition: Edition, told: list[Example]) -> None:
    told = list(told)
    survivors = [str(one) for one in mutants(edition) if not _noticed(one, told)]
    excused = [line for line in survivors if _excuse(line)]
    unused = set(EQUIVALENT) - {_excuse(line) for line in excused}
    assert [line for line in survivors if line not in excused] == []
    assert unused == set(), "these are noticed now: take them off the list"


def _noticed(mutant: Mutant, told: list[Example]) -> bool:
    """Whether an example of the rule changed (of a fact: of a rule about its subject, then of any) fails.

    The example that fails is moved to the front: it often notices the next mutant, of the same item, as well."""
    decider = Reference(mutant.edition)
    rule = mutant.edition.rules.get(mutant.where)
    if rule is not None:
        groups = [[one for one in told if one.decision == rule.id]]
    else:
        subject = mutant.where.partition(".")[0]
        own = [one for one in told if mutant.edition.rules[one.decision].subject == subject]
        groups = [own, [one for one in told if one not in own]]
    failing = next((one for group in groups for one in group if not one.holds(decider)), None)
    if failing is not None:
        told.remove(failing)
        told.insert(0, failing)
    return failing is not None


def _excuse(line: str) -> str:
    said = line.partition(": ")[2]
    return next((key for key in EQUIVALENT if said == key or (key[-1] == "*" and said.startswith(key[:-1]))), "")
