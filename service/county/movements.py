"""One decision about a run as two editions judge it, added up: outcomes, who gains and loses by the records around, and
the money that moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.judging.decision import vars_of
from rules.model import Edition, Rule
from rules.table.columns import KEY, SEPARATOR, around, key_of
from service.county.backend import named, quoted
from service.county.run.outputs import Outputs
from service.county.simulation import MONEY, moneyed

MOST = 2 * 1000  # records of a decision that are listed; the sums are of all
SUMS = {
    name: f"coalesce(sum({value}){where and f' FILTER (WHERE {where})'}, 0)"
    for name, value, where in (
        ("before", "was", ""),
        ("after", "now", ""),
        ("more", "now - was", "now > was"),
        ("less", "was - now", "now < was"),
        ("newly_known", "now", "was IS NULL"),
        ("no_longer_known", "was", "now IS NULL"),
    )
} | {
    name: f"count(*) FILTER (WHERE {where})"
    for name, where in (
        ("changed", "was IS DISTINCT FROM now"),
        ("unknown_before", "was IS NULL"),
        ("unknown_after", "now IS NULL"),
    )
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A run as one edition judges it: SQL rows of a subject, and the decisions there."""

    edition: Edition
    rows: Callable[[str], str]
    made: Callable[[Rule], bool]


@dataclass(frozen=True, slots=True)
class Both:
    """A run as two editions judge it; `by` says how: from its `counts`, or its `rows` again."""

    run: Outputs
    before: Judged
    after: Judged
    by: str
    absent: tuple[tuple[str, str], ...] = ()  # subject and fact that the new edition asks for and the run has not
    set_aside: Mapping[str, int] = field(default_factory=dict)  # rows that it does not take, by subject


def decision(both: Both, rule: Rule, names: Outputs) -> dict[str, Any] | None:
    """What becomes of one decision; None where nothing does."""
    duck, edition = both.run.duck, both.before.edition
    of = Changing(both, rule)
    counts = duck.run(f"SELECT was, now, count(*) FROM ({of.outcomes}) GROUP BY ALL ORDER BY ALL")
    money = _moneys(of, names)
    changed = [(was, now, many) for was, now, many in counts if was != now]
    if not changed and not money:
        return None
    outcomes = _titles(both, rule)
    met = [sum(row[2] for row in counts if row[at] in of.met[at]) for at in (0, 1)]
    sides = [{code: sum(row[2] for row in counts if row[at] == code) for code in outcomes} for at in (0, 1)]
    gains, loses = (sum(many for was, now, many in changed if of.turn(was, now) == turn) for turn in (1, -1))
    return {
        "decision": rule.id, "title": vars_of(rule.title), "clause": rule.clause,
        "subject": vars_of(edition.subjects[rule.subject].title), "records": sum(many for *_, many in counts),
        "changed": sum(many for *_, many in changed), "gains": gains, "loses": loses,
        "outcomes": [{"outcome": code, "title": title, "before": sides[0][code], "after": sides[1][code]}
                     for code, title in outcomes.items()],
        "met": dict(zip(("before", "after"), met, strict=True)) if any(of.met) else None,
        "places": list(_places(of, names)),
        "moved": _moved(of, names),
        "amounts": money,
    }  # fmt: skip


def money(both: Both, rule: Rule, names: Outputs) -> list[dict[str, Any]]:
    """The outputs of a decision that are money and move, added up."""
    return _moneys(Changing(both, rule), names)


def _moneys(of: Changing, names: Outputs) -> list[dict[str, Any]]:
    return [one for name in _amounts(of.both, of.rule) if (one := _money(of, name, names))]


def _titles(both: Both, rule: Rule) -> dict[str, dict[str, str]]:
    """The outcomes of a decision under both editions."""
    editions = (both.after.edition, both.before.edition)
    return {one.id: vars_of(one.title) for edition in editions for one in edition.rules[rule.id].outcomes.values()}


def _amounts(both: Both, rule: Rule) -> Iterator[str]:
    """The outputs of a decision that are money, under both editions."""
    old, new = (moneyed(edition.rules[rule.id]) for edition in (both.before.edition, both.after.edition))
    return (name for name in old if name in new)


class Changing:
    """One decision in the tables of both sides; SQL for its outcomes and amounts, with the records around each row."""

    def __init__(self, both: Both, rule: Rule) -> None:
        self.both, self.rule, self.duck = both, rule, both.run.duck
        self.levels = list(around(both.before.edition, rule.subject))
        self.met = [{one.id for one in edition.rules[rule.id].outcomes.values() if one.role == "met"}
                    for edition in (both.before.edition, both.after.edition)]  # fmt: skip
        old, new = (side.rows(rule.subject) for side in (both.before, both.after))
        name = named(rule.id)
        self.joined = f"{old} a JOIN {new} b USING ({KEY})"
        self.outcomes = f"SELECT coalesce(a.{name}, '-') AS was, coalesce(b.{name}, '-') AS now FROM {self.joined}"
        self.above = self._above()

    def turn(self, was: str, now: str) -> int:
        """1 where a record gains by a change of outcomes, -1 where it loses."""
        return (now in self.met[1]) - (was in self.met[0])

    def turned(self) -> str:
        """`turn` in SQL."""
        old, new = (f"({column} IN ({', '.join(map(quoted, sorted(met))) or 'NULL'}))::INTEGER"
                    for column, met in zip(("was", "now"), self.met, strict=True))  # fmt: skip
        return f"coalesce({new}, 0) - coalesce({old}, 0)"

    def _above(self) -> str:
        """Each record's id with those of the records around it that the run has, as a query."""
        query, there = f"SELECT {KEY} FROM {self.both.run.file(self.rule.subject)}", self.rule.subject
        self.levels, wanted = [], self.levels
        for level in wanted:
            key, counts = key_of(level), self.both.run.manifest.counts
            if level in counts and counts[level].rows == 1:  # one place tells no more than the sum
                break
            if key not in self.duck.columns(self.both.run.file(there)):
                break
            source = f"SELECT {KEY}, {named(key)} FROM {self.both.run.file(there)}"
            on = KEY if there == self.rule.subject else named(key_of(there))
            query = f"SELECT q.*, s.{named(key)} FROM ({query}) q LEFT JOIN ({source}) s ON q.{on} = s.{KEY}"
            self.levels.append(level)
            if level not in self.both.run.manifest.levels:
                break
            there = level
        return query


def _places(of: Changing, names: Outputs) -> Iterator[dict[str, Any]]:
    """Where records gain and lose, by each level around."""
    rule = named(of.rule.id)
    moved = (f"SELECT u.*, coalesce(a.{rule}, '-') AS was, coalesce(b.{rule}, '-') AS now FROM {of.joined} "
             f"JOIN ({of.above}) u USING ({KEY}) WHERE a.{rule} IS DISTINCT FROM b.{rule}")  # fmt: skip
    for level in of.levels:
        rows = of.duck.run(
            f"SELECT coalesce({named(key_of(level))}, ''), count(*) FILTER (WHERE t > 0), "
            f"count(*) FILTER (WHERE t < 0), count(*) FROM (SELECT *, {of.turned()} AS t FROM ({moved})) "
            "GROUP BY 1 ORDER BY 1"
        )
        yield {
            "level": level,
            "title": vars_of(of.both.before.edition.subjects[level].title),
            "rows": [_named(names, level, id) | {"gains": up, "loses": down, "changed": many}
                     for id, up, down, many in rows],
        }  # fmt: skip


def _moved(of: Changing, names: Outputs) -> list[dict[str, Any]]:
    """The first records whose outcome changes."""
    rule, above = named(of.rule.id), of.levels[0] if of.levels else ""
    up = f"coalesce(u.{named(key_of(above))}, '')" if above else "''"
    rows = of.duck.run(
        f"SELECT {KEY}, {up}, coalesce(a.{rule}, '-'), coalesce(b.{rule}, '-') FROM {of.joined} "
        f"JOIN ({of.above}) u USING ({KEY}) WHERE a.{rule} IS DISTINCT FROM b.{rule} ORDER BY 1 LIMIT {MOST}"
    )
    return [
        _named(names, of.rule.subject, id)
        | {"above": _named(names, above, place), "before": was, "after": now, "turn": of.turn(was, now)}
        for id, place, was, now in rows
    ]


def _named(names: Outputs, subject: str, id: str) -> dict[str, str]:
    return {"id": id, "name": names.named.get((subject, id), "")}


def _money(of: Changing, output: str, names: Outputs) -> dict[str, Any] | None:
    """The money of an output before and after, added up, and by each level around; None where nothing moves. A record
    whose amount is not known adds nothing and is counted."""
    column = named(f"{of.rule.id}{SEPARATOR}{output}")
    sides = [of.duck.columns(side.rows(of.rule.subject)) for side in (of.both.before, of.both.after)]
    if not all(column.strip('"') in one for one in sides):
        return None
    sums = ", ".join(SUMS.values())
    was, now = (_amount(column, of.rule.id, edition, table)
                for edition, table in ((of.both.before.edition, "a"), (of.both.after.edition, "b")))  # fmt: skip
    values = f"SELECT u.*, {was} AS was, {now} AS now FROM {of.joined} JOIN ({of.above}) u USING ({KEY})"
    total = of.duck.run(f"SELECT {sums} FROM ({values})")[0]
    if not total[[*SUMS].index("changed")]:
        return None
    places = [
        {"level": level, "title": vars_of(of.both.before.edition.subjects[level].title),
         "rows": [_named(names, level, row[0]) | _sums(row[1:]) for row in of.duck.run(
             f"SELECT coalesce({named(key_of(level))}, ''), {sums} FROM ({values}) WHERE was IS DISTINCT FROM now "
             "GROUP BY 1 ORDER BY 1")]}
        for level in of.levels
    ]  # fmt: skip
    title = of.both.before.edition.rules[of.rule.id].body.outputs[output].title
    return {"output": output, "title": vars_of(title), **_sums(total), "places": places}


def _amount(column: str, decision: str, edition: Edition, table: str) -> str:
    """An amount as SQL: not known where the outcome is not, 0 where a known outcome says none."""
    unknown = edition.rules[decision].role("unknown")
    return (f"CASE WHEN coalesce({table}.{named(decision)}, {quoted(unknown)}) <> {quoted(unknown)} "
            f"THEN coalesce({table}.{column}::{MONEY}, 0) END")  # fmt: skip


def _sums(row: Sequence[Any]) -> dict[str, Any]:
    """Counts, and amounts as exact text in yuan: `before` + `more` - `less` + `newly_known` - `no_longer_known` is
    `after`."""
    return {name: value if isinstance(value, int) else _yuan(value) for name, value in zip(SUMS, row, strict=True)}


def _yuan(value: Any) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
