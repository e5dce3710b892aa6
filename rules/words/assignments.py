"""The words of an assignment: what it balances, in the rulebook and in a difference."""

from __future__ import annotations

from functools import partial

from rules.model import Assignment
from rules.values.exact import RATE
from rules.values.text import Text
from rules.words.sides import Item, Items, Sides
from rules.words.wording import Wording


def items(one: Assignment, _body: Assignment, sides: Sides) -> Items:
    """The dimensions that are balanced, the bounds of a bearer, and the part that stays."""
    place = ("assignments", one.id)
    for each in one.balance:
        of_each = {
            "condition": sides.of(partial(Wording.expr, expr=each.measure, subject=one.subject), "measure"),
            "weight": sides.text(str(each.weight), "weight"),
            "tolerance": sides.of(partial(Wording.value, value=each.tolerance, type=RATE), "tolerance"),
        }
        yield f"{one.id}.{each.id}", Item("item", each.title, each.clause, (*place, "balance", each.id), of_each)
    bounds = (
        ("share", Text("应担的份额", "Fair share"), one.share),
        ("most", Text("最多几个", "How many at most"), one.most),
    )
    sentences = {
        name: (title, partial(Wording.expr, expr=ref, subject=one.bearer)) for name, title, ref in bounds if ref
    }
    if one.keep is not None:
        title = Text("沿用上次分派", "What stays of the last assignment")
        sentences["keep"] = title, partial(Wording.value, value=one.keep, type=RATE)
    for name, (title, say) in sentences.items():
        yield f"{one.id}.{name}", Item("item", title, one.clause, (*place, name), {"value": sides.of(say)})
