"""The compiled edition: frozen dataclasses, and folds over their content.

In: typed values. Out: the dataclasses below. May be imported by everything above `values`.

Edition
 ├─ subjects: county, township, village, household ... each with its facts (given, derived, dated)
 ├─ clauses, readings
 ├─ decisions: a Checklist, Scorecard, Table or Ranking, made of conditions over expressions over facts
 └─ assignments: who bears which records, evenly; they judge no case, and so are no decisions
"""

from rules.model.contents import (
    Part,
    children,
    cites,
    criteria_of,
    items_of,
    lists_of,
    parts_of,
    subject_read,
)
from rules.model.decisions import (
    Assignment,
    Band,
    Body,
    Checklist,
    Criterion,
    Dimension,
    Grade,
    Key,
    Outcome,
    Output,
    Ranking,
    Rule,
    Scorecard,
    ScoreItem,
    Table,
)
from rules.model.edition import (
    CONSTANTS,
    Acknowledged,
    Clause,
    Column,
    Edition,
    Extracts,
    Fact,
    Members,
    Reading,
    Report,
    ReportResult,
    ReportStep,
    ReportTurn,
    Sentence,
    Subject,
)
from rules.model.expressions import Comparison, Condition, Const, Expr, Group, Leaf, Op, Ref, leaves_in

__all__ = [
    "CONSTANTS", "Acknowledged", "Assignment", "Band", "Body", "Checklist", "Clause", "Column", "Comparison",
    "Condition", "Const", "Criterion", "Dimension", "Edition", "Expr", "Extracts", "Fact", "Grade", "Group", "Key",
    "Leaf", "Members", "Op", "Outcome", "Output", "Part", "Ranking", "Reading", "Ref", "Report", "ReportResult",
    "ReportStep", "ReportTurn", "Rule", "ScoreItem", "Scorecard", "Sentence", "Subject", "Table", "children",
    "cites", "criteria_of", "items_of", "leaves_in", "lists_of", "parts_of", "subject_read",
]  # fmt: skip
