"""200 random edits made through the forms give the text that the same edits by hand give: values, operators, rows that
come, go and move, in every plan there is; and many values of one form at once."""

import random
from pathlib import Path

import pytest

from rules.editing.address import Address
from service.desk.forms import VALUE, form_of, made_of, texts_of
from tests.desk.forms_drawn import sent
from tests.desk.random_forms import edits

ROOT = Path(__file__).parents[2]
PLANS = ("policies/xx-county/2026-05-01", "tests/plans/heng-county/2025-03-01", "tests/plans/jin-city/2024-07-01",
         "tests/plans/yun-county/2025-01-01", "tests/plans/yun-credit-union/2025-06-01")  # fmt: skip
FOLDER = ROOT / "policies" / "xx-county" / "2026-05-01"
FILES = ("credit_village", "credit_township", "scoring", "grant", "facts", "clauses", "readings", "screening")
EDITS = 25  # of each file, in one form


def another(rng, place):
    """Another text of the same kind for a value."""
    if place.takes and place.takes.number:
        return place.text.replace(place.takes.number, str(rng.randrange(2, 90)), 1)
    if place.kind == "flag":
        return {"true": "false", "false": "true"}.get(place.text, place.text)
    if place.takes and place.takes.choices:
        return rng.choice(place.takes.choices).word
    return f"另一句话{rng.randrange(100)}" if place.kind == "text" else place.text


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("plan", PLANS)
def test_20_random_edits_through_forms_are_those_by_hand(plan, seed):
    done = edits(ROOT / plan, seed)
    assert all("already" in said for *_, said in done.pop("why", [])), done  # a name that was drawn twice
    assert {"value", "add"} <= done.keys()
    assert sum(done.values()) - 2 * done.pop("refused", 0) > 15


@pytest.mark.parametrize("file", FILES)
def test_random_edits_in_a_form_change_the_text_as_by_hand(file):
    rng = random.Random(file)
    files = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")}
    texts, lines = texts_of(files, {}), files[f"{file}.yaml"].split("\n")
    form = form_of(texts, Address(file))
    said, done = sent(form), 0
    places = [one for one in form.walk() if one.text and lines[one.line - 1].count(one.text) == 1]
    for place in rng.sample(places, len(places)):
        line, new = lines[place.line - 1], another(rng, place)
        if done == EDITS or new == place.text or line.count(place.text) != 1:
            continue
        lines[place.line - 1] = line.replace(place.text, new)
        number = new.removesuffix(place.takes.unit) if place.takes and place.takes.number else new
        said[f"{VALUE}{place.address}"] = number
        done += 1
    assert done == EDITS
    made = made_of(texts, Address(file), said, asked=True)
    assert made.files[f"{file}.yaml"].split("\n") == lines
    assert {name: text for name, text in made.files.items() if name != f"{file}.yaml"} == {
        name: text for name, text in files.items() if name != f"{file}.yaml"}  # fmt: skip
