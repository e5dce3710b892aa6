"""What somebody may do in a form of a policy file, drawn at random: what is sent, and the same done by hand to the data
that the file says."""

from __future__ import annotations

from rules.editing.templates import templates
from service.desk.forms import COLLECTIONS, COMPARED, HOW, KEY, LISTS, UNIT, VALUE, folded, optional
from tests.editing.by_hand import OTHER, TEXTS

TYPED = {"id": "new_{}", "date": "2031-0{}-11", "text": "新写的{}"}  # into what is added


def key_of(of, step):
    """The key or position of the part of data that a step of an address means."""
    if isinstance(of, dict) or isinstance(step, int):
        return step
    return next(n for n, one in enumerate(of) if isinstance(one, dict) and step in (one.get("id"), one.get("group")))


def above_of(data, steps):
    """The collection that holds what is at the steps, and under which key."""
    for step in steps[:-1]:
        data = data[key_of(data, step)]
    return data, key_of(data, steps[-1])


def sent(form):
    """All that a browser sends of a form: the fields of its parts that are not folded away."""
    said, hidden = {}, folded(form)

    def walk(place):
        for one in place.parts:
            if str(one.address) in hidden:
                continue
            if one.kind in COLLECTIONS:
                walk(one)
                continue
            takes = one.takes
            said[f"{VALUE}{one.address}"] = takes.number if takes and takes.number else one.text
            if takes and takes.number and (len(takes.units) > 1 or takes.unit):
                said[f"{UNIT}{one.address}"] = takes.unit.strip()
            if one.keys:
                said[f"{KEY}{one.address}"] = one.address.steps[-1]

    walk(form)
    return said


def another(rng, place):
    """Another text for a value, as somebody would type it; None where the field offers none."""
    takes = place.takes
    if takes and takes.number:
        return place.text.replace(takes.number, str(rng.randrange(2, 90)), 1)
    if place.kind == "flag":
        return {"true": "false", "false": "true"}.get(place.text)
    if takes and takes.choices:
        return rng.choice(takes.choices).word
    if place.kind == "date":
        return f"2031-0{rng.randrange(1, 9)}-1{rng.randrange(9)}"
    return rng.choice(TEXTS).strip() if place.kind == "text" else None


def valued(rng, form, said):
    fields = [one for one in form.walk() if f"{VALUE}{one.address}" in said and one.text]
    if not fields:
        return None
    place = rng.choice(fields)
    new = another(rng, place)
    if new is None or new == place.text:
        return None
    number = place.takes.number if place.takes else ""
    typed = new[: len(new) - len(place.text) + len(number)] if number and place.text.startswith(number) else new
    if number and not place.text.startswith(number):
        return None

    def by_hand(data):
        of, key = above_of(data, place.address.steps)
        of[key] = new

    return {**said, f"{VALUE}{place.address}": typed}, by_hand, place.address.steps, "value"


def renamed(rng, form, said):
    fields = [one for one in form.walk() if f"{KEY}{one.address}" in said
              and OTHER.get(one.address.steps[-1]) in [choice.word for choice in one.keys]]  # fmt: skip
    if not fields:
        return None
    at = rng.choice(fields).address
    new = OTHER[at.steps[-1]]

    def by_hand(data):
        of, key = above_of(data, at.steps)
        now = [(new if one == key else one, value) for one, value in of.items()]
        of.clear()
        of.update(now)

    return {**said, f"{KEY}{at}": new}, by_hand, at.steps, "key"


def rearranged(rng, form, said):
    do = rng.choice(("remove", "up", "down"))
    places = [one for one in form.walk() if (one.removable if do == "remove" else one.movable)
              and len(one.address.steps) > len(form.address.steps)]  # fmt: skip
    if not places:
        return None
    at = rng.choice(places).address

    def by_hand(data):
        of, key = above_of(data, at.steps)
        if do == "remove":
            del of[key]
            return
        now = [*of.items()] if isinstance(of, dict) else [*of]
        here = [*of].index(key) if isinstance(of, dict) else key
        to = here + (1 if do == "down" else -1)
        assert 0 <= to < len(now)
        now.insert(to, now.pop(here))
        of.clear()
        of.update(now) if isinstance(of, dict) else of.extend(now)

    of = form.find(at.above).parts
    here = next(number for number, one in enumerate(of) if one.address == at)
    if (do, here) in (("up", 0), ("down", len(of) - 1)):
        return None  # no button
    return {**said, "do": f"{do} {at}"}, by_hand, at.steps, do


def typed(rng, place):
    """What somebody types into an empty field."""
    if place.kind == "flag":
        return "true"
    if place.takes and place.takes.choices:
        return rng.choice(place.takes.choices).word
    if place.takes and place.takes.examples:
        return rng.choice(place.takes.examples)
    last = place.address.steps[-1]
    return TYPED.get(last if last in TYPED else place.kind, "新写的{}").format(rng.randrange(1, 9))


def compared(rng, place, called, said):
    """The comparison with what is typed, where the form asks for one and it is chosen."""
    if place.address.steps not in called or rng.random() < 0.3:
        return None
    how, text = rng.choice(sorted(COMPARED.keys() - LISTS)), said[f"{VALUE}{place.address}"]
    said[f"{HOW}{place.address}"] = how
    return {how: text}


def put(data, steps, value):
    """Write a value into nested data that grow as they are written."""
    for here, below in zip(steps, (*steps[1:], None), strict=True):
        if isinstance(data, list) and len(data) <= here:
            data.append(None)
        if below is None:
            data[here] = value
            return
        known = data.get(here) if isinstance(data, dict) else data[here]
        if known is None:
            data[here] = known = [] if isinstance(below, int) else {}
        data = known


def grown(rng, texts, form):
    """Something added to a collection, with every field of its form filled in."""
    places = [one for one in form.walk() if one.grows or one.adds]
    if not places:
        return None
    into = rng.choice(places)
    ways = [*templates(into)]
    if not ways:
        return None
    template = rng.choice(ways)
    name = f"new_{rng.randrange(10**6)}" if into.kind == "map" and not template.key else ""
    said, called, deep, new = {"name": name} if name else {}, {}, len(template.form.address.steps), {}
    for one in template.form.walk():
        for below in one.parts if one.kind == "map" else ():
            said[f"{KEY}{below.address}"] = called[below.address.steps] = f"named_{rng.randrange(10**6)}"
    leaves = [one for one in template.form.walk() if one.kind not in COLLECTIONS]
    for one in [*leaves, *rng.sample(more := optional(template.form), min(1, len(more)))]:
        said[f"{VALUE}{one.address}"] = text = typed(rng, one)
        steps = [called.get(one.address.steps[: at + 1], step) for at, step in enumerate(one.address.steps)]
        put(new, ("all", *steps[deep:]), compared(rng, one, called, said) or text)
    for one in template.form.walk():  # what holds nothing yet
        if one.kind in COLLECTIONS and not one.parts and not (one is template.form and "all" in new):
            put(new, ("all", *one.address.steps[deep:]), [] if one.kind == "list" else {})
    value = new.get("all", "")

    def by_hand(data):
        of = data
        for step in into.address.steps:
            of = of[key_of(of, step)]
        if isinstance(of, list):
            of.append(value)
        else:
            of[template.key or name] = value

    return (template, said), by_hand, into.address.steps, "add"
