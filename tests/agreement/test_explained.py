"""Explanations of drawn cases: no code words, no verdict that was not reached, and one text for all who print it."""

import re
from datetime import date
from random import Random

import pytest

from rules import Reference
from rules.words.explain import explain, explained
from rules.words.explanation import ALL
from service.pages.explaining import page_of
from tests.agreement.drawing import Drawing
from tests.editions import every

EDITIONS = list(every().values())
CODE_WORD = re.compile(r"\b[a-z]+_[a-z_]+\b|\b[a-z]\w*\.[a-z]\w*\b|\bNone\b|\bTrue\b|\bFalse\b|Fraction|\u2060")
DOUBLED = re.compile(r"是\s+为\s*是|否\s+为\s*否|：\s*：|\s为 [是否]$|yes is yes|no is no| is yes\b")
UNMET = re.compile(r"不符合|没有达到|(?<!都)不成立(?! \d)|not met|does not hold|not fulfilled")
RECORD = re.compile(r"\b[a-z_]+-\d+\b")  # the name of a drawn record
CASES = 40


def walk(reasons):
    """The reasons and all below them."""
    for one in reasons:
        yield one
        yield from walk(one.below)


def drawn():
    for edition in EDITIONS:
        random, drawing, judge = Random(7), Drawing(edition), Reference(edition)
        for number in range(CASES):
            on = drawing.day(random)
            rule = random.choice(list(edition.rules.values()))
            facts = {} if number == 0 else drawing.case(random, rule.subject, on)
            yield judge.decide(rule.id, facts, on, "X-1")


@pytest.fixture(scope="module")
def decisions():
    return list(drawn())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_code_word_reaches_the_reader(decisions, lang):
    for decision in decisions:
        said = explain(decision, lang, depth=ALL).replace(decision.edition.id, "")
        said = RECORD.sub("", said)
        for line in said.splitlines():
            assert not CODE_WORD.search(line), (decision.rule.id, line)
            assert not DOUBLED.search(line), (decision.rule.id, line)


def test_choices_are_titled(decisions):
    for decision in decisions:
        facts = [fact for one in decision.edition.subjects.values() for fact in one.facts.values()]
        titles = {title.zh for fact in facts for title in fact.choices.values()} | {fact.type.unit for fact in facts}
        codes = {code for fact in facts for code in fact.choices if re.fullmatch("[a-z]{3,}", code)} - titles
        said = set(re.findall("[a-z]{3,}", explain(decision, "zh", depth=ALL)))
        assert not said & codes, (decision.rule.id, said & codes)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_unknown_criterion_is_never_said_to_be_unmet(decisions, lang):
    unknown = 0
    for decision in decisions:
        told = explained(decision, lang, full=False)
        shown = [one for one in told.because if one.clause and one.title in _titles(decision, lang)]
        for reason, finding in zip(shown, decision.findings, strict=False):
            if finding.verdict is None:
                unknown += 1
                assert reason.state == "unknown"
                assert not UNMET.search(_own_words(reason, decision.edition, lang)), reason
    assert unknown > 100


def _own_words(reason, edition, lang):
    """What a reason says of its value, without the titles of outcomes, which may say anything."""
    said = f"{reason.seen} {reason.wanted}"
    outcomes = {outcome.title.get(lang) for rule in edition.rules.values() for outcome in rule.outcomes.values()}
    for title in sorted(outcomes, key=len, reverse=True):
        said = said.replace(title, "")
    return said


def _titles(decision, lang):
    return {finding.title.get(lang) for finding in decision.findings}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_outputs_are_told_of_a_decision_that_was_reached_only(decisions, lang):
    waiting = 0
    for decision in decisions:
        if decision.rule.kind == "table" and decision.rule.outcomes[decision.outcome].role == "unknown":
            waiting += 1
            assert all(one.state == "unknown" for one in explained(decision, lang, full=False).outputs)
    assert waiting > 10


def test_text_and_page_print_the_same_reasons(decisions):
    for decision in decisions[::7]:
        page = page_of(decision, "zh", depth=1)
        text = explain(decision, "zh", depth=1)
        for reason in walk(page.explanation.because + page.explanation.outputs):
            assert all(part in text for part in (reason.title, reason.seen, reason.wanted, reason.formula))


def test_more_levels_say_more(decisions):
    deeper = 0
    for decision in decisions:
        texts = [explain(decision, "zh", full=False, depth=depth) for depth in (0, 1, ALL)]
        assert len(texts[0]) <= len(texts[1]) <= len(texts[2])
        deeper += len(texts[1]) < len(texts[2])
    assert deeper > 10


def test_an_explanation_of_a_case_is_the_same_each_time(decisions):
    day = date(2026, 12, 31)
    for edition in EDITIONS[:1]:
        for name in edition.rules:
            one, other = (Reference(edition).decide(name, {}, day) for _ in range(2))
            assert explain(one) == explain(other)
