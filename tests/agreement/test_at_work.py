"""An engine at work: many threads, forks, many engines one after the other, many decisions, many criteria."""

import gc
import os
import resource
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from random import Random

import pytest

from rules import Engine, FactChecker, Reference
from rules.building.loader import load
from rules.engine.network import NetworkError
from tests.agreement.agreeing import agree
from tests.agreement.drawing import Drawing
from tests.agreement.making import TITLE, write
from tests.editions import shipped

ON = date(2026, 12, 31)
EDITION = shipped()
PAGE = resource.getpagesize()


def memory() -> int:
    """Bytes this process holds now."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


def cases(many: int, seed: int):
    random, drawing = Random(seed), Drawing(EDITION)
    names = [name for name, rule in EDITION.rules.items() if rule.subject != "county"]
    chosen = [random.choice(names) for _ in range(many)]
    return [(name, drawing.case(random, EDITION.rules[name].subject, ON)) for name in chosen]


@pytest.fixture(scope="module")
def engine():
    return Engine(EDITION)


def test_threads_share_an_engine(engine):
    asked = cases(400, 1)
    expected = [Reference(EDITION).judge(name, facts, ON).outcome for name, facts in asked]

    def answers(start: int) -> list[str]:
        order = [*range(start, len(asked)), *range(start)]
        said = {place: engine.judge(*asked[place], ON).outcome for place in order}
        return [said[place] for place in range(len(asked))]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answers, range(0, 400, 50))) == [expected] * 8


def test_a_forked_child_goes_on_with_the_engine(engine):
    asked = cases(100, 2)
    expected = [Reference(EDITION).judge(name, facts, ON).outcome for name, facts in asked]
    assert [engine.judge(name, facts, ON).outcome for name, facts in asked] == expected

    child = os.fork()
    if child == 0:
        good = [engine.judge(name, facts, ON).outcome for name, facts in asked] == expected
        os._exit(0 if good else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert [engine.judge(name, facts, ON).outcome for name, facts in asked] == expected


def test_closed_engines_give_their_memory_back():
    def work(many: int) -> int:
        for _ in range(many):
            engine = Engine(EDITION)
            engine.decide("credit_village", {}, ON)
            engine.close()
        return memory()

    before = work(10)

    assert work(30) - before < 8_000_000


def test_a_closed_engine_does_not_answer():
    engine = Engine(EDITION)
    engine.close()

    with pytest.raises(NetworkError, match="closed"):
        engine.judge("credit_village", {}, ON)


def test_200_000_decisions_leave_memory_flat(engine):
    asked = cases(200, 3)

    def work(many: int) -> int:
        for number in range(many):
            engine.judge(*asked[number % len(asked)], ON)
        return memory()

    before = work(20_000)

    assert work(200_000) - before < 4_000_000


# --- large editions -------------------------------------------------------------------------------------------------


def large(folder: Path, criteria: int, facts: int):
    """A checklist of many criteria over few facts, each with a limit of its own."""
    declared = {f"f{n}": {"type": "amount", "title": TITLE} for n in range(facts)}
    items = [
        {"id": f"c{n}", "title": TITLE, "require": {f"f{n % facts}": {"at_least" if n % 2 else "below": f"{n} yuan"}}}
        for n in range(criteria)
    ]
    outcomes = {
        "good": {"if": "met", "title": TITLE},
        "bad": {"if": "not_met", "title": TITLE},
        "open": {"if": "unknown", "title": TITLE},
    }
    head = {"decision": "many", "kind": "checklist", "subject": "thing", "title": TITLE, "clause": "一"}
    write(folder, {
        "plan": {"plan": "p", "title": TITLE, "issuer": TITLE, "effective": {"from": "2026-01-01"}},
        "clauses": {"clauses": {"一": {"heading": "一"}}},
        "readings": {"readings": {}},
        "facts": {"subjects": {"thing": {"title": TITLE, "facts": declared}}},
        "many": {**head, "outcomes": outcomes, "criteria": items},
    })  # fmt: skip
    loaded = load(folder)
    assert loaded.edition is not None, loaded.problems
    return loaded.edition


@pytest.mark.parametrize(("criteria", "facts"), [(500, 10), (2000, 2000), (2000, 40), (600, 1)])
def test_an_edition_of_many_criteria(tmp_path, criteria, facts):
    edition = large(tmp_path, criteria, facts)
    engine, reference, random = Engine(edition), Reference(edition), Random(criteria + facts)

    for _ in range(8):
        known = random.choice((1.0, 0.9))
        case = {f"f{n}": random.randint(-1, criteria + 1) for n in range(facts) if random.random() < known}
        checked = FactChecker(edition).check("thing", {key: abs(value) for key, value in case.items()})
        decision = agree(engine, reference, "many", checked, ON)
        assert len(decision.findings) == criteria
    engine.close()
