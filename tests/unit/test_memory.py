"""What the engine remembers: proved answers by their rungs, bounded, and nothing of a case."""

import gc
from threading import Thread

import pytest

from rules import Engine, Reference
from rules.engine.memory import Memory
from rules.engine.network import NetworkError
from tests.agreement.making import TITLE
from tests.unit.small import ON, checklist, count, given, head, small

FACTS = {"a": count(), "b": count(), "flag": given("boolean")}
DECISIONS = {
    "d": checklist({"require": {"a": {"at_least": "5 houses"}}}, {"require": {"flag": True}}),
    "t": head("table", hit="first", otherwise={}, outputs={"out": {"type": "count", "unit": "house", "title": TITLE}},
              rows=[{"id": "r", "title": TITLE, "when": {"a": {"above": "b"}}, "then": {"out": "a"}}]),
}  # fmt: skip
CASES = [{"a": a, "b": 3, "flag": flag} for a in range(12) for flag in (True, False)]


@pytest.fixture
def engine():
    made = Engine(small(FACTS, DECISIONS))
    yield made
    made.close()


def test_a_vector_of_rungs_is_proved_once(engine):
    for case in CASES:
        engine.judge("d", case, ON)

    memory = engine.memory  # of six vectors: below, on, above the limit, and a flag
    assert (memory.misses, memory.joined, memory.hits) == (4, 2, 18)


def test_a_vector_of_rungs_that_were_proved_of_other_cases_is_answered_without_the_network(engine, monkeypatch):
    engine.judge("d", {"a": 4, "flag": True}, ON)
    engine.judge("d", {"a": 5, "flag": False}, ON)
    monkeypatch.setattr(engine._blocks["d", 0], "probe", None)

    assert engine.judge("d", {"a": 4, "flag": False}, ON).codes == ("c0", "c1")
    assert engine.judge("d", {"a": 5, "flag": True}, ON).codes == ()
    assert (engine.memory.misses, engine.memory.joined) == (2, 2)


def test_values_are_those_of_the_case_at_hand(engine):
    reference = Reference(engine.edition)
    for case in CASES * 2:
        for decision in engine.edition.rules:
            assert engine.decide(decision, case, ON).as_dict() == reference.decide(decision, case, ON).as_dict()


def test_nothing_of_a_case_is_kept(engine):
    value = 10**12 + 7
    engine.decide("d", {"a": value, "b": value + 1, "flag": True}, ON)
    engine.decide("t", {"a": value, "b": value + 1, "flag": True}, ON)

    seen, todo = set(), list(engine.memory._tables)
    while todo:
        one = todo.pop()
        assert not (isinstance(one, int) and one in (value, value + 1))
        ours = isinstance(one, dict | tuple | list) or type(one).__module__.startswith("rules.")
        if ours and id(one) not in seen:
            seen.add(id(one))
            todo += [inner for inner in gc.get_referents(one) if id(inner) not in seen and not isinstance(inner, type)]


def test_it_is_bounded_and_begins_anew():
    memory = Memory(10)
    table, other = memory.table(3), memory.table(1)
    for number in range(4):
        memory.keep(table, (number,), "answer")
    assert (memory.size, len(table)) == (12, 4)  # the bound is looked at before one more is kept
    memory.keep(other, (0,), "answer")
    assert (memory.size, table, other) == (1, {}, {(0,): "answer"})


def test_an_engine_that_remembers_nothing_proves_every_answer():
    engine = Engine(small(FACTS, DECISIONS), remember=0)
    for case in CASES:
        engine.judge("d", case, ON)

    assert (engine.memory.size, engine.memory.hits, engine.memory.misses) == (0, 0, len(CASES))


def test_no_answer_is_kept_where_none_was_proved(engine, monkeypatch):
    def refuse(_rungs):
        raise NetworkError("no")

    monkeypatch.setattr(engine._blocks["d", 0], "probe", refuse)
    with pytest.raises(NetworkError):
        engine.judge("d", CASES[0], ON)

    assert engine.memory.size == 0


def test_a_closed_engine_has_forgotten(engine):
    engine.judge("d", CASES[0], ON)
    engine.close()

    assert engine.memory.size == 0


def test_threads_share_it_and_are_told_the_same():
    engine, reference = Engine(small(FACTS, DECISIONS), remember=8), Reference(small(FACTS, DECISIONS))
    expected = [reference.judge("d", case, ON).outcome for case in CASES]
    wrong = []

    def work():
        for _ in range(60):
            found = [engine.judge("d", case, ON).outcome for case in CASES]
            wrong.extend([found] if found != expected else [])

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert engine.memory.misses > 6  # so small a bound was met again and again
