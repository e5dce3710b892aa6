"""Every field of an edition is told by show, by the rulebook and by the pages to read it: all three print the lines of
a Book, so that a line has to tell each field of its item, and each of the three has to print each line."""

from pathlib import Path

import pytest

from rules.building.store import open_store
from rules.model import Clause, Comparison, Const, Edition, Fact, Group, Op, Ref, ScoreItem, Subject
from rules.model.places import at
from rules.values.exact import Type
from rules.values.kinds import said
from rules.values.layout import Row
from rules.values.text import Text
from rules.variants.readings import alternatives, each_under, others
from rules.words.book import Book
from rules.words.diff import diff
from rules.words.items import beside, items
from rules.words.rulebook import page
from service.commands.show import printed
from tests.unit.altering import alterations, dataclasses_in, with_twins

TESTS = Path(__file__).parents[1]
ROOTS = (TESTS.parent / "policies", TESTS / "plans")
PLANS = [(root, folder.parent.name) for root in ROOTS for folder in sorted(root.glob("*/*/"))]
MOST = 1  # places in which each field of each edition is changed
NOT_TOLD = {
    (Edition, "sha256"): "it follows from the text of the files; the page and JSON give it beside the name",
    (Edition, "under"): "the reading that is tried heads the page",
    (Edition, "plan"): "the name of the edition, which heads every page",
    (Fact, "constant"): "it follows from the formula",
    (Fact, "subject"): "it is the place of the fact, which its path says",
    (Fact, "name"): "it is the key that the path says",
    (Subject, "name"): "it is the key that the path says",
    (Clause, "id"): "it is the key that the path says",
    (Op, "type"): "it follows from what the operation reads",
    (Ref, "type"): "it follows from what is read",
    (Const, "type"): "the value says its unit, and no value is of a type alone",
    (ScoreItem, "shown"): "it is the value that the bands or the formula speak of",
}
SOMEWHERE = {  # a change that no file can say where the operator, the operation or the join takes nothing of the kind
    (Op, "args"), (Op, "each"), (Op, "where"), (Op, "name"), (Ref, "scope"), (Ref, "output"), (Comparison, "limits"),
    (Group, "least"),
}  # fmt: skip
MARKS = ("mark", "mark_to")


@pytest.fixture(scope="module")
def editions():
    stores = {root: open_store(root).plans for root in ROOTS}
    return {(root, plan): with_twins(stores[root][plan][-1]) for root, plan in PLANS}


def owner(edition, place):
    """The path of the item that a place belongs to."""
    listed = {item.place: path for path, item in (items(edition) | beside(edition)).items()}
    return next((listed[place[:end]] for end in range(len(place), 0, -1) if place[:end] in listed), None)


def told(edition, path):
    """All that is told of an item."""
    line = Book(edition).lines.get(path)
    if line is None:
        return None
    return tuple(f"{line.item.title.get(lang)} {line.item.clause} {line.whole(lang)}" for lang in ("zh", "en"))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan[1])
def test_every_field_that_changes_is_told_otherwise(editions, plan):
    edition, silent = editions[plan], []
    for kind, field, place, other in alterations(edition, MOST):
        if field in MARKS or (kind, field) in NOT_TOLD.keys() | SOMEWHERE:
            continue
        path = owner(edition, place) or owner(other, place)
        before, after = (told(one, path) if path else None for one in (edition, other))
        old, new = at(edition, place), at(other, place)
        if isinstance(new, Type) and (said(old), old.of) == (said(new), new.of):  # a unit of what has none
            continue
        lacking = isinstance(new, Text) and after and any(one not in text for one, text in zip(new, after, strict=True))
        if before == after:  # what has lines of its own, in their order
            before, after = ([*Book(one).lines] for one in (edition, other))
        if before == after or lacking:
            silent.append((kind.__name__, field, place))
    assert silent == []


def test_what_is_not_told_is_of_the_model():
    fields = {(kind, name) for kind in dataclasses_in() for name in kind.__dataclass_fields__}
    assert fields >= NOT_TOLD.keys()


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan[1])
def test_show_and_the_rulebook_print_every_line(plan):
    root, name = plan
    edition = open_store(root).plans[name][-1]
    lines = [one for one in Book(edition).lines.values() if one.item.kind != "clause"]
    printed_lines = [[part.text for part in spans(line)] for block in printed(edition, "zh") for line in block]
    shown = "\n".join(part for line in printed_lines for part in line)
    assert [
        one.path for one in lines if one.words("zh").rstrip("。.") not in shown and one.item.kind != "decision"
    ] == []
    told = [(one.path, more) for one in lines for more in one.particulars]
    tail = [(path, f"{more.name.zh.rpartition('·')[2]}：{more.value.zh.rstrip('。.')}") for path, more in told]
    assert [path for path, words in tail if words not in shown] == []
    for one in (one for one in lines if one.item.kind == "decision"):  # its outcomes once
        assert one.words("zh") not in [part.strip() for line in printed_lines for part in line]
    book = page(edition, {}).replace("\\|", "|")
    assert [one.path for one in lines if one.words("zh") not in book] == []
    assert [one.path for one in lines for more in one.particulars if more.get("zh") not in book] == []


def spans(line):
    return line.cells if isinstance(line, Row) else line.spans


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan[1])
def test_what_another_choice_of_a_reading_changes_is_told_as_the_rules_are(plan):
    """As the difference to the edition under that choice alone, though many choices are made at once."""
    root, name = plan
    edition = open_store(root).plans[name][-1]
    told, possible = Book(edition, under=others(root, edition)), alternatives(edition)
    few = possible[:: 1 + len(possible) // 12]
    for (reading, option), other in zip(few, each_under(root, edition, [{one: by} for one, by in few]), strict=True):
        title = edition.readings[reading].readings[option].zh
        [words] = [one for one in told.line(f"readings.{reading}").particulars if one.name.zh == f"变动·{title}"]
        changes = [one for one in diff(edition, other) if one.item.kind not in ("reading", "plan")]
        wanted = [one for one in changes if one.aspect != "needs"]
        assert words.value.zh == "；".join(one.text("zh") for one in wanted)
        assert words.value.en == "; ".join(one.text("en") for one in wanted)
        assert wanted
        assert "{" not in words.value.en
