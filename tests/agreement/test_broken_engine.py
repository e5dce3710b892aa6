"""An engine that goes wrong is found out: by itself where a firing is lost, by these tests where its rungs are."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from rules import Engine, Reference
from rules.engine import network
from rules.engine.network import NetworkError
from tests.agreement.agreeing import agree
from tests.agreement.drawing import Drawing
from tests.agreement.nearly import examples
from tests.editions import shipped

ON = date(2026, 12, 31)
EDITION = shipped()
NAMES = ("credit_village", "screening", "grant", "scoring", "usage", "record_validity")


def disagreements(engine: Engine) -> int:
    """How often an engine says something else than the plain evaluator, over the same cases each time."""
    reference, drawing, random, found = Reference(EDITION), Drawing(EDITION), Random(7), 0
    for name in NAMES:
        for _ in range(40):
            facts = drawing.case(random, EDITION.rules[name].subject, ON)
            try:
                agree(engine, reference, name, facts, ON)
            except AssertionError:
                found += 1
    return found


def test_a_sound_engine_never_disagrees():
    assert disagreements(Engine(EDITION)) == 0


def coded(change):
    """An engine whose values are placed on their ladders with a mistake."""
    engine = Engine(EDITION)
    for block in engine._blocks.values():
        block.coders, block.others = (tuple(change(one) for one in some) for some in (block.coders, block.others))
    return engine


def said(change):
    """An engine whose firings are understood with a mistake."""
    engine = Engine(EDITION)
    for block in engine._blocks.values():
        block.effects = [change(effect) for effect in block.effects]
    return engine


def turned(truth):
    return {leaf: not said for leaf, said in truth.items()}


def test_a_value_placed_one_rung_too_low_is_noticed():
    assert disagreements(coded(lambda coder: lambda scope: max(coder(scope) - 1, 1) if coder(scope) else 0)) > 20


def test_a_missing_value_taken_for_the_lowest_is_noticed():
    assert disagreements(coded(lambda coder: lambda scope: coder(scope) or 1)) > 20


def test_a_firing_read_the_wrong_way_round_is_noticed():
    assert disagreements(said(lambda one: replace(one, truth=turned(one.truth)))) > 20


def mistaken(judgement):
    """The same judgement with the opposite outcome."""
    return judgement._replace(outcome="excluded" if judgement.outcome == "collectable" else "collectable")


def disagreeing(engine):
    """Near how many examples of screening it judges otherwise than the plain evaluator."""
    cases = [(facts, on) for rule, facts, on in examples(EDITION) if rule.id == "screening"]
    reference = Reference(EDITION)
    return sum(
        engine.judge("screening", *case).outcome != reference.judge("screening", *case).outcome for case in cases
    )


def test_a_wrong_judgement_that_is_remembered_is_noticed():
    engine = Engine(EDITION)
    assert disagreeing(engine) == 0  # which fills the memory
    for answer in engine._blocks["screening", 0].known.values():
        answer.judgement = mistaken(answer.judgement)

    assert disagreeing(engine) > 5


def test_an_answer_remembered_for_other_rungs_is_noticed():
    engine = Engine(EDITION)
    disagreeing(engine)
    known = engine._blocks["screening", 0].known
    answers = list(known.values())
    known.update(zip(known, [*answers[1:], answers[0]], strict=True))

    assert disagreeing(engine) > 5


def test_a_firing_remembered_for_another_rung_is_noticed():
    engine = Engine(EDITION)
    disagreeing(engine)
    for proved in engine._blocks["screening", 0].proved:
        fired = list(proved.values())
        proved.update(zip(proved, [*fired[1:], fired[0]], strict=True))
    engine._blocks["screening", 0].known.clear()

    assert disagreeing(engine) > 5


def test_silence_read_the_wrong_way_round_is_noticed():
    engine = Engine(EDITION)
    for block in engine._blocks.values():
        block.silence = turned(block.silence)

    assert disagreements(engine) > 20


def test_a_criterion_that_is_never_looked_at_is_noticed():
    assert disagreements(said(lambda one: replace(one, criteria=frozenset(sorted(one.criteria)[1:])))) > 20


CASE = ("screening", {"adverse_record": True, "other_unfitness": True, "status": "resident", "birth_date": ON})


def swallowing(real):
    """durable_rules' way to the next firing, which forgets one."""

    def complete(handle, state):
        result = real(handle, state)
        return real(handle, state) if result else result

    return complete


def test_a_lost_firing_is_an_error_and_no_answer(monkeypatch):
    engine = Engine(EDITION, remember=0)
    assert engine.judge(*CASE, ON).outcome == "excluded"
    monkeypatch.setattr(network, "complete_action", swallowing(network.complete_action))

    with pytest.raises(NetworkError):
        engine.decide(*CASE, ON)


def test_no_firing_at_all_is_an_error_and_no_answer(monkeypatch):
    engine = Engine(EDITION, remember=0)
    assert engine.judge(*CASE, ON).outcome == "excluded"
    real = network.assert_fact
    monkeypatch.setattr(network, "assert_fact", lambda handle, fact: (network.NOT_HANDLED, real(handle, fact)[1]))

    with pytest.raises(NetworkError):
        engine.decide(*CASE, ON)


def test_an_engine_that_lost_a_firing_answers_again_when_it_is_well(monkeypatch):
    engine = Engine(EDITION, remember=0)
    with monkeypatch.context() as broken, pytest.raises(NetworkError):
        broken.setattr(network, "complete_action", swallowing(network.complete_action))
        engine.decide(*CASE, ON)

    assert engine.judge(*CASE, ON).outcome == "excluded"
