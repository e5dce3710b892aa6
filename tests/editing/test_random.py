"""Random edits give what the same edits by hand give, and touch no other line."""

import random
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from rules.building.loader import load
from rules.editing.acts import Set
from rules.editing.address import Refused
from rules.editing.edit import edit
from rules.editing.texts import Texts
from rules.model.places import differing

from .by_hand import built, composed, dumped, made_up, plain

ROOT = Path(__file__).parents[2]
PLANS = ("policies/xx-county/2026-05-01", "tests/plans/yun-county/2025-01-01", "tests/plans/heng-county/2025-03-01",
         "tests/plans/jin-city/2024-07-01", "policies/xx-county/2026-05-01")  # fmt: skip


def texts_of(folder):
    return {path.name: path.read_bytes().decode() for path in sorted(Path(folder).glob("*.yaml"))}


def touched(old, new):
    """The lines of the old text that are changed, taken away, or have something put before them."""
    matcher = SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    return [line for tag, first, last, _, _ in matcher.get_opcodes() if tag != "equal"
            for line in range(first, max(last, first + 1))]  # fmt: skip


def data_at(text, at):
    """What a text says at an address."""
    data = plain(text)
    for step in at.steps:
        data = data[step]
    return data


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize("seed", range(len(PLANS)))
def test_20_random_edits_equal_the_same_by_hand(seed, eol, tmp_path):
    rng, folder = random.Random(f"{seed}{eol!r}"), ROOT / PLANS[seed]
    texts = Texts({name: text.replace("\n", eol) for name, text in texts_of(folder).items()})
    trees = {name: composed(text) for name, text in texts.own.items()}
    refused = 0
    for _ in range(20):
        name = rng.choice(sorted(trees))
        tree = composed(texts.own[name])
        act, lines = made_up(rng, tree, name.removesuffix(".yaml"))
        if act is None:
            continue
        try:
            made = edit(texts, [act])
        except Refused:
            refused += 1
            continue
        old, new = texts.own[name], made.files[name]
        assert repr(plain(new)) == repr(built(tree)), act  # in the same order
        assert {*touched(old, new)} <= {*lines}, (act, made.diff())
        assert {key: text for key, text in made.files.items() if key != name} == {
            key: text for key, text in texts.own.items() if key != name}  # fmt: skip
        assert new.count("\n") == new.count(eol)
        if isinstance(act, Set) and len(lines) == 1:
            at, texts = act.at, Texts(made.files)
            was = data_at(old, at)
            assert edit(texts, [Set(at, was)]).files[name] == old, act
        texts, trees[name] = Texts(made.files), tree
    assert refused < 3
    by_hand, ours = tmp_path / folder.parent.name / folder.name, tmp_path / "x" / folder.name
    for where in (by_hand, ours):
        where.mkdir(parents=True)
    for name, tree in trees.items():
        (by_hand / name).write_text(dumped(tree), encoding="utf-8")
        (ours / name).write_bytes(texts.own[name].encode())
    first, second = load(by_hand), load(ours)
    assert sorted((one.code, one.path) for one in first.problems) == sorted(
        (one.code, one.path) for one in second.problems)  # fmt: skip
    assert (first.edition is None) == (second.edition is None)
    assert [*differing(first.edition, second.edition)] == []
