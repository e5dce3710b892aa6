"""The words of a ranking: its tests and its order in the rulebook, in a difference and in an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rules.judging.decision import Finding, Placed
from rules.judging.evaluate import evaluate, holds, leaf_holds
from rules.judging.findings import item_of
from rules.judging.outcomes import check
from rules.model import Criterion, Key, Ranking, Rule, leaves_in, subject_read
from rules.values.text import Text
from rules.words.arithmetic import Arithmetic
from rules.words.explainer import Explainer, semicolons
from rules.words.explanation import Reason
from rules.words.phrases import NONE, VALUES
from rules.words.record_wording import RecordWording
from rules.words.sides import Item, Items, Sides
from rules.words.wording import Wording


def items(rule: Rule, body: Ranking, sides: Sides) -> Items:
    """The order of a ranking."""
    side = sides.of(lambda say: _order(body, say.at(subject_read(rule), rule.subject)), "order")
    place = ("rules", rule.id, "body")
    yield f"{rule.id}.order", Item("item", Text("排序", "Order"), rule.clause, place, {"order": side})


def _order(body: Ranking, say: Wording) -> str:
    keys = ((_key(one, say), say.text(VALUES.get(("first", one.first), NONE))) for one in body.order)
    return " > ".join(say.pick(f"{title}（{first}）", f"{title} ({first})") for title, first in keys)


def _key(one: Key, say: Wording) -> str:
    """The value that a ranking goes by, behind its title where that is another."""
    title, by = say.text(one.title), say.expr(one.by)
    return title if title == by else f"{title}{say.pick('：', ': ')}{by}"


@dataclass(frozen=True, slots=True)
class RankingExplainer(Explainer):
    """Explains a ranking, which has no findings: the order, and the place of each record."""

    body: Ranking

    def ranking(self) -> Iterator[Reason]:
        body, scope = self.body, self.say.scope
        if self.decision.ranking:
            yield self._ordered()
        records = {str(one.get("id", number)): one for number, one in enumerate(evaluate(body.over, scope) or (), 1)}
        for placed in self.decision.ranking:
            yield self._placed(placed, self.say.beside(scope.inside(body.over.type.of, records[placed.id])))

    def _ordered(self) -> Reason:
        body, say = self.body, self.say
        first = {"highest": ("从高到低", "highest first"), "lowest": ("从低到高", "lowest first")}
        keys = [f"{say.text(key.title)}{say.pick('', ', ')}{say.pick(*first[key.first])}" for key in body.order]
        taken = "" if body.take is None else say.pick(f"，取前 {body.take} 名", f"; {body.take} to be chosen")
        ties = say.pick("，同分的按编号", "; equals go by id") if body.ties == "by_id" else ""
        lender = say.pick("（自定）", " (set by the lender)") if body.set_by == "lender" else ""
        by = say.pick("按", "by ") + say.pick("，再按", "; then by ").join(keys)
        return Reason("", formula=by + taken + ties + lender)

    def _placed(self, placed: Placed, say: RecordWording) -> Reason:
        """A record with the values it is ranked by, or the criterion that keeps it out."""
        body, depth = self.body, self.arithmetic.depth
        title = say.record(body.over.type.of, placed.id)
        if placed.place is not None:
            values = [f"{say.text(key.title)} {say.seen(key.by)}" for key in body.order]
            state = "" if body.take is None else "chosen" if placed.chosen else "placed"
            return Reason(title, say.pick(f"第 {placed.place} 名", f"place {placed.place}"),
                          say.pick("，", ", ").join(values) if depth else "", state=state)  # fmt: skip
        findings = [(_finding(one, say), one) for one in body.eligible]
        record = replace(self, arithmetic=Arithmetic(say, depth, self.arithmetic.output_of))
        if placed.why != "unknown":
            failed = record.item(*next(one for one in findings if one[1].id == placed.why))
            why = f"{say.pick('不符合：', 'not met: ')}{failed.title}"
            return replace(failed, title=title, seen=why, wanted=semicolons(say, failed.seen, failed.wanted),
                           state="not_eligible", group="")  # fmt: skip
        keys = tuple(Reason(say.text(key.title), say.lacking(key.by)) for key in body.order
                     if evaluate(key.by, say.scope) is None)  # fmt: skip
        doubts = tuple(record.item(finding, one) for finding, one in findings if finding.verdict is None)
        return Reason(title, say.pick("信息不足，无法排名", "cannot be ranked while facts are missing"),
                      state="unknown", below=(*doubts, *keys))  # fmt: skip


def _finding(criterion: Criterion, say: RecordWording) -> Finding:
    """The finding on a test for one record of the list."""
    truth = {leaf: leaf_holds(leaf, say.scope) for leaf in leaves_in(criterion.condition, criterion.when)}
    applies = criterion.when is None or holds(criterion.when, say.scope) is not False
    return Finding(item_of(criterion, "criterion"), check(criterion, truth), (), applies)
