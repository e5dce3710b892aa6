"""The fields of the model and their values in words, for differences that no sentence tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.model import Comparison, Const, Group, Leaf, Op, Ref
from rules.model.places import parts
from rules.values.exact import Type, decimal_text, plain
from rules.values.text import Text

NONE = Text("（无）", "(none)")
FIELDS: Mapping[str, Text] = {
    "about": Text("口径", "definition"),
    "ahead": Text("到期预告", "coming due"),
    "ahead_months": Text("预告月数", "months ahead"),
    "args": Text("运算对象", "arguments"),
    "assignments": Text("分派", "assignments"),
    "balance": Text("均衡的方面", "what is balanced"),
    "bands": Text("分档", "bands"),
    "bearer": Text("承担人", "bearer"),
    "because": Text("理由", "reason"),
    "body": Text("内容", "content"),
    "by": Text("依据", "by"),
    "ceilings": Text("封顶", "ceilings"),
    "changes": Text("变动", "changes"),
    "choices": Text("选项", "choices"),
    "chosen": Text("采用的解读", "reading followed"),
    "clause": Text("条款", "clause"),
    "clauses": Text("条款", "clauses"),
    "condition": Text("条件", "condition"),
    "counted": Text("批量汇总自", "counted in bulk from"),
    "criteria": Text("项目", "criteria"),
    "dated": Text("取值", "value"),
    "decimals": Text("可带小数", "decimals"),
    "each": Text("逐条取的数", "of each record"),
    "effective_from": Text("生效日", "in force from"),
    "effective_to": Text("失效日", "in force to"),
    "eligible": Text("参加排序的条件", "eligibility"),
    "exclusions": Text("排除统计", "exclusions"),
    "expired": Text("已到期的条件", "condition of expiry"),
    "expired_subject": Text("到期统计的对象", "subject of expiry"),
    "facts": Text("数据", "facts"),
    "first": Text("先后", "direction"),
    "formula": Text("算法", "formula"),
    "full_marks": Text("满分", "full marks"),
    "funnel": Text("漏斗", "funnel"),
    "funnel_subject": Text("漏斗的对象", "subject of the funnel"),
    "grades": Text("等级", "grades"),
    "group": Text("组", "group"),
    "group_title": Text("组名", "title of the group"),
    "heading": Text("标题", "heading"),
    "held": Text("现有称号的条件", "condition of a title held"),
    "hit": Text("命中方式", "hit policy"),
    "id": Text("编号", "id"),
    "issuer": Text("发文单位", "issuer"),
    "items": Text("评分项", "scored items"),
    "join": Text("连接", "joined by"),
    "keep": Text("沿用比例", "share that stays"),
    "keep_set_by": Text("沿用比例由谁规定", "share that stays, set by"),
    "kind": Text("类型", "type"),
    "last": Text("上次结果", "from the run before"),
    "least": Text("最低", "least"),
    "left_out": Text("不执行的原因", "why nothing carries it out"),
    "left": Text("比较的数", "value compared"),
    "lever": Text("可否办理", "lever"),
    "limits": Text("限值", "limits"),
    "maximum": Text("最大值", "maximum"),
    "measure": Text("相加的数", "measure"),
    "milestones": Text("阶段目标", "milestones"),
    "minimum": Text("最小值", "minimum"),
    "missing": Text("缺数据时得分", "points where data is missing"),
    "most": Text("最高", "most"),
    "moves": Text("连带变动", "moves with"),
    "name": Text("名", "name"),
    "near": Text("接近达标", "close to the limit"),
    "nearest": Text("接近达标列几个", "how many are listed as close"),
    "needs": Text("先要得出的判定", "decisions needed first"),
    "not_decided": Text("不作规则的原因", "why no rule decides it"),
    "note": Text("说明", "note"),
    "operator": Text("比较", "operator"),
    "option": Text("方式", "option"),
    "order": Text("次序", "order"),
    "otherwise": Text("其他情形", "otherwise"),
    "outcome": Text("结论", "outcome"),
    "outcomes": Text("结论", "outcomes"),
    "output": Text("给出的项", "output"),
    "outputs": Text("给出的项", "outputs"),
    "over": Text("排序的名单", "list ranked"),
    "part_of": Text("是哪个数的一部分", "part of"),
    "parts": Text("各项", "parts"),
    "partly": Text("还缺什么", "what of it is left"),
    "plan": Text("方案代号", "plan"),
    "question": Text("问题", "question"),
    "ranked": Text("有高低次序", "ranked"),
    "reading": Text("解读", "reading"),
    "readings": Text("解读", "readings"),
    "reject": Text("要求", "requirement"),
    "report": Text("报告", "report"),
    "role": Text("何时得出", "follows when"),
    "rows": Text("各行", "rows"),
    "rules": Text("判定", "decisions"),
    "scatter": Text("散点图", "scatter chart"),
    "scatter_group": Text("散点图的组", "group of the scatter chart"),
    "scope": Text("取自哪个对象", "read from"),
    "sentences": Text("各句", "sentences"),
    "set_by": Text("由谁规定", "set by"),
    "share": Text("份额", "share"),
    "shares": Text("份额图", "chart of shares"),
    "shown": Text("一并显示的数", "value shown"),
    "smallest_group": Text("公布的最小户数", "smallest group published"),
    "source": Text("来源文件", "source"),
    "subject": Text("对象", "subject"),
    "subjects": Text("对象", "subjects"),
    "supplied_by": Text("由谁提供", "supplied by"),
    "take": Text("取几名", "how many are taken"),
    "tests": Text("比较", "comparisons"),
    "text": Text("原文", "text"),
    "then": Text("给予", "grants"),
    "ties": Text("并列", "ties"),
    "title": Text("名称", "title"),
    "titles": Text("称号", "titles"),
    "tolerance": Text("算均衡的偏离", "tolerance"),
    "trait": Text("受保护的特征", "protected trait"),
    "type": Text("类型", "type"),
    "value": Text("值", "value"),
    "vetoes": Text("一票否决", "vetoes"),
    "weight": Text("权重", "weight"),
    "what": Text("取什么", "what is read"),
    "when": Text("适用范围", "applies to"),
    "where": Text("只算", "only where"),
    "within": Text("上级对象", "within"),
}
VALUES: Mapping[tuple[str, Any], Text] = {
    ("effective_to", None): Text("未定", "open"),
    ("first", "highest"): Text("高者在前", "highest first"),
    ("first", "lowest"): Text("低者在前", "lowest first"),
    ("hit", "all"): Text("成立的各行都生效", "every row that holds"),
    ("hit", "first"): Text("第一条成立的行", "the first row that holds"),
    ("hit", "highest"): Text("成立的各行中取最高", "the highest of the rows that hold"),
    ("hit", "lowest"): Text("成立的各行中取最低", "the lowest of the rows that hold"),
    ("hit", "sum"): Text("成立的各行相加", "the sum of the rows that hold"),
    ("join", "all"): Text("全部成立", "all hold"),
    ("join", "any"): Text("任一成立", "any holds"),
    ("join", "none"): Text("都不成立", "none holds"),
    ("kind", "assignment"): Text("分派", "assignment"),
    ("kind", "checklist"): Text("逐项核对", "checklist"),
    ("kind", "ranking"): Text("排序", "ranking"),
    ("kind", "scorecard"): Text("评分", "scorecard"),
    ("kind", "table"): Text("决策表", "table"),
    ("least", None): Text("不限", "no bound"),
    ("lever", ""): Text("不能办理", "no action changes it"),
    ("lever", "down"): Text("可以降低", "action lowers it"),
    ("lever", "set"): Text("可以改变", "action sets it"),
    ("lever", "up"): Text("可以提高", "action raises it"),
    ("maximum", None): Text("不限", "no bound"),
    ("minimum", None): Text("不限", "no bound"),
    ("missing", None): Text("无法评分", "no score"),
    ("most", None): Text("不限", "no bound"),
    ("option", "down"): Text("向下取整", "rounded down"),
    ("option", "half_up"): Text("四舍五入", "rounded half up"),
    ("option", "highest"): Text("高者在前", "highest first"),
    ("option", "lowest"): Text("低者在前", "lowest first"),
    ("option", "minus"): Text("之前", "before"),
    ("option", "plus"): Text("之后", "after"),
    ("option", "up"): Text("向上取整", "rounded up"),
    ("outcome", ""): Text("按默认", "the default"),
    ("reject", False): Text("要成立", "must hold"),
    ("reject", True): Text("不得成立", "must not hold"),
    ("role", ""): Text("由各项给出", "an item gives it"),
    ("role", "met"): Text("符合", "met"),
    ("role", "not_met"): Text("不符合", "not met"),
    ("role", "unknown"): Text("不能判断", "cannot be told"),
    ("set_by", "lender"): Text("农信社", "the lender"),
    ("set_by", "plan"): Text("方案", "the plan"),
    ("take", None): Text("全部", "all"),
    ("ties", "by_id"): Text("按编号分先后", "by id"),
    ("ties", "shared"): Text("并列的同取", "equals share a place"),
    ("when", None): Text("全部适用", "all"),
}


def notation(thing: Any) -> str:
    """Anything of the model in an unambiguous notation of codes, brackets and exact figures, the same in all languages.

    `product(sum(savings, interest), 50%)`. Two things that differ never read alike."""
    match thing:
        case Const(value=value, type=type):
            return figure(value, type)
        case Ref():
            return thing.path if thing.what in ("fact", "outcome", "output") else f"{thing.what}({thing.path})"
        case Op():
            name = f"{thing.name}[{thing.option}]" if thing.option else thing.name
            inner = [notation(one) for one in thing.args]
            inner += [f"{key}: {notation(one)}" for key, one in (("each", thing.each), ("where", thing.where)) if one]
            return f"{name}({', '.join(inner)})"
        case Leaf():
            return f"{notation(thing.left)} {' & '.join(map(notation, thing.tests))}"
        case Comparison():
            return f"{thing.operator} {', '.join(map(notation, thing.limits))}"
        case Group():
            join = thing.join if not thing.least else f"{thing.join} {thing.least}"
            return f"{join}({'; '.join(map(notation, thing.parts))})"
        case Text():
            return f"{thing.zh} / {thing.en}"
        case Type():
            more = [", ".join(thing.choices), thing.ranked and "ranked", thing.of and f"of {thing.of}"]
            return " ".join([str(thing), *(f"[{one}]" for one in more if one)])
    return _collected(thing)


def _collected(thing: Any) -> str:
    if isinstance(thing, tuple | list):
        return f"[{', '.join(map(notation, thing))}]"
    inner = parts(thing)
    if inner is None:
        return str(thing)
    said = (f"{name}: {notation(one)}" for name, one in inner.items() if name != "mark" and one not in (None, "", ()))
    return f"{{{', '.join(said)}}}"


def figure(value: Any, type: Type) -> str:
    """A literal with all its digits, and its unit."""
    if not type.is_number:
        return str(plain(value))
    return (
        f"{decimal_text(value * 100, 12)}%" if type.kind == "rate" else f"{decimal_text(value, 12)} {type.unit}".strip()
    )
