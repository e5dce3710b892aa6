"""The parts of the report for those who do the work: what the plan's rankings propose, and which data are wanting."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from rules.judging.decision import vars_of
from rules.model import Key, Rule
from rules.table.columns import KEY, key_of
from rules.values.exact import Value
from service.county.report.basis import MOST, Basis, Said
from service.county.run.backend import named, quoted
from service.county.run.gaps import GAPS, wanted
from service.county.run.rankings import Proposal, proposals, reason

NEXT = 10  # records shown after those chosen
UNTOLD = "缺数据，无法排序", "lacks data"


class Lists(Basis):
    """Lists to work from."""

    # --- rankings

    def rankings(self) -> list[dict[str, Any]]:
        if self.publish:
            return []
        return [self._proposal(one) for one in proposals(self.duck, self.edition, self.folder, self.manifest)]

    def _proposal(self, one: Proposal) -> dict[str, Any]:
        listed = self.edition.subjects[one.body.over.type.of]
        above = self.places(listed.name)
        ranked = [row for row in one.rows if row.place is not None]
        outcome = one.rule.outcomes[one.outcome]
        return {
            "title": vars_of(one.rule.title), "clause": one.rule.clause, "id": one.id, "listed": vars_of(listed.title),
            "above": vars_of(self.edition.subjects[listed.within].title) if listed.within else None,
            "outcome": {**vars_of(outcome.title), "role": outcome.role}, "take": one.body.take,
            "chosen": len(one.chosen), "eligible": one.eligible, "unknown": one.unknown, "of": len(one.rows),
            "keys": [{**vars_of(key.title), "first": key.first} for key in one.body.order],
            "eligibility": [vars_of(criterion.title) for criterion in one.body.eligible],
            "rows": [{"id": row.id, "above": above.get(row.id, ""), "place": row.place, "chosen": row.chosen,
                      "values": [self._said(*pair) for pair in zip(row.values, one.body.order, strict=True)]}
                     for row in ranked[: len(one.chosen) + NEXT]],
            "out": [{"id": row.id, "above": above.get(row.id, ""), "why": reason(one.rule, row.why, *UNTOLD)}
                    for row in one.rows if row.place is None][:MOST],
        }  # fmt: skip

    def _said(self, value: Value, key: Key) -> Said:
        return {"zh": self.zh.value(value, key.by.type, self.zh.codes(key.by)),
                "en": self.en.value(value, key.by.type, self.en.codes(key.by))}  # fmt: skip

    # --- gaps

    def gaps(self) -> list[dict[str, Any]]:
        return [self._wanting(subject, told["below"], told) for subject, told in self.manifest["gaps"].items()]

    def _wanting(self, subject: str, below: str, told: dict[str, Any]) -> dict[str, Any]:
        """How many records of a subject have figures that cannot be told, and for want of what below them."""
        rows = self.duck.run(
            f"SELECT id, record, facts, causes FROM read_parquet({quoted(self.folder / f'{GAPS}.parquet')}) "
            f"WHERE subject = {quoted(subject)} ORDER BY id, record"
        )
        facts, causes = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
        records, places = Counter[str](), defaultdict[str, Counter[str]](Counter)
        for id, _, kept, wanting in rows:
            for name in kept:
                facts[name].add(id)
            for name in dict.fromkeys(wanted(self.edition, below, one)[0] for one in wanting):
                causes[name].add(id)
                records[name] += 1
                places[id][name] += 1
        own, within = self.edition.subjects[subject], self.edition.subjects[subject].within
        counted = Counter(id for id, *_ in rows)
        above = self.places(subject)
        listed = [] if self.publish else [
            {"id": id, "above": above.get(id, ""), "records": count,
             "causes": [[vars_of(wanted(self.edition, below, name)[1]), n] for name, n in places[id].most_common()]}
            for id, count in counted.most_common(MOST)
        ]  # fmt: skip
        return {
            "title": vars_of(own.title), "below": vars_of(self.edition.subjects[below].title),
            "above": vars_of(self.edition.subjects[within].title) if within else None,
            "of": self.manifest["counts"][subject]["rows"], "places": len(counted),
            "doubtful": self.small(told["doubtful"]), "looked": told["looked"],
            "facts": [{"title": vars_of(own.facts[name].title), "places": len(ids)} for name, ids in facts.items()],
            "causes": [{"title": vars_of(wanted(self.edition, below, name)[1]), "records": self.small(count),
                        "places": len(causes[name])}
                       for name, count in records.most_common()],
            "rows": listed,
        }  # fmt: skip

    def heads(self, rule: Rule) -> list[Said | None]:
        """What the columns of ids are of: the records of a decision, and those around them."""
        subject = self.edition.subjects[rule.subject]
        return [
            vars_of(subject.title),
            vars_of(self.edition.subjects[subject.within].title) if subject.within else None,
        ]

    def places(self, subject: str) -> dict[str, str]:
        """Where each record of a subject lies."""
        key, file = key_of(self.edition.subjects[subject].within), self.file(subject)
        if not self.there(subject) or key not in self.duck.columns(file):
            return {}
        return dict(self.duck.run(f"SELECT {KEY}, {named(key)} FROM {file}"))
