"""The four kinds of decision as the rulebook shows them: a checklist, a table, a scorecard, a ranking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.model import Checklist, Const, Criterion, Group, Key, Ranking, Rule, Scorecard, ScoreItem, Table
from rules.values.exact import POINTS
from rules.values.markdown import cell, table
from rules.words.wording import Wording

HITS = {
    "first": "从上到下，第一条成立的行决定结论。",
    "all": "成立的各行都生效。",
    "highest": "成立的各行中取最高的。",
    "lowest": "成立的各行中取最低的。",
    "sum": "成立的各行相加。",
}
SET_BY = {"plan": "方案", "lender": "农信社（示例）"}


def body_of(rule: Rule, words: Wording) -> Iterator[str]:
    """The lines that show what a decision asks."""
    match rule.body:
        case Checklist(criteria=criteria):
            yield from _criteria(rule, criteria, words)
        case Table() as body:
            yield from _rows(rule, body, words)
        case Scorecard() as body:
            yield from _scorecard(rule, body, words)
        case Ranking() as body:
            yield from _ranking(rule, body, words)


def _criteria(rule: Rule, criteria: Sequence[Criterion], words: Wording) -> Iterator[str]:
    rows = [
        (
            f"{cell(one.title.zh)} `{one.id}`",
            cell(_asked(one, words)),
            cell(one.group_title.zh if one.group_title else one.group),
            "不参加排序" if isinstance(rule.body, Ranking) else _outcome(rule, one.outcome or rule.role("not_met")),
            one.clause,
            SET_BY[one.set_by],
        )
        for one in criteria
    ]
    yield from table(("项目", "要求", "组", "不符合时", "条款", "数值由谁定"), rows)
    yield ""


def _asked(one: Criterion, words: Wording) -> str:
    asked = words.condition(one.condition)
    asked = f"不得：{asked}" if one.reject else asked
    return asked if one.when is None else f"{words.condition(one.when)}时：{asked}"


def _outcome(rule: Rule, outcome: str) -> str:
    return cell(rule.outcomes[outcome].title.zh) if outcome in rule.outcomes else ""


def _rows(rule: Rule, body: Table, words: Wording) -> Iterator[str]:
    outputs = list(body.outputs.values())
    rows = [
        (
            f"{cell(row.title.zh)} `{row.id}`",
            cell(words.condition(row.condition)) if row is not body.otherwise else "以上都不成立",
            _outcome(rule, row.outcome),
            *(cell(_given(row, name, body, words)) for name in body.outputs),
            row.clause,
            SET_BY[row.set_by],
        )
        for row in (*body.rows, body.otherwise)
    ]
    yield HITS[body.hit]
    yield ""
    yield from table(("情形", "条件", "结论", *(one.title.zh for one in outputs), "条款", "数值由谁定"), rows)
    yield ""


def _given(row: Criterion, name: str, body: Table, words: Wording) -> str:
    if name not in row.then:
        return ""
    expr, choices = row.then[name], body.outputs[name].choices
    if isinstance(expr, Const) and expr.value in choices:
        return choices[expr.value].zh
    return words.expr(expr)


def _scorecard(rule: Rule, body: Scorecard, words: Wording) -> Iterator[str]:
    if body.vetoes:
        yield "先看一票否决："
        yield ""
        yield from _criteria(rule, body.vetoes, words)
    yield from table(
        ("项目", "得分", "缺数据时", "数值由谁定"),
        [
            (f"{cell(one.title.zh)} `{one.id}`", _points(one, words), _missing(one, words), SET_BY[one.set_by])
            for one in body.items
        ],
    )
    yield ""
    if bounds := _bounds(body, words):
        yield f"总分{bounds}。"
        yield ""
    grades = [(_outcome(rule, grade), cell(words.condition(bands))) for bands, grade in body.grades]
    yield from table(("等级", "总分"), grades)
    yield ""
    if body.ceilings:
        caps = [
            (
                f"{cell(one.title.zh)} `{one.id}`",
                cell(words.condition(one.condition)),
                _outcome(rule, one.outcome),
            )
            for one in body.ceilings
        ]
        yield from table(("封顶", "条件", "最高等级"), caps)
        yield ""


def _points(item: ScoreItem, words: Wording) -> str:
    if item.formula is not None:
        bounds = _bounds(item, words)
        return cell(f"{words.expr(item.formula)}（{bounds}）" if bounds else words.expr(item.formula))
    worths = [
        (words.condition(band), words.expr(worth))
        for band, worth in item.bands
        if not (isinstance(band, Group) and band.join == "none")  # no points where an adjustment does not hold
    ]
    return "<br>".join(cell(f"{said}：{worth}") for said, worth in worths)


def _bounds(scored: ScoreItem | Scorecard, words: Wording) -> str:
    """The least and the most that points can come to."""
    ends = (("最低", scored.least), ("最高", scored.most))
    return "，".join(f"{word} {words.value(value, POINTS)}" for word, value in ends if value is not None)


def _missing(item: ScoreItem, words: Wording) -> str:
    return "无法评分" if item.missing is None else words.value(item.missing, POINTS)


def _ranking(rule: Rule, body: Ranking, words: Wording) -> Iterator[str]:
    yield f"在{words.expr(body.over, rule.subject)}中，先看是否合格："
    yield ""
    yield from _criteria(rule, body.eligible, words)
    keys = [f"{_ranked_by(key, words)}（{'高' if key.first == 'highest' else '低'}者在前）" for key in body.order]
    shared = "并列的同取" if body.ties == "shared" else "并列的按编号"
    yield f"依次比较：{'、'.join(keys)}；{shared}" + ("。" if body.take is None else f"；取前 {body.take} 名。")
    yield ""


def _ranked_by(key: Key, words: Wording) -> str:
    said = words.expr(key.by)
    return said if said == key.title.zh else f"{key.title.zh}：{said}"
