"""The network answers exactly what a plain comparison would, or refuses; it never answers something else."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import network
from rules.engine.network import Network, NetworkError, Rule


def oracle(rules: Sequence[Rule], fields: Sequence[int], rungs: Sequence[int]) -> list[int]:
    """The definition of a rule, and nothing else."""
    at = dict(zip(fields, rungs, strict=True))
    return [n for n, rule in enumerate(rules) if rule.field in at and rule.low <= at[rule.field] <= rule.high]


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[int], list[Rule], list[int], list[list[int]]]:
    """Rungs per field, rules, the fields asked and some rungs for them."""
    rungs = draw(st.lists(st.integers(1, 12), min_size=1, max_size=8))
    field = st.integers(0, len(rungs) - 1)
    ends = st.tuples(st.integers(0, 14), st.integers(0, 14)).map(sorted)
    rules = draw(st.lists(st.builds(lambda f, e: Rule(f, e[0], e[1]), field, ends), max_size=200))
    fields = draw(st.lists(field, unique=True))
    asked = draw(st.lists(st.tuples(*(st.integers(0, rungs[f] - 1) for f in fields)).map(list), min_size=1, max_size=5))
    return rungs, rules, fields, asked


@settings(deadline=None, max_examples=300)
@given(questions())
def test_fires_exactly_what_a_plain_comparison_does(
    question: tuple[list[int], list[Rule], list[int], list[list[int]]],
) -> None:
    rungs, rules, fields, asked = question
    tested = Network(rungs, rules)
    probe = tested.probe(fields)

    for case in asked:
        assert sorted(probe(case)) == oracle(rules, fields, case)
    tested.close()


@pytest.mark.parametrize(
    ("low", "high", "fires"),
    [
        (0, 9, range(10)),
        (0, 0, [0]),
        (9, 9, [9]),
        (4, 4, [4]),
        (0, 4, range(5)),
        (5, 9, range(5, 10)),
        (3, 6, range(3, 7)),
        (1, 8, range(1, 9)),
        (1, 99, range(1, 10)),
        (10, 10, []),
        (10, 99, []),
        (0, 2**70, range(10)),
        (2**70, 2**71, []),
    ],
)
def test_every_form_of_interval_fires_at_its_rungs_only(low: int, high: int, fires: Sequence[int]) -> None:
    probe = Network([10], [Rule(0, low, high)]).probe([0])

    assert [rung for rung in range(10) if probe([rung]) == [0]] == list(fires)
    assert all(probe([rung]) in ([], [0]) for rung in range(10))


def test_nothing_to_ask_or_to_fire_is_fine() -> None:
    assert Network([], []).probe([])([]) == []
    assert Network([3, 3], []).probe([0, 1])([2, 0]) == []
    assert Network([3, 3], [Rule(0, 0, 2)]).probe([1])([2]) == []
    assert Network([3, 3], [Rule(0, 0, 2)]).probe([])([]) == []


def test_rungs_come_in_the_order_of_the_fields_asked() -> None:
    probe = Network([5, 5, 5], [Rule(0, 1, 1), Rule(1, 2, 2), Rule(2, 3, 3)]).probe([2, 0])

    assert sorted(probe([3, 1])) == [0, 2]
    assert probe([1, 3]) == []


def test_a_rung_may_be_asked_again_and_again() -> None:
    probe = Network([5], [Rule(0, 1, 3)]).probe([0])

    assert [probe([rung]) for rung in (2, 2, 0, 2, 4, 3)] == [[0], [0], [], [0], [], [0]]


@pytest.mark.parametrize(
    ("fields", "rules"),
    [
        pytest.param(1, 70, id="one field, past the 64 pending conditions"),
        pytest.param(1, 300, id="one condition, past the 255 rules on it"),
        pytest.param(1, 1100, id="one field, past the 512 conditions of a rule set"),
        pytest.param(600, 600, id="past the 252 fields of a message"),
        pytest.param(500, 2000, id="2,000 rules on 500 fields"),
    ],
)
@pytest.mark.parametrize("same", [True, False], ids=["alike", "different"])
def test_everything_may_fire_at_once(fields: int, rules: int, same: bool) -> None:
    top = 3000
    all_rules = [Rule(n % fields, 0 if same else n // 2, top if same else top - 1 - n % 7) for n in range(rules)]
    tested = Network([top] * fields, all_rules)
    probe = tested.probe(range(fields))

    for rung in (0, 5, 1500, 2000, top - 7, top - 1):
        assert sorted(probe([rung] * fields)) == oracle(all_rules, range(fields), [rung] * fields)
    tested.close()


def test_more_different_conditions_than_a_rule_set_has_slots_for() -> None:
    """One-sided rules stand behind no gate; the engine would loop for ever at the 513th in one rule set."""
    rules = [Rule(n % 20, n + 1, 1999) for n in range(1000)]
    probe = Network([2000] * 20, rules).probe(range(20))

    for rung in (0, 1, 500, 1999):
        assert sorted(probe([rung] * 20)) == oracle(rules, range(20), [rung] * 20)


def test_many_two_sided_rules_pending_but_hardly_firing() -> None:
    """The engine counts conditions that hold halfway, not firings: the limit is reached with nothing due."""
    chance = random.Random(7)
    rules = [Rule(n % 10, low := chance.randrange(1, 990), low + 3) for n in range(900)]
    tested = Network([1000] * 10, rules)
    probe = tested.probe(range(10))

    for _ in range(300):
        case = [chance.randrange(1000) for _ in range(10)]
        assert sorted(probe(case)) == oracle(rules, range(10), case)
    tested.close()


@pytest.mark.parametrize("rule", [Rule(0, -1, 2), Rule(0, 3, 2), Rule(1, 0, 0), Rule(-1, 0, 0)])
def test_an_impossible_rule_is_refused(rule: Rule) -> None:
    with pytest.raises(NetworkError, match="rule 1 is impossible"):
        Network([5], [Rule(0, 1, 1), rule])


@pytest.mark.parametrize("fields", [[0, 0], [2], [-1]])
def test_fields_that_are_not_there_or_twice_are_refused(fields: list[int]) -> None:
    with pytest.raises(NetworkError, match="not fields of this network"):
        Network([5, 5], []).probe(fields)


@pytest.mark.parametrize("rung", [-1, 5, 2**64, 1.5, None, "1"])
def test_a_value_that_is_no_rung_is_refused(rung: int) -> None:
    probe = Network([5, 5], [Rule(0, 0, 4)]).probe([0, 1])

    for rungs in ([rung, 0], [0, rung]):  # with rules on the field and without
        with pytest.raises(NetworkError, match="is no rung"):
            probe(rungs)


@pytest.mark.parametrize("rungs", [[], [1], [1, 1, 1]])
def test_too_few_or_too_many_rungs_are_refused(rungs: list[int]) -> None:
    with pytest.raises(NetworkError, match="2 rungs needed"):
        Network([5, 5], [Rule(0, 0, 4)]).probe([0, 1])(rungs)


def test_a_closed_network_refuses() -> None:
    tested = Network([5], [Rule(0, 0, 4)])
    probe = tested.probe([0])
    tested.close()
    tested.close()

    with pytest.raises(NetworkError, match="closed"):
        probe([1])


def test_names_of_one_hash_are_one_field_to_the_engine_and_never_both_used() -> None:
    assert network.fnv1a("field_1079599") == network.fnv1a("field_1262382")
    names = ["field_1079599", "id", "a", "field_1262382", "sid", "b"]
    assert list(network.distinct(names)) == ["field_1079599", "a", "b"]


# Guards: a wrong answer from the engine is made here, by hand, and must become an error, after which all is well again.

RULES = [Rule(0, 1, 2), Rule(0, 2, 3), Rule(1, 0, 1)]


def tampered(monkeypatch: pytest.MonkeyPatch, name: str, wrong: object) -> None:
    """The network, its engine first wrong then right again, refuses and then answers."""
    probe = Network([5, 5], RULES).probe([0, 1])
    with monkeypatch.context() as patch:
        patch.setattr(network, name, wrong)
        with pytest.raises(NetworkError):
            probe([2, 0])

    assert sorted(probe([2, 0])) == [0, 1, 2]
    assert probe([0, 4]) == []


def test_a_lost_firing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    tampered(monkeypatch, "complete_action", lambda handle, state: None)


def test_a_fact_that_nobody_heard_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    tampered(monkeypatch, "assert_fact", lambda handle, text: (1, 0))


def test_a_fact_seen_before_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    tampered(monkeypatch, "assert_fact", lambda handle, text: (2, 0))


def test_a_failing_engine_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int, state: int) -> None:
        raise network.engine_error("Could not start action, error code: 303")

    tampered(monkeypatch, "start_action", fail)


@pytest.mark.parametrize("said", ["0", "7", "canary"], ids=["for ever the same", "a stranger", "the canary"])
def test_a_firing_that_is_not_due_is_an_error(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    tampered_answer(monkeypatch, said)


def tampered_answer(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """As `tampered`, once the states are primed: from then on the engine says that this rule fired, again and again."""
    probe = Network([5, 5], RULES).probe([0, 1])
    assert probe([0, 4]) == []
    with monkeypatch.context() as patch:
        patch.setattr(network, "complete_action", lambda handle, state: f'{{"{said}":{{"m":{{}}}}}}')
        with pytest.raises(NetworkError):
            probe([2, 0])

    assert sorted(probe([2, 0])) == [0, 1, 2]


def test_the_right_number_of_the_wrong_rules_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule 1 is not due at rung 1, where rule 0 is: only its own interval tells them apart."""
    probe = Network([5, 5], RULES).probe([0, 1])
    assert probe([1, 4]) == [0]
    with monkeypatch.context() as patch:
        patch.setattr(network, "start_action", lambda handle, state: ("{}", '{"1":{"m":{}}}'))
        patch.setattr(network, "complete_action", lambda handle, state: None)
        with pytest.raises(NetworkError, match=r"rule 1 \(2 to 3\) fired at rung 1"):
            probe([1, 4])

    assert probe([1, 4]) == [0]


def test_one_due_rule_twice_instead_of_two_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count is right and rule 0 may fire here: only that it came twice tells that another is lost."""
    probe = Network([5, 5], RULES[:2]).probe([0, 1])
    assert probe([0, 0]) == []
    answers = iter(['{"0":{"m":{}}}', None])
    with monkeypatch.context() as patch:
        patch.setattr(network, "start_action", lambda handle, state: ("{}", '{"0":{"m":{}}}'))
        patch.setattr(network, "complete_action", lambda handle, state: next(answers))
        with pytest.raises(NetworkError, match="2 different rules"):
            probe([2, 0])

    assert sorted(probe([2, 0])) == [0, 1]


@pytest.mark.parametrize("step", [1, -1])
def test_a_tally_that_the_engine_does_not_meet_is_an_error(step: int) -> None:
    tested = Network([5, 5], RULES)
    probe = tested.probe([0, 1])
    tested.fields[0][0][1].tally[2] += step

    with pytest.raises(NetworkError, match="different rules should fire"):
        probe([2, 0])
    assert probe([1, 4]) == [0]


def test_a_fact_left_behind_does_not_reach_the_next_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the retract the state would take the next fact for one already seen; it is thrown away and made anew."""
    probe = Network([5, 5], RULES).probe([0, 1])
    with monkeypatch.context() as patch:
        patch.setattr(network, "retract_fact", lambda handle, text: (0, 0))
        with pytest.raises(NetworkError, match="code 2"):
            probe([2, 0])

    assert sorted(probe([2, 0])) == [0, 1, 2]


def test_an_interrupted_message_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(handle: int, state: int) -> str:
        raise KeyboardInterrupt

    probe = Network([5, 5], RULES).probe([0, 1])
    assert probe([0, 4]) == []
    with monkeypatch.context() as patch:
        patch.setattr(network, "complete_action", interrupt)
        with pytest.raises(KeyboardInterrupt):
            probe([2, 0])

    assert sorted(probe([2, 0])) == [0, 1, 2]


def test_no_state_left_is_an_error() -> None:
    tested = Network([5], RULES[:2])
    probe = tested.probe([0])
    assert tested.shards is not None
    idle = tested.shards[0].idle
    kept = list(idle)
    idle.clear()

    with pytest.raises(NetworkError, match="probes at once"):
        probe([2])
    idle.extend(kept)
    assert len(probe([2])) == 2
