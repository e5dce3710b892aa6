"""An assignment as the rulebook shows it."""

from __future__ import annotations

from collections.abc import Iterator

from rules.model import Assignment, Edition
from rules.values.exact import RATE
from rules.values.markdown import cell, table
from rules.words.rulebook_bodies import SET_BY
from rules.words.wording import Wording


def lines_of(edition: Edition, one: Assignment) -> Iterator[str]:
    """What is balanced, what each bearer can take, and what stays."""
    words, bearing = Wording(edition, "zh", one.subject), Wording(edition, "zh", one.bearer)
    subject, bearer = edition.subjects[one.subject].title.zh, edition.subjects[one.bearer].title.zh
    yield f"结论：{'；'.join(f'{found.title.zh}（`{found.id}`）' for found in one.outcomes.values())}。"
    yield ""
    yield f"每个{subject}恰好分给一名{bearer}。各人所担之和要尽量接近应担的份额："
    yield ""
    rows = [
        (
            f"{cell(each.title.zh)} `{each.id}`",
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
