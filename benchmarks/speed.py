"""One case at a time: screening and credit village against the peers, and the growth with the number of criteria."""

from __future__ import annotations

import random
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.peers import cel_program, zen_table
from benchmarks.realistic import realistic
from benchmarks.timing import microseconds, table
from rules import Edition, Engine, FactChecker, open_store
from rules.building.loader import load

ON = date(2026, 12, 31)
POLICIES = Path(__file__).parent.parent / "policies"

HOUSEHOLD = {
    "birth_date": date(1961, 5, 2),
    "status": "resident",
    "adverse_record": True,
    "other_unfitness": False,
}
HOUSEHOLD_PEER = {"age": 65, "status": 0, "adverse": 1, "other": 0}
HOUSEHOLD_RULES = [
    ("age_low", "age", "< 18"),
    ("age_high", "age", "> 65"),
    ("moved_away", "status", "== 1"),
    ("deceased", "status", "== 2"),
    ("absconded", "status", "== 3"),
    ("adverse_record", "adverse", "== 1"),
    ("other_unfitness", "other", "== 1"),
]
FLAGS = (
    "collective_economy_sound", "financial_rules_sound", "public_order_stable", "leadership_sound", "supports_lenders",
    "promotes_credit", "no_debt_dispute", "residents_financially_aware",
)  # fmt: skip
VILLAGE = {
    "households": 300, "a_grade_households": 164, "collectable_households": 250, "filed_households": 225,
    "granted_households": 120, "borrowing_households": 120, "loan_balance": 9_000_000, "npl_balance": 90_000,
    "lender_loan_balance": 5_000_000, "lender_npl_balance": 60_000, **dict.fromkeys(FLAGS, True),
    "county": {"households": 80_000, "borrowing_households": 24_000,
               "household_loan_balance": 10**9, "household_npl_balance": 25 * 10**6},
}  # fmt: skip


def village_peer(facts: dict[str, Any]) -> dict[str, int]:
    """The cross products a peer without exact ratios has to be given."""
    county = facts["county"]
    return {
        "a": facts["a_grade_households"] * 100 - facts["households"] * 55,
        "b": facts["borrowing_households"] * county["households"]
        - county["borrowing_households"] * facts["households"],
        "n": county["household_npl_balance"] * facts["loan_balance"]
        - facts["npl_balance"] * county["household_loan_balance"],
        "f": facts["filed_households"] * 100 - facts["collectable_households"] * 90,
        "g": facts["granted_households"] * 100 - facts["filed_households"] * 50,
        "l": facts["lender_loan_balance"] * 2 - facts["lender_npl_balance"] * 100,
        **{f"k{n}": int(facts.get(name, False)) for n, name in enumerate(FLAGS)},
    }


VILLAGE_RULES = [
    ("a_grade_share", "a", "< 0"), ("borrower_share", "b", "<= 0"), ("npl_rate", "n", "<= 0"),
    ("filing_share", "f", "< 0"), ("granting_share", "g", "< 0"), ("lender_npl_rate", "l", "< 0"),
    *((name, f"k{n}", "== 0") for n, name in enumerate(FLAGS)),
]  # fmt: skip


def cases() -> list[str]:
    """Text decisions of the issue's target, the work of the peers beside them, and what a service does around them."""
    edition = open_store(POLICIES).in_force("xx-county", ON)
    engine, checker = Engine(edition), FactChecker(edition)
    shown = []
    for decision, subject, facts, rules, peer in (
        ("screening", "household", HOUSEHOLD, HOUSEHOLD_RULES, lambda facts: HOUSEHOLD_PEER),
        ("credit_village", "village", VILLAGE, VILLAGE_RULES, village_peer),
    ):
        zen, cel = zen_table(rules), cel_program(rules)
        checked = checker.check(subject, facts)
        decided = engine.decide(decision, checked, ON)
        times = microseconds({
            "zen decision table": lambda z=zen, p=peer, f=facts: z(p(f)),
            "cel, one compiled expression": lambda c=cel, p=peer, f=facts: c(p(f)),
            "judge: outcome and codes": lambda d=decision, f=checked: engine.judge(d, f, ON),
            "check the facts, then judge": lambda d=decision, s=subject, f=facts: (
                engine.judge(d, checker.check(s, f), ON)),
            "decide: full findings": lambda d=decision, f=checked: engine.decide(d, f, ON),
            "check the facts": lambda s=subject, f=facts: checker.check(s, f),
            "write a decision out": decided.as_dict,
        })  # fmt: skip
        shown.append(table(decision, times, "zen decision table"))
    return shown


def varied() -> list[str]:
    """The same decisions over many different cases."""
    edition = open_store(POLICIES).in_force("xx-county", ON)
    rules = {"screening": HOUSEHOLD_RULES, "credit_village": VILLAGE_RULES}
    return realistic(edition, ON, rules, village_peer)


def grown(criteria: int, fields: int = 10) -> Edition:
    """An edition with one checklist of so many criteria over a few facts, of which one or two fail."""
    facts = "".join(
        f"      f{n}: {{type: count, unit: household, title: {{zh: 事实{n}, en: fact {n}}}}}\n" for n in range(fields)
    )
    rows = "".join(
        f"  - {{id: c{n}, require: {{f{n % fields}: {{at_least: {n // fields + 1} households}}}}}}\n"
        for n in range(criteria)
    )
    title = "title: {zh: 测, en: test}"
    files = {
        "plan": f"plan: grown\n{title}\nissuer: {{zh: 测, en: test}}\neffective: {{from: 2026-01-01}}\n",
        "facts": f"subjects:\n  village:\n    {title}\n    facts:\n{facts}",
        "clauses": "clauses:\n  一: {text: 测}\n",
        "readings": "readings: {}\n",
        "grown": f"decision: grown\nkind: checklist\nsubject: village\n{title}\nclause: 一\noutcomes:\n"
        f"  a: {{if: met, {title}}}\n  b: {{if: not_met, {title}}}\n  c: {{if: unknown, {title}}}\ncriteria:\n{rows}",
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / f"{name}.yaml").write_text(text, encoding="utf-8")
        loaded = load(Path(folder))
    assert loaded.edition is not None, [str(problem) for problem in loaded.problems[:3]]
    return loaded.edition


def growth() -> list[str]:
    """One case against 10 to 2,000 criteria over ten facts, about one of which fails."""
    shown = []
    for count in (10, 50, 200, 500, 2000):
        edition = grown(count)
        engine = Engine(edition)
        high = count // 10 + 1
        facts = {f"f{n}": high + random.Random(n).randrange(9) for n in range(10)}
        facts["f3"] = high - 2 if count > 10 else 0
        rules = [(f"c{n}", f"f{n % 10}", f"< {n // 10 + 1}") for n in range(count)]
        work = {"judge: outcome and codes": lambda e=engine, f=facts: e.judge("grown", f, ON)}
        if count <= 500:
            zen, cel = zen_table(rules), cel_program(rules)
            work = {
                "zen decision table": lambda z=zen, f=facts: z(f),
                "cel": lambda c=cel, f=facts: c(f),
                **work,
            }
        times = microseconds(work)
        shown.append(table(f"{count} criteria over ten facts", times, next(iter(times))))
    return shown
