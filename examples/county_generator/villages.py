"""Villages, townships and the county: what households add up to, what people know of them, and the years before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from examples.county_generator.chance import Chance, Ints
from examples.county_generator.columns import MONEY as MONEY_TYPE
from examples.county_generator.columns import codes, counts, days, flags, ids, money
from examples.county_generator.places import Places, names

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
PROCEDURE = ("preselected", "applied", "opinions_gathered", "material_made", "first_review", "reported",
             "views_checked", "second_review", "determination", "system_approved", "notice_posted")  # fmt: skip
REVIEWS = ("first_review", "second_review", "determination")
RESULTS = ("not_yet", "passed", "refused")
OBJECTIONS = ("none", "pending", "dismissed", "upheld")
WORKS = {"plan_issued": date(2026, 5, 12), "staff_trained": date(2026, 5, 22), "launch_held": date(2026, 5, 28),
         "pilots_assessed": date(2026, 7, 24)}  # fmt: skip
Sums = dict[str, Ints]


def villages(chance: Chance, where: Places, on: date, sums: Sums, progress: float = 1.0) -> pa.Table:
    """The villages with this year's figures, and with a part of what they will have done by the end of it."""
    n, good = np.arange(where.villages), where.quality
    collected = chance.uniform("village/done", n) < np.clip(0.55 + 0.15 * good, 0.05, 0.97) * progress
    filed = collected & ~chance.below("village/filing", n, 0.05)
    granted = collected & ~chance.below("village/granting", n, 0.1)
    pilot = n < max(4, where.villages // 60)
    titled = chance.uniform("village/titled", n) < np.clip(0.22 + 0.32 * good, 0.02, 0.95)
    since = 20 + (chance.uniform("village/since", n) * 400).astype(np.int64)
    income = sums["income"] // np.maximum(1, sums["households"] * 3)
    people = sums["households"] * (2.2 + 1.6 * chance.uniform("village/people", n))
    pace = (chance.uniform("village/completed", n) * np.where(pilot, 28, 180)).astype(np.int64)
    completed = np.where(pilot, (date(2026, 6, 1) - on).days + pace, -pace)
    score = np.clip(72 + 9 * good + 5 * chance.normal("village/score", n), 0, 100).astype(np.int64)
    return pa.table({
        "id": ids("V", n, 6),
        "name": pa.array(names(chance, "village", where.villages, "村")),
        "township": ids("T", where.township, 5),
        **figures(sums),
        **{name: _judged(chance, "village", name, usual, good) for name, usual in SOUND.items()},
        "residents": counts(people.astype(np.int64)),
        "per_capita_income": money(income),
        "integrity_score": counts(score),
        "pilot": flags(pilot),
        "publicity_done": flags(collected | pilot),
        "collection_done": flags(collected),
        "filing_done": flags(filed),
        "graded": flags(collected & ~chance.below("village/graded", n, 0.05)),
        "granting_done": flags(granted),
        "completed_on": days(on, completed, filed & granted),
        "pilot_finished_on": days(on, completed, filed & granted & pilot),
        **_panel(chance, n),
        "households_take_part": flags(~chance.below("village/take_part", n, 0.04)),
        "households_repay": flags(~chance.below("village/repay", n, 0.03)),
        **_procedure(chance, "village", on, titled),
        "title_in_force": flags(titled),
        "titled_on": days(on, -since, titled),
    })  # fmt: skip


def _panel(chance: Chance, n: Ints) -> dict[str, pa.Array]:
    """The joint panel of each village; here and there one is wrongly made up."""
    kept = {"panel_upright": 0.99, "panel_truthful": 0.99, "lists_secret": 0.985}
    return {
        "panel_committee": counts(1 + chance.pick("panel/committee", n, (0.02, 0.53, 0.43, 0.02))),
        "panel_lender": counts(chance.pick("panel/lender", n, (0.01, 0.74, 0.25))),
        **{name: flags(chance.below(f"panel/{name}", n, often)) for name, often in kept.items()},
    }


def figures(sums: Sums) -> dict[str, pa.Array]:
    return {name: counts(sums[name]) for name in COUNTS} | {name: money(sums[name]) for name in MONEY}


def _judged(chance: Chance, kind: str, name: str, usual: float, good: np.ndarray) -> pa.Array:
    """Yes in most places, sooner in good ones; not known here and there."""
    n = np.arange(len(good))
    yes = chance.uniform(f"{kind}/{name}", n) < np.clip(1 - (1 - usual) * np.exp2(-2 * good), 0.3, 0.999)
    return flags(yes, ~chance.below(f"{kind}/{name}/unknown", n, 0.006))


def _procedure(chance: Chance, kind: str, on: date, titled: np.ndarray) -> dict[str, pa.Array]:
    """How far the way to a title has been gone: each step after the one before."""
    n = np.arange(len(titled))
    steps = np.where(titled, len(PROCEDURE), (chance.uniform(f"{kind}/steps", n) * 14).astype(np.int64) - 3)
    posted = steps >= len(PROCEDURE)
    ago = 1 + (chance.uniform(f"{kind}/posted", n) * 30).astype(np.int64)
    refused = ~titled & chance.below(f"{kind}/refused", n, 0.03)
    made = {
        name: codes(RESULTS, (steps > place) * np.where(refused, 2, 1)) if name in REVIEWS else flags(steps > place)
        for place, name in enumerate(PROCEDURE)
    }
    objection = chance.pick(f"{kind}/objection", n, (0.96, 0.02, 0.015, 0.005))
    return made | {
        "notice_posted_on": days(on, -ago, posted),
        "objection": codes(OBJECTIONS, np.where(titled, 0, objection)),
    }


def townships(chance: Chance, where: Places, on: date, sums: Sums) -> pa.Table:
    """The townships: all loans there, those of firms too. The system's approval is for villages."""
    n, good = np.arange(where.townships), where.township_quality

    def total(name: str) -> Ints:
        return np.bincount(where.township, weights=sums[name], minlength=where.townships).astype(np.int64)

    firms = (total("loan_balance") * (0.3 + chance.uniform("township/firms", n))).astype(np.int64)
    bad = (firms * np.clip(0.02 - 0.012 * good, 0.002, 0.2)).astype(np.int64)
    titled = chance.uniform("township/titled", n) < np.clip(0.15 + 0.2 * good, 0.01, 0.9)
    since = 20 + (chance.uniform("township/since", n) * 400).astype(np.int64)
    procedure = _procedure(chance, "township", on, titled)
    del procedure["system_approved"]
    return pa.table({
        "id": ids("T", n, 5),
        "name": pa.array(names(chance, "township", where.townships, "镇")),
        "leading_officers": counts(chance.pick("township/leading", n, (0.03, 0.95, 0.02))),
        "liaison_officers": counts(chance.pick("township/liaison", n, (0.03, 0.95, 0.02))),
        "loan_balance": money(total("loan_balance") + firms),
        "npl_balance": money(total("npl_balance") + bad),
        **{name: _judged(chance, "township", name, usual, good) for name, usual in TOWNSHIP_SOUND.items()},
        **procedure,
        "title_in_force": flags(titled),
        "titled_on": days(on, -since, titled),
    })  # fmt: skip


def county(sums: Sums, townships: pa.Table) -> pa.Table:
    """One row: what all villages add up to, and the loans of all townships, those of firms too."""
    whole = {name: np.array([one.sum()]) for name, one in sums.items()}
    named = figures(whole)
    held, none = np.array([True]), np.array([0])
    return pa.table({
        **{name: named[name] for name in ("households", "borrowing_households")},
        **{f"household_{name}": named[name] for name in ("loan_balance", "npl_balance")},
        **{name: pa.array([pc.sum(townships[name]).as_py()], MONEY_TYPE) for name in ("loan_balance", "npl_balance")},
        **{name: flags(held) for name in WORKS},
        **{f"{name}_on": days(day, none) for name, day in WORKS.items()},
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
                            ("lender_loan_balance", "loan_balance"),
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
