"""Distances of small cases, and all the ways there are of changing one."""

from itertools import product

from rules import Reference
from rules.judging.distance import distances
from tests.unit.small import ON


def told(edition, facts, name="d"):
    return distances(Reference(edition).decide(name, facts, ON))


def moved(distance):
    """Fact -> by how much, or to what."""
    return {one.fact: one.to if one.by is None else one.by for one in distance.changes}


def along(facts, name):
    """A fact and those that move with it, each once."""
    found, waiting = [], [name]
    while waiting:
        if (one := waiting.pop()) not in found:
            found.append(one)
            waiting += facts[one].get("moves", ())
    return found


def changed(facts, record, changes):
    """The record after some changes; None where it would be impossible."""
    after = dict(record)
    for name, change in changes.items():
        if facts[name]["type"] == "count":
            for one in along(facts, name):
                after[one] += change
        else:
            after[name] = change
    figures = {name: fact for name, fact in facts.items() if fact.get("type") == "count"}
    possible = all(after[name] >= 0 and all(after[name] <= after[whole] for whole in fact.get("part_of", ()))
                   for name, fact in figures.items())  # fmt: skip
    return after if possible else None


def cost(record, changes):
    return sum(abs(one) if type(one) is int else one != record[name] for name, one in changes.items())


def cheapest(facts, record, good, most):
    """The least cost of a change that makes a record good, of figures by `most` at most; None where there is none."""
    signs = {"up": range(most + 1), "down": range(-most, 1), "set": range(-most, most + 1)}
    options = {name: signs[fact["change"]] if fact["type"] == "count" else tuple(fact.get("choices", (False, True)))
               for name, fact in facts.items() if "change" in fact}  # fmt: skip
    ways = (dict(zip(options, way, strict=True)) for way in product(*options.values()))
    for way in sorted(ways, key=lambda one: cost(record, one)):
        after = changed(facts, record, way)
        if after is not None and good(after):
            return cost(record, way)
    return None
