"""The words of an assignment: what it balances, in the rulebook and in a difference."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rules.model import Assignment
from rules.values.exact import RATE
from rules.values.markdown import cell, table
from rules.values.text import Text
from rules.words.checklists import SET_BY, named
from rules.words.sides import Item, Items, Sides
from rules.words.wording import Wording


def lines(one: Assignment, _body: Assignment, words: Wording) -> Iterator[str]:
    """The dimensions that are balanced, the bounds of a bearer, and the part that stays, for the rulebook."""
    bearing = words.at(one.bearer)
    subject, bearer = (words.edition.subjects[name].title.zh for name in (one.subject, one.bearer))
    yield f"每个{subject}恰好分给一名{bearer}。各人所担之和要尽量接近应担的份额："
    yield ""
    rows = [
        (
            named(each),
            cell(words.expr(each.measure)),
            str(each.weight),
            words.value(each.tolerance, RATE),
            each.clause,
            SET_BY[each.set_by],
        )
        for each in one.balance
    ]
    yield from table(("方面", "逐个相加的数", "权重", "偏离多少以内算均衡", "条款", "数值由谁定"), rows)
    yield ""
    yield f"应担的份额：按{bearing.expr(one.share)}分。" if one.share else "应担的份额：人人相同。"
    if one.most:
        yield f"最多几个：{bearing.expr(one.most)}。"
    if one.keep is not None:
        yield f"有上次分派的，至少 {words.value(one.keep, RATE)} 不变（{SET_BY[one.keep_set_by]}）。"
    yield ""


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
