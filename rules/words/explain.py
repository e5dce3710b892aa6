"""Explains a decision in plain words: its outcome, the values and clauses behind it, missing facts, and distances.

`explained` builds the one tree that text (`explain`), page and API print. The values in between (formulas, grades
before ceilings) are worked out by the reference evaluator from the facts of the decision.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rules.judging.decision import VERDICTS, Decision
from rules.judging.distance import Change, Distance, Distances, better
from rules.model import CONSTANTS, Fact
from rules.values.exact import POINTS
from rules.values.layout import Line, Span, text
from rules.values.limits import MOST_MISSING
from rules.values.text import Lang, Text
from rules.words.arithmetic import Arithmetic
from rules.words.decision_tables import output
from rules.words.explainer import semicolons
from rules.words.explanation import DEPTH, STATES, TONES, Explanation, Reason, as_dict, lines
from rules.words.kinds import kind_of
from rules.words.names import PATH
from rules.words.phrases import FAR, LACKING, tried
from rules.words.record_wording import RecordWording
from rules.words.telling import Telling
from rules.words.wording import Wording

_STEP = re.compile(r"(\w+)(?:\[([^\]]*)\])?(?:\.|$)")  # of a path to a fact: `votes[R-1].side`


def explain(
    decision: Decision, lang: Lang = "zh", *, full: bool = True, depth: int = DEPTH, telling: Telling | None = None
) -> str:
    """The explanation as plain text."""
    made = explained(decision, lang, full=full, depth=depth, telling=telling)
    return text(list(lines(made, lang)))


def explanation(
    decision: Decision, lang: Lang = "zh", *, full: bool = True, depth: int = DEPTH, telling: Telling | None = None
) -> list[Line]:
    """The explanation line by line. `full` follows the decisions it rests on, each once; `depth` is the number of
    levels of arithmetic."""
    return list(lines(explained(decision, lang, full=full, depth=depth, telling=telling), lang))


def whole(decision: Decision, depth: int = DEPTH, telling: Telling | None = None) -> dict[str, Any]:
    """A decision as data, with its distances, its explanation, and the decisions it rests on in full.

    A decision that several rest on is in full where it is first come to, and elsewhere as its outcome and id: an answer
    that had it in full at every place would grow with the number of paths."""
    return _whole(decision, depth, {decision.rule.id}, telling or Telling())


def _whole(decision: Decision, depth: int, known: set[str], telling: Telling) -> dict[str, Any]:
    langs: tuple[Lang, Lang] = ("zh", "en")
    told = {lang: explained(decision, lang, depth=depth, telling=telling) for lang in langs}
    shown = decision.as_dict()
    in_full = {name: one for name, one in decision.chained.items() if name not in known}
    known.update(in_full)
    return {
        **shown,
        "distances": telling.distances(decision).as_dict(),
        "chained": shown["chained"] | {name: _whole(one, depth, known, telling) for name, one in in_full.items()},
        "explanation": {lang: text(list(lines(told[lang], lang))).splitlines() for lang in langs},
        "reasons": {lang: as_dict(replace(told[lang], rests_on=())) for lang in langs},
    }


def explained(
    decision: Decision, lang: Lang, *, full: bool = True, depth: int = DEPTH, telling: Telling | None = None
) -> Explanation:
    """The explanation as a tree. `telling` keeps what other explanations of the same decision have a use for."""
    made = _explained(decision, lang, {decision.rule.id}, telling or Telling(), full=full, depth=depth)
    return replace(made, tried=tuple(one.get(lang) for one in tried(decision.edition)))


def _explained(
    decision: Decision, lang: Lang, known: set[str], telling: Telling, *, full: bool, depth: int
) -> Explanation:
    """`known` has the decisions that are explained already."""
    rule, say = decision.rule, RecordWording.of(telling.scope(decision), lang, telling.names)
    explainer = kind_of(rule).explainer(decision, rule.body, Arithmetic(say, depth, output))
    outcome = rule.outcomes[decision.outcome]
    return Explanation(
        title=say.text(rule.title),
        clause=rule.clause,
        subject=say.text(decision.edition.subjects[rule.subject].title),
        subject_id=decision.subject_id,
        subject_name=telling.names.get((rule.subject, decision.subject_id), ""),
        on=decision.on.isoformat(),
        edition=decision.edition.id,
        outcome=Span(say.text(outcome.title), TONES[outcome.role]),
        tally=_tally(decision, say),
        because=tuple(explainer.because()),
        outputs=(*explainer.left(), *explainer.outputs()),
        ranking=tuple(explainer.ranking()),
        missing=tuple(_missing(decision, say)),
        far=tuple(_far(decision, say, telling)),
        concluded=tuple(_concluded(below, say) for below in decision.chained.values()),
        rests_on=tuple(_below(decision, say, known, telling, depth)) if full else (),
    )


def _below(
    decision: Decision, say: RecordWording, known: set[str], telling: Telling, depth: int
) -> Iterator[Explanation]:
    """The explanations of the decisions that a decision rests on, each once."""
    for one in decision.chained.values():
        if one.rule.id not in known:
            known.add(one.rule.id)
            yield _explained(one, say.lang, known, telling, full=True, depth=depth)


def _tally(decision: Decision, say: Wording) -> str:
    """How many of the criteria are met, where every one counts."""
    verdicts = [finding.verdict for finding in decision.findings if finding.role == "criterion" and finding.applies]
    if not verdicts:
        return ""
    counts = [(STATES[name].word, verdicts.count(verdict)) for verdict, name in VERDICTS.items() if verdict in verdicts]
    if say.zh:
        return f"共 {len(verdicts)} 项：{'，'.join(f'{words.zh} {count} 项' for words, count in counts)}"
    return f"Of {len(verdicts)}: {', '.join(f'{count} {words.en}' for words, count in counts)}"


def _concluded(below: Decision, say: Wording) -> Reason:
    outcome = below.rule.outcomes[below.outcome]
    clause = below.rule.clause
    return Reason(say.text(below.rule.title), say.text(outcome.title), clause=clause, source=clause)


# --- missing facts


def _missing(decision: Decision, say: RecordWording) -> Iterator[Reason]:
    """Each missing fact once, though many paths may lead to it, after the name of its subject where that is another.
    Facts of one title are told apart by their subjects, and where these are alike too, by their ids."""
    facts: dict[tuple[str, str, str, str], Reason] = {}
    for one in decision.missing[:MOST_MISSING]:
        fact, record = fact_at(decision, one.fact, say)
        supplied = fact.supplied_by if fact is not None and one.why == "not_given" else None
        source = "" if supplied is None else say.pick(f"由{say.text(supplied)}提供", f"from {say.text(supplied)}")
        title = f"{record}{say.pick('：', ': ')}{say.text(one.title)}" if record else say.text(one.title)
        subject, id = ("", "") if fact is None else (fact.subject, fact.name)
        facts[subject, id, title, one.why] = Reason(title, say.text(LACKING[one.why]), source, state="unknown")
    known = {key[:3] for key in facts}
    lists = {one.type.of for subject in decision.edition.subjects.values() for one in subject.facts.values()}
    titles, within = Counter(key[2] for key in known), Counter((key[0], key[2]) for key in known)
    for (subject, id, title, _), reason in facts.items():
        named = title
        of = say.text(decision.edition.subjects[subject].title) if subject else ""
        other = subject not in (decision.rule.subject, CONSTANTS, *lists) and not title.startswith(of)
        if of and (other or titles[title] > 1):
            named = f"{of}{say.pick('·', ': ')}{title}"
        if within[subject, title] > 1:
            named += say.text(PATH).format(f"{subject}.{id}")
        yield replace(reason, title=named)
    if len(decision.missing) > MOST_MISSING:
        yield Reason(say.pick("还有别的，这里没有列出", "and more, which are not listed here"), "", state="unknown")


def fact_at(decision: Decision, path: str, say: RecordWording) -> tuple[Fact | None, str]:
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
            which = (
                say.record(fact.type.of, str(own)) if own is not None else say.pick(f"第 {at + 1} 条", f"no. {at + 1}")
            )
            named, subject, facts = f"{say.text(fact.title)} {which}", fact.type.of, records[at] if records else {}
        elif fact is None and name in edition.subjects:
            subject, facts = name, value or {}
    return fact, named


# --- distances


def _far(decision: Decision, say: RecordWording, telling: Telling) -> Iterator[Reason]:
    """What it would take to meet each criterion that is not met, and all of them; else to come to a better outcome."""
    rule = decision.rule
    if rule.body.criteria:
        if rule.role("met") != decision.outcome:
            yield from _far_criteria(decision, telling.distances(decision), say)
        return
    found = telling.distances(decision) if better(rule, decision.outcome) else Distances({}, None)
    if found.points is not None:
        title = say.text(found.points.title)
        digits = say.apart(found.points.by, [0], POINTS, None)  # the least lack is no lack of nothing
        by, to = say.value(found.points.by, POINTS, digits=digits), say.value(found.points.to, POINTS)
        yield Reason(say.pick(f"到“{title}”", f'to "{title}"'),
                     say.pick(f"还差 {by}（总分至 {to}）", f"short of {by} (a total of {to})"))  # fmt: skip
    if found.outcome is not None and found.outcome.why not in ("no_lever", "out_of_reach"):
        yield Reason(say.pick("要更好的结论", "to a better outcome"), _distance(found.outcome, say))


def _far_criteria(decision: Decision, found: Distances, say: RecordWording) -> Iterator[Reason]:
    """Each criterion, and all together; one alone only where meeting it turns the outcome."""
    altogether, each = found.outcome, list(found.criteria.values())
    if not any(distance.reachable for distance in each):
        yield Reason(semicolons(say, *dict.fromkeys(_distance(distance, say) for distance in each)))
        return
    titles = {finding.id: finding.title for finding in decision.findings}
    alone = len(each) == 1 and altogether is not None and each[0].changes != altogether.changes
    for name, distance in found.criteria.items() if not alone else ():
        yield Reason(say.text(titles[name]), _distance(distance, say))
    if altogether is not None and (alone or len(each) > 1):
        met = say.text(decision.rule.outcomes[decision.rule.role("met")].title)
        title = say.pick(f"合计到“{met}”", f'all together, to "{met}"')
        parts = [change for distance in each for change in distance.changes]
        summed = set(parts) == set(altogether.changes) and len(parts) == len(altogether.changes)
        summed = summed and all(distance.reachable for distance in each)
        together = say.pick("以上各项都做到", "all of the above") if summed else _distance(altogether, say)
        if altogether.why == "no_lever":  # of these, not of the others
            those = [say.text(titles[name]) for name, one in found.criteria.items() if one.why == "no_lever"]
            together = say.pick(f"{'、'.join(those)}：{together}", f"{', '.join(those)}: {together}")
        yield Reason(title, together)


def _distance(distance: Distance, say: RecordWording) -> str:
    if distance.see:
        return say.pick("未测算：", "not computed: ") + semicolons(say, *_elsewhere(distance.see, say))
    if distance.why:
        return say.text(FAR[distance.why])
    return semicolons(say, *(change_said(say, one) for one in distance.changes))


def _elsewhere(see: Mapping[str, Text], say: Wording) -> Iterator[str]:
    """Where the levers of a distance lie: decisions to ask for, and subjects whose records have them."""
    for id, title in see.items():
        if id in say.edition.rules:
            yield say.pick(f"请另判“{title.zh}”，看它还差多少",
                           f'decide "{title.en}", which says how far it is')  # fmt: skip
        else:
            yield say.pick(f"要改的在{title.zh}的记录里", f"what would change lies in the records of {title.en}")


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
