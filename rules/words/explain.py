"""Explains a decision in plain words: its outcome, the values and clauses behind it, missing facts, and distances.

`explained` builds the one tree that text (`explain`), page and API print. The values in between (formulas, grades
before ceilings) are worked out by the reference evaluator from the facts of the decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rules.judging.decision import Decision, Missing
from rules.judging.distance import Change, Distance, Distances, better, distances
from rules.judging.reference import Reference
from rules.model import Checklist, Fact
from rules.values.exact import POINTS
from rules.values.layout import Line, Span, text
from rules.values.text import Lang
from rules.words.arithmetic import Arithmetic
from rules.words.consequences import Consequences
from rules.words.explanation import DEPTH, TONES, Explanation, Reason, as_dict
from rules.words.explanation_text import lines
from rules.words.findings import Findings
from rules.words.record_wording import LACKING, RecordWording
from rules.words.wording import Wording

WHY_FAR: Mapping[str, tuple[str, str]] = {
    "no_lever": ("没有可以办理的事项", "nothing that can be acted on"),
    "out_of_reach": ("做到头也达不到", "out of reach, even all the way"),
    "unknown": ("信息不足，无法测算", "cannot be measured while facts are missing"),
    "not_computed": ("未测算", "not computed"),
}
_STEP = re.compile(r"(\w+)(?:\[([^\]]*)\])?(?:\.|$)")  # of a path to a fact: `votes[R-1].side`


def explain(decision: Decision, lang: Lang = "zh", *, full: bool = True, depth: int = DEPTH) -> str:
    """The explanation as plain text."""
    return text(explanation(decision, lang, full=full, depth=depth))


def explanation(decision: Decision, lang: Lang = "zh", *, full: bool = True, depth: int = DEPTH) -> list[Line]:
    """The explanation line by line. `full` follows the decisions it rests on, each once; `depth` is the number of
    levels of arithmetic."""
    return list(lines(explained(decision, lang, full=full, depth=depth), lang))


def whole(decision: Decision, depth: int = DEPTH) -> dict[str, Any]:
    """A decision as data, with its distances, its explanation, and the decisions it rests on in full."""
    langs: tuple[Lang, Lang] = ("zh", "en")
    return {
        **decision.as_dict(),
        "distances": distances(decision).as_dict(),
        "chained": {name: whole(below, depth) for name, below in decision.chained.items()},
        "explanation": {lang: explain(decision, lang, depth=depth).splitlines() for lang in langs},
        "reasons": {lang: as_dict(explained(decision, lang, full=False, depth=depth)) for lang in langs},
    }


def explained(decision: Decision, lang: Lang, *, full: bool = True, depth: int = DEPTH) -> Explanation:
    """The explanation as a tree."""
    return _explained(decision, lang, {decision.rule.id}, full=full, depth=depth)


def _explained(decision: Decision, lang: Lang, told: set[str], *, full: bool, depth: int) -> Explanation:
    made = Explainer(decision, lang, depth).explanation()
    below = []
    for one in decision.chained.values() if full else ():
        if one.rule.id not in told:
            told.add(one.rule.id)
            below.append(_explained(one, lang, told, full=True, depth=depth))
    return replace(made, rests_on=tuple(below))


def change_said(say: Wording, change: Change) -> str:
    """One change in words."""
    title = say.text(change.title)
    if change.by is None:
        to = say.text(change.answer) if change.answer else say.pick(*(("是", "yes") if change.to else ("否", "no")))
        return say.pick(f"{title}改为“{to}”", f'{title}: change to "{to}"')
    more = say.pick("增加", "up") if change.by > 0 else say.pick("减少", "down")
    by, to = say.value(abs(change.by), change.type), say.value(change.to, change.type)
    if change.besides:  # it moves along with another change, too
        return say.pick(f"{title}另{more} {by}（共至 {to}）", f"{title} {more} by another {by} (to {to} in all)")
    return say.pick(f"{title}{more} {by}（至 {to}）", f"{title} {more} by {by} (to {to})")


class Explainer:
    """Explains one decision in one language."""

    def __init__(self, decision: Decision, lang: Lang, depth: int) -> None:
        self.decision, self.depth = decision, depth
        reference = Reference(decision.edition)
        self.scope = reference.scope(decision.rule, decision.facts, decision.on)
        reference.judgement(decision.rule, self.scope)  # leaves the total of a scorecard in the scope
        self.say = RecordWording.of(self.scope, lang)
        self.arithmetic = Arithmetic()

    def explanation(self) -> Explanation:
        decision, rule, say = self.decision, self.decision.rule, self.say
        outcome = rule.outcomes[decision.outcome]
        because = tuple(Findings(decision, say, self.arithmetic, self.depth).reasons())
        consequences = Consequences(decision, say, self.arithmetic, self.depth)
        return Explanation(
            title=say.text(rule.title),
            clause=rule.clause,
            subject=say.text(decision.edition.subjects[rule.subject].title),
            subject_id=decision.subject_id,
            on=decision.on.isoformat(),
            edition=decision.edition.id,
            outcome=Span(say.text(outcome.title), TONES[outcome.role]),
            tally=self._tally(),
            because=because,
            outputs=tuple(consequences.outputs()),
            ranking=tuple(consequences.ranking()),
            missing=tuple(dict.fromkeys(map(self._missing, decision.missing))),  # one fact can be reached by many paths
            far=tuple(self._far()),
            concluded=tuple(map(self._concluded, decision.chained.values())),
        )

    def _tally(self) -> str:
        """How many of the criteria are met: of a checklist, where every one counts."""
        if not isinstance(self.decision.rule.body, Checklist):
            return ""
        verdicts = [finding.verdict for finding in self.decision.findings if finding.applies]
        words = {True: ("符合", "met"), False: ("不符合", "not met"), None: ("无法判断", "cannot tell")}
        counts = [(zh, en, verdicts.count(verdict)) for verdict, (zh, en) in words.items() if verdict in verdicts]
        if self.say.zh:
            return f"共 {len(verdicts)} 项：{'，'.join(f'{zh} {count} 项' for zh, _, count in counts)}"
        return f"Of {len(verdicts)}: {', '.join(f'{count} {en}' for _, en, count in counts)}"

    # --- what is missing

    def _missing(self, one: Missing) -> Reason:
        say = self.say
        fact, record = fact_at(self.decision, one.fact, say)
        supplied = fact.supplied_by if fact is not None and one.why == "not_given" else None
        source = "" if supplied is None else say.pick(f"由{say.text(supplied)}提供", f"from {say.text(supplied)}")
        title = f"{record}{say.pick('：', ': ')}{say.text(one.title)}" if record else say.text(one.title)
        return Reason(title, say.text(LACKING[one.why]), source, state="unknown")

    # --- what it would take

    def _far(self) -> Iterator[Reason]:
        decision, say = self.decision, self.say
        if isinstance(decision.rule.body, Checklist):
            if decision.rule.role("met") != decision.outcome:
                yield from self._far_criteria(distances(decision))
            return
        found = distances(decision) if better(decision.rule, decision.outcome) else Distances({}, None)
        if found.points is not None:
            by, to = (say.value(one, POINTS) for one in (found.points.by, found.points.to))
            title = say.text(found.points.title)
            yield Reason(say.pick(f"到“{title}”", f'to "{title}"'),
                         say.pick(f"还差 {by}（总分至 {to}）", f"short of {by} (a total of {to})"))  # fmt: skip
        if found.outcome is not None and found.outcome.reachable:
            yield Reason(say.pick("要更好的结论", "to a better outcome"), self._distance(found.outcome))

    def _far_criteria(self, found: Distances) -> Iterator[Reason]:
        """Each criterion, and all together; one alone only where meeting it turns the outcome."""
        say, altogether, each = self.say, found.outcome, list(found.criteria.values())
        if not any(distance.reachable for distance in each):
            yield Reason(say.pick("；", "; ").join(dict.fromkeys(map(self._distance, each))))
            return
        titles = {finding.id: finding.title for finding in self.decision.findings}
        alone = len(each) == 1 and altogether is not None and each[0].changes != altogether.changes
        for name, distance in found.criteria.items() if not alone else ():
            yield Reason(say.text(titles[name]), self._distance(distance))
        if altogether is not None and (alone or len(each) > 1):
            yield self._together(altogether, each)

    def _together(self, altogether: Distance, each: list[Distance]) -> Reason:
        """What it takes altogether, which can be less or more than the parts; told only where it is not their sum."""
        rule, say = self.decision.rule, self.say
        met = say.text(rule.outcomes[rule.role("met")].title)
        title = say.pick(f"合计到“{met}”", f'all together, to "{met}"')
        parts = [change for distance in each for change in distance.changes]
        if set(parts) == set(altogether.changes) and len(parts) == len(altogether.changes):
            return Reason(title, say.pick("以上各项都做到", "all of the above"))
        return Reason(title, self._distance(altogether))

    def _distance(self, distance: Distance) -> str:
        if distance.see:
            names = self.say.pick("、", ", ").join(map(self.say.text, distance.see.values()))
            return self.say.pick(f"未测算，见{names}", f"not computed: see {names}")
        if distance.why:
            return self.say.pick(*WHY_FAR[distance.why])
        return self.say.pick("；", "; ").join(change_said(self.say, one) for one in distance.changes)

    # --- the decisions it rests on

    def _concluded(self, below: Decision) -> Reason:
        outcome = below.rule.outcomes[below.outcome]
        clause = below.rule.clause
        return Reason(self.say.text(below.rule.title), self.say.text(outcome.title), clause=clause, source=clause)


def fact_at(decision: Decision, path: str, say: Wording) -> tuple[Fact | None, str]:
    """The fact at a path, and the record of a list that it belongs to in words ("" where there is none)."""
    edition, subject, facts = decision.edition, decision.rule.subject, decision.facts
    fact: Fact | None = None
    named = ""
    for name, id in _STEP.findall(path):
        fact, value = edition.subjects[subject].facts.get(name), facts.get(name)
        if id and fact is not None:
            records: list[Mapping[str, Any]] = list(value or ())
            at = next((place for place, one in enumerate(records) if str(one.get("id", place)) == id), 0)
            own = records[at].get("id") if records else id
            which = str(own) if own is not None else say.pick(f"第 {at + 1} 条", f"no. {at + 1}")
            named, subject, facts = f"{say.text(fact.title)} {which}", fact.type.of, records[at] if records else {}
        elif fact is None and name in edition.subjects:
            subject, facts = name, value or {}
    return fact, named
