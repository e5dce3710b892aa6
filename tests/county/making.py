"""A small county to run: as rows, to be written in any format, with faults where wanted."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

ON = date(2026, 12, 31)
SOUND = ("collective_economy_sound", "financial_rules_sound", "public_order_stable", "leadership_sound",
         "supports_lenders", "promotes_credit", "no_debt_dispute", "residents_financially_aware")  # fmt: skip
RAISED = ("collective_economy_sound", "financial_rules_sound", "supports_credit_system", "supports_lenders",
          "no_illegal_fundraising", "no_debt_dispute")  # fmt: skip


def households(count, villages, seed=1):
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        village = number % villages
        good = village % 3 > 0
        graded = ON - timedelta(days=chance.randrange(0, 380))
        owes = chance.random() < (0.5 if good else 0.2)
        loan = chance.randrange(1000, 90000) if owes else 0
        rows.append({
            "id": f"H{number:05}", "village_id": f"V{village:02}",
            "birth_date": date(chance.randrange(1955, 2006), chance.randrange(1, 13), chance.randrange(1, 29)),
            "status": chance.choices(["resident", "moved_away", "deceased"], [96, 3, 1])[0],
            "adverse_record": chance.random() < 0.02, "other_unfitness": False,
            "provincial_grade": chance.choice(["AAA", "AA", "A", "A", "B"] if good else ["A", "B", "C", "D"]),
            "provincial_graded_on": graded, "graded_on": graded,
            "basic_information": True, "property_information": True,
            "income_information": chance.random() < 0.95,
            "granted_limit": 50000 if chance.random() < 0.8 else 0, "need": chance.randrange(0, 90000),
            "has_project": chance.random() < 0.4, "has_collateral": False, "has_guarantor": chance.random() < 0.3,
            "loan_balance": loan, "npl_balance": loan if chance.random() < 0.02 else 0, "lender_loan_balance": loan,
            "lender_npl_balance": 0,
        })  # fmt: skip
    return rows


def villages(count, townships, seed=2):
    chance = random.Random(seed)
    return [
        {"id": f"V{number:02}", "township_id": f"T{number % townships}", **dict.fromkeys(SOUND, True),
         "residents": 300 + 50 * number, "per_capita_income": chance.randrange(9000, 30000),
         "integrity_score": chance.randrange(50, 100),
         "pilot": number < 4, "publicity_done": True, "collection_done": number % 2 == 0, "filing_done": True,
         "graded": True, "granting_done": True, "completed_on": date(2026, 6, 20),
         "pilot_finished_on": date(2026, 6, 20) if number < 4 else None, "title_in_force": number % 3 == 1,
         "titled_on": date(2026, 1, 5) if number % 3 == 1 else None}
        for number in range(count)
    ]  # fmt: skip


def townships(count):
    return [
        {"id": f"T{number}", "loan_balance": 10**6, "npl_balance": 1000 * number, **dict.fromkeys(RAISED, True),
         "title_in_force": False}
        for number in range(count)
    ]  # fmt: skip


DONE = ("plan_issued", "staff_trained", "launch_held", "pilots_assessed")
COUNTY = [{"household_loan_balance": 10**7, "household_npl_balance": 90000, "loan_balance": 10**7, "npl_balance": 90000,
           **dict.fromkeys(DONE, True), **{f"{one}_on": date(2026, 5, 20) for one in DONE}}]  # fmt: skip


def parquet(path, rows):
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def text(value):
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def as_csv(path, rows, encoding="utf-8", titles=None):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow([(titles or {}).get(name, name) for name in rows[0]])
        writer.writerows([text(one) for one in row.values()] for row in rows)
    return path


def excel(path, rows):
    book = xlsxwriter.Workbook(path)
    day, sheet = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_worksheet()
    sheet.write_row(0, 0, list(rows[0]))
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row.values()):
            if isinstance(value, date):
                sheet.write_datetime(number, place, value, day)
            elif value is not None:
                sheet.write(number, place, value)
    book.close()
    return path


def county(folder: Path, count=1500, villages_=12, townships_=3):
    """The files of a county, as options of the command."""
    folder.mkdir(exist_ok=True)
    return {
        "--households": parquet(folder / "households.parquet", households(count, villages_)),
        "--villages": parquet(folder / "villages.parquet", villages(villages_, townships_)),
        "--townships": parquet(folder / "townships.parquet", townships(townships_)),
        "--county": parquet(folder / "county.parquet", COUNTY),
    }


def options(files):
    return [str(part) for pair in files.items() for part in pair]
