"""What the report says of the run before: who meets now what was not met then, and who no longer does."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rules.judging.decision import vars_of
from rules.model import Rule
from rules.table.columns import KEY, key_of
from service.county.report.basis import MOST
from service.county.report.lists import Lists
from service.county.run.backend import named, quoted

GAINED, LOST, KEPT = "gained", "lost", "kept"


class Changes(Lists):
    """The parts of a report that look back."""

    def changes(self) -> dict[str, Any] | None:
        """Each decision to be compared, against the latest run before."""
        if not self.before or self.publish:
            return None
        then = self.before[-1]
        compared = [one for name in self.report.changes if (rule := self.made(name)) and (one := self._compared(rule))]
        return {"on": then.on.isoformat(), "edition": then.manifest["edition"],
                "same": then.manifest["edition_sha256"] == self.edition.sha256,
                "decisions": compared} if compared else None  # fmt: skip

    def _compared(self, rule: Rule) -> dict[str, Any] | None:
        """The records that meet a decision now or did then, by what became of them."""
        then = self.before[-1]
        old = f"read_parquet({quoted(then.folder / f'{rule.subject}.parquet')})"
        if rule.id not in then.manifest["counts"].get(rule.subject, {}).get("outcomes", {}):
            return None
        above = key_of(self.edition.subjects[rule.subject].within)
        known = [f"{side}.{named(above)}" for side, file in (("n", self.file(rule.subject)), ("o", old))
                 if above in self.duck.columns(file)]  # fmt: skip
        over = f"coalesce({', '.join(known)}, '')" if known else "''"
        same = then.manifest["edition_sha256"] == self.edition.sha256
        not_met, unknown = self.bits(rule)
        bits = [f"coalesce(n.{not_met}, 0)", f"coalesce(n.{unknown}, 0)",
                f"coalesce(o.{not_met}, 0) | coalesce(o.{unknown}, 0)" if same else "0"]  # fmt: skip
        rows = self.duck.run(
            f"SELECT coalesce(n.{KEY}, o.{KEY}), {over}, o.{named(rule.id)}, n.{named(rule.id)}, {', '.join(bits)} "
            f"FROM {self.file(rule.subject)} n FULL JOIN {old} o ON n.{KEY} = o.{KEY} ORDER BY 2, 1"
        )
        met, counts, found = rule.role("met"), Counter[tuple[str, str]](), []
        for id, place, was, now, bad, doubt, bad_then in rows:
            became = KEPT if was == now == met else GAINED if now == met else LOST if was == met else ""
            if became:
                counts[place, became] += 1
            if became in (GAINED, LOST):
                why = bad | doubt if became == LOST else bad_then
                found.append({"id": id, "above": place, "became": became, "was": was, "now": now,
                              "why": self.names(rule, why)})  # fmt: skip
        places = sorted({place for place, _ in counts})
        within = self.edition.subjects[rule.subject].within
        return {
            "title": vars_of(rule.title), "subject": vars_of(self.edition.subjects[rule.subject].title),
            "above": vars_of(self.edition.subjects[within].title) if within else None,
            "totals": {one: sum(counts[place, one] for place in places) for one in (GAINED, LOST, KEPT)},
            "places": [[place, *(counts[place, one] for one in (GAINED, LOST, KEPT))] for place in places],
            "outcomes": {one.id: {**vars_of(one.title), "role": one.role} for one in rule.outcomes.values()},
            "rows": found[:MOST],
        }  # fmt: skip
