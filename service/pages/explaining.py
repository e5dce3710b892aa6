"""A decision as a page that the person concerned can read and print.

The words are those of the explanation; the page adds the words of the clauses and the facts that were used. `Page`
leaves a template no questions to ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from rules.judging.decision import Decision
from rules.model import Clause
from rules.model.needs import needed
from rules.values.text import Lang
from rules.words.explain import explained
from rules.words.explanation import ALL, STATES, Explanation, Reason, State
from rules.words.telling import Telling
from rules.words.wording import Wording


@dataclass(frozen=True, slots=True)
class Passage:
    """Findings (of a ranking none) that rest on one clause, and its words where the page has not quoted them yet."""

    group: str
    findings: tuple[Reason, ...]
    clause: Clause
    quote: str


@dataclass(frozen=True, slots=True)
class Page:
    """One decision with its explanation; `rests_on` has those it follows from, each explanation once."""

    explanation: Explanation
    passages: tuple[Passage, ...]
    given: tuple[tuple[str, str], ...]
    rests_on: tuple[Page, ...]

    def state(self, reason: Reason) -> State:
        """The sign and the word of a reason."""
        return STATES[reason.state]


def page_of(decision: Decision, lang: Lang, depth: int = ALL, telling: Telling | None = None) -> Page:
    """The page of a decision in one language; `depth` is the number of levels of arithmetic."""
    made = explained(decision, lang, depth=depth, telling=telling)
    return _page(decision, made, lang, {decision.rule.id}, set())


def _page(decision: Decision, explanation: Explanation, lang: Lang, decided: set[str], quoted: set[str]) -> Page:
    """The explanation holds the decisions below in the order in which `_page` comes to them."""
    passages = tuple(_passages(decision, explanation, quoted))
    waiting, below = list(explanation.rests_on), []
    for one in decision.chained.values():
        if one.rule.id not in decided:
            decided.add(one.rule.id)
            below.append(_page(one, waiting.pop(0), lang, decided, quoted))
    return Page(explanation, passages, tuple(_given(decision, Wording(decision.edition, lang))), tuple(below))


def _passages(decision: Decision, explanation: Explanation, quoted: set[str]) -> Iterator[Passage]:
    if not explanation.because:  # a ranking has no findings of its own; its clause says how it is made
        cited = decision.edition.clauses.get(decision.rule.clause)
        if cited is not None:
            yield Passage("", (), cited, cited.text)
    for (group, clause), run in groupby(explanation.because, key=lambda one: (one.group, one.clause)):
        cited = decision.edition.clauses[clause]
        quote = "" if clause in quoted else cited.text
        quoted.add(clause)
        yield Passage(group, tuple(run), cited, quote)


def _given(decision: Decision, say: Wording) -> Iterator[tuple[str, str]]:
    """The facts that came with the case, as far as the decision has a use for them."""
    edition, wanted = decision.edition, needed(decision.edition, decision.rule)
    kinds = {subject for subject, _ in wanted}
    level, record, above = decision.rule.subject, decision.facts, ""
    while level:
        subject = edition.subjects[level]
        for fact in subject.facts.values():
            value = record.get(fact.name)
            if value is not None and (fact.type.of in kinds or (level, fact.name) in wanted):
                yield above + say.text(fact.title), say.value(value, fact.type, fact.choices)
        level = subject.within
        record = decision.facts.get(level) or {}
        above = f"{say.text(edition.subjects[level].title)} · " if level else ""
