"""The assignments of an edition spelled out as items, as rules.words.items does for its decisions."""

from __future__ import annotations

from collections.abc import Iterator

from rules.model import Assignment, Edition
from rules.values.exact import RATE
from rules.words.items import LANGS, Item, both, same, spelled
from rules.words.wording import Wording


def assigned_items(edition: Edition) -> dict[str, Item]:
    """Everything the assignments say, by path."""
    return {path: item for one in edition.assignments.values() for path, item in items_of(edition, one)}


def items_of(edition: Edition, one: Assignment) -> Iterator[tuple[str, Item]]:
    """An assignment, what it balances, what a bearer can take, and what stays."""
    words = [Wording(edition, lang) for lang in LANGS]
    sides = {"title": both(one.title), "clause": same(one.clause), "type": same(one.kind)}
    yield one.id, Item("decision", both(one.title), one.clause, sides)
    for each in one.balance:
        sides = {
            "condition": spelled(words, lambda say, at=each: say.expr(at.measure, one.subject)),  # type: ignore[misc]
            "weight": same(str(each.weight)),
            "tolerance": spelled(words, lambda say, at=each: say.value(at.tolerance, RATE)),  # type: ignore[misc]
            "clause": same(each.clause),
            "set_by": same(each.set_by),
            "title": both(each.title),
        }
        yield f"{one.id}.{each.id}", Item("item", both(each.title), each.clause, sides)
    for name, titles, ref in (
        ("share", ("应担的份额", "Fair share"), one.share),
        ("most", ("最多几个", "How many at most"), one.most),
    ):
        if ref is not None:
            said = spelled(words, lambda say, at=ref: say.expr(at, one.bearer))  # type: ignore[misc]
            yield f"{one.id}.{name}", Item("item", titles, one.clause, {"value": said})
    if one.keep is not None:
        sides = {"value": spelled(words, lambda say: say.value(one.keep, RATE)), "set_by": same(one.keep_set_by)}
        yield f"{one.id}.keep", Item("item", ("沿用上次分派", "What stays of the last assignment"), one.clause, sides)
