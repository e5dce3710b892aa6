"""The difference of two editions in words.

The difference is computed on the compiled editions as data (rules.model.places), so that it is complete. The sides of
items (rules.words.items) tell a difference in sentences. A field that no sentence tells is told by its name, as it was
and as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rules.model import Const, Edition, Fact, Op, Ref
from rules.model.places import ORDER, Difference, Place, differing, put
from rules.model.places import at as part_at
from rules.values.exact import Type
from rules.values.text import Text
from rules.words.items import items
from rules.words.phrases import FIELDS, NONE, VALUES
from rules.words.sides import Item, Side
from rules.words.untold import Untold

UNNAMED = Text("", "")
NAMES = {
    "applies": "when",
    "ceiling": "most",
    "value": "",
    "condition": "",
}  # sides that are not called as their field is
# fields that say nothing more where the other differs
REPLACED = {"body": "kind", "bands": "formula", "dated": "formula"}
WORDS = {"added": Text("新增", "added:"), "removed": Text("删除", "removed:")}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. An item that came or went as a whole has no aspect, and nothing before or after."""

    what: str  # added | removed | changed
    path: str  # decision.item
    aspect: str  # condition, clause, then.limit ...; "" for the whole item
    item: Item
    name: Text = UNNAMED  # the aspect in words
    before: Text | None = None
    after: Text | None = None
    short: tuple[Text, Text] = (NONE, NONE)  # before and after without the parts that are alike

    def text(self, lang: str) -> str:
        """`A-grade share: at least 55% → at least 60%`."""
        colon = Text("：", ": ").get(lang)
        title = self.item.title.get(lang)
        if self.what != "changed":
            detail = _detail(self.item).get(lang)
            return f"{WORDS[self.what].get(lang)} {title}" + (f"{colon}{detail}" if detail else "")
        old, new = (one.get(lang) for one in self.short)
        return f"{title} {self.name.get(lang)}".rstrip() + f"{colon}{old} → {new}"

    def as_dict(self) -> dict[str, Any]:
        before, after = (None if one is None else {"zh": one.zh, "en": one.en} for one in (self.before, self.after))
        return {
            "what": self.what,
            "kind": self.item.kind,
            "path": self.path,
            "aspect": self.aspect or None,
            "clause": self.item.clause or None,
            "before": before,
            "after": after,
            "zh": self.text("zh"),
            "en": self.text("en"),
        }


def _detail(item: Item) -> Text:
    """Everything that an item says beside its title, in one line."""
    sentences, title = [(_named(aspect), side.text) for aspect, side in item.sides.items()], item.title
    zh = [f"{name.zh}{'：' if name.zh else ''}{text.zh}" for name, text in sentences if text.zh not in ("", title.zh)]
    en = [f"{name.en} {text.en}".strip() for name, text in sentences if text.en not in ("", title.en)]
    return Text("；".join(zh), "; ".join(en))


def _named(aspect: str) -> Text:
    field = NAMES.get(aspect, aspect)
    return FIELDS[field] if field else UNNAMED


def diff(old: Edition, new: Edition) -> list[Change]:
    """Every difference, in the order of the new edition; an item that went comes where it stood."""
    return list(_Comparison(old, new).changes())


class _Comparison:
    """Two editions, their items, and the places where they differ."""

    def __init__(self, old: Edition, new: Edition) -> None:
        self.old, self.new = old, new
        self.before, self.after = items(old), items(new)
        self.places: dict[str, list[Difference]] = {}
        known = [(path, item) for side in (self.before, self.after) for path, item in side.items()]
        self.untold = Untold(old, new, {item.place: item.title for _, item in known})
        owners = {item.place: path for path, item in known}
        for one in _independent(old, new):
            nearest = next((at for end in range(len(one.place), 0, -1) if (at := one.place[:end]) in owners), None)
            self.places.setdefault("" if nearest is None else owners[nearest], []).append(one)

    def changes(self) -> Iterator[Change]:
        for path in _merged(list(self.before), list(self.after)):
            before, after = self.before.get(path), self.after.get(path)
            if before is not None and after is not None:
                yield from self._changed(path, before, after)
            elif after is not None:
                yield Change("added", path, "", after)
            elif before is not None:
                yield Change("removed", path, "", before)
        plan = Item("plan", Text("方案", "Plan"), "", (), {})
        yield from (self._field("plan", plan, one) for one in self.places.get("", ()))

    def _changed(self, path: str, before: Item, after: Item) -> Iterator[Change]:
        places = self.places.get(path, ())
        worded: set[Place] = set()
        for aspect in dict.fromkeys((*before.sides, *after.sides)) if places else ():
            sides = before.sides.get(aspect), after.sides.get(aspect)
            fields = {field for side in sides if side for field in side.fields}
            own = [one for one in places if any(_within(one.place, (*after.place, *field)) for field in fields)]
            if own and _otherwise(*sides):
                worded |= {one.place for one in own if len(own) == 1 or self._heard(path, aspect, one)}
                yield _sentence(path, aspect, after, sides)
        yield from (self._field(path, after, one) for one in places if one.place not in worded)

    def _heard(self, path: str, aspect: str, one: Difference) -> bool:
        """Whether a side reads otherwise when the old edition differs at this one place alone. A limit of another kind
        goes with the value that it limits, and is read beside it."""
        if isinstance(one.old, Const) and isinstance(one.new, Const) and one.old.type.kind != one.new.type.kind:
            return True
        before = self.before[path].sides.get(aspect)
        try:
            after = items(put(self.old, one.place, one.new))[path].sides.get(aspect)
            return _otherwise(before, after)
        except LookupError:  # it speaks of something that the old edition has not
            return True

    def _field(self, path: str, item: Item, one: Difference) -> Change:
        steps = one.place[len(item.place) :]
        before, after = self.untold.values(one)
        aspect = ".".join(step.value if step is ORDER else str(step) for step in steps if step != "body")
        return Change(
            "changed", path, aspect, item, self.untold.name(one, len(item.place)), before, after, (before, after)
        )


def _independent(old: Edition, new: Edition) -> Iterator[Difference]:
    """The places where two editions differ, without those that follow from another.

    The type of a reference follows from its fact, the codes of a type from its choices, the value that a scored item
    shows from its formula or bands, and the content of a decision from its kind."""
    differences = list(differing(old, new))
    declared = {(one.old, one.new) for one in differences if isinstance(one.old, Type) and not _typed(old, one.place)}
    declared |= {(rule.type, new.rules[name].type) for name, rule in old.rules.items() if name in new.rules}
    places = {one.place for one in differences}
    for one in differences:
        *above, last = one.place
        if last == "type" and _typed(old, one.place) and (one.old, one.new) in declared:
            continue
        if last == "type" and _follows(one, old, new, differences):
            continue
        if last == "type" and _recoded(one) and any(_within(place, (*above, "choices")) for place in places):
            continue
        if last in REPLACED and (*above, REPLACED[last]) in places:
            continue
        if "shown" in one.place and _repeated(one, differences):
            continue
        yield one


def _typed(edition: Edition, place: Place) -> bool:
    """Whether a place lies in an expression, which takes its type from what it reads."""
    return isinstance(part_at(edition, place[:-1]), Const | Ref | Op)


def _follows(one: Difference, old: Edition, new: Edition, differences: Iterable[Difference]) -> bool:
    """Whether a type follows from another difference: within its expression, or in the facts of a derived fact."""
    above = one.place[:-1]
    sides, others = (part_at(old, above), part_at(new, above)), [each for each in differences if each is not one]
    if all(isinstance(side, Ref | Op) for side in sides):
        return any(_within(each.place, above) for each in others)
    derived = all(isinstance(side, Fact) and side.formula is not None and not side.choices for side in sides)
    return derived and any((each.old, each.new) == (one.old, one.new) for each in others)


def _recoded(one: Difference) -> bool:
    return isinstance(one.old, Type) and isinstance(one.new, Type) and bool(one.old.choices and one.new.choices)


def _repeated(one: Difference, differences: Iterable[Difference]) -> bool:
    """Whether the formula of the item, which the value shown follows from, differs too, or the same difference is in
    its bands."""
    item = one.place[: one.place.index("shown")]
    return any(
        _within(other.place, (*item, "formula"))
        or (_within(other.place, item) and "shown" not in other.place and (other.old, other.new) == (one.old, one.new))
        for other in differences
    )


def _within(place: Place, above: Place) -> bool:
    return place[: len(above)] == above


def _text(side: Side | None) -> Text | None:
    return None if side is None else side.text


def _otherwise(old: Side | None, new: Side | None) -> bool:
    """Whether two sides read otherwise in both languages."""
    return all(one != other for one, other in zip(_text(old) or UNNAMED, _text(new) or UNNAMED, strict=True))


def _sentence(path: str, aspect: str, item: Item, sides: tuple[Side | None, Side | None]) -> Change:
    before, after = map(_text, sides)
    zh, en = (_short(aspect, at, sides) for at in (0, 1))
    return Change(
        "changed", path, aspect, item, _named(aspect), before, after, (Text(zh[0], en[0]), Text(zh[1], en[1]))
    )


def _short(aspect: str, at: int, sides: tuple[Side | None, Side | None]) -> tuple[str, str]:
    """Both sides in one language: only the parts that differ, where the parts correspond."""
    field = NAMES.get(aspect, aspect)
    nothing = VALUES.get((field, None), VALUES.get((field, ""), NONE))
    old, new = (None if side is None else side.spoken[at] for side in sides)
    if old is None or new is None or old.frame != new.frame or len(old.parts) != len(new.parts) or not old.parts:
        first, second = (one.whole if one is not None else "" for one in (old, new))
        return first or tuple(nothing)[at], second or tuple(nothing)[at]
    pairs = [(one, other) for one, other in zip(old.parts, new.parts, strict=True) if one != other]
    sign = ("；", "; ")[at]
    return sign.join(one for one, _ in pairs) or old.whole, sign.join(other for _, other in pairs) or new.whole


def _merged(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Both lists in one: the new order, with each name that went behind the one it stood after."""
    merged = list(new)
    known = set(new)
    for number, path in enumerate(old):
        if path not in known:
            before = next((one for one in reversed(old[:number]) if one in known), None)
            merged.insert(0 if before is None else merged.index(before) + 1, path)
            known.add(path)
    return merged
