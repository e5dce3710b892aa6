"""The text of an explanation, whole, for each kind of decision: what it rests on, one level of arithmetic down."""

from datetime import date
from fractions import Fraction
from textwrap import dedent

import pytest

from rules.judging.reference import Reference
from rules.values.exact import Range, Type
from rules.words.explain import explain, explained
from rules.words.items import decision_items, sides_of
from rules.words.wording import Wording
from tests.unit.small import ON, count, small


def titled(zh, en):
    return {"title": {"zh": zh, "en": en}}


def fact(type, zh, en, **more):
    return {"type": type, **titled(zh, en), **more}


HEAD = {"subject": "thing", "clause": "一"}
FACTS = {
    "loans": fact("count", "贷款笔数", "Loans", unit="record"),
    "overdue": fact("boolean", "曾逾期", "Overdue before", supplied_by={"zh": "征信系统", "en": "the credit bureau"}),
    "sued": fact("boolean", "被起诉", "Sued"),
    "deposit": fact("amount", "存款", "Deposit"),
    "income": fact("amount", "年收入", "Income"),
    "base": {"value": "5 万元", **titled("基础额度", "Base limit")},
    "extra": {
        "round_down": {"product": ["deposit", "50%"]},
        "to": "1 万元",
        **titled("存款加额", "Extra for deposits"),
    },
    "limit": {"sum": ["base", "extra"], **titled("额度", "Limit")},
    "kind": fact(
        "choice", "类别", "Kind", choices={"farm": {"zh": "种植", "en": "farm"}, "shop": {"zh": "经商", "en": "shop"}}
    ),
    "peers": {"type": "list", "of": "peer", **titled("同行", "Peers")},
}  # fmt: skip
OUTCOMES = {
    "yes": {"if": "met", **titled("通过", "passed")},
    "no": {"if": "not_met", **titled("不通过", "refused")},
    "open": {"if": "unknown", **titled("待补充", "waits")},
}
GRADES = {
    "high": titled("甲级", "high"),
    "middle": titled("乙级", "middle"),
    "low": titled("丙级", "low"),
    "open": {"if": "unknown", **titled("待补充", "waits")},
}
RISKS = [{"loans": {"at_least": "3 records"}}, {"overdue": True}, {"sued": True}]
CHECK = {
    "kind": "checklist", **HEAD, **titled("准入", "Admission"), "outcomes": OUTCOMES,
    "criteria": [
        {"id": "risks", **titled("无多重风险", "No accumulated risk"), "reject": {"at_least": 2, "of": RISKS}},
        {"id": "income", "require": {"income": {"at_least": "3 万元"}}},
    ],
}  # fmt: skip
CARD = {
    "kind": "scorecard", **HEAD, **titled("评分", "Score"), "outcomes": GRADES,
    "vetoes": [{"id": "sued", "reject": {"sued": True}, "outcome": "low"}],
    "items": [
        {"id": "income", "fact": "income", "bands": [
            {"below": "3 万元", "points": 10}, {"at_least": "3 万元", "points": 60}]},
        {"id": "saved", **titled("存款得分", "Points for deposits"), "at_most": 40,
         "formula": {"product": [{"ratio": ["deposit", "1 万元"]}, "10 points"]}},
    ],
    "grades": [{"grade": "high", "at_least": 80}, {"grade": "middle", "at_least": 50, "below": 80},
               {"grade": "low", "below": 50}],
    "ceilings": [{"id": "late", **titled("逾期限级", "Ceiling for late payers"), "when": {"overdue": True},
                  "at_most": "middle"}],
}  # fmt: skip
TABLE = {
    "kind": "table", **HEAD, **titled("授信", "Grant"), "outcomes": OUTCOMES,
    "outputs": {"limit": {"type": "amount", **titled("授信额度", "Granted limit")}},
}  # fmt: skip
FIRST = {
    **TABLE, "hit": "first",
    "rows": [
        {"id": "late", **titled("曾逾期的", "Late payers"), "when": {"overdue": True}, "outcome": "no",
         "then": {"limit": "0 元"}},
        {"id": "rich", **titled("收入足够的", "Enough income"), "when": {"income": {"at_least": "3 万元"}},
         "then": {"limit": "limit"}},
    ],
    "otherwise": {"then": {"limit": "0 元"}},
}  # fmt: skip
ROWS = [
    {"id": "farm", **titled("种植户", "Farmers"), "when": {"kind": "farm"}, "then": {"limit": "2 万元"}},
    {"id": "saver", **titled("有存款的", "Savers"), "when": {"deposit": {"above": "0 元"}},
     "then": {"limit": {"product": ["deposit", "80%"]}}},
]  # fmt: skip
MANY = {**TABLE, "rows": ROWS, "otherwise": {"then": {"limit": "0 元"}}}
KNOWN = {
    "loans": 3, "overdue": False, "sued": False, "deposit": 45_000, "income": 30_000, "kind": "farm",
}  # fmt: skip


PLACES = {
    "kind": "ranking", **HEAD, **titled("排名", "Places"), "list": "peers", "take": 1,
    "outcomes": OUTCOMES,
    "eligible": [{"id": "clean", **titled("无逾期", "No arrears"), "reject": {"late": True}}],
    "order": [{"by": "score", "first": "highest"}],
}  # fmt: skip
PEERS = [{"id": "P-1", "late": False, "score": 80}, {"id": "P-2", "late": False, "score": 90},
         {"id": "P-3", "late": True, "score": 99}, {"id": "P-4", "late": False}]  # fmt: skip
PEER = {"late": fact("boolean", "有逾期", "In arrears"), "score": fact("points", "得分", "Score")}


def text(decision, facts, lang="zh", **more):
    edition = small(FACTS, {"asked": decision}, peer=PEER)
    said = explain(Reference(edition).decide("asked", facts, ON, "T-1"), lang, **more)
    return "\n".join(line.rstrip() for line in said.splitlines()[1:])


def block(text):
    return "\n".join(f"  {line}" for line in dedent(text).strip("\n").splitlines())


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：不通过
    依据
      ✗  无多重风险  成立 2 项，不成立 1 项  以下不得有 2 项或以上成立  一
            贷款笔数  3条  符合“不低于 3条”
            曾逾期  是  成立
            被起诉  否  要求：是
      ✓  年收入      3万元                   应不低于 3万元             一
    还差多少
      政策没有标明这里有可以改变的项目
"""), ("en", """
    Outcome: refused
    Because
      ✗  No accumulated risk  2 hold, 1 does not  fewer than 2 of these may hold  一
            Loans  3 records  meets "at least 3 records"
            Overdue before  yes  holds
            Sued  no  wanted: yes
      ✓  Income               30,000 yuan         must be at least 30,000 yuan    一
    What it would take
      the policy names nothing here that can be changed
""")])  # fmt: skip
def test_at_least_two_of_three(lang, said):
    assert text(CHECK, {**KNOWN, "overdue": True}, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：待补充
    依据
      ?  无多重风险  成立 1 项，不成立 1 项，无法判断 1 项  以下不得有 2 项或以上成立  一
            贷款笔数  3条  符合“不低于 3条”
            曾逾期  未知  要求：是
            被起诉  否  要求：是
      ?  年收入      未知                                   应不低于 3万元             一
    还需提供
      ?  曾逾期  未提供  由征信系统提供
      ?  年收入  未提供
    还差多少
      信息不足，无法测算
"""), ("en", """
    Outcome: waits
    Because
      ?  No accumulated risk  1 holds, 1 does not, 1 cannot be told  fewer than 2 of these may hold  一
            Loans  3 records  meets "at least 3 records"
            Overdue before  not known  wanted: yes
            Sued  no  wanted: yes
      ?  Income               not known                              must be at least 30,000 yuan    一
    Still wanted
      ?  Overdue before  not given  from the credit bureau
      ?  Income          not given
    What it would take
      cannot be measured while facts are missing
""")])  # fmt: skip
def test_a_group_that_cannot_be_told_counts_its_parts(lang, said):
    assert text(CHECK, {**KNOWN, "overdue": None, "income": None}, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：乙级
    依据
      ✓  被起诉    否                                        一
         年收入    3万元       60分（不低于 3万元）          一
         存款得分              40分（算得 45分，最高 40分）  一
            = 存款 4.5万元 ÷ 1万元 × 10分
      »  逾期限级  曾逾期：是  最高 乙级                     一
    结果
      总分  100分
            = 60分 + 40分
      等级  乙级
            总分不低于 80分的为 甲级；因“逾期限级”降为 乙级
"""), ("en", """
    Outcome: middle
    Because
      ✓  Sued                     no                                                                      一
         Income                   30,000 yuan          60 points (at least 30,000 yuan)                   一
         Points for deposits                           40 points (comes to 45 points, at most 40 points)  一
            = 45,000 yuan (Deposit) ÷ 10,000 yuan × 10 points
      »  Ceiling for late payers  Overdue before: yes  at most middle                                     一
    What follows
      Total  100 points
            = 60 points + 40 points
      Grade  middle
            high is for a total at least 80 points; lowered to middle by "Ceiling for late payers"
""")])  # fmt: skip
def test_a_ceiling_says_which_grade_it_lowered(lang, said):
    assert text(CARD, {**KNOWN, "overdue": True}, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：丙级
    依据
      ✗  被起诉    是          应为 否；因此：丙级           一
         年收入    3万元       60分（不低于 3万元）          一
         存款得分              40分（算得 45分，最高 40分）  一
            = 存款 4.5万元 ÷ 1万元 × 10分
      -  逾期限级  曾逾期：否  条件：是                      一
    结果
      总分  已被一票否决，不计总分
"""), ("en", """
    Outcome: low
    Because
      ✗  Sued                     yes                 must be no; therefore: low                         一
         Income                   30,000 yuan         60 points (at least 30,000 yuan)                   一
         Points for deposits                          40 points (comes to 45 points, at most 40 points)  一
            = 45,000 yuan (Deposit) ÷ 10,000 yuan × 10 points
      -  Ceiling for late payers  Overdue before: no  condition: yes                                     一
    What follows
      Total  vetoed: the points do not count
""")])  # fmt: skip
def test_a_card_with_a_veto_has_no_total(lang, said):
    assert text(CARD, {**KNOWN, "sued": True}, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：通过
    依据
      -  曾逾期的    曾逾期：否     此行要求：是            一
      »  收入足够的  年收入：3万元  此行要求：不低于 3万元  一
    结果
      授信额度  7万元
            按“收入足够的”：额度 = 基础额度 5万元 + 存款加额 2万元
            存款加额  2万元 = （存款 4.5万元 × 50%）向下舍至1万元的整数倍
"""), ("en", """
    Outcome: passed
    Because
      -  Late payers    Overdue before: no   this row wants: yes                   一
      »  Enough income  Income: 30,000 yuan  this row wants: at least 30,000 yuan  一
    What follows
      Granted limit  70,000 yuan
            by "Enough income": Limit = 50,000 yuan (Base limit) + 20,000 yuan (Extra for deposits)
            Extra for deposits  20,000 yuan = (45,000 yuan (Deposit) × 50%) rounded down to a multiple of 10,000 yuan
""")])  # fmt: skip
def test_the_row_that_hit_gave_the_output(lang, said):
    assert text(FIRST, KNOWN, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：待补充
    依据
      -  曾逾期的    曾逾期：否     此行要求：是            一
      »  收入足够的  年收入：3万元  此行要求：不低于 3万元  一
    结果
      ?  结论      只可能是：通过
      ?  授信额度  至少5万元       信息补齐后才能确定
    还需提供
      ?  存款  未提供
"""), ("en", """
    Outcome: waits
    Because
      -  Late payers    Overdue before: no   this row wants: yes                   一
      »  Enough income  Income: 30,000 yuan  this row wants: at least 30,000 yuan  一
    What follows
      ?  Outcome        can only be: passed
      ?  Granted limit  at least 50,000 yuan  can be told once the information is complete
    Still wanted
      ?  Deposit  not given
""")])  # fmt: skip
def test_a_table_that_waits_says_what_is_left(lang, said):
    assert text(FIRST, {**KNOWN, "deposit": None}, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：通过
    依据
      »  种植户    类别：种植                         一
      »  有存款的  存款：4.5万元  此行要求：高于 0元  一
    结果
      授信额度  5.6万元
            = 2万元 + 3.6万元
            种植户  2万元
            有存款的  3.6万元 = 存款 4.5万元 × 80%
"""), ("en", """
    Outcome: passed
    Because
      »  Farmers  Kind: farm                                          一
      »  Savers   Deposit: 45,000 yuan  this row wants: above 0 yuan  一
    What follows
      Granted limit  56,000 yuan
            = 20,000 yuan + 36,000 yuan
            Farmers  20,000 yuan
            Savers  36,000 yuan = 45,000 yuan (Deposit) × 80%
""")])  # fmt: skip
def test_rows_add_up(lang, said):
    assert text({**MANY, "hit": "sum"}, KNOWN, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：通过
    依据
      »  种植户    类别：种植                         一
      »  有存款的  存款：4.5万元  此行要求：高于 0元  一
    结果
      授信额度  3.6万元
            取各行中最高的
            种植户  2万元
            有存款的  3.6万元 = 存款 4.5万元 × 80%
"""), ("en", """
    Outcome: passed
    Because
      »  Farmers  Kind: farm                                          一
      »  Savers   Deposit: 45,000 yuan  this row wants: above 0 yuan  一
    What follows
      Granted limit  36,000 yuan
            the highest of these rows
            Farmers  20,000 yuan
            Savers  36,000 yuan = 45,000 yuan (Deposit) × 80%
""")])  # fmt: skip
def test_the_highest_row_counts(lang, said):
    assert text({**MANY, "hit": "highest", "by": "limit"}, KNOWN, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：通过
    依据
      »  种植户    类别：种植                         一
      »  有存款的  存款：4.5万元  此行要求：高于 0元  一
    结果
      授信额度  2万元
            取各行中最低的
            种植户  2万元
            有存款的  3.6万元 = 存款 4.5万元 × 80%
"""), ("en", """
    Outcome: passed
    Because
      »  Farmers  Kind: farm                                          一
      »  Savers   Deposit: 45,000 yuan  this row wants: above 0 yuan  一
    What follows
      Granted limit  20,000 yuan
            the lowest of these rows
            Farmers  20,000 yuan
            Savers  36,000 yuan = 45,000 yuan (Deposit) × 80%
""")])  # fmt: skip
def test_the_lowest_row_counts(lang, said):
    assert text({**MANY, "hit": "lowest", "by": "limit"}, KNOWN, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：通过
    依据
      »  种植户    类别：种植                         一
      »  有存款的  存款：4.5万元  此行要求：高于 0元  一
    结果
      ✓  种植户    授信额度 2万元
      ✓  有存款的  授信额度 3.6万元
            授信额度  3.6万元 = 存款 4.5万元 × 80%
"""), ("en", """
    Outcome: passed
    Because
      »  Farmers  Kind: farm                                          一
      »  Savers   Deposit: 45,000 yuan  this row wants: above 0 yuan  一
    What follows
      ✓  Farmers  Granted limit 20,000 yuan
      ✓  Savers   Granted limit 36,000 yuan
            Granted limit  36,000 yuan = 45,000 yuan (Deposit) × 80%
""")])  # fmt: skip
def test_every_row_that_holds_gives_its_own(lang, said):
    assert text({**MANY, "hit": "all"}, KNOWN, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：不通过
    依据
      -  种植户            类别：经商  此行要求：种植      一
      -  有存款的          存款：0元   此行要求：高于 0元  一
      »  以上各行都不成立                                  一
    结果
      授信额度  0元
            按“以上各行都不成立”
"""), ("en", """
    Outcome: refused
    Because
      -  Farmers                 Kind: shop       this row wants: farm          一
      -  Savers                  Deposit: 0 yuan  this row wants: above 0 yuan  一
      »  none of the rows above                                                 一
    What follows
      Granted limit  0 yuan
            by "none of the rows above"
""")])  # fmt: skip
def test_no_row_holds(lang, said):
    assert text({**MANY, "hit": "sum"}, {**KNOWN, "kind": "shop", "deposit": 0}, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：通过
    排名
            按得分从高到低，取前 1 名
      ✓  P-2  第 1 名         得分 90分
      -  P-1  第 2 名         得分 80分
      ✗  P-3  不符合：无逾期  有逾期：是；应为 否  一
"""), ("en", """
    Outcome: passed
    Ranking
            by Score, highest first; 1 to be chosen
      ✓  P-2  place 1              Score 90 points
      -  P-1  place 2              Score 80 points
      ✗  P-3  not met: No arrears  In arrears: yes; must be no  一
""")])  # fmt: skip
def test_a_ranking_shows_the_keys(lang, said):
    assert text(PLACES, {"peers": PEERS[:3]}, lang) == block(said)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "按得分从高到低，取前 1 名（自定）"),
        ("en", "by Score, highest first; 1 to be chosen (set by the lender)"),
    ],
)
def test_an_order_that_the_lender_sets_says_so(lang, said):
    assert said in text({**PLACES, "set_by": "lender"}, {"peers": PEERS[:3]}, lang)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：待补充
    排名
            按得分从高到低，取前 1 名
      ✗  P-3  不符合：无逾期      有逾期：是；应为 否  一
      ?  P-4  信息不足，无法排名
            得分  未知
    还需提供
      ?  同行 P-4：得分  未提供
"""), ("en", """
    Outcome: waits
    Ranking
            by Score, highest first; 1 to be chosen
      ✗  P-3  not met: No arrears                       In arrears: yes; must be no  一
      ?  P-4  cannot be ranked while facts are missing
            Score  not known
    Still wanted
      ?  Peers P-4: Score  not given
""")])  # fmt: skip
def test_a_ranking_says_who_cannot_be_placed(lang, said):
    assert text(PLACES, {"peers": PEERS[2:]}, lang) == block(said)


@pytest.mark.parametrize(("lang", "said"), [("zh", """
    结论：通过
    依据
      -  曾逾期的    曾逾期：否     此行要求：是            一
      »  收入足够的  年收入：3万元  此行要求：不低于 3万元  一
    结果
      授信额度  7万元
"""), ("en", """
    Outcome: passed
    Because
      -  Late payers    Overdue before: no   this row wants: yes                   一
      »  Enough income  Income: 30,000 yuan  this row wants: at least 30,000 yuan  一
    What follows
      Granted limit  70,000 yuan
""")])  # fmt: skip
def test_no_arithmetic_at_depth_nought(lang, said):
    assert text(FIRST, KNOWN, lang, depth=0) == block(said)


@pytest.mark.parametrize(("lang", "required", "forbidden"), [
    ("zh", "类别  种植  应为 种植或经商", "类别  种植  不得为 种植或经商"),
    ("en", "Kind  farm  must be farm or shop", "Kind  farm  must not be farm or shop"),
])  # fmt: skip
def test_one_of_several_values_reads_as_a_choice(lang, required, forbidden):
    for key, said in (("require", required), ("reject", forbidden)):
        found = text({**CHECK, "criteria": [{"id": "kind", key: {"kind": ["farm", "shop"]}}]}, KNOWN, lang)
        assert said in found


@pytest.mark.parametrize(("limit", "said"), [
    ({"below": "2 万元"}, "不得低于 2万元"), ({"at_least": "9 万元"}, "不得：不低于 9万元"),
    ({"at_most": "2 万元"}, "不得：不超过 2万元"),
])  # fmt: skip
def test_what_is_forbidden_is_not_said_by_two_denials_in_a_row(limit, said):
    assert said in text({**CHECK, "criteria": [{"id": "income", "reject": {"income": limit}}]}, KNOWN)


@pytest.mark.parametrize(("join", "required", "forbidden"), [
    ("all", "以下应全部成立", "以下不得全部成立"), ("any", "以下应有任一项成立", "以下任一项都不得成立"),
    ("none", "以下应都不成立", "以下不得都不成立"),
])  # fmt: skip
def test_a_group_is_required_or_forbidden_as_a_whole(join, required, forbidden):
    for key, said in (("require", required), ("reject", forbidden)):
        criterion = {"id": "risks", **titled("风险", "Risks"), key: {join: RISKS}}
        assert said in text({**CHECK, "criteria": [criterion]}, KNOWN)


def test_groups_without_titles_are_told_apart_and_from_what_is_in_none():
    def held(id, fact):
        return {"id": id, **titled(id, id), "reject": {fact: True}}

    groups = [{"group": name, "criteria": [held(f"in{name}", "sued")]} for name in ("credit", "panel")]
    said = text({**CHECK, "criteria": [held("before", "overdue"), *groups, held("after", "overdue")]}, KNOWN)
    lines = [line.split()[0 if line.startswith("    ") and line[4] not in "✓✗?" else 1] for line in said.splitlines()
             if line.startswith("    ") and line[4] != " "]  # fmt: skip
    assert lines[:7] == ["before", "credit", "incredit", "panel", "inpanel", "其余各项", "after"]


def test_whom_a_criterion_is_for_is_told_where_it_does_not_apply_or_that_cannot_be_told():
    criterion = {"id": "sued", "when": {"overdue": True}, "reject": {"sued": True}}
    asked = {**CHECK, "criteria": [criterion]}
    said = text(asked, {**KNOWN, "overdue": False})
    assert "-  被起诉  不适用  一\n          曾逾期  否  要求：是" in said
    said = text(asked, {**KNOWN, "overdue": None, "sued": True})
    assert "?  被起诉  是  应为 否  一\n          是否适用：曾逾期  未知  要求：是" in said


FITNESS = {"fit": {"zh": "符合条件", "en": "eligible"}, "unfit": {"zh": "不符合条件", "en": "not eligible"}}


@pytest.mark.parametrize(("asks", "zh", "en"), [
    ({"reject": {"case": "unfit"}}, "不得为 “不符合条件”", 'must not be "not eligible"'),
    ({"require": {"case": ["unfit"]}}, "应为 “不符合条件”", 'must be "not eligible"'),
    ({"require": {"case": "fit"}}, "应为 符合条件", "must be eligible"),
])  # fmt: skip
def test_a_title_that_begins_with_a_negation_stands_in_quotation_marks(asks, zh, en):
    facts = {"case": fact("choice", "类别", "Case", choices=FITNESS)}
    edition = small(facts, {"check": {**CHECK, "criteria": [{"id": "case", **asks}]}})
    decision = Reference(edition).decide("check", {"case": "unfit" if "reject" in asks else None}, ON)
    assert zh in explain(decision)
    assert en in explain(decision, "en")


def test_a_choice_within_a_formula_shows_the_branch_that_was_taken():
    def one(name, then):
        return {"when": {name: True}, "then": then, "otherwise": "0 元"}

    facts = {**FACTS, "extra": {"sum": [one("overdue", "3 万元"), one("sued", "deposit")], **titled("加额", "Extra")}}
    asked = {**CHECK, "criteria": [{"id": "extra", "require": {"extra": {"at_least": "1 元"}}}]}
    known = {"overdue": False, "sued": True, "deposit": 7}
    decision = Reference(small({**facts, "peers": count()}, {"check": asked})).decide("check", known, ON)
    assert "= 0元 + 存款 7元" in explain(decision)
    decision = Reference(decision.edition).decide("check", {**known, "overdue": None}, ON)
    assert "= （若曾逾期，则为 3万元，否则为 0元） + 存款 7元" in explain(decision)


def test_points_for_missing_data_and_bounds_say_so():
    item = {**CARD["items"][0], "missing": 5}
    said = text({**CARD, "items": [item], "total": {"at_most": 50}}, {**KNOWN, "income": None})
    assert "年收入    未知        未知，按5分计" in said
    assert "not known, counted as 5 points" in text({**CARD, "items": [item]}, {**KNOWN, "income": None}, "en")
    assert "= 5分" in said
    said = text({**CARD, "items": [item], "total": {"at_most": 50}}, KNOWN)
    assert "总分  50分\n          = 60分 = 60分，最高 50分" in said


def test_the_other_outputs_come_from_the_row_that_counts():
    choices = {"gold": {"zh": "金卡", "en": "gold card"}, "blue": {"zh": "蓝卡", "en": "blue card"}}
    cards = {"type": "choice", "choices": choices, **titled("卡别", "Card")}
    first, second = ({**row, "then": {**row["then"], "card": card}} for row, card in zip(ROWS, choices, strict=True))
    asked = {**MANY, "rows": [first, second], "outputs": {**TABLE["outputs"], "card": cards}, "otherwise": {}}
    said = text({**asked, "hit": "highest", "by": "limit"}, KNOWN)
    assert "卡别      蓝卡\n          按“有存款的”" in said
    said = text({**asked, "hit": "lowest", "by": "limit"}, KNOWN)
    assert "卡别      金卡\n          按“种植户”" in said


def test_a_choice_is_titled_in_the_arithmetic():
    choices = {"gold": {"zh": "金卡", "en": "gold card"}, "blue": {"zh": "蓝卡", "en": "blue card"}}
    cards = {"type": "choice", "ranked": True, "choices": choices, **titled("卡别", "Card")}
    rows = [{**row, "then": {"card": card}} for row, card in zip(ROWS, choices, strict=True)]
    asked = {**TABLE, "rows": rows, "outputs": {"card": cards}, "otherwise": {}, "hit": "highest", "by": "card"}
    assert "取各行中最高的\n          种植户  金卡\n          有存款的  蓝卡" in text(asked, KNOWN)


def test_a_fact_of_the_record_around_a_list_is_not_asked_of_each_record():
    facts = {**FACTS, "alike": {"count": "peers", "where": {"kind": "own.kind"}, **titled("同类数", "Alike")}}
    asked = {"kind": "checklist", **HEAD, **titled("同类", "Alike"), "outcomes": OUTCOMES,
             "criteria": [{"id": "alike", "require": {"alike": {"at_least": "1 peer"}}}]}  # fmt: skip
    edition = small(facts, {"asked": asked}, peer={**PEER, "kind": FACTS["kind"]})
    peers = [{"id": "P-1", "kind": "farm"}, {"id": "P-2", "kind": "shop"}]
    decision = Reference(edition).decide("asked", {"peers": peers}, ON, "T-1")
    assert [one.fact for one in decision.missing] == ["kind"]
    _, wanted = explain(decision).split("还需提供\n")
    assert wanted.splitlines()[0].split() == ["?", "类别", "未提供"]


def test_a_year_of_the_calendar_has_no_separator():
    edition = small(FACTS, peer=PEER)
    said = [Wording(edition, lang).value(2024, Type("count", "year")) for lang in ("zh", "en")]
    assert said == ["2024年", "2024"]
    assert Wording(edition, "zh").value(2024, Type("count", "record")) == "2,024条"
    assert Wording(edition, "en").value(Range(2024, None), Type("count", "year")) == "at least 2024"
    assert [Wording(edition, "en").value(years, Type("count", "year")) for years in (1, 0, 99)] == [
        "1 year", "0 years", "99 years",
    ]  # fmt: skip


# --- units, and facts of one title

ALONE = {name: one for name, one in FACTS.items() if name != "peers"}


def test_a_unit_that_only_the_plan_knows_has_a_measure_word_in_chinese():
    edition = small(ALONE)
    assert Wording(edition, "zh").value(0, Type("count", "answer")) == "0个"
    assert Wording(edition, "en").value(0, Type("count", "answer")) == "0 answers"
    assert Wording(edition, "en").value(3, Type("count", "道")) == "3 道"


def test_a_month_of_the_calendar_is_no_period():
    facts = {"day": fact("date", "申报日", "Applied on"),
             "month": {"month_of": "day", **titled("申报月份", "Month")}}  # fmt: skip
    spring = {"id": "spring", "require": {"month": {"at_most": "5 months"}}}
    edition = small(facts, {"check": {**CHECK, "criteria": [spring]}})
    decision = Reference(edition).decide("check", {"day": date(2026, 6, 1)}, ON)
    assert "6月" in explain(decision, "zh")
    assert "应不超过 5月" in explain(decision, "zh")
    assert "month 6" in explain(decision, "en")
    [criterion] = edition.rules["check"].body.criteria
    assert Wording(edition, "zh").condition(criterion.condition, "thing") == "申报月份 不超过 5月"


def test_an_output_that_all_rows_write_in_basis_points_is_shown_in_them():
    rows = [{"id": "low", "when": {"sued": False}, "outcome": "yes", "then": {"rate": "267.5 bp"}}]
    table = {
        "kind": "table", **HEAD, **titled("定价", "Pricing"), "outcomes": OUTCOMES, "hit": "first",
        "outputs": {"rate": fact("rate", "利率加点", "Spread")}, "rows": rows,
        "otherwise": {"outcome": "no", "then": {"rate": "300 bp"}},
    }  # fmt: skip
    reads = {
        **CHECK,
        "criteria": [{"id": "cheap", **titled("便宜", "Cheap"), "require": {"price.rate": {"at_most": "280 bp"}}}],
    }
    edition = small(ALONE, {"price": table, "check": reads})
    assert "267.5 bp" in explain(Reference(edition).decide("price", {"sued": False}, ON))
    assert "267.5 bp" in explain(Reference(edition).decide("check", {"sued": False}, ON))
    rows[0]["then"]["rate"] = "2%"
    assert "2%" in explain(Reference(small(ALONE, {"price": table})).decide("price", {"sued": False}, ON))


def test_missing_facts_of_one_title_are_told_apart():
    around = {"deposit": fact("amount", "存款", "Deposit")}
    facts = {**ALONE, "within": "town"}
    read = {"own": "deposit", "all": "town.deposit"}
    criteria = [
        {"id": id, **titled("有存款", "Saves"), "require": {path: {"at_least": "1 yuan"}}} for id, path in read.items()
    ]
    edition = small(facts, {"check": {**CHECK, "criteria": criteria}}, town=around)
    titles = [one.title for one in explained(Reference(edition).decide("check", {}, ON), "zh").missing]
    assert len(set(titles)) == 2


@pytest.mark.parametrize(
    ("lang", "several", "plain"),
    [
        ("zh", "应为 “已过期”或“在后，须核对”", "应为 已过期或有效"),
        ("en", 'must be "expired" or "ahead, check"', "must be expired or valid"),
    ],
)
def test_values_that_hold_a_comma_stand_in_quotation_marks(lang, several, plain):
    choices = {
        "valid": titled("有效", "valid")["title"],
        "expired": titled("已过期", "expired")["title"],
        "ahead": titled("在后，须核对", "ahead, check")["title"],
    }
    facts = {"state": {"type": "choice", **titled("状态", "State"), "choices": choices}}
    criteria = [
        {"id": "commas", "require": {"state": ["expired", "ahead"]}},
        {"id": "none", "require": {"state": ["expired", "valid"]}},
    ]
    edition = small(facts, {"check": {**CHECK, "criteria": criteria}})
    told = explained(Reference(edition).decide("check", {}, ON), lang).because
    assert [one.wanted for one in told] == [several, plain]


def test_points_for_missing_data_are_not_ascribed_to_the_plan():
    card = {**CARD, "items": [{**CARD["items"][0], "missing": 5, "set_by": "lender"}, CARD["items"][1]]}
    [line] = [one for one in text(card, {"deposit": 45000, "sued": False}, "en").splitlines() if "Income" in one]
    assert "not known, counted as 5 points" in line
    assert line.endswith("(set by the lender)")
    assert "plan" not in line


@pytest.mark.parametrize(("lang", "told"), [("zh", "任何已知的总分"), ("en", "any total that is known")])
def test_a_grade_without_limits_says_so_and_is_not_told_twice(lang, told):
    card = {
        "kind": "scorecard", **HEAD, **titled("计分", "Points"),
        "outcomes": {"scored": titled("已计分", "scored"), "open": {"if": "unknown", **titled("待补充", "waits")}},
        "items": [CARD["items"][0]],
        "grades": [{"grade": "scored"}],
    }  # fmt: skip
    edition = small({"income": FACTS["income"]}, {"card": card})
    items = dict(decision_items(edition.rules["card"], sides_of(edition)))
    assert items["card.grades.scored"].sides["condition"].text.get(lang) == told
    *_, grade = explained(Reference(edition).decide("card", {"income": 30000}, ON), lang).outputs
    assert (grade.seen, grade.formula) == (edition.rules["card"].outcomes["scored"].title.get(lang), "")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sum_to_which_no_row_gives_says_so(lang):
    row = {
        "id": "quiet",
        "when": {"loans": {"at_least": "1 record"}},
        "outcome": "yes",
        **titled("有贷款", "Has loans"),
    }
    body = {**HEAD, "kind": "table", "hit": "sum", "outcomes": OUTCOMES, "rows": [row],
            "outputs": {"extra": fact("amount", "加额", "Extra")}, "otherwise": {},
            **titled("加额", "Extra")}  # fmt: skip
    edition = small(FACTS, {"d": body}, peer={"n": FACTS["loans"]})
    said = explain(Reference(edition).decide("d", {"loans": 2}, ON), lang)
    assert {"zh": "成立的各行都没有给出", "en": "none of the rows that hold gives it"}[lang] in said
    assert not [line for line in said.splitlines() if line.strip() == "="]


def test_a_total_just_short_of_a_grade_does_not_look_like_its_limit():
    short = {"income": 30000, "deposit": Fraction(199_999_985, 10_000), "sued": False, "overdue": False}
    edition = small({name: FACTS[name] for name in short}, {"card": CARD})
    told = explained(Reference(edition).decide("card", short, ON), "zh")
    assert (told.outputs[0].seen, told.outputs[1].seen) == ("≈79.999998分", "乙级")
