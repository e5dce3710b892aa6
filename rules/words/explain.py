"""A decision in plain words: what came out, why, clause by clause, what is missing and what it would take.

The words come as a block of rules.values.layout, which is plain text (`text`) or whatever the reader's screen can do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rules.judging.decision import Decision, Finding, Missing
from rules.judging.distance import Change, Distance, distances
from rules.model import Checklist, Criterion, Output, Ranking, Table
from rules.values.exact import POINTS, Type, Value
from rules.values.layout import Line, Row, Span, aligned, line, row, text
from rules.values.text import Lang, Text
from rules.words.findings import HIT, MARKS, PASSED, finding_rows
from rules.words.wording import Wording

TONES = {"met": "good", "not_met": "bad", "unknown": "unknown", "": "title"}
WHY_MISSING: Mapping[str, tuple[str, str]] = {
    "not_given": ("未提供", "not given"),
    "zero": ("为零，不能作分母", "is zero and divides nothing"),
    "empty": ("没有记录", "has no records"),
    "not_decided": ("未判定", "not decided"),
}
WHY_FAR: Mapping[str, tuple[str, str]] = {
    "no_lever": ("没有可以办理的事项", "nothing that can be acted on"),
    "out_of_reach": ("做到头也达不到", "out of reach, even all the way"),
    "unknown": ("信息不足，无法测算", "cannot be measured while facts are missing"),
}
STEP = 2


def explain(decision: Decision, lang: Lang = "zh", *, full: bool = True) -> str:
    """The explanation as plain text."""
    return text(explanation(decision, lang, full=full))


def explanation(decision: Decision, lang: Lang = "zh", *, full: bool = True) -> list[Line]:
    """The explanation line by line. `full` follows the decisions it rests on, each once."""
    return list(Explainer(decision, lang, full=full, told=set()).lines())


def whole(decision: Decision) -> dict[str, Any]:
    """A decision as data, with its distances, its explanation, and the decisions it rests on in full."""
    return {
        **decision.as_dict(),
        "distances": distances(decision).as_dict(),
        "chained": {name: whole(below) for name, below in decision.chained.items()},
        "explanation": {
            "zh": explain(decision, "zh").splitlines(),
            "en": explain(decision, "en").splitlines(),
        },
    }


def change_said(say: Wording, change: Change) -> str:
    """One change in words."""
    title = say.text(change.title)
    if change.by is None:
        return title if change.to else say.pick(f"不再{title}", f"no longer: {title}")
    more = say.pick("增加", "up") if change.by > 0 else say.pick("减少", "down")
    by, to = say.value(abs(change.by), change.type), say.value(change.to, change.type)
    return say.pick(f"{title}{more} {by}（至 {to}）", f"{title} {more} by {by} (to {to})")


class Explainer:
    """Explains one decision in one language."""

    def __init__(self, decision: Decision, lang: Lang, *, full: bool, told: set[str]) -> None:
        self.decision, self.full, self.told = decision, full, told
        self.say = Wording(decision.edition, lang)

    def lines(self) -> Iterator[Line]:
        yield from self.head()
        yield from self._section(("依据", "Because"), self.findings())
        yield from self._section(("给予", "Granted"), self.outputs())
        yield from self._section(("排名", "Ranking"), self.ranking())
        yield from self._section(("还需提供", "Still wanted"), self.missing())
        yield from self._section(("还差多少", "What it would take"), self.far())
        yield from self.chained()

    def head(self) -> Iterator[Line]:
        decision, say = self.decision, self.say
        outcome = decision.rule.outcomes[decision.outcome]
        who = f"  {decision.subject_id}" if decision.subject_id else ""
        title = Span(say.text(decision.rule.title), "title")
        yield line(title, f"{who}  {decision.on}  ", Span(f"{decision.edition.id} {decision.rule.clause}", "dim"))
        result = Span(say.text(outcome.title), TONES[outcome.role])
        yield line(say.pick("结论：", "Outcome: "), result, indent=STEP)

    def _section(self, title: tuple[str, str], block: Iterator[Line | Row]) -> Iterator[Line]:
        if found := list(block):
            yield line(Span(self.say.pick(*title), "dim"), indent=STEP)
            yield from aligned(found)

    # --- what it rests on

    def findings(self) -> Iterator[Row | Line]:
        criteria = self._criteria()
        for group, found in groupby(self._shown(), key=lambda finding: finding.item.group):
            shown = list(found)
            if group:
                title = shown[0].item.group_title
                yield line(Span(self.say.text(title) if title else f"“{group}”", "dim"), indent=STEP * 2)
            for finding in shown:
                yield from finding_rows(self.decision, finding, criteria.get(finding.id), self.say)
        body, findings = self.decision.rule.body, self.decision.findings
        if isinstance(body, Table) and findings and all(finding.verdict is False for finding in findings):
            none = self.say.pick("以上各行都不成立", "none of the rows above")
            yield row(Span(HIT, "title"), none, "", "", Span(body.otherwise.clause, "dim"), indent=STEP * 2)

    def _criteria(self) -> dict[str, Criterion]:
        body = self.decision.rule.body
        if isinstance(body, Checklist | Table):
            return {one.id: one for one in (body.criteria if isinstance(body, Checklist) else body.rows)}
        return {} if isinstance(body, Ranking) else {one.id: one for one in (*body.vetoes, *body.ceilings)}

    def _shown(self) -> Sequence[Finding]:
        """In a first-hit table the rows after the one that decided say nothing."""
        body, found = self.decision.rule.body, self.decision.findings
        if not isinstance(body, Table) or body.hit != "first":
            return found
        decided = next((at for at, finding in enumerate(found) if finding.verdict is not False), len(found))
        return found[: decided + 1]

    # --- what follows

    def outputs(self) -> Iterator[Row]:
        outputs = self._declared()
        for name, (value, type) in self.decision.outputs.items():
            yield self._output(outputs, name, value, type)
        titles = {finding.id: finding.title for finding in self.decision.findings}
        for name, found in self.decision.measures:
            shown = [self._output(outputs, key, value, type) for key, (value, type) in found.items()]
            said = self.say.pick("，", ", ").join(f"{one.cells[1].text} {one.cells[2].text}" for one in shown)
            yield row(Span(MARKS[True], "good"), self.say.text(titles[name]), said, indent=STEP * 2)

    def _declared(self) -> Mapping[str, Output]:
        body = self.decision.rule.body
        total = Output("total", POINTS, Text("总分", "Total"))
        return body.outputs if isinstance(body, Table) else {"total": total}

    def _output(self, declared: Mapping[str, Output], name: str, value: Value, type: Type) -> Row:
        output = declared[name]
        said = Span(self.say.value(value, type, output.choices), "title")
        return row("", self.say.text(output.title), said, indent=STEP * 2)

    def ranking(self) -> Iterator[Row]:
        body = self.decision.rule.body
        eligible = {one.id: one for one in body.eligible} if isinstance(body, Ranking) else {}
        for placed in self.decision.ranking:
            mark = MARKS[True] if placed.chosen else PASSED if placed.place else MARKS[False]
            if placed.place is not None:
                why = self.say.pick(f"第 {placed.place} 名", f"place {placed.place}")
            elif placed.why in eligible:
                one = eligible[placed.why]
                why = f"{self.say.pick('不符合：', 'not met: ')}{self.say.text(one.title)} {one.clause}"
            else:
                why = self.say.pick(*WHY_FAR["unknown"])
                mark = MARKS[None]
            yield row(Span(mark, "good" if placed.chosen else "dim"), placed.id, why, indent=STEP * 2)

    def missing(self) -> Iterator[Row]:
        for one in self.decision.missing:
            yield self._missing(one)

    def _missing(self, one: Missing) -> Row:
        why = self.say.pick(*WHY_MISSING.get(one.why, (one.why, one.why)))
        return row(Span("?", "unknown"), self.say.text(one.title), Span(one.fact, "dim"), why, indent=STEP * 2)

    # --- what it would take

    def far(self) -> Iterator[Row]:
        decision = self.decision
        if not isinstance(decision.rule.body, Checklist) or decision.rule.role("met") == decision.outcome:
            return
        found = distances(decision)
        if not any(distance.reachable for distance in found.criteria.values()):
            reasons = dict.fromkeys(distance.why for distance in found.criteria.values())
            said = self.say.pick("；", "; ").join(self.say.pick(*WHY_FAR[why]) for why in reasons)
            yield row("", said, indent=STEP * 2)
            return
        titles = {finding.id: finding.title for finding in decision.findings}
        for name, distance in found.criteria.items():
            yield row("", self.say.text(titles[name]), *self._distance(distance), indent=STEP * 2)
        if found.outcome is not None and len(found.criteria) > 1:
            yield from self._together(found.outcome, list(found.criteria.values()))

    def _together(self, whole: Distance, each: list[Distance]) -> Iterator[Row]:
        """What it takes altogether, which can be less or more than the parts; told only where it is not their sum."""
        rule = self.decision.rule
        met = self.say.text(rule.outcomes[rule.role("met")].title)
        parts = [change for distance in each for change in distance.changes]
        title = Span(self.say.pick(f"合计到“{met}”", f'all together, to "{met}"'), "title")
        if set(parts) == set(whole.changes) and len(parts) == len(whole.changes):
            yield row("", title, self.say.pick("以上各项都做到", "all of the above"), indent=STEP * 2)
        else:
            yield row("", title, *self._distance(whole), indent=STEP * 2)

    def _distance(self, distance: Distance) -> Iterator[Span]:
        if distance.why:
            yield Span(self.say.pick(*WHY_FAR[distance.why]), "dim")
        else:
            yield Span(self.say.pick("；", "; ").join(change_said(self.say, one) for one in distance.changes))

    # --- the decisions it rests on

    def chained(self) -> Iterator[Line]:
        below = self.decision.chained.values()
        yield from self._section(("所依据的判定", "Decisions it rests on"), map(self._concluded, below))
        for decision in below if self.full else ():
            if decision.rule.id not in self.told:
                self.told.add(decision.rule.id)
                for one in Explainer(decision, self.say.lang, full=True, told=self.told).lines():
                    yield Line(one.spans, one.indent + STEP * 2)

    def _concluded(self, below: Decision) -> Row:
        outcome = below.rule.outcomes[below.outcome]
        said = Span(self.say.text(outcome.title), TONES[outcome.role])
        return row("", self.say.text(below.rule.title), said, Span(below.rule.clause, "dim"), indent=STEP * 2)
