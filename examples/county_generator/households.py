"""Households: who they are, how they are graded, what they owe. Good villages have better ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from examples.county_generator.chance import Chance, Ints
from examples.county_generator.columns import codes, counts, days, flags, ids, money
from examples.county_generator.places import Places
from examples.county_generator.voting import votes

STATUS = ("resident", "moved_away", "deceased", "absconded")
GRADES = ("AAA", "AA", "A", "B", "C", "D")
CONDUCT = ("good", "fair", "poor")
RECORDS = ("on_time", "none", "late")
TOLD = ("not_told", "board", "phone", "letter", "other")
LIMITS = np.array([200_000, 100_000, 50_000, 0, 0, 0])
# The pyramid of those put forward for credit: from, to (years), share
AGES = ((16, 18, 0.01), (18, 30, 0.12), (30, 45, 0.27), (45, 58, 0.33), (58, 66, 0.14), (66, 75, 0.09), (75, 90, 0.04))
YEAR = 365.2425


@dataclass(frozen=True)
class Batch:
    """Some households as a table, and the figures that villages add up."""

    table: pa.Table
    village: Ints
    sums: dict[str, Ints]  # by fact of the village, for each household


def households(chance: Chance, where: Places, on: date, first: int, count: int) -> Batch:
    """`count` households from number `first` on."""
    n = np.arange(first, first + count, dtype=np.int64)
    village = where.village_of(n)
    good = where.quality[village]

    def share(middle: float, slope: float) -> np.ndarray:
        return np.clip(middle + slope * good, 0.01, 0.99)

    band = chance.pick("ages", n, tuple(part for _, _, part in AGES))
    low, high = (np.array([band_[end] for band_ in AGES])[band] for end in (0, 1))
    age_days = ((low + chance.uniform("age", n) * (high - low)) * YEAR).astype(np.int64)
    age = completed_years(on, age_days)
    adult = (age >= 18) & (age <= 65)
    leaving = share(0.055, -0.02)
    gone = chance.uniform("status", n)
    status = np.where(gone < leaving, 1, np.where(gone < leaving + 0.02, 2, np.where(gone < leaving + 0.024, 3, 0)))
    worth = chance.normal("worth", n) * 0.8 + good * 0.35  # what lies behind grade, votes and repayment
    adverse = chance.below("adverse", n, np.clip(0.05 - 0.03 * worth, 0.003, 0.4))
    unfit = chance.below("unfit", n, 0.012)
    known = ~chance.below("unknown", n, 0.0012)
    collectable = adult & (status == 0) & ~adverse & ~unfit & known

    graded = chance.below("graded", n, np.where(collectable, share(0.955, 0.022), share(0.6, 0.05)))
    round_ = 30 + chance.uniform("round", village) * 300  # days since a village was last gone round
    since = np.maximum(round_ + chance.normal("since", n) * 20, 1)
    late = chance.below("late", n, 0.03)  # not met with since: their records have expired
    since = np.where(late, 366 + chance.uniform("late/since", n) * 60, since).astype(np.int64)
    in_force = graded & (since <= (on - on.replace(year=on.year - 1)).days)
    grade = np.searchsorted([-1.4, -0.8, 0.35, 0.85, 1.35], -worth)  # the places of GRADES
    top = in_force & (grade <= 2)
    filed = collectable & in_force
    granted = filed & chance.below("granted", n, np.where(grade <= 2, share(0.76, 0.05), 0.02))
    limit = np.where(granted, np.maximum(LIMITS[grade], 20_000), 0)
    drawn = granted & chance.below("drawn", n, share(0.5, 0.05))
    owed = np.where(drawn, (limit * (0.2 + 0.8 * chance.uniform("owed", n)) // 100 * 100).astype(np.int64), 0)
    old = (status == 0) & ~drawn & chance.below("old", n, 0.12)  # loans from before, at the lender
    owed = np.where(old, (5_000 + chance.uniform("old/owed", n) * 45_000).astype(np.int64), owed)
    outside = chance.below("outside", n, 0.11)
    elsewhere = np.where(outside, (3_000 + chance.uniform("elsewhere", n) * 60_000).astype(np.int64), 0)
    risk = np.clip((0.02 - 0.01 * worth + 0.09 * adverse) * np.exp2(-1.5 * np.maximum(good, -0.8)), 0.0005, 0.9)
    bad, bad_elsewhere = chance.below("bad", n, risk), chance.below("bad/elsewhere", n, risk)
    npl, npl_elsewhere = np.where(bad, owed, 0), np.where(bad_elsewhere, elsewhere, 0)
    arrears = np.where(bad, owed // 20 + 1, 0) * (owed > 0)
    income = (20_000 * np.exp2(chance.normal("income", n) * 0.8 + good * 0.3 + 1)).astype(np.int64)
    voting = chance.below("voting", n, np.where(collectable, 0.96, 0.0))
    full = chance.uniform("collected", n)
    wants = chance.uniform("need", n)

    made = {
        "id": ids("H", n, 9),
        "village": ids("V", village, 6),
        "township": ids("T", where.township[village], 5),
        "birth_date": days(on, -age_days),
        "status": codes(STATUS, status),
        "adverse_record": flags(adverse, known),
        "other_unfitness": flags(unfit),
        "votes": votes(chance, n, worth, voting),
        "provincial_grade": codes(GRADES, grade, graded),
        "provincial_graded_on": days(on, -since, graded),
        "graded_on": days(on, -since, graded),
        "conduct": codes(CONDUCT, np.digitize(-worth, [-0.3, 0.9]), known),
        "annual_income": money(income, ~chance.below("income/unknown", n, 0.03)),
        "farming_years": counts(np.clip((age_days / YEAR - 20) * chance.uniform("farming", n), 0, 50).astype(np.int64)),
        "assets": money((income * (1 + 6 * chance.uniform("assets", n))).astype(np.int64)),
        "loan_record": codes(RECORDS, np.where(bad, 2, np.where(owed + elsewhere > 0, 0, 1))),
        "civilised_household": flags(chance.below("civilised", n, share(0.18, 0.05))),
        "guarantee_called": flags(chance.below("guarantee", n, 0.008)),
        "basic_information": flags(graded | (full < 0.2)),
        "property_information": flags(graded & (full < 0.97)),
        "income_information": flags(graded & (full > 0.03)),
        "granted_limit": money(limit, granted),
        "need": money((wants * 160_000 // 1_000 * 1_000).astype(np.int64), wants < 0.7),
        "has_project": flags(wants < 0.35),
        "has_funds": flags(chance.below("funds", n, share(0.4, 0.1))),
        "list_posted": flags(chance.below("posted", n, 0.97), voting),
        "told_by": codes(TOLD, chance.pick("told", n, (0.04, 0.5, 0.3, 0.14, 0.02)), voting),
        "has_collateral": flags(chance.below("collateral", n, 0.1)),
        "has_guarantor": flags(chance.below("guarantor", n, 0.25)),
        "filed": flags(filed),
        "granted": flags(granted),
        "granted_on": days(on, -(since * chance.uniform("granted/on", n)).astype(np.int64), granted),
        "drawn_on": days(on, -(since * 0.5 * chance.uniform("drawn/on", n)).astype(np.int64), drawn),
        "loan_balance": money(owed + elsewhere),
        "npl_balance": money(npl + npl_elsewhere),
        "lender_loan_balance": money(owed),
        "lender_npl_balance": money(npl),
        "arrears": money(arrears),
    }
    sums = {
        "households": np.ones(count, np.int64),
        "a_grade_households": top,
        "collectable_households": collectable,
        "filed_households": filed,
        "granted_households": granted,
        "borrowing_households": owed + elsewhere > 0,
        "loan_balance": owed + elsewhere,
        "npl_balance": npl + npl_elsewhere,
        "lender_loan_balance": owed,
        "lender_npl_balance": npl,
        "income": income,
    }
    return Batch(pa.table(made), village, {name: np.asarray(one, np.int64) for name, one in sums.items()})


def completed_years(on: date, age_days: Ints) -> Ints:
    """How old people born so many days before a day are on it, in completed years."""
    born = np.datetime64(on) - age_days.astype("timedelta64[D]")
    years, months = born.astype("datetime64[Y]"), born.astype("datetime64[M]")
    month = (months - years).astype(np.int64) + 1
    day = (born - months).astype(np.int64) + 1
    later = (month > on.month) | ((month == on.month) & (day > on.day))
    return on.year - (years.astype(np.int64) + 1970) - later
