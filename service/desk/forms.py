"""A file of a draft as a form: fields, operators, switches and rows, derived from the grammar. What is sent becomes
acts on the text (rules.editing), so that a form and the text are two views of one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.editing.acts import Act, Add, Move, Remove, Rename, Set
from rules.editing.address import Address, Data, Refused
from rules.editing.clauses import Wording, together, wordings
from rules.editing.edit import edit
from rules.editing.outline import Place, outline
from rules.editing.templates import Template, outlined, templates
from rules.editing.texts import HEAD, SUFFIX, Texts, tree
from rules.format.titles import title_of, title_of_file
from rules.operations import OPERATORS
from rules.shapes import ListOf, Record
from rules.values.text import Text

VALUE, UNIT, KEY, CLAUSE, HOW = "value:", "unit:", "key:", "clause:", "how:"  # before an address, the names of fields
COMPARED = {name: one.about for name, one in OPERATORS.items()}
LISTS = frozenset(name for name, one in OPERATORS.items() if isinstance(one.shape, ListOf))  # those of several values
APART = re.compile(r"\s*(?:[、，；;]|,(?!\d{3}(?!\d)))\s*")  # between values; not between thousands
COLLECTIONS = ("record", "map", "list")
MOST, FEW = 200, 3  # fields of a form; of a part that stays in a longer one
Said = Mapping[str, str]  # the fields of a form


@dataclass(frozen=True, slots=True)
class Offer:
    """Words of a clause or a reading that say a figure which is changed; `field` takes them along."""

    field: str
    wording: Wording
    where: Text  # in words: the file, the clause or reading, and what of it


@dataclass(frozen=True, slots=True)
class Made:
    """The files after a form, the lines that went with what was removed, and clauses that say the same figures."""

    files: Mapping[str, str]
    removed: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()


def texts_of(own: Mapping[str, str], published: Mapping[str, str]) -> Texts:
    """The files of a draft, by name, over those of the published editions that it extends; `published` by path."""
    return Texts(own, tuple(above_of(own, published).values()))


def above_of(own: Mapping[str, str], published: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """The files, by name, of the published editions that a draft extends, by the name of each, the nearest first."""
    above, files = dict[str, Mapping[str, str]](), own
    while (at := _extended(files)) and at not in above:
        files = own_of(at, published)
        if not files:
            break
        above[at] = files
    return above


def own_of(edition: str, files: Mapping[str, str]) -> Mapping[str, str]:
    """The files of an edition itself, by name, among files by path."""
    return {path.rpartition("/")[2]: text for path, text in files.items() if path.startswith(f"{edition}/")}


def _extended(files: Mapping[str, str]) -> str:
    text = files.get(HEAD + SUFFIX, "")
    try:
        extends = tree(HEAD, text).at("extends")
    except Refused:
        return ""
    plan, day = extends.at("plan").text, extends.at("edition").text
    return f"{plan}/{day}" if plan and day else ""


def form_of(texts: Texts, at: Address) -> Place:
    """The places of a file, or of a part of it."""
    return outline(texts, at.file).find(at) if at.steps else outline(texts, at.file)


def folded(form: Place) -> frozenset[str]:
    """The addresses of the parts of a long form that have a form of their own."""
    return frozenset() if _fields(form) <= MOST else frozenset(_long(form))


def _long(place: Place) -> Iterator[str]:
    for one in place.parts:
        if one.kind in COLLECTIONS and place.kind in ("list", "map") and _fields(one) > FEW:
            yield str(one.address)
        else:
            yield from _long(one)


def _fields(place: Place) -> int:
    return sum(one.kind not in COLLECTIONS for one in place.walk())


def made_of(texts: Texts, at: Address, said: Said, *, asked: bool) -> Made:
    """The files that a form makes of an edition's. Refused where a field cannot be taken; nothing of it is then."""
    form, now, removed, offers = form_of(texts, at), texts, list[str](), list[Offer]()
    for act in (*_sets(form, said), *_renames(form, said), *_asked(form, said.get("do", ""))):
        found = [*_offers(now, act)]
        offers += found
        along = together(one.wording for one in found if one.field in said)
        done = edit(now, [act, *(Set(at, text) for at, text in along.items())])
        now, removed = Texts(done.files, texts.above), [*removed, *done.removed]
    return Made(now.own, tuple(removed), () if asked else tuple(offers))


def _offers(texts: Texts, act: Act) -> Iterator[Offer]:
    said = wordings(texts, act.at, act.value) if isinstance(act, Set) and isinstance(act.value, str) else ()
    files = {file: outline(texts, file) for file in {one.at.file for one in said}}
    for number, one in enumerate(said):
        yield Offer(f"{CLAUSE}{number}:{act.at}", one, _where(files[one.at.file], one.at))


def _where(file: Place, at: Address) -> Text:
    """The titles of the places that lead to an address, without the one that all in its file have."""
    steps = [file.find(Address(at.file, at.steps[:number])).title for number in range(2, len(at.steps) + 1)]
    titles = (title_of_file(at.file), *steps)
    return Text(" · ".join(one.zh for one in titles), " · ".join(one.en for one in titles))


def _sets(form: Place, said: Said) -> Iterator[Set]:
    """Every value that was changed."""
    for place in form.walk():
        if (value := _value(place, said)) is not None and value != place.text:
            yield Set(place.address, value)


def _value(place: Place, said: Said) -> str | None:
    """What a form says at a place; None where it says nothing."""
    if (value := said.get(f"{VALUE}{place.address}")) is None:
        return None
    unit = said.get(f"{UNIT}{place.address}", "")
    gap = " " if place.takes and place.takes.unit.startswith(" ") and unit else ""
    return value.replace("\r\n", "\n").strip() + gap + unit.strip()


def moved_onto(said: Said, form: Place, last: Place) -> Said:
    """What was changed in a form of one text, to be put into that of another; nothing of it where that has other
    places: a position would be another row's."""
    if [one.address for one in form.walk()] != [one.address for one in last.walk()]:
        return {}
    changed = {str(one.at) for one in _sets(form, said)} | {str(one.at) for one in _renames(form, said)}
    return {name: value for name, value in said.items() if name.partition(":")[2] in changed}


def _renames(form: Place, said: Said) -> Iterator[Rename]:
    for place in form.walk():
        key = said.get(f"{KEY}{place.address}", "")
        if place.keys and key and key != place.address.steps[-1]:
            yield Rename(place.address, key)


def _asked(form: Place, do: str) -> Iterator[Act]:
    """What a button asks for: `remove ADDRESS`, `up ADDRESS`, `down ADDRESS`."""
    what, _, where = do.partition(" ")
    if not where:
        return
    at = Address.read(where)
    if what == "remove":
        yield Remove(at)
        return
    place = next((number for number, one in enumerate(form.find(at.above).parts) if one.address == at), 0)
    yield Move(at, place + (1 if what == "down" else -1))


# --- what is added


def template_of(texts: Texts, at: Address, way: int) -> Template:
    """One of the things that can be added to a collection."""
    ways = [*templates(outline(texts, at.file).find(at))]
    if not 0 <= way < len(ways):
        raise Refused(f"{at} 里没有这种可增加的。", f"Nothing of the kind can be added to {at}.", at)
    return ways[way]


def added(texts: Texts, at: Address, template: Template, said: Said) -> Made:
    """The files with what a form says added to a collection."""
    key = template.key or said.get("name", "").strip()
    done = edit(texts, [Add(at, _filled(template.form, said), key)])
    return Made(done.files, done.removed)


def _filled(place: Place, said: Said) -> Data:
    """The data of a template with what was filled in; of what may be left out, that which was not."""
    if place.kind == "list":
        return [_filled(one, said) for one in place.parts]
    if place.kind in COLLECTIONS:
        made = {said.get(f"{KEY}{one.address}", "").strip() or str(one.address.steps[-1]): _filled(one, said)
                for one in place.parts}  # fmt: skip
        return made | {str(one.address.steps[-1]): text for one in optional(place) if (text := _value(one, said))}
    how = said.get(f"{HOW}{place.address}", "")
    text = _value(place, said) or place.text
    if how not in COMPARED or not text:
        return text
    return {how: [one for one in APART.split(text) if one] if how in LISTS else text}


def optional(place: Place) -> list[Place]:
    """The places of single values that a new record may leave out: its clause, who sets it."""
    if not isinstance(place.shape, Record) or place.context is None:
        return []
    found = (outlined(shape, place.address / key, place.context, title_of(key, shape))
             for key, shape in place.shape.optional.items())  # fmt: skip
    return [one for one in found if one.kind not in (*COLLECTIONS, "unknown", "text")]
