"""200 random edits made through the forms give the text that the same edits by hand give."""

import random
from pathlib import Path

import pytest

from rules.editing.address import Address
from service.desk.forms import UNIT, VALUE, form_of, made_of, texts_of

FOLDER = Path(__file__).parents[2] / "policies" / "xx-county" / "2026-05-01"
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


def sent(form):
    """All that a browser sends of a form."""
    said = {}
    for place in form.walk():
        takes = place.takes
        said[f"{VALUE}{place.address}"] = takes.number if takes and takes.number else place.text
        said[f"{UNIT}{place.address}"] = takes.unit.strip() if takes and takes.number else ""
    return said


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
