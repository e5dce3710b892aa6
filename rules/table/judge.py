"""Judges a table: a lazy expression in, a lazy expression out; DuckDB or Spark runs it when it is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import ibis

from rules.model import Condition, Edition, Fact, Ref, Rule
from rules.model.uses import Used, refs
from rules.table import numbers
from rules.table.columns import KEY, SEPARATOR, around, check_columns
from rules.table.errors import NotTabular, about
from rules.table.frame import Judged
from rules.table.frames import HERE, RowFrame
from rules.table.order import heights_of, inside, stages
from rules.table.rows import BEYOND, DAY, WORKING, Days, Rows, When
from rules.table.values import shown, some, truth, untold
from rules.table.verdicts import NOT_MET, UNKNOWN, Verdicts, codes_of

OUTCOME, HOLDS, MANY = "outcome", "holds", "many"


class TableJudge:
    """Judges tables of records under one edition on one day, or on many: then each row has its day in a column. The
    outcomes of decisions that are `standing` are in the tables, and are not worked out again."""

    def __init__(self, edition: Edition, on: When, standing: Collection[str] = ()) -> None:
        self.edition, self.on, self.standing = edition, on, standing

    def judge(self, decision: str, table: Any) -> Any:
        """The outcome, findings and outputs of a decision for every row, with the row's `id`.

        `findings` reads the verdicts of a row. A row whose figures are too large even for 38 digits has no outcome
        and is `beyond`: the engine decides it."""
        rule = self.edition.rules[decision]
        check_columns(self.edition, rule.subject, table)
        judged = self._add(table, [rule])
        start = decision + SEPARATOR
        names = {name.removeprefix(start): name for name in judged.columns if name.startswith(start)}
        ids = {name: name for name in (KEY, DAY) if name in judged.columns}
        return judged.select(**{new: judged[old] for new, old in
                                (ids | {OUTCOME: decision} | names | {BEYOND: BEYOND}).items()})  # fmt: skip

    def _add(self, table: Any, rules: Sequence[Rule], frame: RowFrame | None = None, *, standing: bool = False) -> Any:
        (subject,) = {rule.subject for rule in rules}
        frame = frame or self._frame(subject, table)
        with about("", ", ".join(rule.id for rule in rules)):
            prepare(frame, [asked(rule) for rule in rules])
        columns: dict[str, Any] = {}
        for rule in rules:
            columns.update(_columns(rule, frame.judged(rule)))
            if standing and (given := frame.stated(rule)) is not None:
                columns[rule.id] = ibis.coalesce(given, columns[rule.id])
        rows, beyond = frame.rows, frame.rows.beyond()
        kept = {name: rows.read(name) for name in rows.columns if name not in columns and name != BEYOND}
        if beyond is None:
            return rows.select(kept | columns | {BEYOND: truth(False)})
        rows.extend({WORKING + BEYOND: beyond})
        beyond = rows.read(WORKING + BEYOND)
        blank = {name: ibis.ifelse(beyond, ibis.null(column.type()), column) for name, column in columns.items()}
        return rows.select(kept | blank | {BEYOND: beyond})

    def _frame(self, subject: str, table: Any) -> RowFrame:
        frame = frame_of(self.edition, subject, self.on, table)
        frame.standing = self.standing
        return frame

    def add_possible(self, table: Any, *decisions: str) -> tuple[Any, dict[str, NotTabular]]:
        """The table with the conclusions of decisions about the same subject, in columns named after them: `decision`
        (as given, where the table gives it), `decision__not_met`, `decision__unknown`, its outputs.

        Decisions that a table cannot hold are left out; the second result says why."""
        rules = [self.edition.rules[name] for name in decisions]
        check_columns(self.edition, rules[0].subject, table)
        frame, refused = self._frame(rules[0].subject, table), {}
        for rule in rules:
            try:
                prepare(frame, [asked(rule)])
                frame.judged(rule)
            except NotTabular as why:
                refused[rule.id] = why
        possible = [rule for rule in rules if rule.id not in refused]
        if not possible:
            return table, refused
        # what was settled for those left out may hold rows to be beyond the arithmetic
        return self._add(table, possible, None if refused else frame, standing=True), refused

    def beside(
        self,
        subject: str,
        table: Any,
        conditions: Mapping[str, Condition],
        facts: Sequence[str] = (),
        *,
        kept: Sequence[str] = (),
        judged: bool = True,
    ) -> Any:
        """The id of every row of a table and columns that are `kept`, whether conditions hold of it, and the values of
        facts, derived ones too. Of a table that is not `judged` yet, whether a value is beyond the arithmetic of tables
        as well."""
        frame = self._frame(subject, table)
        frame.done = judged
        asked_ = [used for condition in conditions.values() for used in refs(condition, subject)]
        known = self.edition.subjects[subject].facts
        asked_ += [(subject, Ref("fact", "", name, known[name].type)) for name in facts]
        with about(f"{subject}: report", subject):
            prepare(frame, asked_)
            frame.work_out(list(conditions.values()))
            columns: dict[str, Any] = {name: frame.holds(condition) for name, condition in conditions.items()}
            for name in facts:
                columns.update(_told(frame, known[name]))
        ids = {name: frame.rows.read(name) for name in (KEY, DAY, *kept) if name in frame.rows.columns}
        if not judged:
            beyond = frame.rows.beyond()
            columns[BEYOND] = truth(False) if beyond is None else beyond
        return frame.rows.select(ids | columns)

    def tally(self, subject: str, table: Any, condition: Condition) -> Any:
        """How many rows of a table a condition holds of, by the day; a day on which it holds of none is left out."""
        frame = frame_of(self.edition, subject, self.on, table)
        with about(f"{subject}: report", subject):
            prepare(frame, refs(condition, subject))
            frame.work_out([condition])
            rows = frame.rows.select({DAY: frame.rows.read(DAY), HOLDS: frame.holds(condition)}, MANY)
        return rows.filter(rows[HOLDS]).group_by(DAY).agg(**{MANY: rows[MANY].sum()})

    def findings(self, decision: str, row: Mapping[str, Any]) -> dict[str, bool | None]:
        """The verdict of each criterion of a decision, from a row of `judge`."""
        return Verdicts(codes_of(self.edition.rules[decision])).read(row)


def asked(rule: Rule) -> Used:
    return rule.subject, Ref("outcome", "", rule.id, rule.type)


def _told(frame: RowFrame, fact: Fact) -> dict[str, Any]:
    """A fact in the columns in which it leaves the table: one that stands there with its places is not worked out."""
    given = frame.column(fact.name) if fact.given else None
    places = given is not None and given.type().is_decimal() and given.type().scale
    return {fact.name: given} if places else shown(fact.name, frame.fact(fact.name))


def frame_of(edition: Edition, subject: str, on: When, table: Any) -> RowFrame:
    """A table as records, each with what is known of whether there are records around it."""
    rows = Rows(table, on if isinstance(on, Days) else None)
    for level in around(edition, subject):
        known = [rows.read(one).notnull() for one in table.columns if one.startswith(level + SEPARATOR)]
        rows.extend({level + SEPARATOR + HERE: some(known)})
    return RowFrame(edition, subject, rows.read(DAY) if isinstance(on, Days) else on, rows)


def prepare(frame: RowFrame, start: Iterable[Used]) -> None:
    """Work out, stage by stage, what references rest on, for the rows and for the records around them."""
    frames = {frame.subject: frame, **frame.outer}
    told = {(frame.subject, one) for one in frame.edition.rules if frame.stands(one) and frame.column(one) is not None}
    told |= {(of, name) for of, home in frame.outer.items() for name in frame.edition.subjects[of].facts
             if home.carries(name)}  # fmt: skip
    for stage in stages(heights_of(frame.edition, start, told)):
        for subject, home in frames.items():
            known = home.edition.subjects[subject].facts
            facts = [known[name] for of, name in stage if of == subject and name in known and name not in home.memo]
            home.work_out(part for fact in facts for part in inside(fact.formula))
            home.memo.update(home.settle("", {fact.name: home.compute(fact) for fact in facts}))
        for subject, name in stage:
            if subject in frames and name in frame.edition.rules:
                frames[subject].judged(frame.edition.rules[name])


def _columns(rule: Rule, judged: Judged) -> dict[str, Any]:
    found: dict[str, Any] = {rule.id: judged.outcome}
    start = rule.id + SEPARATOR
    layout, verdicts = Verdicts(tuple(judged.verdicts), start), judged.verdicts.values()
    flags = {NOT_MET: [~verdict for verdict in verdicts], UNKNOWN: [untold(verdict) for verdict in verdicts]}
    for kind, those in flags.items():
        found.update((column, _bits(part)) for column, part in layout.weighed(kind, those))
    cells = dict(judged.outputs)
    for row, outputs in (*judged.measures.items(), ("points", judged.points)):
        cells |= {f"{row}{SEPARATOR}{name}": cell for name, cell in outputs.items()}
    for name, cell in cells.items():
        found.update(shown(start + name, cell))
    return found


def _bits(flags: Sequence[tuple[int, Any]]) -> Any:
    bits = [ibis.ifelse(flag, numbers.literal(weight), numbers.literal(0)) for weight, flag in flags]
    return sum(bits[1:], bits[0]) if bits else numbers.literal(0)
