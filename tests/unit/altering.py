"""Every field of an edition set to another value, one at a time: the dataclasses are found by introspection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any, get_type_hints

from rules.judging.kinds import KINDS
from rules.model import Body, Comparison, Const, Edition, Group, Leaf, Op, Ref, Subject
from rules.model.places import Place, parts, put
from rules.operations import PHRASES
from rules.values.exact import BOOLEAN, POINTS, Type
from rules.values.text import Mark, Text

TWIN = "twin_of_"
SAME_SHAPE = {"sum": "product", "product": "sum", "ratio": "difference", "difference": "ratio", "greatest": "least",
              "least": "greatest", "lowest": "highest", "highest": "lowest", "mean": "median", "median": "mean",
              "total": "mean", "first_known": "greatest"}  # fmt: skip
EMPTY: Mapping[str, Any] = {"choices": Text("另", "other"), "changes": {"a.b": {"at_least": "1"}}, "source": "x"}
NAMES = ("moves", "needs", "changes", "exclusions")  # lists of names, which may be empty
TRUE = Const(True, BOOLEAN)
ALWAYS = Leaf(TRUE, (Comparison("equals", (TRUE,)),))


def dataclasses_in(kind: type = Edition) -> set[type]:
    """The dataclasses of the model that an edition is made of."""
    found: set[type] = set()

    def visit(hint: Any) -> None:
        if is_dataclass(hint) and hint not in (Text, Type, Mark) and hint not in found:
            found.add(hint)
            for one in get_type_hints(hint).values():
                visit(one)
        for part in KINDS if hint is Body else getattr(hint, "__args__", ()):
            visit(part)

    visit(kind)
    return found


def with_twins(edition: Edition) -> Edition:
    """The edition with a second subject like each, so that a name of a subject can change and still be one."""
    twins = {
        f"{TWIN}{name}": Subject(
            f"{TWIN}{name}",
            Text(f"另一{one.title.zh}", f"other {one.title.en}"),
            one.within,
            {key: replace(fact, subject=f"{TWIN}{name}") for key, fact in one.facts.items()},
        )
        for name, one in edition.subjects.items()
    }
    return replace(edition, subjects={**edition.subjects, **twins})


def changed_inside(kind: type, name: str) -> bool:
    """Whether a field always holds dataclasses of the model, so that a change of it is one of their fields."""
    hint = get_type_hints(kind)[name]
    return {*(KINDS if hint is Body else getattr(hint, "__args__", (hint,)))} <= dataclasses_in()


def alterations(edition: Edition, most: int) -> Iterator[tuple[type, str, Place, Edition]]:
    """The dataclass and the field changed, the place, and the edition with another value there: each field in a few
    places, which are spread over the edition."""
    found: dict[tuple[type, str], list[tuple[Place, Any]]] = {}
    for place, thing in _things(edition, ()):
        for field in fields(thing):
            if field.init:
                found.setdefault((type(thing), field.name), []).append(((*place, field.name), thing))
    for (kind, name), places in found.items():
        places.sort(
            key=lambda one, name=name: getattr(one[1], name) in (None, "", (), {})
        )  # those that say something first
        for place, thing in places[:: -(-len(places) // most)]:
            for value in _others(edition, thing, name, getattr(thing, name)):
                yield kind, name, place, put(edition, place, value)


def _things(thing: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Every dataclass in a thing; the twins of subjects are only names to change to."""
    if is_dataclass(thing) and not isinstance(thing, Text | Type | Mark):
        yield place, thing
    for name, part in (parts(thing) or {}).items():
        if not str(name).startswith(TWIN):
            yield from _things(part, (*place, name))


def _others(edition: Edition, thing: Any, name: str, value: Any) -> Iterator[Any]:
    hint = str(get_type_hints(type(thing))[name])
    if value is not None:
        yield from [None] if "None" in hint else []
        yield from _changed(edition, thing, name, value)
    elif name not in ("minimum", "maximum") or thing.type.is_number:
        yield next((instead for word, instead in INSTEAD_OF_NONE.items() if word in hint), 1)


def _changed(edition: Edition, thing: Any, name: str, value: Any) -> Iterator[Any]:
    if isinstance(thing, Op) and name == "name":
        yield SAME_SHAPE.get(value, "first_known")
    elif isinstance(thing, Op) and name == "option":
        known = {key.split("@")[0].partition(".") for key in PHRASES}
        yield from [option for of, _, option in sorted(known) if of == thing.name and option not in ("", value)][:1]
    elif isinstance(thing, Group) and name == "join":
        yield "any" if value != "any" else "all"
    elif isinstance(thing, Ref) and name in ("what", "name", "scope"):
        yield from _of_reference(edition, thing, name)
    elif isinstance(thing, Comparison) and name == "operator":
        yield "equals" if value != "equals" else "above"
    elif name == "set_by" and value in ("plan", "lender"):
        yield "lender" if value == "plan" else "plan"
    elif isinstance(value, str) and TWIN + value in edition.subjects:
        yield TWIN + value
    else:
        yield from _of_any(edition, thing, name, value)


def _of_any(edition: Edition, thing: Any, name: str, value: Any) -> Iterator[Any]:
    if name == "within":
        yield next(one for one in edition.subjects if one != thing.name)
    elif name == "then":
        yield from [{}] if value else []
    elif isinstance(value, Mapping):
        if value or name in EMPTY:
            yield {**value, "added": _named([*value.values()][-1], "added") if value else EMPTY[name]}
        if len(value) > 1:
            yield dict(reversed(value.items()))
    elif isinstance(value, tuple):
        yield from [("added",)] if name in NAMES and not value else _tuples(value)
    elif not is_dataclass(value) or isinstance(value, Text | Type):
        yield _another(value)


def _of_reference(edition: Edition, ref: Ref, name: str) -> Iterator[str]:
    if name == "what":
        yield "on" if ref.what != "on" else "total"
    elif name == "scope":
        homes = [home for home, one in edition.subjects.items() if ref.name in one.facts and home != ref.scope]
        yield from homes[:1] if ref.what == "fact" else ["own"]
    elif ref.what == "fact":
        homes = [one.facts for one in edition.subjects.values() if ref.name in one.facts]
        yield from [one for one in homes[0] if one != ref.name and all(one in home for home in homes)][:1]


def _named(thing: Any, name: str) -> Any:
    key = None if isinstance(thing, Ref | Op) else next((one for one in ("id", "name") if hasattr(thing, one)), None)
    return replace(thing, **{key: name}) if key else thing


def _tuples(value: tuple[Any, ...]) -> Iterator[Any]:
    if not value:
        return
    yield (*value, _named(value[-1], "added"))
    if len(value) > 1 and value[0] != value[-1]:
        yield value[::-1]


INSTEAD_OF_NONE = {
    "Text": Text("另", "other"),
    "Leaf": ALWAYS,
    "Const": Const(1, POINTS),
    "date": date.max,
    "Op": Op("count", (Const((), Type("list")),), POINTS),
    "Ref": Ref("on", "", "", POINTS),
}


def _another(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case str():
            return f"{value}x"
        case date():
            return value + timedelta(days=1) if value < date.max else date.min
        case Text():
            return Text(f"{value.zh}改", f"{value.en} changed")
        case Type(kind="list"):
            return replace(value, of=f"{TWIN}{value.of}")
        case Type(kind="choice"):
            return replace(value, choices=(*value.choices, "added"))
        case Type():
            return replace(value, unit=f"{value.unit}x")
    return value + 1
