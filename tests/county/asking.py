"""Questions for assignments, made by chance."""

from datetime import date
from fractions import Fraction
from random import Random

from rules.judging.assignment import Task, task

ON = date(2026, 12, 31)


def question(edition, seed: int, records: int, bearers: int, *, last: bool = False, most: int | None = None) -> Task:
    """Villages of all sizes, managers of whom every fourth works half time."""
    random = Random(seed)
    what = edition.assignments["manager_assignment"]
    villages = {}
    for number in range(records):
        households = random.randint(60, 900)
        villages[f"V{number:04}"] = {
            "households": households,
            "residents": households * 3,
            "per_capita_income": random.randint(9_000, 40_000),
            "a_grade_households": int(households * random.uniform(0.3, 0.8)),
        }
    managers = {}
    for number in range(bearers):
        share = Fraction(1, 2) if number % 4 == 3 else 1
        managers[f"M{number:03}"] = {"working_share": share} | ({} if most is None else {"most_villages": most})
    held = {name: f"M{random.randrange(bearers):03}" for name in list(villages)[: records * 9 // 10]} if last else {}
    return task(edition, what, ON, villages, managers, held)
