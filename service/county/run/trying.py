"""Tries, before any row is judged, whatever a run has to put in a table and cannot do without: facts counted from the
records below, parts and wholes that are worked out, conditions of the report. Nothing is computed: tables without rows,
of the columns that the files have, are enough to tell. What no table can hold is refused by the plan's own names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any

from rules.judging.parts import Pair, parts_and_wholes
from rules.model import Comparison, Edition, Fact, Leaf, Ref
from rules.problems.problem import Problem
from rules.table import Counting, Days, NotTabular, TableError, TableJudge, facts_schema
from rules.table.columns import SEPARATOR, around, key_of, without_rows
from rules.table.errors import NoKey
from rules.table.judge import asked
from rules.table.order import heights_of
from rules.table.parts import marked
from rules.values.text import Mark
from service.county.run.refusing import Why, in_en, in_zh, no_key, of_count, of_pair
from service.county.run.resting import unsound

Columns = Mapping[str, Any]  # and their types
Schemas = Mapping[str, Columns]  # the columns of the good rows, by subject
TEXT = "string"  # the type of ids and conclusions


class Unheld(TableError):
    """What the plan asks of a run, and no run can do; `problems` name each, with its place in the plan's files."""

    def __init__(self, problems: Collection[Problem]) -> None:
        super().__init__("\n".join(one.zh for one in problems), "\n".join(one.en for one in problems))
        self.problems = problems


def refuse(edition: Edition, on: date, schemas: Schemas) -> None:
    """Unheld where a run of files with these columns could not be done."""
    problems = [*unsound(edition, schemas), *Trial(edition, on, schemas).problems()]
    if problems:
        raise Unheld(sorted(problems))


@contextmanager
def by_name(subject: str) -> Iterator[None]:
    """TableError where figures known within bounds, which a trial without rows has not, are too long for tables."""
    try:
        yield
    except NotTabular as why:
        raise TableError(f"{subject} 的数据里有只知道上下限的数，表里写不下：{in_zh(why)}。"
                         "请补齐这些数据，或把公式写短一些。",
                         f"Figures of {subject} are known within bounds, and no table can hold them: {in_en(why)}. "
                         "Complete these data, or make the formula shorter.") from None  # fmt: skip


class Trial:
    """The tables of a run without their rows, built from the lowest level up."""

    def __init__(self, edition: Edition, on: date, schemas: Schemas) -> None:
        self.edition, self.on, self.schemas = edition, on, schemas
        self.counting, self.judge = Counting(edition, on), TableJudge(edition, on)
        self.counting.believing = True  # parts and wholes are tried one by one
        self.made: dict[str, dict[str, Any]] = {}  # subject -> its columns, with the counts that can be made

    def problems(self) -> Iterator[Problem]:
        """All that no table can hold."""
        for subject in sorted(self.schemas, key=lambda one: -len(list(around(self.edition, one)))):
            yield from self._counts(subject)
            for pair in parts_and_wholes(self.edition, subject):
                if not pair.given and (why := self._unheld(pair)) is not None:
                    yield of_pair(pair, why)
        yield from self._report()

    # --- counts

    def _counts(self, subject: str) -> Iterator[Problem]:
        """Try the facts that are counted, of records judged already, and of those still to be where decisions below
        read them."""
        columns = {**self.schemas[subject], **dict.fromkeys(self._keys(subject), TEXT)}
        below = [one for one in self.schemas if subject in around(self.edition, one)]
        read = self._read_by(below)
        for of in below:
            facts = self.counting.declared(subject, of)
            made = self._counted(facts, of, columns, read)
            if isinstance(made, Why):  # which of them?
                tried = {name: self._counted({name: fact}, of, columns, read) for name, fact in facts.items()}
                whys = {name: one for name, one in tried.items() if isinstance(one, Why)}
                yield from {str(why): self._of_count(facts[name], of, why)
                            for name, why in reversed(whys.items())}.values()  # fmt: skip
                made = reduce(or_, (dict(one) for one in tried.values() if not isinstance(one, Why)), {})
            columns |= made
        self.made[subject] = columns

    def _of_count(self, fact: Fact, below: str, why: Why) -> Problem:
        return no_key(self.edition, self.schemas, fact, below) if isinstance(why, NoKey) else of_count(fact, below, why)

    def _read_by(self, subjects: Collection[str]) -> Mapping[tuple[str, str], int]:
        rules = [rule for rule in self.edition.rules.values() if rule.subject in subjects]
        return heights_of(self.edition, map(asked, rules))

    def _counted(
        self, facts: Mapping[str, Fact], below: str, columns: Columns, read: Collection[tuple[str, str]]
    ) -> Columns | Why:
        """The columns of facts counted from records below; why not, where no table can hold one."""
        own = without_rows({one: type for one, type in columns.items() if one not in facts})
        told = dict.fromkeys((rule.id for rule in self.edition.rules.values() if rule.subject == below), TEXT)
        records, found = {**self.made[below], **self._around(below)}, dict[str, Any]()
        early = [name for name, fact in facts.items() if (fact.subject, name) in read]
        for judged, names in ((True, [*facts]), (False, early)):
            self.counting.judged = (below,) if judged else ()
            table = without_rows({**told, **records} if judged else records)
            if not names:
                continue
            subject = facts[names[0]].subject
            made = _tried(partial(self.counting.fill, subject, own, {below: table}, checked=True, only=names))
            if isinstance(made, Why):
                return made
            found |= {name: made.schema()[name] for name in names}
        return found

    def _keys(self, subject: str) -> Iterator[str]:
        """The columns that say which records a row lies in: its own, and those that the records around have."""
        below, there = subject, self.schemas[subject]
        for level in around(self.edition, subject):
            key = key_of(level)
            if key in there or (key_of(below) in there and key in self.schemas.get(below, {})):
                there = {**there, key: TEXT}
                yield key
            below = level

    def _around(self, subject: str) -> dict[str, Any]:
        """What a row has of the records around it: given facts, and those counted in the run."""
        wanted, found = facts_schema(self.edition, subject), dict[str, Any]()
        for level in (one for one in around(self.edition, subject) if one in self.schemas):
            facts, there = self.edition.subjects[level].facts, self.schemas[level]
            names = [one for one, fact in facts.items() if fact.given and (one in there or fact.counted is not None)]
            found |= {level + SEPARATOR + name: there.get(name, wanted[level + SEPARATOR + name]) for name in names}
        return found

    # --- parts and wholes

    def _unheld(self, pair: Pair) -> Why | None:
        """Why no table can hold a part and a whole against each other; None where it can, or need not: where a file
        lacks what is behind them."""
        subject = pair.part.subject
        if any(of in self.schemas and name not in (self.made.get(of) or self._own(of)) for of, name in pair.behind):
            return None
        columns = {**self.made[subject], **self._around(subject)}
        part, whole = (Ref("fact", "", one.name, one.type) for one in (pair.part, pair.whole))
        exceeds = {"exceeds": Leaf(part, (Comparison("above", (whole,)),))}
        counted = any(self.edition.subjects[of].facts[name].counted for of, name in pair.behind)
        made = _tried(
            lambda: (
                marked(self.edition, self.on, without_rows(columns), [pair])
                if counted
                else self.judge.beside(subject, without_rows(columns), exceeds)
            )
        )
        return made if isinstance(made, Why) else None

    def _own(self, subject: str) -> Collection[str]:
        return {
            *self.schemas[subject],
            *(one.name for one in self.edition.subjects[subject].facts.values() if one.counted),
        }

    # --- the report

    def _report(self) -> Iterator[Problem]:
        """Try the conditions that the report holds records against, today and on later days."""
        report = self.edition.report
        days = Days.of([self.on, self.on + timedelta(days=1 if self.on < date.max else -1)])
        titles, ahead = (self.edition.rules.get(one) for one in (report.titles, report.ahead))
        expiring, tries = report.expired_subject, dict[str, tuple[str, Mark, Callable[[Any], Any]]]()
        if titles is not None and (held := report.held) is not None:
            tries["held"] = titles.subject, titles.mark, (
                lambda table: self.judge.beside(titles.subject, table, {"held": held}))  # fmt: skip
        if (expired := report.expired) is not None:
            tries["expired"] = expiring, self.edition.mark, (
                lambda table: TableJudge(self.edition, days).tally(expiring, table, expired))  # fmt: skip
        if ahead is not None:
            tries["ahead"] = ahead.subject, ahead.mark, (
                lambda table: TableJudge(self.edition, days).judge(ahead.id, table))  # fmt: skip
        for name, (subject, mark, make) in tries.items():
            if subject not in self.made:
                continue
            table = without_rows({**self.made[subject], **self._around(subject)})
            if isinstance(why := _tried(partial(make, table)), NotTabular):
                yield Problem(
                    mark, f"report.{name}", "run.report",
                    f"report.yaml 的 {name} 要在表上判定，表里写不下：{in_zh(why)}。"
                    "请把它写短一些，或从 report.yaml 删去。",
                    f"`{name}` of report.yaml has to be judged on a table, and none can hold it: {in_en(why)}. "
                    "Make it shorter, or take it out of report.yaml.",
                )  # fmt: skip


def _tried(make: Callable[[], Any]) -> Any:
    """What is made, or why no table can hold it."""
    try:
        return make()
    except (NotTabular, TableError) as why:
        return why
