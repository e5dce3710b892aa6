"""What other figures would have done to a run: the decisions above a change, judged again on the counts of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rules import Reference
from rules.decision import vars_of
from rules.model import Checklist, Const, Criterion, Edition, Leaf, Rule
from rules.table.columns import KEY, around, key_of
from rules.uses import refs
from service.county.explaining import Outputs


class Fixed(Exception):
    """A change that cannot be simulated on the counts of a run."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Moved:
    """One record whose outcome changes."""

    decision: str
    subject: str
    id: str
    above: str
    before: str
    after: str


def with_limit(edition: Edition, decision: str, item: str, value: Fraction) -> Edition:
    """The edition with the one limit of a criterion set to a value, as quickly as a sweep needs it."""
    rule = edition.rules[decision]
    if not isinstance(rule.body, Checklist):
        raise Fixed(f"{decision} 不是逐条标准。", f"{decision} is no checklist.")
    criteria = tuple(_changed(one, value) if one.id == item else one for one in rule.body.criteria)
    changed = replace(rule, body=replace(rule.body, criteria=criteria))
    return replace(edition, rules={name: changed if name == decision else one for name, one in edition.rules.items()})


def _changed(criterion: Criterion, value: Fraction) -> Criterion:
    leaf = criterion.condition
    if not isinstance(leaf, Leaf) or len(leaf.tests) != 1 or not isinstance(leaf.tests[0].limits[0], Const):
        raise Fixed(f"{criterion.id} 没有单独一个限值。", f"{criterion.id} has no single limit.")
    test = leaf.tests[0]
    limit = replace(leaf.tests[0].limits[0], value=value)
    return replace(criterion, condition=replace(leaf, tests=(replace(test, limits=(limit,)),)))


class Simulation:
    """A run to ask what-ifs of. Its rows are read once."""

    def __init__(self, outputs: Outputs, decisions: Sequence[str]) -> None:
        self.outputs, self.edition, self.on = outputs, outputs.edition, outputs.on
        self.affected = self._affected(decisions)
        self._refuse(decisions)
        self.subjects = sorted({one.subject for one in self.affected},
                               key=lambda one: -len(list(around(self.edition, one))))  # fmt: skip
        self.rows = {subject: self._rows(subject) for subject in self.subjects}

    def _affected(self, decisions: Sequence[str]) -> list[Rule]:
        """The changed decisions and those that rest on them, in their order; rankings are left as they are."""
        names: dict[str, None] = dict.fromkeys(decisions)
        for rule in self.edition.rules.values():
            known = self.outputs.manifest["levels"].get(rule.subject)
            if known and rule.id in known["bulk"] and set(rule.needs) & names.keys():
                names[rule.id] = None
        return [rule for name, rule in self.edition.rules.items() if name in names]

    def _refuse(self, decisions: Sequence[str]) -> None:
        """Counts are kept, so nothing that they rest on may change."""
        changed = {rule.id for rule in self.affected}
        for subject in self.edition.subjects.values():
            for fact in subject.facts.values():
                if fact.counted is None or fact.counted.name == "records":
                    continue
                if any(ref.name in changed for _, ref in refs(fact.counted, subject.name)):
                    names = ", ".join(decisions)
                    raise Fixed(
                        f"{names} 决定“{fact.title.zh}”怎么数，请改政策后重新运行。",
                        f"{names} decides how {fact.title.en} are counted: change the policy and run again.",
                    )

    def _rows(self, subject: str) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
        """Id, the record above, the facts, and the outcomes there are."""
        key = key_of(self.edition.subjects[subject].within)
        return [
            (row[KEY], str(row.get(key) or ""), self.outputs.facts(subject, row), row)
            for row in self.outputs.rows(subject)
        ]

    def outcomes(self, edition: Edition) -> dict[tuple[str, str], str]:
        """The outcome of every affected decision about every record under an edition."""
        judge, found = Reference(edition), {}
        told: dict[str, dict[str, dict[str, str]]] = {}
        for subject in self.subjects:
            mine = [rule for rule in self.affected if rule.subject == subject]
            for id, _, facts, _ in self.rows[subject]:
                now = self._anew(subject, facts, told)
                for rule in mine:
                    outcome = judge.judge(rule.id, now, self.on).outcome
                    found[rule.id, id] = outcome
                    told.setdefault(subject, {}).setdefault(id, {})[rule.id] = outcome
        return found

    def _anew(self, subject: str, facts: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of a record, with the conclusions about the records in its lists as they are now."""
        now = dict(facts)
        for name, fact in self.edition.subjects[subject].facts.items():
            if fact.type.kind == "list" and fact.type.of in told and name in now:
                now[name] = [self._record(one, fact.type.of, told[fact.type.of]) for one in now[name]]
        return now

    def _record(self, record: Mapping[str, Any], subject: str, told: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        now = dict(record)
        for name, outcome in told.get(str(record.get(KEY)), {}).items():
            rule = self.edition.rules[name]
            now.pop(name, None)
            if rule.outcomes[outcome].role != "unknown":
                now[name] = outcome
        return now

    def moved(self, before: Mapping[tuple[str, str], str], after: Mapping[tuple[str, str], str]) -> Iterator[Moved]:
        for rule in self.affected:
            for id, above, _, _ in self.rows[rule.subject]:
                one, other = before[rule.id, id], after[rule.id, id]
                if one != other:
                    yield Moved(rule.id, rule.subject, id, above, one, other)

    def met(self, outcomes: Mapping[tuple[str, str], str]) -> dict[str, int]:
        """How many records meet each affected decision."""
        return {
            rule.id: sum(outcomes[rule.id, id] == rule.role("met") for id, *_ in self.rows[rule.subject])
            for rule in self.affected
            if rule.role("met")
        }

    def titles(self) -> dict[str, Any]:
        return {
            rule.id: {"title": vars_of(rule.title),
                      "outcomes": {one.id: vars_of(one.title) for one in rule.outcomes.values()}}
            for rule in self.affected
        }  # fmt: skip


def values_of(text: str) -> list[Fraction]:
    """The values of a sweep: `50%..65%/1%`."""
    ends, _, step = text.partition("/")
    low, dots, high = ends.partition("..")
    if not (dots and step):
        raise Fixed(f"要写成 50%..65%/1%，不是 {text}。", f"A sweep reads 50%..65%/1%, not {text}.")
    first, last, by = (_number(one) for one in (low, high, step))
    if by <= 0 or last < first or (last - first) / by > MOST:
        raise Fixed(f"这个范围不能走：{text}。", f"Such a range cannot be walked: {text}.")
    return [first + by * place for place in range(int((last - first) / by) + 1)]


MOST = 1000  # values of a sweep


def _number(text: str) -> Fraction:
    try:
        number = Fraction(Decimal(text.strip().removesuffix("%")))
    except ArithmeticError:
        raise Fixed(f"{text} 不是数。", f"{text} is no number.") from None
    return number / 100 if text.strip().endswith("%") else number
