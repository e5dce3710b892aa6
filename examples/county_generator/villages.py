"""Villages, townships and the county: what households add up to, what people know of them, and the years before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa

from examples.county_generator.chance import Chance, Ints
from examples.county_generator.columns import counts, days, flags, ids, money
from examples.county_generator.places import Places

COUNTS = ("households", "a_grade_households", "collectable_households", "filed_households", "granted_households",
          "borrowing_households")  # fmt: skip
MONEY = ("loan_balance", "npl_balance", "lender_loan_balance", "lender_npl_balance")
GROWING = ("a_grade_households", "filed_households", "granted_households", "borrowing_households", "loan_balance",
           "lender_loan_balance")  # fmt: skip
SOUND = {  # what people judge: how often it is so in a middling village
    "collective_economy_sound": 0.9,
    "financial_rules_sound": 0.93,
    "public_order_stable": 0.97,
    "leadership_sound": 0.93,
    "supports_lenders": 0.95,
    "promotes_credit": 0.92,
    "no_debt_dispute": 0.96,
    "residents_financially_aware": 0.9,
}
TOWNSHIP_SOUND = {
    "collective_economy_sound": 0.93,
    "financial_rules_sound": 0.96,
    "supports_credit_system": 0.97,
    "supports_lenders": 0.97,
    "no_illegal_fundraising": 0.98,
    "no_debt_dispute": 0.97,
}
PROCEDURE = ("preselected", "applied", "first_review_passed", "second_review_passed", "determined", "notice_posted")
Sums = dict[str, Ints]


def villages(chance: Chance, where: Places, on: date, sums: Sums, progress: float = 1.0) -> pa.Table:
    """The villages with this year's figures, and with a part of what they will have done by the end of it."""
    n, good = np.arange(where.villages), where.quality
    done = chance.uniform("village/done", n) < np.clip(0.55 + 0.15 * good, 0.05, 0.97) * progress
    pilot = n < max(4, where.villages // 60)
    titled = chance.uniform("village/titled", n) < np.clip(0.35 + 0.25 * good, 0.02, 0.95)
    since = 20 + (chance.uniform("village/since", n) * 400).astype(np.int64)
    income = sums["income"] // np.maximum(1, sums["households"] * 3)
    score = np.clip(72 + 9 * good + 5 * chance.normal("village/score", n), 0, 100).astype(np.int64)
    return pa.table({
        "id": ids("V", n, 6),
        "township": ids("T", where.township, 5),
        **figures(sums),
        **{name: _judged(chance, "village", name, usual, good) for name, usual in SOUND.items()},
        "per_capita_income": money(income),
        "integrity_score": counts(score),
        "pilot": flags(pilot),
        "publicity_done": flags(done | pilot),
        "collection_done": flags(done),
        "filing_done": flags(done & ~chance.below("village/filing", n, 0.05)),
        "graded": flags(done & ~chance.below("village/graded", n, 0.05)),
        "granting_done": flags(done & ~chance.below("village/granting", n, 0.1)),
        **_procedure(chance, "village", on, titled),
        "title_in_force": flags(titled),
        "titled_on": days(on, -since, titled),
    })  # fmt: skip


def figures(sums: Sums) -> dict[str, pa.Array]:
    return {name: counts(sums[name]) for name in COUNTS} | {name: money(sums[name]) for name in MONEY}


def _judged(chance: Chance, kind: str, name: str, usual: float, good: np.ndarray) -> pa.Array:
    """Yes in most places, sooner in good ones; not known here and there."""
    n = np.arange(len(good))
    yes = chance.uniform(f"{kind}/{name}", n) < np.clip(usual + 0.05 * good, 0.05, 0.995)
    return flags(yes, ~chance.below(f"{kind}/{name}/unknown", n, 0.006))


def _procedure(chance: Chance, kind: str, on: date, titled: np.ndarray) -> dict[str, pa.Array]:
    """How far the way to a title has been gone: each step after the one before."""
    n = np.arange(len(titled))
    steps = np.where(titled, len(PROCEDURE), (chance.uniform(f"{kind}/steps", n) * 9).astype(np.int64) - 3)
    posted = steps >= len(PROCEDURE)
    ago = 1 + (chance.uniform(f"{kind}/posted", n) * 30).astype(np.int64)
    made = {name: flags(steps > place) for place, name in enumerate(PROCEDURE)}
    objection = chance.below(f"{kind}/objection", n, 0.03)
    return made | {"notice_posted_on": days(on, -ago, posted), "objection_open": flags(objection)}


def townships(chance: Chance, where: Places, on: date, sums: Sums) -> pa.Table:
    """The townships: all loans there, those of firms too."""
    n, good = np.arange(where.townships), where.township_quality

    def total(name: str) -> Ints:
        return np.bincount(where.township, weights=sums[name], minlength=where.townships).astype(np.int64)

    firms = (total("loan_balance") * (0.3 + chance.uniform("township/firms", n))).astype(np.int64)
    bad = (firms * np.clip(0.02 - 0.012 * good, 0.002, 0.2)).astype(np.int64)
    titled = chance.uniform("township/titled", n) < np.clip(0.15 + 0.2 * good, 0.01, 0.9)
    since = 20 + (chance.uniform("township/since", n) * 400).astype(np.int64)
    return pa.table({
        "id": ids("T", n, 5),
        "loan_balance": money(total("loan_balance") + firms),
        "npl_balance": money(total("npl_balance") + bad),
        **{name: _judged(chance, "township", name, usual, good) for name, usual in TOWNSHIP_SOUND.items()},
        **_procedure(chance, "township", on, titled),
        "title_in_force": flags(titled),
        "titled_on": days(on, -since, titled),
    })  # fmt: skip


def county(sums: Sums) -> pa.Table:
    """One row: what all villages add up to."""
    whole = {name: np.array([one.sum()]) for name, one in sums.items()}
    named = figures(whole)
    held = np.array([True])
    return pa.table({
        **{name: named[name] for name in ("households", "borrowing_households", "loan_balance", "npl_balance")},
        **{name: flags(held) for name in ("plan_issued", "staff_trained", "launch_held", "pilots_assessed")},
    })  # fmt: skip


def history(chance: Chance, where: Places, on: date, sums: Sums, years: int) -> Iterator[pa.Table]:
    """The villages at the same day of earlier years, the earliest first: smaller figures, and titles then held."""
    n = np.arange(where.villages)
    for back in range(years - 1, 0, -1):
        past = dict(sums)
        for name in GROWING:
            pace = np.clip(0.9 + 0.04 * chance.normal(f"history/{name}", n), 0.75, 1.0)
            past[name] = (sums[name] * pace**back).astype(np.int64)
        for part, whole in (("granted_households", "filed_households"), ("npl_balance", "loan_balance"),
                            ("lender_npl_balance", "lender_loan_balance")):  # fmt: skip
            past[part] = np.minimum(past[part], past[whole])
        year = on.year - back
        titled = chance.uniform(f"history/{year}", n) < np.clip(0.3 - 0.08 * back + 0.2 * where.quality, 0.01, 0.9)
        shown = {"id": ids("V", n, 6), "township": ids("T", where.township, 5), "year": counts(np.full(len(n), year))}
        yield pa.table(shown | figures(past) | {"title_in_force": flags(titled)})


def managers(chance: Chance, where: Places) -> tuple[pa.Table, pa.Table]:
    """Customer managers, one for some fifteen villages, and the villages each had last year."""
    able = np.arange(max(2, where.villages // 15))
    half = chance.below("manager/half", able, 0.1)
    shares = pa.array([Decimal("0.50"), Decimal("1.00")]).take(pa.array((~half).astype(np.int64)))
    people = pa.table({
        "id": ids("M", able, 4),
        "working_share": shares,
        "most_villages": counts(np.where(half, 15, 30)),
    })  # fmt: skip
    n = np.arange(where.villages)
    new = chance.below("manager/new", n, 0.04)
    had = codes_of(ids("M", able, 4), n * len(able) // where.villages, ~new)
    return people, pa.table({"village": ids("V", n, 6), "manager": had}).filter(pa.array(~new))


def codes_of(words: pa.Array, places: Ints, known: np.ndarray) -> pa.Array:
    return words.take(pa.array(places, mask=~known))
